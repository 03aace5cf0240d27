package wording

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Who is what is known of the person who asks.
type Who struct {
	Person  desk.Person
	Groups  []string
	Role    desk.Role
	Missing bool // the configuration names nobody
	Channel desk.Channel
	Reader  *time.Location
}

// Whoami answers who somebody is, with the line to paste into the configuration
// where they are not on its list.
func (c Context) Whoami(w Who) chat.Message {
	m := chat.Message{Summary: chat.Plain("You are " + w.Person.String() + ", " + roleWord(w.Role) + "."), Tone: chat.ToneInfo}
	m.Lines = append(m.Lines, paragraph(chat.Plain(roleMay(w))))
	if w.Missing && w.Role != desk.Admin {
		m.Lines = append(m.Lines,
			paragraph(chat.Plain("To change that, whoever runs the bot puts this line into its configuration, under [access]:")),
			paragraph(chat.Text{{Code: `admins = ["` + w.Person.String() + `"]`}}))
	} else if w.Role == desk.Anyone { // the list is there: a second line would be a mistake
		m.Lines = append(m.Lines, paragraph(chat.Text{
			{Plain: "To change that, whoever runs the bot adds "}, {Code: `"` + w.Person.String() + `"`},
			{Plain: " to responders in its configuration, under [access]."},
		}))
	}
	if len(w.Groups) > 0 {
		groups := make([]string, len(w.Groups))
		for k, g := range w.Groups {
			groups[k] = string(w.Person.Connection) + "/" + g
		}
		m.Facts = append(m.Facts, chat.Fact{Label: "Groups", Value: chat.Plain(strings.Join(groups, ", "))})
	}
	if !w.Channel.IsZero() {
		m.Facts = append(m.Facts, chat.Fact{Label: "This channel", Value: chat.Text{{Code: w.Channel.String()}}})
	}
	if w.Reader != nil {
		m.Facts = append(m.Facts, chat.Fact{Label: "Your zone", Value: chat.Plain(w.Reader.String())})
	}
	return m
}

func roleWord(r desk.Role) string {
	switch r {
	case desk.Guest:
		return "a guest"
	case desk.Responder:
		return "a responder"
	case desk.Admin:
		return "an admin"
	}
	return "neither a responder nor an admin"
}

func roleMay(w Who) string {
	switch {
	case w.Role == desk.Admin:
		return "You may do everything."
	case w.Missing:
		return "Nobody may change anything yet: the configuration names neither admins nor responders."
	case w.Role == desk.Guest:
		return "Guests may read, and change nothing."
	case w.Role == desk.Responder:
		return "You may do everything but audit, access, hold and release."
	}
	return "You may read, and subscribe channels."
}

// AccessList answers who may do what.
func (c Context) AccessList(a desk.Access) chat.Message {
	m := chat.Message{Tone: chat.ToneInfo}
	m.Summary = chat.Plain(fmt.Sprintf("The configuration names %s and %s.", count(len(a.Admins), "admin"), count(len(a.Responders), "responder")))
	m.Lines = append(people("Admins", a.Admins), people("Responders", a.Responders)...)
	return m
}

// maxPeople is how many entries of an access list are shown.
const maxPeople = 50

func people(label string, list []desk.Person) []chat.Line {
	if len(list) == 0 {
		return nil
	}
	var names []string
	for _, p := range list[:min(len(list), maxPeople)] {
		names = append(names, p.String())
	}
	if n := len(list) - maxPeople; n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	return []chat.Line{paragraph(chat.Text{{Strong: label + ":"}, {Plain: " " + strings.Join(names, ", ")}})}
}

// Audited is one change: who, when, from where, before and after.
type Audited struct {
	At            time.Time
	By            desk.Person
	Name          string
	From          desk.Channel
	Did, About    string
	Before, After string
	Reason        string
}

// maxAudited is how much of what was before and after an audit line shows, in
// characters.
const maxAudited = 200

// AuditLine is one entry of the audit, for admins.
func (c Context) AuditLine(a Audited) chat.Line {
	t := chat.Text{{Time: a.At, Form: chat.DayClock}, {Plain: " "}, {Strong: a.Did}, {Plain: " " + a.About}}
	switch {
	case !a.By.IsZero():
		t = append(t, chat.Span{Plain: " by "}, chat.Span{Person: a.By})
	case a.Name != "":
		t = append(t, chat.Span{Plain: " by " + a.Name})
	}
	if !a.From.IsZero() {
		t = append(t, chat.Span{Plain: " in "}, chat.Span{Channel: a.From})
	}
	change := slices.DeleteFunc([]string{shorten(a.Before, maxAudited), shorten(a.After, maxAudited)}, func(s string) bool { return s == "" })
	if len(change) > 0 {
		t = append(t, chat.Span{Plain: ": " + strings.Join(change, " → ")})
	}
	if a.Reason != "" {
		t = append(t, chat.Span{Plain: ". Reason: " + shorten(a.Reason, maxAudited)})
	}
	return chat.Line{Kind: chat.Item, Text: t}
}

// AuditList answers the audit, newest first.
func (c Context) AuditList(n int, p Page) chat.Message {
	m := chat.Message{Summary: chat.Plain("The newest changes, " + entries(n) + ":"), Tone: chat.ToneInfo}
	if n == 0 {
		m.Summary = chat.Plain("Nothing has been changed yet.")
	}
	return p.put(m)
}

// Held answers a hold: which connections now stand still.
func (c Context) Held(names []desk.ConnectionName) chat.Message {
	if len(names) == 0 {
		return chat.Message{Summary: chat.Plain("It was held already."), Tone: chat.ToneInfo}
	}
	return chat.Message{
		Summary: chat.Plain("Posts to " + connections(names) + " are held until they are released."), Tone: chat.ToneInfo,
		Lines:   []chat.Line{paragraph(chat.Plain("Commands go on; what is to be told waits."))},
		Actions: []chat.Action{{Label: "Release", Command: release(names)}},
	}
}

func release(names []desk.ConnectionName) string {
	if len(names) == 1 {
		return "belltower release " + string(names[0])
	}
	return "belltower release all"
}

// Freed answers a release.
func (c Context) Freed(names []desk.ConnectionName) chat.Message {
	if len(names) == 0 {
		return chat.Message{Summary: chat.Plain("Nothing was held."), Tone: chat.ToneInfo}
	}
	return chat.Message{Summary: chat.Plain("Posts to " + connections(names) + " go on."), Tone: chat.ToneInfo}
}

func connections(names []desk.ConnectionName) string {
	parts := make([]string, len(names))
	for k, n := range names {
		parts[k] = string(n)
	}
	return and(parts)
}
