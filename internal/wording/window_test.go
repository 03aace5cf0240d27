package wording

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// plan tells one window by the real rules of the desk; its clock stands until it is
// moved.
type plan struct {
	t    testing.TB
	in   Context
	now  time.Time
	w    desk.Window
	said []*desk.Announcement
	asks []desk.Question
}

// day is a time in December 2026.
func day(d, h, m int) time.Time { return time.Date(2026, 12, d, h, m, 0, 0, eastern).UTC() }

func planning() desk.Planning {
	return desk.Planning{Zone: eastern, Reminders: []desk.Reminder{{DaysBefore: 1, At: 16 * 60}}}
}

// schedule plans work for Wednesday from 4 to 7, on the Friday before.
func schedule(t testing.TB, in Context, effect desk.Effect, ids ...string) *plan {
	t.Helper()
	p := &plan{t: t, in: in, now: day(4, 10, 0)}
	return p.take(desk.Schedule(17, desk.Plan{
		Services: affected(ids...), Effect: effect, Title: typedIn(t, in, "New database"), Details: typedIn(t, in, "We move to faster machines."),
		Planned: desk.Period{From: day(9, 4, 0), To: day(9, 7, 0)}, In: desk.Channel{Connection: "amherst", ID: "C0OPS"},
	}, p.act()))
}

func (p *plan) act() desk.Act {
	return desk.Act{By: desk.Person{Connection: "amherst", ID: "U0RESPONDER"}, At: p.now}
}

func (p *plan) at(d, h, m int) *plan { p.now = day(d, h, m); return p }

func (p *plan) take(c desk.WindowChange, err error) *plan {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	return p.keep(c)
}

func (p *plan) keep(c desk.WindowChange) *plan {
	p.w = c.Window
	if c.Announce != nil {
		a := *c.Announce
		a.N = len(p.said) + 1
		p.said = append(p.said, &a)
	}
	if c.Ask != nil {
		p.asks = append(p.asks, *c.Ask)
	}
	return p
}

// wait lets the clock say all that is due by then.
func (p *plan) wait(d, h, m int, open ...desk.Subject) *plan {
	p.t.Helper()
	for {
		next := p.w.NextDue(p.now, planning())
		if next.IsZero() || next.After(day(d, h, m)) {
			p.now = day(d, h, m)
			return p
		}
		if next.After(p.now) {
			p.now = next
		}
		c, due := p.w.Due(p.now, desk.Around{Planning: planning(), Open: open})
		if !due {
			p.t.Fatalf("nothing is due at %v", p.now)
		}
		p.take(c, nil)
	}
}

func (p *plan) done(remark string, gated bool) *plan {
	p.t.Helper()
	return p.take(p.w.Done(typedIn(p.t, p.in, remark), gated, p.act()))
}

// learnWork is a window in which Learn is not available.
func learnWork(t testing.TB, in Context) *plan {
	t.Helper()
	return schedule(t, in, desk.EffectDown, "learn")
}

// weekly is a series of such windows.
func weekly(t testing.TB, in Context) *plan {
	t.Helper()
	p := &plan{t: t, in: in, now: day(4, 10, 0)}
	return p.take(desk.Schedule(17, desk.Plan{
		Services: affected("learn"), Title: typedIn(t, in, "New database"), Planned: desk.Period{From: day(9, 4, 0), To: day(9, 7, 0)},
		Rule: &desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: 3 * time.Hour, Zone: "America/New_York", First: time.Date(2026, 12, 9, 0, 0, 0, 0, time.UTC)},
	}, p.act()))
}

// occurrence is the second time of such a series, of which nothing was told yet.
func occurrence(t testing.TB, in Context) *plan {
	t.Helper()
	p := weekly(t, in)
	p.said = nil
	return p.take(p.w.Occurrence(18, desk.Period{From: day(16, 4, 0), To: day(16, 7, 0)}, p.act()), nil)
}

// plans are one for each kind of announcement of a window, and for each way posts differ.
func plans(t *testing.T, in Context) map[string]*plan {
	began := func() *plan { return learnWork(t, in).wait(9, 4, 0) }
	return map[string]*plan{
		"scheduled":         learnWork(t, in),
		"scheduled slow":    schedule(t, in, desk.EffectDegraded, "learn"),
		"scheduled at risk": schedule(t, in, desk.EffectAtRisk, "portal", "mail"),
		"scheduled many":    schedule(t, in, desk.EffectDown, "learn", "portal", "mail", "wifi", "print", "library"),
		"series":            weekly(t, in),
		"series without some days": func() *plan {
			p := weekly(t, in)
			for week := range 14 {
				p.w.Rule.Except = append(p.w.Rule.Except, time.Date(2026, 12, 16+7*week, 0, 0, 0, 0, time.UTC))
			}
			return p
		}(),
		"series over": func() *plan {
			p := weekly(t, in).at(30, 7, 0)
			return p.take(p.w.Finished(p.act()))
		}(),
		"series cancelled": func() *plan {
			p := weekly(t, in).at(5, 9, 0)
			return p.take(p.w.Cancel(typedIn(t, in, "Holidays"), p.act()))
		}(),
		"occurrence": occurrence(t, in).wait(15, 16, 0),
		"occurrence called off": func() *plan {
			p := occurrence(t, in).at(7, 9, 0)
			return p.take(p.w.Cancel(typedIn(t, in, "Holidays"), p.act()))
		}(),
		"occurrence called off late": func() *plan {
			p := occurrence(t, in).wait(15, 16, 0).at(15, 17, 0)
			return p.take(p.w.Cancel(typedIn(t, in, "Holidays"), p.act()))
		}(),
		"occurrence moved": func() *plan {
			p := occurrence(t, in).at(7, 9, 0)
			return p.take(p.w.Move(desk.Period{From: day(17, 5, 0), To: day(17, 8, 0)}, p.act()))
		}(),
		"reminded":        learnWork(t, in).wait(8, 16, 0),
		"started":         began(),
		"started slow":    schedule(t, in, desk.EffectDegraded, "learn", "portal").wait(9, 4, 0),
		"started at risk": schedule(t, in, desk.EffectAtRisk, "learn").wait(9, 4, 0),
		"started later": func() *plan {
			p := learnWork(t, in).at(9, 3, 50)
			p.take(p.w.HoldStart(p.act())).at(9, 4, 5)
			return p.take(p.w.Start(p.act()))
		}(),
		"held": func() *plan {
			p := learnWork(t, in).at(9, 3, 50)
			return p.take(p.w.HoldStart(p.act()))
		}(),
		"moved": func() *plan {
			p := learnWork(t, in).at(7, 9, 0)
			return p.take(p.w.Move(desk.Period{From: day(10, 22, 0), To: day(11, 1, 0)}, p.act()))
		}(),
		"longer": func() *plan {
			p := learnWork(t, in).at(7, 9, 0)
			return p.take(p.w.Extend(time.Hour, p.act()))
		}(),
		"extended": func() *plan {
			p := began().at(9, 6, 52)
			return p.take(p.w.Extend(30*time.Minute, p.act()))
		}(),
		"late":             began().wait(9, 7, 0),
		"late no advice":   schedule(t, in, desk.EffectDown, "portal").wait(9, 7, 0),
		"late testing":     began().at(9, 6, 40).done("", true).wait(9, 7, 0),
		"silent":           began().wait(9, 12, 0),
		"testing":          began().at(9, 6, 40).done("", true),
		"testing remarked": began().at(9, 6, 40).done("All went well.", true),
		"not passed": func() *plan {
			p := began().at(9, 6, 40).done("", true).at(9, 7, 10)
			return p.take(p.w.NotPassed([]string{"login page", "course search"}, p.act()))
		}(),
		"verified": func() *plan {
			p := began().at(9, 6, 40).done("All went well.", true).at(9, 6, 43)
			return p.take(p.w.Passed(p.act()))
		}(),
		"completed":          began().at(9, 6, 40).done("", false),
		"completed remarked": began().at(9, 6, 40).done("All went well.", false),
		"cancelled": func() *plan {
			p := learnWork(t, in).at(7, 9, 0)
			return p.take(p.w.Cancel(typedIn(t, in, "The vendor is not ready."), p.act()))
		}(),
		"stopped": func() *plan {
			p := began().at(9, 5, 0)
			return p.take(p.w.Cancel(typedIn(t, in, "The vendor is not ready."), p.act()))
		}(),
	}
}

func TestPostsAboutPlannedWork(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		for name, p := range plans(t, in) {
			t.Run(name, func(t *testing.T) { golden(t, in, "window "+name, formsOf(in, p.said, 1)) })
		}
	})
}

// Each kind of announcement of a window has a story, so that each sentence was read.
func TestEveryKindOfPlannedWorkHasAPost(t *testing.T) {
	kinds := map[desk.EntryKind]bool{desk.WindowConverted: true} // the incident tells it
	for _, p := range plans(t, campus()) {
		for _, a := range p.said {
			kinds[a.Kind] = true
		}
	}
	for _, k := range []desk.EntryKind{
		desk.WindowScheduled, desk.WindowReminded, desk.WindowStarted, desk.WindowHeld, desk.WindowMoved, desk.WindowExtended, desk.WindowLate,
		desk.WindowVerifying, desk.WindowNotPassed, desk.WindowCompleted, desk.WindowCancelled, desk.WindowConverted,
	} {
		if !kinds[k] {
			t.Errorf("no story tells %q", k)
		}
	}
}

func TestWhatWasMissedOfAWindowIsOneReply(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		p := learnWork(t, in).wait(9, 7, 0)
		golden(t, in, "window folded late", formsOf(in, p.said, 3))
		golden(t, in, "window folded over", formsOf(in, p.at(9, 7, 10).done("All went well.", false).said, 4))
		golden(t, in, "window meanwhile", formsOf(in, p.said, 9))
	})
}

func TestAWindowThatWaitsSaysWhoIsNotTold(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		p := learnWork(t, in)
		p.said[0].Snapshot.Held = &desk.Held{Until: p.now.Add(10 * time.Second), Channels: 143}
		out := formsOf(in, p.said, 1)
		p.at(7, 9, 0).take(p.w.Move(desk.Period{From: day(10, 4, 0), To: day(10, 7, 0)}, p.act()))
		p.said[1].Snapshot.Held = &desk.Held{Until: p.now.Add(10 * time.Second), Channels: 143}
		golden(t, in, "window waits", out+"\n"+formsOf(in, p.said, 1))
	})
}

// Work that became an incident is told by that, and the window's post points at it.
func TestPlannedWorkThatBecameAProblem(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		p := learnWork(t, in).wait(9, 6, 0)
		p.take(p.w.Convert(43, p.act()))
		root := in.Post(chat.Delivery{Subject: p.w.Subject(), N: 9, Root: "root", Snapshot: &desk.Snapshot{Window: &p.w}})
		s := &story{t: t, in: in, now: p.now}
		s.declare(desk.Declaration{Services: affected("learn"), Impact: desk.Critical, Text: "The database does not come back.", Began: p.w.StartedAt})
		s.inc.Window = p.w.Number
		s.newest().Snapshot.Incident = &s.inc
		d := chat.Delivery{Subject: s.inc.Subject(), N: 1, Snapshot: &s.newest().Snapshot, Root: "root"}
		out := transcript(root) + "\n== incident root\n" + transcript(in.Post(d))
		d.Said, d.Broadcast = s.said, true
		golden(t, in, "window became", out+"\n== broadcast\n"+transcript(in.Post(d)))
	})
}

// A campus forwards one plain text in each of its languages, its own first, in its zone.
func TestTheTextForFaculty(t *testing.T) {
	puertoRico, err := time.LoadLocation("America/Puerto_Rico")
	if err != nil {
		t.Fatal(err)
	}
	in := campus()
	both := FacultyCampus{Languages: []*Language{Spanish(), nil}, Zone: puertoRico, HelpDesk: "+1 555 0100"}
	var all []string
	for _, p := range []*plan{
		learnWork(t, in), schedule(t, in, desk.EffectAtRisk, "portal", "mail"), weekly(t, in), learnWork(t, in).wait(9, 4, 0),
		learnWork(t, in).wait(9, 5, 0).done("", false),
	} {
		all = append(all, in.Faculty(p.w, both))
	}
	in.StatusURL = ""
	all = append(all, in.Faculty(learnWork(t, in).w, FacultyCampus{}))
	golden(t, campus(), "faculty", strings.Join(all, "\n\n=====\n\n")+"\n")
}

// What quiet hours kept back of planned work stands beside the incidents.
func TestWhatQuietHoursKeptBackOfPlannedWork(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		open := beginIn(t, in).declare(desk.Declaration{Services: affected("portal"), Impact: desk.Minor}).inc
		coming, over := learnWork(t, in).w, learnWork(t, in).wait(9, 6, 0).done("All went well.", false).w
		post := func(missed []desk.Incident, windows ...desk.Window) string {
			n := desk.Notice{Number: 7, At: day(9, 7, 0), To: desk.Channel{Connection: "amherst", ID: "C1"}, Missed: missed, MissedWindows: windows}
			m := in.Post(chat.Delivery{Snapshot: &desk.Snapshot{Notice: &n}})
			checkLimits(t, m)
			checkPublic(t, m)
			return transcript(m)
		}
		many := make([]desk.Window, maxMissed+3)
		for k := range many {
			many[k] = over
		}
		golden(t, in, "window missed", fmt.Sprint(post(nil, coming), "\n", post([]desk.Incident{open}, coming, over), "\n", post(nil, many...)))
	})
}
