package main

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// people is what the people of a year keep in mind.
type people struct {
	deeds, said, wrongs int
	outages             []trouble // all that ever were
	forced              map[int]bool
	fates               map[int]*fate // of windows whose work goes on
	incidents, windows  int           // how many there were
	series              []seriesOf
}

var number = regexp.MustCompile(`(INC|WIN)-(\d+)`)

// numbered is the number of the first subject of a kind that a text names; 0: none.
func numbered(kind, text string) int {
	for _, m := range number.FindAllStringSubmatch(text, -1) {
		if m[1] == kind {
			n, _ := strconv.Atoi(m[2])
			return n
		}
	}
	return 0
}

// person is somebody who does something, and comes back later where the bot does not run.
func (y *year) person(do func()) func() {
	return func() {
		if y.life == nil {
			d := y.dice("comes back", y.people.deeds)
			y.in(between(d, 10*time.Minute, time.Hour), y.person(do))
			return
		}
		do()
	}
}

func (y *year) imaginePeople() {
	y.people.forced, y.people.fates = map[int]bool{}, map[int]*fate{}
	for n := range y.once {
		d := y.dice("plan", n)
		y.at(y.anyTime(d), y.person(func() { y.planOnce(n) }))
	}
	for n := range y.season.series {
		d := y.dice("series", n)
		y.at(four.Add(between(d, time.Hour, time.Duration(y.days/6)*24*time.Hour)), y.person(func() { y.planSeries(n) }))
	}
	for n := range y.season.incidents {
		d := y.dice("incident", n)
		y.at(y.anyTime(d), y.person(func() { y.declare(n) }))
	}
	all := y.hearers()
	for n := range y.subscriptions {
		d := y.dice("subscription", n)
		h := all[d.IntN(len(all))]
		if h == h.place.channels[0] || h.silent {
			continue
		}
		what := []string{"all", "all", "learn", "all windows", "mail major+"}[d.IntN(5)]
		leaves := d.IntN(3) == 0
		y.at(y.anyTime(d), y.person(func() {
			y.leave(h)
			if !leaves {
				y.hear(h, what)
			}
		}))
	}
	y.in(time.Minute, y.duty)
}

func services() []string { return []string{"learn", "portal", "mail", "library"} }

// button is the action that does what a line does in the newest post of a channel that
// has it.
func (y *year) findButton(in slacktest.ChannelID, line string) (m slacktest.Message, action string, ok bool) {
	all := y.slack.Messages(in)
	for k := len(all) - 1; k >= max(0, len(all)-40); k-- {
		if action, ok = actionOf(all[k], line); ok && all[k].Bot != "" && all[k].To == "" {
			return all[k], action, true
		}
	}
	return m, "", false
}

// press does what a line does by a button, where there is one.
func (y *year) press(p *campusPlace, line string) bool {
	if y.life == nil {
		return false
	}
	m, action, ok := y.findButton(p.ops, line)
	if !ok {
		return false
	}
	a, err := y.slack.Click(y.t.Context(), slacktest.Click{Channel: p.ops, TS: m.TS, Action: action, User: p.who})
	if err != nil || a.Late || a.Status != 200 {
		y.wrong("press %s: %v, late %v, status %d", line, err, a.Late, a.Status)
	}
	if _, opened := y.slack.Form(p.who); opened {
		if a, err = y.slack.Submit(y.t.Context(), p.who, slacktest.Fill{}); err != nil || len(a.Problems) > 0 {
			y.wrong("fill in the form of %s: %v %v", line, err, a.Problems)
		}
	}
	wake(y.life.said)
	y.note("%s presses %s", p.ops, line)
	y.mayDie()
	return true
}

// typed does it by hand.
func (y *year) typed(p *campusPlace, format string, args ...any) (reads string) {
	reads, _ = y.say(p.ops, p.who, "/"+fmt.Sprintf(format, args...))
	return reads
}

// placeOf is where somebody does something.
func (y *year) placeOf(n int) *campusPlace { return y.places[n%len(y.places)] }

// declare is an incident from its beginning.
func (y *year) declare(n int) {
	d, p := y.dice("declare", n), y.placeOf(n)
	service := services()[d.IntN(4)]
	if d.IntN(6) == 0 {
		service += "," + services()[d.IntN(4)]
	}
	impact := []string{"slow", "partly", "down"}[d.IntN(3)]
	flags := ""
	if d.IntN(4) == 0 {
		flags = " --next " + []string{"30m", "5m", "3h"}[d.IntN(3)]
	}
	verb := "declare --separate"
	if d.IntN(15) == 0 {
		verb = "drill"
	}
	reads := y.typed(p, "incident %s %s %s Trouble %d | We look at it.%s", verb, service, impact, n, flags)
	i := numbered("INC", reads)
	if i == 0 {
		y.wrong("it is not declared: %s", reads)
		return
	}
	y.people.incidents++
	y.goesOn(i, p)
}

// goesOn is what people do about an incident that is open: they tell now and then how it
// stands, or forget.
func (y *year) goesOn(i int, p *campusPlace) {
	d := y.dice("goes on", i)
	at := time.Now()
	if d.IntN(4) > 0 {
		for range d.IntN(7) {
			at = at.Add(between(d, 3*time.Minute, 80*time.Minute))
			what := d.IntN(12)
			y.at(at, y.person(func() { y.tellHow(i, p, what) }))
		}
	}
	end := at.Add(between(d, 2*time.Minute, 4*time.Hour))
	if d.IntN(4) == 0 {
		end = at.Add(between(d, 4*time.Hour, 40*time.Hour)) // forgotten
	}
	switch d.IntN(12) {
	case 0:
		y.at(at.Add(between(d, 30*time.Second, 30*time.Minute)), y.person(func() { y.typed(p, "incident retract %d It was the cable of our own screen. --yes", i) }))
	case 1, 2:
		y.at(end, y.person(func() { y.typed(p, "incident resolve %d It works again. --yes", i) }))
		again := end.Add(between(d, time.Minute, 100*time.Hour))
		y.at(again, y.person(func() { y.typed(p, "incident reopen %d It fails again.", i) }))
		y.at(again.Add(between(d, 10*time.Minute, 9*time.Hour)), y.person(func() { y.typed(p, "incident resolve %d Now it works. --yes", i) }))
	default:
		y.at(end, y.person(func() { y.typed(p, "incident resolve %d It works again. --yes", i) }))
	}
}

// tellHow tells how an incident stands.
func (y *year) tellHow(i int, p *campusPlace, what int) {
	switch what {
	case 0:
		y.typed(p, "incident impact %d partly", i)
	case 1:
		y.typed(p, "incident impact %d down", i)
	case 2:
		y.typed(p, "incident note %d Ticket 8841.", i)
	case 3:
		y.typed(p, "incident update %d We go on. --next 20m", i)
	case 4:
		y.typed(p, "incident lead %d me", i)
	case 5:
		y.typed(p, "incident edit %d We look at all of it.", i)
	case 6, 7:
		if line := fmt.Sprintf("incident nothing-new %d", i); !y.press(p, line) {
			y.typed(p, "%s", line)
		}
	case 8:
		if line := fmt.Sprintf("incident snooze %d 10m", i); !y.press(p, line) {
			y.typed(p, "%s", line)
		}
	default:
		y.typed(p, "incident update %d identified: A disk is full (%s).", i, time.Now().In(y.zone).Format("15:04"))
	}
}

// actionOf is the id of the button in a message that does what a line does.
func actionOf(m slacktest.Message, line string) (id string, ok bool) {
	for _, b := range buttonsOf(m) {
		if command, _ := chat.ParseValue(b.Value); command == line {
			return b.ActionID, true
		}
	}
	return "", false
}
