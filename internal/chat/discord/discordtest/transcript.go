package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Transcript shows a channel as people read it, each message with what it was before and
// what its thread says.
func (s *Server) Transcript(channel ID) string {
	var b strings.Builder
	s.mu.Lock()
	c := s.channels[channel]
	title := fmt.Sprintf("-- %s: no such channel --", channel)
	if c != nil {
		title = fmt.Sprintf("-- %s %s --", channel, c.Name)
	}
	s.mu.Unlock()
	b.WriteString(title + "\n")
	for _, m := range s.Messages(channel) {
		entry(&b, m, "")
		for _, reply := range s.Messages(m.ID) { // its thread has its id
			entry(&b, reply, "    > ")
		}
	}
	return b.String()
}

// entry writes a message, indented: what it was first, then each later state.
func entry(b *strings.Builder, m Message, indent string) {
	states := append(slices.Clone(m.Edits), Edit{Content: m.Content, Embeds: m.Embeds, Components: m.Components})
	write := func(text string) {
		b.WriteString(indent + strings.ReplaceAll(text, "\n", "\n"+indent+"      ") + "\n")
	}
	first := m
	first.Content, first.Embeds, first.Components = states[0].Content, states[0].Embeds, states[0].Components
	write(line(first))
	for _, e := range states[1:] {
		write("  now: " + said(e.Content, e.Embeds, e.Components))
	}
	if m.Deleted {
		write("  (deleted)")
	}
}

// line is who said what to whom.
func line(m Message) string {
	who := string(m.Author)
	if m.Bot {
		who = "BOT"
	}
	verb := ":"
	switch {
	case m.Via == "command":
		verb = " types:"
	case m.Via == "click":
		verb = " clicks:"
	case m.To != "":
		verb = fmt.Sprintf(" (only to %s):", m.To)
	case m.ReplyTo != "":
		verb = " (a reply):"
	}
	return who + verb + " " + said(m.Content, m.Embeds, m.Components)
}

// said is the content, under it what the embeds say, and the buttons.
func said(content string, embeds, components json.RawMessage) string {
	out := []string{content}
	for _, t := range embedTexts(embeds) {
		out = append(out, "| "+strings.ReplaceAll(t, "\n", "\n| "))
	}
	if labels := (Message{Components: components}).Buttons(); len(labels) > 0 {
		out = append(out, "| ["+strings.Join(labels, "] [")+"]")
	}
	return strings.Join(out, "\n")
}
