package discord

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// Limits of a message (developers/resources/message, "Embed Limits"; developers/
// components/reference, "Action Row" and "Button"). They count characters; we count
// UTF-16 units, which are never fewer.
const (
	maxContent     = 2000
	maxDescription = 4096
	maxEmbeds      = 6000 // the sum of all texts of the embeds
	maxFieldName   = 256
	maxFieldValue  = 1024
	maxButtonLabel = 80
	maxButtonURL   = 512
	rowButtons     = 5
	maxRows        = 5
	maxMentions    = 100
)

// Limits of our own, such that facts, small print and the reference together leave
// room for the lines.
const (
	maxFacts  = 20
	maxFact   = 150
	maxSmall  = 300
	maxSmalls = 5
)

// maxCalls is how much of the content the lines may be that call somebody: some 50 people.
const maxCalls = 1200

// message is a chat.Message in Discord's form, as posts, edits and answers take it.
// Embeds and Components are never null, so that an edit removes what is gone.
type message struct {
	// Content is the sentence that notifications show, and the lines that call somebody: who
	// is mentioned in an embed is not notified (github.com/discordjs/discord.js, issue 2300).
	Content    string      `json:"content"`
	Embeds     []embed     `json:"embeds"`
	Components []actionRow `json:"components"`
	Mentions   mentions    `json:"allowed_mentions"`
	Flags      int         `json:"flags,omitempty"`
}

// mentions are who is notified: nobody but those named, whatever the text says. Without
// it an edit falls back to notifying everybody whom the text names
// (developers/resources/message, "Allowed Mentions Object").
type mentions struct {
	Parse   []string    `json:"parse"` // always empty, never null
	Users   []snowflake `json:"users,omitempty"`
	Roles   []snowflake `json:"roles,omitempty"`
	Replied bool        `json:"replied_user"`
}

type embed struct {
	Description string  `json:"description,omitempty"`
	Color       int     `json:"color,omitempty"`
	Fields      []field `json:"fields,omitempty"`
	Footer      *footer `json:"footer,omitempty"`
}

type field struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

type footer struct {
	Text string `json:"text"`
}

type button struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id,omitempty"`
	URL      string `json:"url,omitempty"`
}

// The styles of buttons.
const (
	stylePrimary   = 1
	styleSecondary = 2
	styleDanger    = 4
	styleLink      = 5
)

// render lays an answer out and keeps what its buttons have no room for.
func (c *Connection) render(ctx context.Context, msg chat.Message) message {
	m, keep := c.markup.render(msg, "")
	for _, k := range keep {
		c.keep(ctx, &k)
	}
	return m
}

// keepTime bounds the wait for the store, of the second that is left of an answer's time.
const keepTime = 500 * time.Millisecond

// keep keeps what a button or form stands for, if it is not all in it. Where that
// cannot be written it is gone after a restart.
func (c *Connection) keep(ctx context.Context, what *carried) {
	if what == nil {
		return
	}
	put := func(ctx context.Context) error { return c.kept.put(ctx, *what) }
	if err := chat.Within(ctx, keepTime, put); err != nil {
		c.opt.Log.Warn("a button may be dead after a restart", "connection", c.name, "error", err)
	}
}

// render lays a message out: the summary and who is called as the content, the rest in an
// embed, whose footer is the reference, if there is one. What does not fit is cut with an
// ellipsis.
func (m markup) render(msg chat.Message, reference string) (out message, keep []carried) {
	rows, left, keep := m.actions(msg.Actions)
	out = message{Embeds: []embed{}, Components: rows, Mentions: m.notified(msg)}
	out.Content, msg.Lines = m.content(msg)
	e := embed{Color: colour(msg.Tone), Fields: m.facts(msg.Facts)}
	room := maxEmbeds - length(reference)
	if reference != "" {
		e.Footer = &footer{reference}
	}
	for _, f := range e.Fields {
		room -= length(f.Name) + length(f.Value)
	}
	e.Description = m.description(msg, left, min(room, maxDescription))
	if e.Description != "" || len(e.Fields) > 0 || e.Footer != nil {
		out.Embeds = append(out.Embeds, e)
	}
	return out, keep
}

// content is the summary and, below it, the lines that call somebody; rest are the others.
func (m markup) content(msg chat.Message) (content string, rest []chat.Line) {
	calls := ""
	for _, l := range msg.Lines {
		if slices.ContainsFunc(l.Text, m.calls) {
			calls += "\n" + m.line(l)
		} else {
			rest = append(rest, l)
		}
	}
	calls = shorten(calls, maxCalls)
	content = shorten(m.text(msg.Summary), maxContent-maxIcon-length(calls))
	if strings.TrimSpace(content) == "" {
		content = "…"
	}
	return content + icon(msg.Tone) + calls, rest
}

// calls reports whether a piece of text calls somebody of this application's servers.
func (m markup) calls(s chat.Span) bool { return s.Notify && m.knows(s.Person) }

// description is the lines, then the small print, in at most room units.
func (m markup) description(msg chat.Message, left []string, room int) string {
	small := m.context(msg.Context, left)
	if small != "" {
		room -= length(small) + 1
	}
	var b strings.Builder
	for i, l := range msg.Lines {
		line := m.line(l)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			if l.Kind == chat.Heading || l.Kind == chat.Paragraph && msg.Lines[i-1].Kind != chat.Heading {
				b.WriteByte('\n')
			}
		}
		b.WriteString(line)
	}
	lines := shorten(strings.TrimRight(b.String(), "\n"), room)
	if lines == "" {
		return small
	}
	if small == "" {
		return lines
	}
	return lines + "\n" + small
}

func (m markup) line(l chat.Line) string {
	switch l.Kind {
	case chat.Quote:
		return "> " + strings.ReplaceAll(m.text(l.Text), "\n", "\n> ")
	case chat.Item:
		return "• " + m.text(l.Text)
	case chat.Heading:
		return string(appendStrong(nil, l.Text.PlainText(m.zone)))
	}
	return m.text(l.Text)
}

// maxIcon is the longest icon, with its space.
const maxIcon = 4

// icon repeats behind the sentence what it says.
func icon(t chat.Tone) string {
	switch t {
	case chat.ToneDown:
		return " 🔴"
	case chat.TonePartly:
		return " 🟠"
	case chat.ToneSlow:
		return " 🟡"
	case chat.ToneGood:
		return " ✅"
	case chat.ToneInfo:
		return " ℹ️"
	case chat.ToneDrill:
		return " 🚧"
	case chat.ToneRefused:
		return " ⚠️"
	}
	return ""
}

// colour is that of the embed's edge.
func colour(t chat.Tone) int {
	switch t {
	case chat.ToneDown:
		return 0xD92D20
	case chat.TonePartly:
		return 0xE8710A
	case chat.ToneSlow, chat.ToneRefused:
		return 0xE0A800
	case chat.ToneGood:
		return 0x2E7D32
	case chat.ToneInfo:
		return 0x1F6FEB
	case chat.ToneDrill:
		return 0x6B7280
	}
	return 0
}

func (m markup) facts(facts []chat.Fact) []field {
	var fields []field
	for _, f := range facts {
		value := shorten(strings.TrimSpace(m.text(f.Value)), min(maxFact, maxFieldValue))
		if value == "" || len(fields) == maxFacts {
			continue
		}
		name := shorten(string(appendLiteral(nil, oneLine(f.Label))), min(maxFact, maxFieldName))
		if name == "" {
			name = apart
		}
		fields = append(fields, field{name, value, true})
	}
	return fields
}

// apart is a zero-width space: a name that is not empty.
const apart = "\u200b"

// context is the small print, and which buttons had to be left out.
func (m markup) context(small []chat.Text, left []string) string {
	var lines []string
	for _, t := range small {
		if line := oneLine(m.text(t)); line != "" {
			lines = append(lines, "-# "+shorten(line, maxSmall))
		}
	}
	lines = lines[:min(len(lines), maxSmalls)]
	for _, label := range left[:min(len(left), maxSmalls)] {
		says := fmt.Sprintf(m.own("%q has no place as a button: please type its command."), cutPlain(oneLine(label), maxButtonLabel))
		lines = append(lines, "-# "+shorten(string(appendLiteral(nil, says)), maxSmall))
	}
	return strings.Join(lines, "\n")
}

// actions makes buttons; left are the labels of those that have no place.
func (m markup) actions(list []chat.Action) (rows []actionRow, left []string, keep []carried) {
	var buttons []any
	for i, a := range list {
		switch {
		case oneLine(a.Label) == "" || a.Command == "" && a.URL == "":
		case a.URL != "" && (!isLink(a.URL) || length(a.URL) > maxButtonURL), len(buttons) == maxRows*rowButtons:
			left = append(left, a.Label)
		default:
			b, k := actionButton(i, a)
			buttons = append(buttons, b)
			if k != nil {
				keep = append(keep, *k)
			}
		}
	}
	rows = []actionRow{}
	for part := range slices.Chunk(buttons, rowButtons) {
		rows = append(rows, actionRow{kindRow, part})
	}
	return rows, left, keep
}

func actionButton(i int, a chat.Action) (b button, keep *carried) {
	b = button{Type: kindButton, Style: styleSecondary, Label: cutPlain(oneLine(a.Label), maxButtonLabel)}
	switch {
	case a.URL != "":
		b.Style, b.URL = styleLink, a.URL
		return b, nil
	case a.Style == chat.Primary:
		b.Style = stylePrimary
	case a.Style == chat.Danger:
		b.Style = styleDanger
	}
	b.CustomID, keep = customID(i, a)
	return b, keep
}

// notified are the people whom a message calls.
func (m markup) notified(msg chat.Message) mentions {
	out := mentions{Parse: []string{}}
	texts := append([]chat.Text{msg.Summary}, msg.Context...)
	for _, l := range msg.Lines {
		texts = append(texts, l.Text)
	}
	for _, f := range msg.Facts {
		texts = append(texts, f.Value)
	}
	for _, t := range texts {
		for _, s := range t {
			if m.calls(s) {
				out.add(s.Person.ID)
			}
		}
	}
	return out
}

func (o *mentions) add(id string) {
	list, of := &o.Users, snowflake(id)
	if role, isRole := strings.CutPrefix(id, rolePrefix); isRole {
		list, of = &o.Roles, snowflake(role)
	}
	if !slices.Contains(*list, of) && len(*list) < maxMentions {
		*list = append(*list, of)
	}
}
