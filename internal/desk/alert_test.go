package desk_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// sees is "NAME CHECK" that sees learn fail.
func sees(who string) desk.Report {
	name, check, _ := strings.Cut(who, " ")
	return desk.Report{
		Witness: desk.Witness{Kind: desk.Monitor, Name: name, Check: check}, Service: "learn", Expectation: desk.Availability,
		State: desk.Failing, At: time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC),
	}
}

// Of many checks of one source some are shown, and of another source one all the same;
// what is not shown changes no post.
func TestEachSourceIsShownAmongManyChecks(t *testing.T) {
	learn := desk.Alerted{Service: "learn", Name: "Learn System"}
	a := desk.Raise(1, learn, sees("prometheus 0"))
	seen := func() (all string) {
		for _, r := range a.Services[0].Seen {
			all += " " + r.Witness.Name + r.Witness.Check
		}
		return all
	}
	expect := func(what string, dirty bool, want string) {
		t.Helper()
		if seen() != want || a.Dirty != dirty {
			t.Errorf("%s:%s, changes posts: %v; want%s, %v", what, seen(), a.Dirty, want, dirty)
		}
		a.Dirty = false
	}
	expect("the first", true, " prometheus0")
	for k := range 3 {
		a = a.Join(learn, sees("prometheus "+strconv.Itoa(k+1)))
	}
	expect("four of one", true, " prometheus0 prometheus1 prometheus2 prometheus3")
	a = a.Join(learn, sees("prometheus 4"))
	expect("a fifth of it", false, " prometheus0 prometheus1 prometheus2 prometheus3")
	a = a.Join(learn, sees("pingdom 7"))
	expect("another source", true, " prometheus0 prometheus1 prometheus2 pingdom7")
	a = a.Leave(sees("prometheus 4"))
	expect("one that is not shown leaves", false, " prometheus0 prometheus1 prometheus2 pingdom7")
	a = a.Leave(sees("prometheus 1"))
	expect("one that is shown leaves", true, " prometheus0 prometheus2 pingdom7")
	a = a.Refill("learn", []desk.Report{sees("pingdom 7"), sees("prometheus 0"), sees("prometheus 2"), sees("prometheus 3")})
	expect("filled up", false, " pingdom7 prometheus0 prometheus2 prometheus3")
	for _, who := range []string{"prometheus 0", "prometheus 2", "prometheus 3"} {
		a = a.Leave(sees(who))
	}
	expect("all of one leave", true, " pingdom7")
	if a = a.Leave(sees("pingdom 7")); a.IsFailing() || len(a.Witnesses()) > 0 {
		t.Errorf("it is over, and%s sees it fail", seen())
	}
}

// later has the clock look at an alert some seconds after four.
func later(a desk.Alert, seconds int, r desk.AlertAround) desk.AlertDue {
	return a.Due(time.Date(2026, 12, 2, 9, 0, seconds, 0, time.UTC), r)
}

// What posts point to is told, whatever came meanwhile: else people would look for it.
func TestAnAlertThatPostsPointToIsTold(t *testing.T) {
	learn, network := desk.Alerted{Service: "learn", Name: "Learn System"}, desk.Alerted{Service: "network", Name: "Network"}
	told := later(desk.Raise(1, learn, sees("pingdom 1")), 0, desk.AlertAround{}).Alert
	cause := sees("pingdom 2")
	cause.Service = "network"
	leads, told := desk.Raise(2, network, cause).Absorb(told, "Network", cause.At)
	cause.State = desk.Passing
	learnPasses := sees("pingdom 1")
	open := desk.Incident{Number: 3, Status: desk.Investigating}
	for what, c := range map[string]struct {
		a desk.Alert
		r desk.AlertAround
	}{
		"as always": {leads, desk.AlertAround{}}, "muted": {leads, desk.AlertAround{Quiet: true}},
		"declared": {leads.BelongTo(3), desk.AlertAround{Incident: &open}}, "over": {leads.Leave(cause).Leave(learnPasses), desk.AlertAround{}},
	} {
		d := later(c.a, 1, c.r)
		if d.Announce == nil || d.Announce.Kind != desk.AlertRaised || d.Announce.Reach != desk.ReachChannel {
			t.Errorf("%s: %+v", what, d.Announce)
		}
		if d = later(d.Alert, 10, c.r); d.Announce != nil && d.Announce.Reach != desk.ReachEdit {
			t.Errorf("%s, told: %+v", what, d.Announce)
		}
	}
	if d := later(told, 1, desk.AlertAround{}); d.Announce == nil || d.Announce.Kind != desk.AlertAbsorbed {
		t.Errorf("what is told with it: %+v", d.Announce)
	}
}

// What fails and passes again while it is muted changes the posts that say that it is over,
// and tells nobody.
func TestWhatIsOverAgainUnderAMute(t *testing.T) {
	learn := desk.Alerted{Service: "learn", Name: "Learn System"}
	muted := desk.AlertAround{Quiet: true}
	a := later(desk.Raise(1, learn, sees("pingdom 1")), 0, desk.AlertAround{}).Alert
	passes := sees("pingdom 1")
	passes.State = desk.Passing
	a = later(a.Leave(passes), 10, desk.AlertAround{}).Alert
	a = a.Join(learn, sees("pingdom 1"))
	if d := later(a, 20, muted); d.Announce != nil {
		t.Errorf("it fails: %+v", d.Announce)
	}
	d := later(a.Leave(passes), 30, muted)
	if d.Announce == nil || d.Announce.Kind != desk.AlertSeen || d.Announce.Reach != desk.ReachEdit || d.Alert.Dirty {
		t.Errorf("it is over: %+v", d.Announce)
	}
}
