package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// channelIDs lists all channels in order of id.
func (s *Server) channelIDs() []ChannelID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.channels))
}

// Transcript renders a channel like a chat log, threads under their roots, with
// dates as a reader in the zone saw them when they were told. There are no
// times and ids of messages in it, so it suits golden files.
func (s *Server) Transcript(id ChannelID, zone *time.Location) string {
	return s.transcript(id, view{zone: zone})
}

// TimedTranscript is [Server.Transcript] with the time before each entry.
func (s *Server) TimedTranscript(id ChannelID, zone *time.Location) string {
	return s.transcript(id, view{zone: zone, timed: true})
}

// view is how a transcript shows times.
type view struct {
	zone  *time.Location
	timed bool
}

// at shows what was said at a time.
func (v view) at(t time.Time, said string) string {
	said = ShowDates(said, v.zone, t)
	if v.timed {
		said = t.In(v.zone).Format("15:04:05.000 ") + said
	}
	return said
}

func (s *Server) transcript(id ChannelID, v view) string {
	all := s.Messages(id)
	replies, known := map[TS][]Message{}, map[TS]bool{}
	for _, m := range all {
		known[m.TS] = true
		replies[m.ThreadTS] = append(replies[m.ThreadTS], m)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.heading(id))
	for _, m := range all {
		if m.ThreadTS != "" && known[m.ThreadTS] {
			continue
		}
		entry(&b, m, "", v)
		for _, r := range replies[m.TS] {
			entry(&b, r, "    > ", v)
		}
	}
	return b.String()
}

func (s *Server) heading(id ChannelID) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[id]
	if ch == nil {
		return fmt.Sprintf("-- %s: no such channel --", id)
	}
	states := ""
	for _, st := range []struct {
		on   bool
		name string
	}{{!ch.Member, "bot not in it"}, {ch.Archived, "archived"}, {ch.Deleted, "deleted"}, {ch.ExtShared, "shared"}} {
		if st.on {
			states += ", " + st.name
		}
	}
	return fmt.Sprintf("-- %s %s (%s%s) --", id, ch.Name, ch.Kind, states)
}

// entry writes a message, indented: what it was first, then each later state.
func entry(b *strings.Builder, m Message, indent string, v view) {
	states := append(slices.Clone(m.Edits), Edit{Text: m.Text, Blocks: m.Blocks})
	first := m
	first.Text, first.Blocks = states[0].Text, states[0].Blocks
	write(b, indent, v.at(m.Posted, line(first)))
	for i, e := range states[1:] {
		write(b, indent, "  "+v.at(states[i].At, "now: "+said(e.Text, e.Blocks)))
	}
	if m.Deleted {
		write(b, indent, "  (deleted)")
	}
}

func write(b *strings.Builder, indent, text string) {
	inner := indent + "      "
	b.WriteString(indent + strings.ReplaceAll(text, "\n", "\n"+inner) + "\n")
}

// line is who said what to whom.
func line(m Message) string {
	who := string(m.Author)
	if m.Bot != "" {
		who = "BOT"
	}
	verb := ":"
	switch {
	case m.Via == viaCommand:
		verb = " types:"
	case m.Via == viaClick:
		verb = " clicks:"
	case m.To != "":
		verb = fmt.Sprintf(" (only to %s):", m.To)
	case m.Broadcast:
		verb = " (also to the channel):"
	}
	return who + verb + " " + said(m.Text, m.Blocks)
}

// said is the notification text, and under it the blocks' texts and buttons.
func said(text string, blocks json.RawMessage) string {
	out := []string{text}
	var list []map[string]any
	if len(blocks) > 0 && json.Unmarshal(blocks, &list) == nil {
		for _, b := range list {
			out = append(out, blockLine(b))
		}
	}
	return strings.Join(out, "\n")
}

// blockLine shows a block in one line (more where its text has more).
func blockLine(b map[string]any) string {
	kind, _ := b["type"].(string)
	if kind == "divider" {
		return "| ----"
	}
	if kind == "actions" {
		var buttons []string
		for _, e := range interactive(b) {
			buttons = append(buttons, "["+strings.Join(textsIn(e, nil), " ")+"]")
		}
		return "| " + strings.Join(buttons, " ")
	}
	return "| " + strings.ReplaceAll(strings.Join(textsIn(b, nil), " / "), "\n", "\n| ")
}
