package wording

import (
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
	// Grants are the entries of the access list that give the role.
	Grants []desk.Person
	// Rosters are the lists of groups that the access list names, Unknown those that
	// might give more rights if they were known.
	Rosters, Unknown []chat.Roster
	At               time.Time // when it was asked
}

// Whoami answers who somebody is, with the line to paste into the configuration
// where they are not on its list.
func (c Context) Whoami(w Who) chat.Message {
	m := chat.Message{Summary: c.say("You are %s, %s.", w.Person, c.roleWord(w.Role)), Tone: chat.ToneInfo}
	m.Lines = append(m.Lines, paragraph(chat.Plain(c.roleMay(w))))
	if w.Missing && w.Role != desk.Admin {
		m.Lines = append(m.Lines,
			paragraph(c.say("To change that, whoever runs the bot puts this line into its configuration, under [access]:")),
			paragraph(chat.Text{{Code: `admins = ["` + w.Person.String() + `"]`}}))
	} else if w.Role == desk.Anyone { // the list is there: a second line would be a mistake
		m.Lines = append(m.Lines, paragraph(
			c.say("To change that, whoever runs the bot adds %s to responders in its configuration, under [access].", chat.Span{Code: `"` + w.Person.String() + `"`})))
	}
	if len(w.Unknown) > 0 {
		m.Lines = append(m.Lines, c.GroupsUnknown(w.Unknown))
	}
	if len(w.Grants) > 0 {
		m.Facts = append(m.Facts, chat.Fact{Label: c.word("Your right comes from"), Value: chat.Plain(c.grants(w))})
	}
	if len(w.Groups) > 0 {
		groups := make([]string, len(w.Groups))
		for k, g := range w.Groups {
			groups[k] = string(w.Person.Connection) + "/" + g
		}
		m.Facts = append(m.Facts, chat.Fact{Label: c.word("Groups"), Value: chat.Plain(strings.Join(groups, ", "))})
	}
	if !w.Channel.IsZero() {
		m.Facts = append(m.Facts, chat.Fact{Label: c.word("This channel"), Value: chat.Text{{Code: w.Channel.String()}}})
	}
	if w.Reader != nil {
		m.Facts = append(m.Facts, chat.Fact{Label: c.word("Your zone"), Value: chat.Plain(w.Reader.String())})
	}
	return m
}

func (c Context) roleWord(r desk.Role) string {
	switch r {
	case desk.Guest:
		return c.word("a guest")
	case desk.Responder:
		return c.word("a responder")
	case desk.Admin:
		return c.word("an admin")
	}
	return c.word("neither a responder nor an admin")
}

func (c Context) roleMay(w Who) string {
	switch {
	case w.Role == desk.Admin:
		return c.word("You may do everything.")
	case w.Missing:
		return c.word("Nobody may change anything yet: the configuration names neither admins nor responders.")
	case w.Role == desk.Guest:
		return c.word("Guests may read, and change nothing.")
	case w.Role == desk.Responder:
		return c.word("You may do everything but audit, access, hold and release.")
	}
	return c.word("You may read, and subscribe channels.")
}

// grants names where a right comes from, with the age of lists.
func (c Context) grants(w Who) string {
	var from []string
	for _, p := range w.Grants {
		text := p.String()
		if k := slices.IndexFunc(w.Rosters, func(r chat.Roster) bool { return r.Group == p }); k >= 0 {
			text += " (" + c.rosterAge(w.Rosters[k], w.At) + ")"
		}
		from = append(from, text)
	}
	return strings.Join(from, ", ")
}

// rosterAge says how old a list of members is: "list of 4 minutes ago".
func (c Context) rosterAge(r chat.Roster, now time.Time) string {
	switch {
	case r.At.IsZero():
		return c.word("members not known yet")
	case !r.Counts(now):
		return c.word("list of %s ago, too old to count", c.Span(now.Sub(r.At)))
	case !r.Failing.IsZero():
		return c.word("list of %s ago, cannot be refreshed", c.Span(now.Sub(r.At)))
	case now.Sub(r.At) < time.Minute:
		return c.word("list of just now")
	}
	return c.word("list of %s ago", c.Span(now.Sub(r.At)))
}

// GroupsUnknown says that it is not known who belongs to groups, so that they give
// nobody a right.
func (c Context) GroupsUnknown(groups []chat.Roster) chat.Line {
	var names []string
	never := true
	for _, r := range groups {
		names = append(names, r.Group.String())
		never = never && r.At.IsZero()
	}
	why := c.word("the platform has not said so for 24 hours")
	if never {
		why = c.word("the platform has not said so yet")
	}
	return paragraph(c.say("It is not known who belongs to %s: %s. Until it does, only people named one by one may act. Please try again in a minute.", c.and(names), why))
}

// OldRoster is the reason in the audit for the use of a list that cannot be refreshed.
func (c Context) OldRoster(r chat.Roster, reason string) string {
	return c.word("It cannot be refreshed (%s). The list of %s, %s, counts until %s.", c.reason(reason),
		c.dated(r.At), c.members(r), c.dated(r.At.Add(chat.RosterKept)))
}

func (c Context) members(r chat.Roster) string { return c.plural(r.Members, "1 member", "%s members") }

// AccessList answers who may do what, and how old the lists of groups are.
func (c Context) AccessList(a desk.Access, rosters []chat.Roster, now time.Time) chat.Message {
	m := chat.Message{Tone: chat.ToneInfo}
	m.Summary = c.say("The configuration names %s and %s.",
		c.plural(len(a.Admins), "1 admin", "%s admins"), c.plural(len(a.Responders), "1 responder", "%s responders"))
	m.Lines = append(c.people(c.word("Admins"), a.Admins), c.people(c.word("Responders"), a.Responders)...)
	for _, r := range rosters[:min(len(rosters), maxPeople)] {
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: chat.Text{
			{Strong: r.Group.String()}, {Plain: ": " + c.members(r) + ", " + c.rosterAge(r, now)}}})
	}
	return m
}

// maxPeople is how many entries of an access list are shown.
const maxPeople = 50

func (c Context) people(label string, list []desk.Person) []chat.Line {
	if len(list) == 0 {
		return nil
	}
	var names []string
	for _, p := range list[:min(len(list), maxPeople)] {
		names = append(names, p.String())
	}
	if n := len(list) - maxPeople; n > 0 {
		names = append(names, c.word("and %s more", c.thousands(n)))
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
	t := chat.Text{c.withDay(a.At), {Plain: " "}, {Strong: a.Did}, {Plain: " " + a.About}}
	switch {
	case !a.By.IsZero():
		t = append(t, c.say(" by %s", chat.Span{Person: a.By})...)
	case a.Name != "":
		t = append(t, c.say(" by %s", a.Name)...)
	}
	if !a.From.IsZero() {
		t = append(t, c.say(" in %s", chat.Span{Channel: a.From})...)
	}
	change := slices.DeleteFunc([]string{shorten(a.Before, maxAudited), shorten(a.After, maxAudited)}, func(s string) bool { return s == "" })
	if len(change) > 0 {
		t = append(t, chat.Span{Plain: ": " + strings.Join(change, " → ")})
	}
	if a.Reason != "" {
		says := c.say(". Reason: %s", shorten(a.Reason, maxAudited))
		if len(change) > 0 && strings.HasSuffix(change[len(change)-1], ".") {
			says = c.say(" Reason: %s", shorten(a.Reason, maxAudited))
		}
		t = append(t, says...)
	}
	return chat.Line{Kind: chat.Item, Text: t}
}

// AuditList answers the audit, newest first.
func (c Context) AuditList(n int, p Page) chat.Message {
	m := chat.Message{Summary: c.say("The newest changes, %s:", c.entries(n)), Tone: chat.ToneInfo}
	if n == 0 {
		m.Summary = c.say("Nothing has been changed yet.")
	}
	return c.paged(p, m)
}

// Held answers a hold: which connections now stand still.
func (c Context) Held(names []desk.ConnectionName) chat.Message {
	if len(names) == 0 {
		return chat.Message{Summary: c.say("It was held already."), Tone: chat.ToneInfo}
	}
	return chat.Message{
		Summary: c.say("Posts to %s are held until they are released.", c.connections(names)), Tone: chat.ToneInfo,
		Lines:   []chat.Line{paragraph(c.say("Commands go on; what is to be told waits."))},
		Actions: []chat.Action{{Label: c.word("Release"), Command: release(names)}},
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
		return chat.Message{Summary: c.say("Nothing was held."), Tone: chat.ToneInfo}
	}
	return chat.Message{Summary: c.say("Posts to %s go on.", c.connections(names)), Tone: chat.ToneInfo}
}

func (c Context) connections(names []desk.ConnectionName) string {
	parts := make([]string, len(names))
	for k, n := range names {
		parts[k] = string(n)
	}
	return c.and(parts)
}
