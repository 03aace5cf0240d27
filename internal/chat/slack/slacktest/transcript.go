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

// Transcript renders a channel like a chat log, threads under their roots.
// There are no times and ids in it, so it suits golden files.
func (s *Server) Transcript(id ChannelID) string {
	return s.transcript(id, func(time.Time) string { return "" })
}

// TimedTranscript is [Server.Transcript] with the time (UTC) before each entry.
func (s *Server) TimedTranscript(id ChannelID) string {
	return s.transcript(id, func(t time.Time) string { return t.UTC().Format("15:04:05.000 ") })
}

func (s *Server) transcript(id ChannelID, stamp func(time.Time) string) string {
	all := s.Messages(id)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.heading(id))
	for _, m := range all {
		orphan := m.ThreadTS != "" && !slices.ContainsFunc(all, func(r Message) bool { return r.TS == m.ThreadTS })
		if m.ThreadTS != "" && !orphan {
			continue
		}
		entry(&b, m, "", stamp)
		for _, r := range all {
			if r.ThreadTS == m.TS {
				entry(&b, r, "    > ", stamp)
			}
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
func entry(b *strings.Builder, m Message, indent string, stamp func(time.Time) string) {
	states := append(slices.Clone(m.Edits), Edit{Text: m.Text, Blocks: m.Blocks})
	first := m
	first.Text, first.Blocks = states[0].Text, states[0].Blocks
	write(b, indent, stamp(m.Posted)+line(first))
	for i, e := range states[1:] {
		write(b, indent, "  "+stamp(states[i].At)+"now: "+said(e.Text, e.Blocks))
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
