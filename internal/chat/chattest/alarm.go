package chattest

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// AlarmBegins is when Alarm's alert is raised.
func AlarmBegins() time.Time { return time.Date(2026, 12, 4, 8, 55, 0, 0, time.UTC) }

// Alarm is what is told of an alert by the rules of the desk, up to a step, for golden
// files: 1 it is raised, 2 more see it, 3 it passes, 4 it fails again, 5 it comes and goes.
// What monitors say has marks that every platform would take for mark-up.
func Alarm(until int) (said []*desk.Announcement) {
	at := func(minute int) time.Time { return AlarmBegins().Add(time.Duration(minute) * time.Minute) }
	learn := desk.Alerted{Service: "learn", Name: "Learn System"}
	login := desk.Report{
		Witness: desk.Witness{Kind: desk.OwnProbe, Name: "login page"}, Service: "learn", Expectation: desk.Availability,
		State: desk.Failing, Since: at(0), At: at(0), Detail: "HTTP 503 *instead* of <200> @everyone", Step: "4 Log in",
	}
	a := desk.Raise(7, learn, login)
	due := func(minute int, around desk.AlertAround) {
		d := a.Due(at(minute), around)
		if a = d.Alert; d.Announce != nil {
			d.Announce.N = len(said) + 1
			said = append(said, d.Announce)
		}
	}
	moves := func(minute int, change func(desk.Report)) {
		login.At, login.Since = at(minute), at(minute)
		change(login)
		due(minute, desk.AlertAround{})
	}
	fails := func(r desk.Report) { a = a.Join(learn, r) }
	passes := func(r desk.Report) { a = a.Leave(r) }
	steps := []func(){
		func() { due(0, desk.AlertAround{Evidence: at(0), Rule: desk.Service{AutoDeclare: 4 * time.Minute}}) },
		func() {
			pingdom := login
			pingdom.Witness = desk.Witness{Kind: desk.Monitor, Name: "pingdom", Check: "4711"}
			pingdom.Step, pingdom.Called, pingdom.Places, pingdom.Sorry = "", "Login <at> Learn", []string{"Frankfurt", "Boston"}, true
			pingdom.Link = "https://my.pingdom.com/app/reports/uptime?of=a&b#check=4711"
			start := pingdom
			start.Witness.Check, start.Service, start.Called, start.Sorry, start.Places = "4712", "portal", "Start page", false, nil
			a = a.Join(learn, pingdom).Join(desk.Alerted{Service: "portal", Name: "Student <Portal>", Behind: "Learn System"}, start)
			a.SilentSince = at(1)
			due(3, desk.AlertAround{Heard: at(1).Add(-7 * time.Hour)})
		},
		func() {
			for _, r := range a.Witnesses() {
				r.At = at(20)
				a = a.Leave(r)
			}
			due(20, desk.AlertAround{})
		},
		func() { a.Before = 42; moves(22, fails) },
		func() { moves(23, passes); moves(24, fails) },
	}
	for _, step := range steps[:until] {
		step()
	}
	return said
}
