package teamstest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Transcript renders a channel like a chat log, threads under their roots, with times as a
// reader in the zone saw them. There are no times and ids of messages in it, so it suits
// golden files.
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

func (v view) at(t time.Time, said string) string {
	said = ShowTimes(said, v.zone)
	if v.timed {
		said = t.In(v.zone).Format("15:04:05.000 ") + said
	}
	return said
}

// stamp is a time that Teams shows in the reader's zone ("Format cards in Microsoft
// Teams", text features).
var stamp = regexp.MustCompile(`\{\{(DATE|TIME)\(([^,)]+)(?:,(COMPACT|SHORT|LONG))?\)\}\}`)

// ShowTimes replaces Teams' times by what a reader in the zone sees.
func ShowTimes(text string, zone *time.Location) string {
	return stamp.ReplaceAllStringFunc(text, func(found string) string {
		parts := stamp.FindStringSubmatch(found)
		at, err := time.Parse(time.RFC3339, parts[2])
		if err != nil {
			return found
		}
		layout := map[string]string{"": "3:04 PM", "COMPACT": "1/2/2006", "SHORT": "Mon, Jan 2, 2006", "LONG": "Monday, January 2, 2006"}[parts[3]]
		if parts[1] == "DATE" && parts[3] == "" {
			layout = "1/2/2006"
		}
		return at.In(zone).Format(layout)
	})
}

func (s *Server) transcript(id ChannelID, v view) string {
	all := s.Messages(id)
	replies, known := map[MessageID][]Message{}, map[MessageID]bool{}
	for _, m := range all {
		known[m.ID] = true
		replies[m.Root] = append(replies[m.Root], m)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.heading(id))
	for _, m := range all {
		if m.Root != "" && known[m.Root] {
			continue
		}
		entry(&b, m, "", v)
		for _, r := range replies[m.ID] {
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
	}{{!ch.installed(), "bot not in it"}, {ch.Blocked, "blocked"}, {ch.Deleted, "deleted"}} {
		if st.on {
			states += ", " + st.name
		}
	}
	return fmt.Sprintf("-- %s %s (%s%s) --", id, ch.Name, ch.Kind, states)
}

// entry writes a message, indented: what it was first, then each later state.
func entry(b *strings.Builder, m Message, indent string, v view) {
	states := append(slices.Clone(m.Edits), Edit{Summary: m.Summary, Card: m.Card})
	first := m
	first.Summary, first.Card = states[0].Summary, states[0].Card
	write(b, indent, v.at(m.Posted, first.line()))
	for i, e := range states[1:] {
		write(b, indent, "  "+v.at(states[i].At, "now: "+said(e.Summary, e.Card)))
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
func (m Message) line() string {
	who := string(m.Author)
	switch m.Via {
	case "bot":
		who = "BOT"
	case "workflow":
		who = "WORKFLOW"
	case "webhook":
		who = "WEBHOOK"
	}
	verb := ":"
	switch {
	case m.To != "":
		verb = fmt.Sprintf(" (only to %s):", m.To)
	case m.Bot == "":
		verb = " types:"
	}
	return who + verb + " " + m.Text + said(m.Summary, m.Card)
}

// said is the notification, and under it the card's texts and buttons.
func said(summary string, card json.RawMessage) string {
	if card == nil {
		return summary
	}
	return summary + "\n| " + strings.ReplaceAll(CardReads(card), "\n", "\n| ")
}
