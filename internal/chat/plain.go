package chat

import (
	"strings"
	"time"
)

// PlainText writes a message for a terminal: one line each, times in the zone,
// buttons as the commands that they carry.
func (m Message) PlainText(zone *time.Location) string {
	var b strings.Builder
	line := func(parts ...string) {
		b.WriteString(strings.Join(parts, ""))
		b.WriteByte('\n')
	}
	line(m.Summary.PlainText(zone))
	for _, l := range m.Lines {
		line(l.plain(zone))
	}
	for _, f := range m.Facts {
		line(f.Label, ": ", f.Value.PlainText(zone))
	}
	for _, c := range m.Context {
		line(c.PlainText(zone))
	}
	for _, a := range m.Actions {
		line("[", a.Label, "] ", a.Command, a.URL)
	}
	return b.String()
}

func (l Line) plain(zone *time.Location) string {
	text := l.Text.PlainText(zone)
	switch l.Kind {
	case Quote:
		return "> " + strings.ReplaceAll(text, "\n", "\n> ")
	case Item:
		return "- " + strings.ReplaceAll(text, "\n", "\n  ")
	}
	return text
}
