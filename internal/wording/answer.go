package wording

import (
	"cmp"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Refused answers a request that was not carried out: why not, what would be, and
// the ways on as buttons.
func (c Context) Refused(r *desk.Refusal, ways []chat.Action) chat.Message {
	m := chat.Message{Summary: chat.Plain(c.refusal(r.Sentence)), Tone: chat.ToneRefused, Actions: ways}
	if r.Hint.Form != "" {
		m.Lines = []chat.Line{paragraph(chat.Plain(c.refusal(r.Hint)))}
	}
	return m
}

// refusal says what a rule or the grammar says of why not.
func (c Context) refusal(s desk.Saying) string {
	own := desk.Saying{Form: c.Own(s.Form), Parts: slices.Clone(s.Parts)}
	for k, part := range own.Parts {
		switch part := part.(type) {
		case desk.Term:
			own.Parts[k] = c.Own(string(part))
		case desk.Impact:
			own.Parts[k] = c.impactWord(part)
		}
	}
	return own.String()
}

// NothingDone is the small print of a refused change.
func (c Context) NothingDone() chat.Text { return c.say("Nothing was stored and nobody was told.") }

// NotStored answers when the record cannot be written.
func (c Context) NotStored() chat.Message {
	return trouble(c.say("This could not be stored, so nothing was done and nobody was told."),
		c.say("The disk of the bot refuses to write; it may be full. Please try again, and tell who runs it."))
}

// MaybeStored answers when it is not known whether the record was written.
func (c Context) MaybeStored() chat.Message {
	return trouble(c.say("It is not known whether this was stored."),
		c.say("Please look before you do it again: incident list all."))
}

// Broken answers when something failed that should not.
func (c Context) Broken(trace string) chat.Message {
	m := trouble(c.say("Something failed in the bot. It may not have been stored."),
		c.say("Please look before you do it again: incident list all. Tell who runs the bot."))
	if trace != "" {
		m.Context = []chat.Text{c.say("The log says more under %s", chat.Span{Code: trace})}
	}
	return m
}

func trouble(sentence, hint chat.Text) chat.Message {
	return chat.Message{Summary: sentence, Tone: chat.ToneRefused, Lines: []chat.Line{paragraph(hint)}}
}

// Instead labels the button that says the line with a mistyped word put right.
func (c Context) Instead(word string) string { return shorten(c.word("Use %s", word), maxLabel) }

// maxLabel is the most characters of a button's label: Slack's limit is 75, but a
// phone shows about 40.
// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const maxLabel = 60

// Pick labels the button that means an incident: "INC-42: Problem with Learn System".
func (c Context) Pick(i desk.Incident) string {
	return shorten(c.listName(i)+": "+c.Title(i), maxLabel)
}

// listName names an incident among others: "INC-42", "DRILL INC-43".
func (c Context) listName(i desk.Incident) string {
	if i.Drill {
		return c.word("DRILL %s", i.Subject())
	}
	return i.Subject().String()
}

// PickImpact labels the button that names an impact: "Learn System is slow".
func (c Context) PickImpact(services []desk.Affected, to desk.Impact) string {
	return shorten(c.Conditions(desk.Incident{Services: services, Impact: to}), maxLabel)
}

// SeveralFit asks which of several incidents is meant.
func (c Context) SeveralFit() string {
	return c.word("More than one incident may be meant. Which one?")
}

// NoneAbout says that no incident is about a service, of those that are open or that
// were resolved lately.
func (c Context) NoneAbout(name string, resolved bool) string {
	if resolved {
		return c.word("No incident that was resolved lately is about %s.", name)
	}
	return c.word("No open incident is about %s.", name)
}

// NoneOpen says that no incident is open that could be meant without a number, beside
// so many drills.
func (c Context) NoneOpen(drills int) string {
	switch drills {
	case 0:
		return c.word("No incident is open, so please give the number.")
	case 1:
		return c.word("Only a drill is open, and a drill is meant only by its number.")
	}
	return c.word("Only drills are open, and a drill is meant only by its number.")
}

// NoneEnded says that no incident could be meant as the one that was resolved.
func (c Context) NoneEnded() string {
	return c.word("No incident was resolved lately, so please give the number.")
}

// AlreadyOpen asks what to do with a declaration of what is open: "INC-42 about
// Learn System was opened 40 seconds ago in Boston."
func (c Context) AlreadyOpen(i desk.Incident, now time.Time) string {
	ago := c.Span(now.Sub(i.DeclaredAt))
	if i.DeclaredIn.IsZero() {
		return c.word("%s about %s was opened %s ago.", i.Subject(), c.Names(i.Services), ago)
	}
	return c.word("%s about %s was opened %s ago in %s.", i.Subject(), c.Names(i.Services), ago, c.campus(i.DeclaredIn.Connection))
}

// campus names where a connection is: its campus, else itself.
func (c Context) campus(conn desk.ConnectionName) string {
	return cmp.Or(c.Campuses[conn], string(conn))
}

// AddAsUpdate labels the button that adds a declaration's text to an incident.
func (c Context) AddAsUpdate(i desk.Incident) string {
	return c.word("Add as update to %s", i.Subject())
}

// NearlyFlag says that a word of a text looks like a flag.
func (c Context) NearlyFlag(word, flag string) string {
	return c.word("The text has the word %s: was the flag %s meant?", word, flag)
}

// Separate labels the button that declares all the same.
func (c Context) Separate() string { return c.word("Separate incident") }

// AsMessage labels the button that takes a text for the message, not for a title.
func (c Context) AsMessage() string { return c.word("Use it as the message") }

// TellingNow answers the end of a grace. Not sent: there was none.
func (c Context) TellingNow(s desk.Subject, sent bool) chat.Message {
	if sent {
		return chat.Message{Summary: c.say("%s is being told now.", s), Tone: chat.ToneInfo}
	}
	return chat.Message{Summary: c.say("Nothing about %s was waiting to be told.", s), Tone: chat.ToneInfo}
}
