package wording

import (
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func cadence() desk.Cadence {
	return desk.Cadence{Minor: 4 * time.Hour, Major: time.Hour, Critical: 20 * time.Minute, Holding: true, Zone: eastern}
}

// promised takes a change and what it makes of the next promise.
func (s *story) promised(c desk.Change, err error) *story {
	s.t.Helper()
	return s.take(c.Promise(cadence()), err)
}

// wait lets the clock say all that is due by then, and keeps what ops was asked.
func (s *story) wait(clock string, cad desk.Cadence) (asked []desk.Question) {
	s.t.Helper()
	until := (&story{t: s.t, now: s.now}).at(clock).now
	for {
		next := s.inc.NextDue(cad)
		if next.IsZero() || next.After(until) {
			s.now = until
			return asked
		}
		s.now = next
		due, _ := s.inc.Due(s.now, cad)
		s.take(due.Change, nil)
		if due.Ask != nil {
			asked = append(asked, *due.Ask)
		}
	}
}

// down is an outage of Learn of which news was promised by the cadence.
func down(t testing.TB, in Context) *story {
	t.Helper()
	s := beginIn(t, in)
	return s.promised(desk.Declare(42, desk.Declaration{
		Services: affected("learn"), Impact: desk.Critical, Title: in.ReadyTitle(affected("learn")), Text: in.ReadyText(),
		Began: s.now.Add(-3 * time.Minute), In: desk.Channel{Connection: "amherst", ID: "C0OPS"},
	}, s.act()))
}

// promiseStories are one for each way that a promise is kept, or not.
func promiseStories(t *testing.T, in Context) map[string]*story {
	waited := func(clock string, cad desk.Cadence) *story {
		s := down(t, in)
		s.wait(clock, cad)
		return s
	}
	without := cadence()
	without.Holding = false
	return map[string]*story{
		"holding":         waited("4:16", cadence()),
		"holding twice":   waited("4:36", cadence()),
		"silent":          waited("4:56", cadence()),
		"holding unsaid":  waited("4:16", without),
		"nothing new":     func() *story { s := down(t, in).at("4:10"); return s.promised(s.inc.NothingNew(s.act())) }(),
		"snoozed":         func() *story { s := down(t, in).at("4:10"); return s.take(s.inc.Snooze(10*time.Minute, s.act())) }(),
		"answered":        func() *story { s := waited("4:56", cadence()); return s.promised(s.inc.NothingNew(s.act())) }(),
		"relaxed":         func() *story { s := down(t, in).at("6:00"); return s.promised(s.inc.NothingNew(s.act())) }(),
		"relaxed already": relaxed(t, in),
	}
}

// relaxed has heard once already that news comes less often.
func relaxed(t *testing.T, in Context) *story {
	s := down(t, in).at("6:00")
	s.promised(s.inc.NothingNew(s.act())).at("6:30")
	return s.promised(s.inc.Update(desk.Progress{Status: desk.Identified, Text: s.typed("A disk is full.")}, s.act()))
}

func TestPromises(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		for name, s := range promiseStories(t, in) {
			t.Run(name, func(t *testing.T) { golden(t, in, "promise "+name, s.forms(1)) })
			a := s.newest()
			d := chat.Delivery{Subject: a.Subject, N: a.N, Snapshot: &a.Snapshot, Root: "root", Said: s.said[len(s.said)-1:]}
			checkPromise(t, in.Post(d), a.At)
			checkPublic(t, in.Post(d))
		}
	})
}

// askedIn is a question as ops reads it; now is when it is asked.
func askedIn(in Context, q desk.Question, now time.Time) chat.Message {
	d := asking(q, now)
	d.Ops = true
	return in.Post(d)
}

// asking delivers a question to a channel that is not of ops.
func asking(q desk.Question, now time.Time) chat.Delivery {
	n := desk.Notice{Number: 5, At: now, Question: &q}
	return chat.Delivery{Subject: desk.Subject{Kind: desk.NoticeSubject, Number: 5}, N: 1, Snapshot: &desk.Snapshot{Notice: &n}}
}

// questions are all that ops may be asked, by name.
func questions(t *testing.T, in Context) map[string]desk.Question {
	people := []desk.Person{{Connection: "amherst", ID: "U0CONTACT"}, {Connection: "lowell", ID: "9912"}}
	all := map[string]desk.Question{}
	s := down(t, in)
	for k, q := range s.wait("4:56", cadence()) {
		all["incident "+string(rune('1'+k))] = q
		q.Mention = people
		all["incident "+string(rune('1'+k))+" called"] = q
	}
	led := down(t, in)
	led.take(led.inc.SetLead(people[0], led.act()))
	missed := led.wait("4:16", cadence())[1]
	missed.Mention = people[:1]
	all["incident led"] = missed
	unsaid := cadence()
	unsaid.Holding = false
	all["incident unsaid"] = down(t, in).wait("4:31", unsaid)[2]
	drill := beginIn(t, in).declare(desk.Declaration{Services: affected("learn"), Impact: desk.Critical, Drill: true, Next: 20 * time.Minute})
	ending := down(t, in).at("3:57").end("")
	ending.inc.NextUpdateBy = ending.now.Add(40 * time.Minute)
	for k, q := range ending.wait("4:40", cadence()) {
		all["ending "+string(rune('1'+k))] = q
	}
	failing, _ := ending.inc.NotPassed([]string{"login page", "course search"}, ending.act())
	all["ending failing"] = *failing.Ask
	all["drill"] = drill.wait("4:11", cadence())[0]
	all["answered"] = answered(missed, s.now)

	inc := func(n int) desk.Subject { return desk.Subject{Kind: desk.IncidentSubject, Number: n} }
	all["start"] = learnWork(t, in).wait(9, 3, 45, inc(42)).asks[0]
	begun := all["start"]
	begun.Open = []desk.Incident{led.inc}
	all["start beside"] = begun
	all["start amid"] = learnWork(t, in).wait(9, 3, 45, inc(42), inc(43), inc(44), inc(45), inc(46), inc(47)).asks[0]
	for k, q := range learnWork(t, in).wait(9, 12, 0).asks {
		all["window "+string(rune('1'+k))] = q
		q.Mention = people
		all["window "+string(rune('1'+k))+" called"] = q
	}
	held := learnWork(t, in).at(9, 3, 50)
	held.take(held.w.HoldStart(held.act())).wait(9, 7, 0)
	all["unstarted"] = held.asks[0]
	tested := learnWork(t, in).wait(9, 4, 0).at(9, 6, 40).done("", true)
	all["late testing"] = tested.wait(9, 7, 0).asks[0]
	names := make([]string, maxFailing+2)
	for k := range names {
		names[k] = "login page"
	}
	tested.take(tested.w.NotPassed([]string{"login page", "course search"}, tested.act()))
	all["tests"] = tested.asks[1]
	tested.take(tested.w.NotPassed(names, tested.act()))
	all["many tests"] = tested.asks[2]
	return all
}

func answered(q desk.Question, at time.Time) desk.Question {
	q.Answered = at
	return q
}

func TestQuestions(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		kinds := map[desk.QuestionKind]bool{}
		for name, q := range questions(t, in) {
			kinds[q.Kind] = true
			now := day(4, 4, 12)
			if q.Window != nil {
				now = day(9, 6, 50)
			}
			m := askedIn(in, q, now)
			checkLimits(t, m)
			checkCalled(t, q, m)
			if !q.Answered.IsZero() && len(m.Lines)+len(m.Actions) > 0 {
				t.Errorf("%s is answered and still asks: %s", name, transcript(m))
			}
			t.Run(name, func(t *testing.T) { golden(t, in, "question "+name, transcript(m)) })
			elsewhere := in.Post(asking(q, now))
			checkLimits(t, elsewhere)
			if slices.Contains([]string{"incident 4", "window 3", "answered"}, name) {
				golden(t, in, "question elsewhere "+name, transcript(elsewhere))
			}
		}
		if len(kinds) != 7 {
			t.Errorf("not all kinds were asked: %v", kinds)
		}
	})
}

// checkCalled: whom a question mentions is called, and nobody else.
func checkCalled(t *testing.T, q desk.Question, m chat.Message) {
	var called []desk.Person
	for _, text := range texts(m) {
		for _, s := range text {
			if s.Notify {
				called = append(called, s.Person)
			}
		}
	}
	if q.Answered.IsZero() && len(called) != len(q.Mention) || !q.Answered.IsZero() && len(called) > 0 {
		t.Errorf("calls %v for %v", called, q.Mention)
	}
}
