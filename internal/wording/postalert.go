package wording

import (
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// alertNames is how many services a sentence about an alert names: a time follows.
const alertNames = 3

func alertName(number int) string {
	return desk.Subject{Kind: desk.AlertSubject, Number: number}.String()
}

func incidentName(number int) string {
	return desk.Subject{Kind: desk.IncidentSubject, Number: number}.String()
}

// alertRoot words the post about an alert: what is seen now, whole.
func (c Context) alertRoot(d chat.Delivery) chat.Message {
	a := *d.Snapshot.Alert
	k := clock{c, a.ToldAt}
	m := chat.Message{Summary: stop(c.alertLead(a, k)), Tone: alertTone(a), Lines: c.alertMore(a)}
	if a.Into == 0 && a.IsFailing() {
		m.Lines = append(m.Lines, c.seenBy(a)...)
	}
	if d.Ops {
		c.alertForStaff(&m, a, k)
	}
	return m
}

// alertTone is the mood of an alert.
func alertTone(a desk.Alert) chat.Tone {
	switch {
	case a.Into != 0, !a.IsOpen() && (a.Unwatched || a.WasClosed()):
		return chat.ToneInfo
	case !a.IsOpen():
		return chat.ToneGood
	case a.Expectation == desk.Performance:
		return chat.ToneSlow
	}
	return chat.TonePartly
}

// alertLead is the sentence that stands alone, without its stop.
func (c Context) alertLead(a desk.Alert, k clock) chat.Text {
	names := c.namesUpTo(a.Affected(), alertNames)
	slow := a.Expectation == desk.Performance
	switch {
	case a.Into != 0:
		return c.say("%s: this belongs to %s", names, alertName(a.Into))
	case a.Told == desk.ToldFlapping:
		return c.say("Checks see %s come and go since %s", names, k.at(a.RaisedAt))
	case a.IsFailing() && a.OnlyWarns():
		return c.say("Checks warn about %s since %s", names, k.at(a.Since))
	case !a.IsFailing() && a.Unwatched:
		if gone, _ := a.Parted(); len(gone) > 0 {
			names = c.namesUpTo(gone, alertNames)
		}
		return c.say("%s: the check that saw this is gone, so it is not known whether it is over", names)
	case a.WasClosed():
		return c.say("%s: IT staff closed this alert at %s", names, k.at(a.ClearedAt))
	case !a.IsFailing() && a.Warned:
		return c.say("Checks warn no more about %s since %s", names, k.at(a.ClearedAt))
	case !a.IsFailing() && slow:
		return c.say("Checks see %s quick again since %s", names, k.at(a.ClearedAt))
	case !a.IsFailing():
		return c.say("Checks see %s working again since %s", names, k.at(a.ClearedAt))
	case slow:
		return c.say("Checks see %s slow since %s", names, k.at(a.Since))
	}
	return c.say("Checks see a failure of %s since %s", names, k.at(a.Since))
}

// alertMore says below the sentence what it does not hold: all services, what fails for
// what they depend on, where news is.
func (c Context) alertMore(a desk.Alert) (lines []chat.Line) {
	if a.Into != 0 {
		return nil
	}
	lines = append(c.allServices(a.Affected(), alertNames), c.behind(a)...)
	lines = append(lines, c.besideGone(a)...)
	if a.Incident != 0 {
		lines = append(lines, paragraph(c.say("This is %s now; news comes there.", incidentName(a.Incident))))
	}
	return lines
}

// besideGone says what was seen to pass of an alert of which not all is known.
func (c Context) besideGone(a desk.Alert) []chat.Line {
	_, passed := a.Parted()
	switch {
	case a.IsFailing() || !a.Unwatched || len(passed) == 0:
		return nil
	case a.Expectation == desk.Performance:
		return []chat.Line{paragraph(c.say("Checks see %s quick again.", c.namesUpTo(passed, alertNames)))}
	}
	return []chat.Line{paragraph(c.say("Checks see %s working again.", c.namesUpTo(passed, alertNames)))}
}

// behind says of each service that others need and that fails which fail for it.
func (c Context) behind(a desk.Alert) (lines []chat.Line) {
	var needs []string
	failing := map[string][]desk.Affected{}
	all := 0
	for _, s := range a.Services {
		if s.Behind == "" || s.Failing == 0 {
			continue
		}
		if all++; failing[s.Behind] == nil {
			needs = append(needs, s.Behind)
		}
		failing[s.Behind] = append(failing[s.Behind], desk.Affected{Service: s.Service, Name: s.Name})
	}
	if all == len(a.Services) {
		return nil
	}
	for _, need := range needs {
		lines = append(lines, paragraph(c.say("They depend on %s, so they fail too: %s.", need, c.namesUpTo(failing[need], maxListed))))
	}
	return lines
}

// seenBy names who sees it: "Seen by our check login page, pingdom and alertsite."
func (c Context) seenBy(a desk.Alert) []chat.Line {
	var names []string
	for _, r := range a.Witnesses() {
		name := r.Witness.Name
		if r.Witness.IsOwn() {
			name = c.word("our check %s", r.Name())
		}
		if !contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	if more := len(names) - maxFailing; more > 0 {
		names = append(names[:maxFailing], c.word("%s more", c.thousands(more)))
	}
	return []chat.Line{paragraph(c.say("Seen by %s.", c.and(names)))}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if strings.EqualFold(s, one) {
			return true
		}
	}
	return false
}

// alertForStaff adds what only ops channels see: the number first, what each check says,
// what comes of it by rule, buttons.
func (c Context) alertForStaff(m *chat.Message, a desk.Alert, k clock) {
	m.Summary = chat.Join(reference(a.Subject()), m.Summary)
	if !a.DeclareAt.IsZero() {
		m.Lines = append([]chat.Line{paragraph(c.say("Declaring an incident at %s, unless you hold it.", k.at(a.DeclareAt)))}, m.Lines...)
	}
	if a.IsFailing() && a.Into == 0 {
		m.Lines = append(m.Lines, c.evidence(a.Witnesses(), k)...)
	}
	if !a.SilentSince.IsZero() {
		m.Lines = append(m.Lines, paragraph(c.say("No news since %s. If it is over, close it.", k.at(a.SilentSince))))
	}
	if !a.AckedAt.IsZero() {
		m.Facts = append(m.Facts, chat.Fact{Label: c.word("Acknowledged by"), Value: chat.Text{{Person: a.AckedBy}}})
	}
	m.Actions = c.alertActions(a)
}

// evidence lists what checks say.
func (c Context) evidence(seen []desk.Report, k clock) (lines []chat.Line) {
	for _, r := range seen[:min(len(seen), maxFailing)] {
		lines = append(lines, chat.Line{Kind: chat.Item, Text: c.says(r, k)})
	}
	return lines
}

// says words one check: "login page (our check): HTTP 503, at 4 Log in, since 3:52". Its name
// leads to its page at the monitor.
func (c Context) says(r desk.Report, k clock) chat.Text {
	who := r.Witness.Name
	if r.Witness.IsOwn() {
		who = c.word("our check")
	}
	name := r.Name()
	if strings.EqualFold(name, who) {
		name, who = r.Witness.Check, r.Witness.Name
	}
	if name == "" {
		name = who
	}
	t := chat.Text{{Strong: name}, {Plain: " (" + who + ")"}}
	if r.Link != "" {
		t[0] = chat.Span{Link: chat.Link{URL: r.Link, Label: name}}
	}
	if r.Detail != "" {
		t = append(t, chat.Span{Plain: ": "}, chat.Span{Plain: r.Detail})
	}
	if r.Step != "" {
		t = chat.Join(t, c.say(", at step %s", r.Step))
	}
	if len(r.Places) > 0 {
		t = chat.Join(t, c.say(", seen from %s", strings.Join(r.Places[:min(len(r.Places), alertNames)], ", ")))
	}
	if r.Sorry {
		t = chat.Join(t, c.say(", but it sees our sorry page"))
	}
	switch {
	case r.Retired:
		return chat.Join(t, c.say(", not watched any more"))
	case r.Closed && !r.Failed():
		return chat.Join(t, c.say(", closed at %s", k.at(r.At)))
	case !r.Failed():
		return chat.Join(t, c.say(", passes since %s", k.at(r.At)))
	}
	since := r.Since
	if since.IsZero() {
		since = r.At
	}
	return chat.Join(t, c.say(", since %s", k.at(since)))
}

// alertActions are the buttons of the card: declare, look, keep quiet.
func (c Context) alertActions(a desk.Alert) []chat.Action {
	if !a.IsFailing() || a.Into != 0 || a.Incident != 0 {
		return nil
	}
	b := button{c, a.Subject().String(), strconv.Itoa(a.Number)}
	declare := b.make(c.word("Declare an incident of %s", b.name), "probe declare --yes")
	declare.Style = chat.Primary
	out := []chat.Action{declare}
	if a.Before != 0 {
		out = append(out, c.button(desk.Incident{Number: a.Before}).reopen())
	}
	if !a.DeclareAt.IsZero() {
		out = append(out, b.make(c.word("Hold %s 10 min", b.name), "probe hold"))
	}
	if a.AckedAt.IsZero() {
		out = append(out, b.make(c.word("Acknowledge %s", b.name), "probe ack"))
	}
	mute := b.make(c.word("Mute %s 1 h", b.name), "probe mute")
	mute.Command += " 1h"
	out = append(out, mute)
	if !a.SilentSince.IsZero() {
		out = append(out, b.make(c.word("Close %s", b.name), "probe close"))
	}
	return out
}

func (b button) reopen() chat.Action {
	return b.make(b.c.word("Reopen %s", b.name), "incident reopen")
}

// alertReply words what a thread, and with Broadcast the channel, is told of an alert: as
// it stands, however often it changed since.
func (c Context) alertReply(d chat.Delivery) chat.Message {
	newest := d.Said[len(d.Said)-1]
	a := *newest.Snapshot.Alert
	k := clock{c, newest.At}
	m := chat.Message{Summary: stop(c.alertLead(a, k)), Tone: alertTone(a)}
	switch {
	case newest.Kind == desk.AlertEased && len(a.Eased()) > 0:
		working := c.say("Checks see %s working again since %s", c.namesUpTo(a.Eased(), alertNames), k.at(a.EasedAt))
		m = chat.Message{Summary: stop(working), Tone: chat.ToneGood, Lines: []chat.Line{paragraph(m.Summary)}}
	case newest.Kind == desk.AlertAgain && a.Again > 0:
		m.Summary = c.say("Again: %s", m.Summary)
	case a.Told == desk.ToldFlapping:
		m.Lines = []chat.Line{paragraph(c.say("We will say how it stands when it stays so for 10 minutes."))}
	case !a.IsFailing() && a.Into == 0 && a.Unwatched:
		m.Lines = c.besideGone(a)
	case !a.IsFailing() && a.Into == 0 && a.EasedAt.IsZero() && !a.Warned && !a.WasClosed():
		m.Lines = []chat.Line{paragraph(c.say("It failed for %s.", c.Span(a.ClearedAt.Sub(a.Since))))}
	}
	if d.Ops {
		m.Summary = chat.Join(reference(a.Subject()), m.Summary)
	}
	return m
}
