package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// fate is what becomes of work that goes on.
type fate struct {
	style    int
	after    time.Duration // when it is done, from the planned end
	extended bool
}

// plans types a line that plans work, and with reasons again where it is refused and they
// insist. It returns the window that it made or changed; 0: none.
func (y *year) plans(p *campusPlace, d *rand.Rand, line string) int {
	before := y.plan()
	y.say(p.ops, p.who, "/window "+line+" --yes")
	if w := before.changed(y.plan()); w > 0 || d.IntN(3) == 0 {
		return w
	}
	who, in := p.who, p.ops
	if d.IntN(2) == 0 {
		who, in = root, y.places[0].ops
	}
	before = y.plan()
	y.say(in, who, "/window "+line+` --yes --urgent "They came today" --force "It cannot wait"`)
	w := before.changed(y.plan())
	if w > 0 {
		y.people.forced[w] = true
	}
	return w
}

// planOfRecord is the revision of each window.
type planOfRecord map[int]int

func (y *year) plan() planOfRecord {
	all := planOfRecord{}
	if y.life == nil {
		return all
	}
	windows, err := y.bot.journal.RecentWindows(y.t.Context(), time.Time{}, 0)
	if err != nil {
		y.wrong("read the windows: %v", err)
	}
	for _, w := range windows {
		all[w.Number] = w.Revision
	}
	return all
}

// changed is the newest window that is not as it was; 0: none.
func (was planOfRecord) changed(is planOfRecord) (newest int) {
	for w, revision := range is {
		if old, known := was[w]; !known || old != revision {
			newest = max(newest, w)
		}
	}
	return newest
}

// planOnce is work that is planned once.
func (y *year) planOnce(n int) {
	d, p := y.dice("once", n), y.placeOf(n)
	service := services()[d.IntN(4)]
	if d.IntN(5) == 0 {
		service += "," + services()[d.IntN(4)]
	}
	begin := y.someBegin(d)
	length := time.Duration(1+d.IntN(12)) * 30 * time.Minute
	effect := []string{"", " degraded", " at_risk"}[d.IntN(3)]
	w := y.plans(p, d, fmt.Sprintf("schedule %s%s %s for %s Work %d | Please save your work.", service, effect, y.saidOf(d, begin), minutes(length), n))
	if w == 0 {
		y.in(between(d, time.Hour, 72*time.Hour), y.person(func() {
			if time.Now().Before(y.until.Add(-72 * time.Hour)) {
				y.planOnce(n + 1000)
			}
		}))
		return
	}
	y.changeMind(w, p, begin)
}

// saidOf is a begin as it is typed; now and then it is at once.
func (y *year) saidOf(d *rand.Rand, begin time.Time) string {
	if d.IntN(20) == 0 {
		return "now"
	}
	return rfc(begin, y.zone)
}

func rfc(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.RFC3339) }

func minutes(d time.Duration) string { return fmt.Sprintf("%dm", int(d.Minutes())) }

// someBegin is a time for work, mostly in the early morning and with notice.
func (y *year) someBegin(d *rand.Rand) time.Time {
	now := time.Now().In(y.zone)
	days, hour := 1+d.IntN(20), []int{0, 1, 2, 3, 4, 4, 5, 6, 9, 14, 18, 22, 23}[d.IntN(13)]
	if d.IntN(12) == 0 {
		return now.Add(between(d, 20*time.Minute, 5*time.Hour)).Truncate(time.Minute)
	}
	return time.Date(now.Year(), now.Month(), now.Day()+days, hour, 15*d.IntN(4), 0, 0, y.zone)
}

// changeMind is what people do about work before it begins.
func (y *year) changeMind(w int, p *campusPlace, begin time.Time) {
	d := y.dice("mind", w)
	ahead := time.Until(begin)
	sometime := time.Now().Add(between(d, time.Second, max(2*time.Second, ahead-time.Second)))
	what := d.IntN(100)
	if d.IntN(6) == 0 { // the bot dies over the begin
		away := between(d, 0, 5*time.Second)
		if d.IntN(3) == 0 {
			away = between(d, time.Minute, 4*time.Hour)
		}
		y.at(begin.Add(between(d, -2*time.Second, 1500*time.Millisecond)), func() { y.die(away) })
	}
	switch {
	case what < 10:
		y.at(sometime, y.person(func() { y.typed(p, "window cancel %d The vendor is not ready. --yes", w) }))
	case what < 28:
		y.at(sometime, y.person(func() {
			again := y.someBegin(d)
			if y.plans(p, d, fmt.Sprintf("move %d %s", w, rfc(again, y.zone))) == w && d.IntN(2) == 0 {
				y.changeMind(w, p, again)
			}
		}))
	case what < 36:
		y.at(sometime, y.person(func() { y.plans(p, d, fmt.Sprintf("extend %d 45m", w)) }))
	case what < 44:
		y.at(begin.Add(-between(d, time.Second, 14*time.Minute)), y.person(func() { y.holdBack(w, p) }))
	case what < 49:
		y.at(begin.Add(-between(d, time.Minute, 3*time.Hour)), y.person(func() { y.typed(p, "window start %d --yes", w) }))
	}
}

// holdBack keeps work from beginning, and decides some time later.
func (y *year) holdBack(w int, p *campusPlace) {
	d := y.dice("hold", w)
	if line := fmt.Sprintf("window hold %d", w); d.IntN(2) == 0 || !y.press(p, line) {
		y.typed(p, "%s", line)
	}
	y.in(between(d, time.Minute, 9*time.Hour), y.person(func() {
		switch d.IntN(3) {
		case 0:
			y.typed(p, "window start %d --yes", w)
		case 1:
			y.plans(p, d, fmt.Sprintf("move %d %s", w, rfc(y.someBegin(d), y.zone)))
		default:
			y.typed(p, "window cancel %d It is too late now. --yes", w)
		}
	}))
}

// duty is whoever looks after work that goes on, every twenty minutes.
func (y *year) duty() {
	y.in(20*time.Minute, y.duty)
	if y.life == nil {
		return
	}
	running, err := y.bot.journal.Running(y.t.Context())
	if err != nil {
		y.wrong("read what is running: %v", err)
	}
	for _, w := range running {
		if y.life != nil {
			y.lookAfter(w)
		}
	}
	if y.dice("slot", y.people.deeds).IntN(400) == 0 && y.life != nil {
		y.changeSlot()
	}
}

// lookAfter does about work that goes on what is its fate.
func (y *year) lookAfter(w desk.Window) {
	d := y.dice("fate", w.Number)
	f := y.people.fates[w.Number]
	if f == nil {
		f = &fate{style: d.IntN(100), after: between(d, -25*time.Minute, 0)}
		y.people.fates[w.Number] = f
		switch {
		case f.style >= 90: // forgotten
			f.after = between(d, 8*time.Hour, 20*time.Hour)
		case f.style >= 45:
			f.after = between(d, 0, time.Hour)
		}
	}
	p := y.placeIn(w.ScheduledIn)
	left := time.Until(w.Planned.To)
	switch {
	case -left >= f.after && f.style >= 78 && f.style < 86:
		y.convert(w.Number, p)
	case -left >= f.after:
		if line := fmt.Sprintf("window complete %d", w.Number); f.style%3 != 0 || !y.press(p, line) {
			y.typed(p, "%s It went well.", line)
		}
	case f.style >= 60 && f.style < 75 && !f.extended && left < 35*time.Minute:
		f.extended = true
		if line := fmt.Sprintf("window extend %d 30m", w.Number); !y.press(p, line) {
			y.plans(p, d, fmt.Sprintf("extend %d 45m", w.Number))
		}
	case f.style >= 86 && f.style < 90 && left < time.Hour:
		y.typed(p, "window cancel %d We stop. --yes", w.Number)
	}
}

// convert makes work that went wrong an incident.
func (y *year) convert(w int, p *campusPlace) {
	if i := numbered("INC", y.typed(p, "window incident %d down The disks do not come up.", w)); i > 0 {
		y.people.incidents++
		y.goesOn(i, p)
	}
}

// changeSlot moves or cancels one time of a series.
func (y *year) changeSlot() {
	series, err := y.bot.journal.Series(y.t.Context())
	if err != nil || len(series) == 0 {
		return
	}
	d := y.dice("slots", y.people.deeds)
	w := series[d.IntN(len(series))]
	next := w.Rule.Between(time.Now().Add(2*time.Hour), time.Now().AddDate(0, 0, 60), 3)
	if len(next) == 0 {
		return
	}
	slot := next[d.IntN(len(next))]
	day, p := slot.From.In(y.zone).Format(time.DateOnly), y.placeIn(w.ScheduledIn)
	if d.IntN(2) == 0 {
		y.typed(p, "window cancel %d %s Holidays --yes", w.Number, day)
		return
	}
	y.plans(p, d, fmt.Sprintf("move %d %s to %s", w.Number, day, rfc(slot.From.Add(between(d, time.Hour, 50*time.Hour).Truncate(time.Minute)), y.zone)))
}

// placeIn is the campus of a channel.
func (y *year) placeIn(ch desk.Channel) *campusPlace {
	for _, p := range y.places {
		if p.name == ch.Connection {
			return p
		}
	}
	return y.places[0]
}

// pressable is a button of a message.
type pressable struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
}

func buttonsOf(m slacktest.Message) (all []pressable) {
	var blocks []struct {
		Elements []json.RawMessage `json:"elements"`
	}
	if len(m.Blocks) == 0 || json.Unmarshal(m.Blocks, &blocks) != nil {
		return nil
	}
	for _, b := range blocks {
		for _, raw := range b.Elements {
			var one pressable
			if json.Unmarshal(raw, &one) == nil && one.Value != "" {
				all = append(all, one)
			}
		}
	}
	return all
}
