package wording

import (
	"cmp"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Refused answers a request that was not carried out: why not, what would be, and
// the ways on as buttons.
func Refused(r *desk.Refusal, ways []chat.Action) chat.Message {
	m := chat.Message{Summary: chat.Plain(r.Sentence), Tone: chat.ToneRefused, Actions: ways}
	if r.Hint != "" {
		m.Lines = []chat.Line{paragraph(chat.Plain(r.Hint))}
	}
	return m
}

// NothingDone is the small print of a refused change.
func NothingDone() chat.Text { return chat.Plain("Nothing was stored and nobody was told.") }

// NotStored answers when the record cannot be written.
func NotStored() chat.Message {
	return trouble("This could not be stored, so nothing was done and nobody was told.",
		"The disk of the bot refuses to write; it may be full. Please try again, and tell who runs it.")
}

// MaybeStored answers when it is not known whether the record was written.
func MaybeStored() chat.Message {
	return trouble("It is not known whether this was stored.",
		"Please look before you do it again: incident list all.")
}

// Broken answers when something failed that should not.
func Broken(trace string) chat.Message {
	m := trouble("Something failed in the bot. It may not have been stored.",
		"Please look before you do it again: incident list all. Tell who runs the bot.")
	if trace != "" {
		m.Context = []chat.Text{{{Plain: "The log says more under "}, {Code: trace}}}
	}
	return m
}

func trouble(sentence, hint string) chat.Message {
	return chat.Message{Summary: chat.Plain(sentence), Tone: chat.ToneRefused, Lines: []chat.Line{paragraph(chat.Plain(hint))}}
}

// Instead labels the button that says the line with a mistyped word put right.
func Instead(word string) string { return "Use " + shorten(word, maxLabel-4) }

// maxLabel is the most characters of a button's label: Slack's limit is 75, but a
// phone shows about 40.
// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const maxLabel = 60

// Pick labels the button that means an incident: "INC-42: Problem with Learn System".
func Pick(i desk.Incident) string { return shorten(listName(i)+": "+i.Title, maxLabel) }

// listName names an incident among others: "INC-42", "DRILL INC-43".
func listName(i desk.Incident) string {
	if i.Drill {
		return "DRILL " + i.Subject().String()
	}
	return i.Subject().String()
}

// PickImpact labels the button that names an impact: "Learn System is slow".
func PickImpact(services []desk.Affected, to desk.Impact) string {
	return shorten(Conditions(desk.Incident{Services: services, Impact: to}), maxLabel)
}

// SeveralFit asks which of several incidents is meant.
func SeveralFit() string { return "More than one incident may be meant. Which one?" }

// NoneAbout says that no incident is about a service, of those that are open or that
// were resolved lately.
func NoneAbout(name string, resolved bool) string {
	if resolved {
		return "No incident that was resolved lately is about " + name + "."
	}
	return "No open incident is about " + name + "."
}

// NoneOpen says that no incident is open that could be meant without a number, beside
// so many drills.
func NoneOpen(drills int) string {
	if drills > 0 {
		return "Only " + [2]string{"a drill is", "drills are"}[many(drills)] + " open, and a drill is meant only by its number."
	}
	return "No incident is open, so please give the number."
}

// NoneEnded says that no incident could be meant as the one that was resolved.
func NoneEnded() string { return "No incident was resolved lately, so please give the number." }

// AlreadyOpen asks what to do with a declaration of what is open: "INC-42 about
// Learn System was opened 40 seconds ago in Boston."
func (c Context) AlreadyOpen(i desk.Incident, now time.Time) string {
	s := i.Subject().String() + " about " + Names(i.Services) + " was opened " + Span(now.Sub(i.DeclaredAt)) + " ago"
	if !i.DeclaredIn.IsZero() {
		s += " in " + c.campus(i.DeclaredIn.Connection)
	}
	return s + "."
}

// campus names where a connection is: its campus, else itself.
func (c Context) campus(conn desk.ConnectionName) string {
	return cmp.Or(c.Campuses[conn], string(conn))
}

// AddAsUpdate labels the button that adds a declaration's text to an incident.
func AddAsUpdate(i desk.Incident) string { return "Add as update to " + i.Subject().String() }

// NearlyFlag says that a word of a text looks like a flag.
func NearlyFlag(word, flag string) string {
	return "The text has the word " + word + ": was the flag " + flag + " meant?"
}

// Separate labels the button that declares all the same.
func Separate() string { return "Separate incident" }

// AsMessage labels the button that takes a text for the message, not for a title.
func AsMessage() string { return "Use it as the message" }

// ReadyAgain is the message that says a declaration without words once more.
func ReadyAgain(services []desk.Affected, impact desk.Impact) string {
	return conditions(desk.Incident{Services: services, Impact: impact}, still) + "."
}

func still(desk.ServiceStatus) tense {
	return tense{be: [2]string{"is still", "are still"}, have: [2]string{"still has", "still have"}}
}

// TellingNow answers the end of a grace. Not sent: there was none.
func TellingNow(s desk.Subject, sent bool) chat.Message {
	if sent {
		return chat.Message{Summary: chat.Plain(s.String() + " is being told now."), Tone: chat.ToneInfo}
	}
	return chat.Message{Summary: chat.Plain("Nothing about " + s.String() + " was waiting to be told."), Tone: chat.ToneInfo}
}
