package wording

import (
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Alerts is what checks see fail now.
type Alerts struct {
	Open []desk.Alert
	// More counts those that are not listed.
	More  int
	Muted []Muted
	Now   time.Time
}

// Muted is a service whose failures are not told until a time.
type Muted struct {
	Service string
	Until   time.Time
}

// Alerts lists what checks see.
func (c Context) Alerts(l Alerts) chat.Message {
	k := clock{c, l.Now}
	m := chat.Message{Summary: c.say("No check sees a failure."), Tone: chat.ToneGood}
	if n := len(l.Open) + l.More; n > 0 {
		m = chat.Message{Summary: chat.Plain(c.plural(n, "Checks see one failure.", "Checks see %s failures.")), Tone: chat.ToneInfo}
	}
	for _, a := range l.Open {
		said := chat.Join(chat.Text{{Strong: a.Subject().String()}, {Plain: ": "}}, stop(c.alertLead(a, k)))
		if a.Incident != 0 {
			said = chat.Join(said, c.say(" It belongs to %s.", incidentName(a.Incident)))
		}
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: said})
	}
	if l.More > 0 {
		m.Lines = append(m.Lines, paragraph(c.say("And %s more.", c.thousands(l.More))))
	}
	for _, one := range l.Muted {
		m.Lines = append(m.Lines, paragraph(c.say("%s is muted until %s.", one.Service, k.at(one.Until))))
	}
	return m
}

// PickAlert labels what means an alert: "ALR-7: Learn System".
func (c Context) PickAlert(a desk.Alert) string {
	return shorten(a.Subject().String()+": "+c.namesUpTo(a.Affected(), alertNames), maxLabel)
}

// Alert shows one alert as its card does.
func (c Context) Alert(a desk.Alert) chat.Message {
	return c.Post(chat.Delivery{Subject: a.Subject(), Snapshot: &desk.Snapshot{Alert: &a}, Ops: true})
}

// Acknowledged answers who looks at an alert.
func (c Context) Acknowledged(a desk.Alert) chat.Message {
	return chat.Message{
		Summary: c.say("You look at %s. No incident is declared of it by rule.", a.Subject().String()), Tone: chat.ToneInfo,
		Lines: []chat.Line{paragraph(c.say("Its end will be told, and who else sees it is shown."))},
	}
}

// AlertHeld answers that no incident is declared of an alert for a while.
func (c Context) AlertHeld(a desk.Alert) chat.Message {
	k := clock{c, a.ToldAt}
	return chat.Message{Summary: c.say("No incident is declared of %s before %s.", a.Subject().String(), k.at(a.HeldUntil)), Tone: chat.ToneInfo}
}

// Closed answers that what monitors elsewhere said of an alert is over; left counts their
// checks that are not closed yet.
func (c Context) Closed(a desk.Alert, left int) chat.Message {
	m := chat.Message{Summary: c.say("%s is closed.", a.Subject().String()), Tone: chat.ToneGood}
	switch {
	case left > 0:
		m.Summary = c.say("The first checks of %s are closed. Left: %s. Close it again.", a.Subject().String(), c.thousands(left))
		m.Tone = chat.ToneInfo
	case a.IsFailing():
		m.Summary = c.say("What monitors elsewhere said of %s is closed. Our own checks still see it.", a.Subject().String())
		m.Tone = chat.ToneInfo
	}
	return m
}

// MutedUntil answers a mute.
func (c Context) MutedUntil(services []desk.Affected, until, now time.Time) chat.Message {
	k := clock{c, now}
	return chat.Message{
		Summary: c.say("Failures of %s are not told until %s.", c.namesUpTo(services, alertNames), k.at(until)), Tone: chat.ToneInfo,
		Lines: []chat.Line{paragraph(c.say("They are recorded. What still fails then is told then. No incident is declared by rule meanwhile."))},
	}
}

// Unmuted answers the end of a mute.
func (c Context) Unmuted(services []desk.Affected) chat.Message {
	return chat.Message{Summary: c.say("Failures of %s are told again.", c.namesUpTo(services, alertNames)), Tone: chat.ToneInfo}
}

// Strangers tells ops of checks elsewhere that map to no service, with the line to add.
func (c Context) Strangers(all []desk.Unmapped) string {
	lines := []string{c.plural(len(all), "A monitor reports a check that no service has.", "Monitors report %s checks that no service has.")}
	for _, u := range all {
		name := u.Check
		if u.Called != "" && u.Called != u.Check {
			name += " (" + u.Called + ")"
		}
		lines = append(lines, c.word("%s: %s. Add to its checks: %s", u.Source, name, strconv.Quote(u.Check)+` = "learn"`))
	}
	return strings.Join(lines, "\n")
}
