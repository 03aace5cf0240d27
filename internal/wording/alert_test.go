package wording

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// seen is what a check says at a time of day.
func seen(kind desk.WitnessKind, name string, service desk.ServiceID, at time.Time) desk.Report {
	r := desk.Report{Witness: desk.Witness{Kind: kind, Name: name}, Service: service, Expectation: desk.Availability, State: desk.Failing, Since: at, At: at}
	if kind == desk.Monitor {
		r.Witness.Check, r.Called = "4711", "Login at Learn"
	}
	return r
}

// alarm tells an alert by the real rules.
type alarm struct {
	in    Context
	alert desk.Alert
	said  []*desk.Announcement
}

func (a *alarm) due(now time.Time, around desk.AlertAround) *alarm {
	d := a.alert.Due(now, around)
	a.alert = d.Alert
	if d.Announce != nil {
		d.Announce.N = len(a.said) + 1
		a.said = append(a.said, d.Announce)
	}
	return a
}

func TestAlertPosts(t *testing.T) {
	learn, portal := desk.Alerted{Service: "learn", Name: "Learn System"}, desk.Alerted{Service: "portal", Name: "Student Portal", Behind: "Learn System"}
	at := func(minute int) time.Time {
		return time.Date(2026, 12, 2, 8, 52, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
	}
	inEach(t, func(t *testing.T, in Context) {
		login := seen(desk.OwnProbe, "login page", "learn", at(0))
		login.Detail, login.Step = "HTTP 503 instead of 200", "4 Log in"
		a := &alarm{in: in, alert: desk.Raise(7, learn, login)}
		a.due(at(0), desk.AlertAround{Evidence: at(0), Rule: desk.Service{AutoDeclare: 4 * time.Minute}})
		golden(t, in, "alert raised", formsOf(in, a.said, 1))

		pingdom := seen(desk.Monitor, "pingdom", "learn", at(1))
		pingdom.Places, pingdom.Sorry, pingdom.Link = []string{"Frankfurt", "Boston"}, true, "https://my.pingdom.com/app/reports/uptime#check=4711"
		a.alert = a.alert.Join(learn, pingdom).Join(portal, seen(desk.Monitor, "alertsite", "portal", at(2)))
		a.alert.SilentSince = at(1)
		a.due(at(3), desk.AlertAround{Heard: at(1).Add(-7 * time.Hour)})
		golden(t, in, "alert seen", formsOf(in, a.said, 1))

		a.alert.Incident, a.alert.Dirty = 42, true
		a.due(at(4), desk.AlertAround{Incident: &desk.Incident{Number: 42, Status: desk.Investigating}})
		golden(t, in, "alert declared", formsOf(in, a.said, 1))
		a.alert.Incident = 0

		for _, r := range a.alert.Witnesses() {
			r.At = at(20)
			a.alert = a.alert.Leave(r)
		}
		a.due(at(20), desk.AlertAround{})
		golden(t, in, "alert cleared", formsOf(in, a.said, 1))

		login.At, login.Since = at(22), at(22)
		a.alert = a.alert.Join(learn, login)
		a.alert.Before = 42
		a.due(at(22), desk.AlertAround{})
		golden(t, in, "alert again", formsOf(in, a.said, 1))

		login.At = at(23)
		a.alert = a.alert.Leave(login)
		a.due(at(23), desk.AlertAround{})
		login.At = at(24)
		a.alert = a.alert.Join(learn, login)
		a.due(at(24), desk.AlertAround{})
		golden(t, in, "alert flapping", formsOf(in, a.said, 1))

		slow := seen(desk.OwnProbe, "login page", "learn", at(0))
		slow.Expectation, slow.Detail = desk.Performance, "4.2 s; 3 s are expected"
		b := &alarm{in: in, alert: desk.Raise(8, learn, slow)}
		b.due(at(0), desk.AlertAround{})
		golden(t, in, "alert slow", formsOf(in, b.said, 1))
		_, b.alert = a.alert.Absorb(b.alert, "Campus network", at(1))
		b.due(at(1), desk.AlertAround{})
		golden(t, in, "alert absorbed", formsOf(in, b.said, 1))
	})
}

// What fails for one of two services of a storm is not said to fail for the other.
func TestEachNeedIsNamedWithWhatFailsForIt(t *testing.T) {
	at := time.Date(2026, 12, 2, 8, 52, 0, 0, time.UTC)
	c := campus()
	a := desk.Alert{Number: 7, Expectation: desk.Availability}
	for _, s := range []desk.Alerted{
		{Service: "network", Name: "Network"}, {Service: "login", Name: "Sign-in"}, {Service: "learn", Name: "Learn", Behind: "Sign-in"},
		{Service: "wifi", Name: "Wi-Fi", Behind: "Network"}, {Service: "portal", Name: "Portal", Behind: "Sign-in"},
	} {
		a = a.Join(s, seen(desk.OwnProbe, "page", s.Service, at))
	}
	var got []string
	for _, l := range c.alertMore(a) {
		got = append(got, l.Text.PlainText(time.UTC))
	}
	want := []string{"They depend on Sign-in, so they fail too: Learn and Portal.", "They depend on Network, so they fail too: Wi-Fi."}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

// A list of all that fails for the network would leave no room for who sees it.
func TestTheFirstThatFailForAnotherAreNamed(t *testing.T) {
	at := time.Date(2026, 12, 2, 8, 52, 0, 0, time.UTC)
	a := desk.Raise(7, desk.Alerted{Service: "network", Name: "Network"}, seen(desk.OwnProbe, "page", "network", at))
	for k := range 1000 {
		id := desk.ServiceID(fmt.Sprintf("s%d", k))
		a = a.Join(desk.Alerted{Service: id, Name: string(id), Behind: "Network"}, seen(desk.OwnProbe, "page", id, at))
	}
	lines := campus().alertMore(a)
	if text := lines[0].Text.PlainText(time.UTC); len(lines) != 1 || !strings.HasSuffix(text, ", s28, s29 and 970 more services.") {
		t.Errorf("%d lines, the first: %.300s", len(lines), text)
	}
}

// A certificate that ends soon is no failure of the service, neither when it is seen nor
// when it was renewed.
func TestAWarningIsNotSaidToBeAFailure(t *testing.T) {
	at := time.Date(2026, 12, 2, 8, 52, 0, 0, time.UTC)
	learn := desk.Alerted{Service: "learn", Name: "Learn System"}
	warns := seen(desk.OwnProbe, "certificate", "learn", at)
	warns.Warns = true
	real := seen(desk.OwnProbe, "login page", "learn", at.Add(time.Minute))
	gone := real
	gone.Retired = true
	closed := real
	closed.Closed = true
	leave := func(a desk.Alert, r desk.Report) desk.Alert { r.At = r.At.Add(time.Hour); return a.Leave(r) }
	warned := desk.Raise(7, learn, warns)
	portal := real
	portal.Service = "portal"
	mixed := leave(leave(desk.Raise(7, learn, real).Join(desk.Alerted{Service: "portal", Name: "Portal"}, portal), gone), portal)
	for _, c := range []struct {
		a    desk.Alert
		want string
	}{
		{warned, "Checks warn about Learn System since "},
		{warned.Join(learn, real), "Checks see a failure of Learn System since "},
		{leave(warned, warns), "Checks warn no more about Learn System since "},
		{leave(leave(warned.Join(learn, real), real), warns), "Checks see Learn System working again since "},
		{leave(leave(warned.Join(learn, real), warns), real), "Checks see Learn System working again since "},
		{leave(desk.Raise(7, learn, real), gone), "Learn System: the check that saw this is gone, so it is not known whether it is over"},
		{mixed, "Learn System: the check that saw this is gone"},
		{leave(desk.Raise(7, learn, real), closed), "Learn System: IT staff closed this alert at "},
		{leave(leave(desk.Raise(7, learn, real), closed).Join(learn, real), real), "Checks see Learn System working again since "},
		{leave(leave(warned.Join(learn, real), gone), warns), "Checks warn no more about Learn System since "},
	} {
		if got := campus().alertLead(c.a, clock{campus(), at}).PlainText(time.UTC); !strings.HasPrefix(got, c.want) {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
	for _, lines := range [][]chat.Line{campus().alertMore(mixed), campus().alertReply(chat.Delivery{Said: []*desk.Announcement{{Kind: desk.AlertCleared, Snapshot: desk.Snapshot{Alert: &mixed}}}}).Lines} {
		if len(lines) != 1 || lines[0].Text.PlainText(time.UTC) != "Checks see Portal working again." {
			t.Errorf("%+v", lines)
		}
	}
	b := &alarm{in: campus(), alert: warned}
	b.due(at, desk.AlertAround{})
	b.alert = b.alert.Join(learn, real)
	b.due(at.Add(time.Minute), desk.AlertAround{})
	b.alert = leave(b.alert, real)
	b.due(at.Add(time.Hour), desk.AlertAround{})
	for n, want := range map[int]string{1: "Checks see a failure of Learn System since 3:53 AM EST.", 2: "Checks see Learn System working again since 4:53 AM EST."} {
		m := campus().alertReply(chat.Delivery{Subject: b.alert.Subject(), Said: b.said[n : n+1]})
		if got := m.Summary.PlainText(campus().Zone); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	a := &alarm{in: campus(), alert: warned}
	a.due(at, desk.AlertAround{})
	a.alert = leave(a.alert, warns)
	a.due(at.Add(time.Hour), desk.AlertAround{})
	d := chat.Delivery{Subject: a.alert.Subject(), Said: []*desk.Announcement{a.said[1]}}
	if m := campus().alertReply(d); len(m.Lines) != 0 {
		t.Errorf("%+v", m.Lines)
	}
}
