package journal_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// course is any course of what checks say and people do, on a store that dies at any
// step; whatever was asked is then asked again.
type course struct {
	*rapid.T
	journal *journal.Journal
	db      storage.DB
	book    *outbox.Book
	set     journal.Settings
	now     time.Time
	asked   int
	sent    [][]desk.Report // to be sent again
	work    []int           // windows
	last    map[int]desk.Announcement
	posts   map[int][]desk.Announcement // what made a sound, by alert
	heard   map[desk.Subject]int        // how many announcements are known
}

func newCourse(t *testing.T, rt *rapid.T, path string) *course {
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		rt.Fatal(err)
	}
	rt.Cleanup(func() { db.Close() })
	c := &course{
		T: rt, db: db, book: outbox.NewBook(), now: four,
		last: map[int]desk.Announcement{}, posts: map[int][]desk.Announcement{}, heard: map[desk.Subject]int{},
	}
	var services []desk.Service
	for k := range 6 {
		s := desk.Service{ID: serviceID(k), Name: fmt.Sprintf("Service %d", k)}
		if k > 0 && rapid.Bool().Draw(rt, "depends") {
			s.DependsOn = []desk.ServiceID{serviceID(rapid.IntRange(0, k-1).Draw(rt, "on"))}
		}
		if k == 5 || rapid.IntRange(0, 3).Draw(rt, "rule") == 0 {
			s.AutoDeclare, s.AutoImpact, s.AutoResolveAfter = 3*time.Minute, desk.Major, 10*time.Minute
		}
		services = append(services, s)
	}
	c.set = settings()
	c.set.Ready = readySentences{}
	c.book.SetPlaces(outbox.Places{Catalog: desk.NewCatalog(services), Connections: []outbox.Connection{{Name: "amherst", Ops: []string{"COPS"}}}})
	c.journal = c.on(db)
	return c
}

func serviceID(k int) desk.ServiceID { return desk.ServiceID(fmt.Sprintf("s%d", k)) }

func (c *course) on(db storage.DB) *journal.Journal {
	return journal.New(db, c.book, func(...desk.Subject) {}, c.set)
}

func (c *course) by() journal.By {
	c.asked++
	return journal.By{Request: fmt.Sprintf("amherst/%d", c.asked), Trace: "t", At: c.now, Person: ann, Name: "Ann", From: ops}
}

// try does something on a store that dies at a step or not at all, and where it died
// again. A refusal changes nothing.
func (c *course) try(do func(*journal.Journal) error) {
	weak := &frail{DB: c.db, steps: rapid.IntRange(0, 40).Draw(c.T, "steps")}
	err := do(c.on(weak))
	if errors.Is(err, errDied) {
		err = do(c.journal)
	}
	var refused *desk.Refusal
	var objected *desk.Objection
	if err != nil && !errors.As(err, &refused) && !errors.As(err, &objected) {
		c.Fatal(err)
	}
}

// settle has the clock do what is due now.
func (c *course) settle() {
	for n := 0; ; n++ {
		due := c.marks(func(m time.Time) bool { return !m.After(c.now) })
		if len(due) == 0 {
			return
		}
		if n > 50 {
			c.Fatalf("at %s is due again and again: %v", c.now.Sub(four), due)
		}
		weak := &frail{DB: c.db, steps: rapid.IntRange(0, 200).Draw(c.T, "clock")}
		if _, err := c.on(weak).Fire(c.Context(), c.now); err != nil && !errors.Is(err, errDied) {
			c.Fatal(err)
		}
	}
}

// after lets time pass, with the clock doing what is due when it is due.
func (c *course) after(d time.Duration) {
	end := c.now.Add(d)
	for {
		c.settle()
		next := c.marks(func(m time.Time) bool { return !m.After(end) })
		if len(next) == 0 {
			break
		}
		c.now = next[0].at
	}
	c.now = end
	c.listens()
}

type dueMark struct {
	at    time.Time
	about desk.Subject
}

func (c *course) marks(fit func(time.Time) bool) (out []dueMark) {
	c.view(func(tx storage.Tx) error {
		t := storage.TableOf[struct{}]("cal")
		return tx.Scan(t.Key(), t.Key().End(), 0, func(k, _ []byte) (bool, error) {
			r := storage.ReadKey(k)
			r.Str()
			if n := r.Num(); n < 169 || n%169%2 != 0 || n%169 == 168 { // another column
				return true, nil
			}
			m := dueMark{at: r.Time()}
			m.about = desk.Subject{Kind: desk.SubjectKind(r.Str()), Number: int(r.Num())}
			if fit(m.at) {
				out = append(out, m)
			}
			return true, r.Err()
		})
	})
	return out
}

func (c *course) view(fn func(storage.Tx) error) {
	if err := c.db.View(c.Context(), fn); err != nil {
		c.Fatal(err)
	}
}

// everyOf lists the records of a table.
func everyOf[V any](c *course, name string) (out []V) {
	t := storage.TableOf[V](name)
	c.view(func(tx storage.Tx) error {
		out = nil
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, v V) (bool, error) {
			out = append(out, v)
			return true, nil
		})
	})
	return out
}

func everyWindow(c *course) (out []desk.Window) {
	c.view(func(tx storage.Tx) error {
		out = nil
		return scanWindows(tx, func(w desk.Window) { out = append(out, w) })
	})
	return out
}

// some draws a number from 1 to most.
func (c *course) some(most int) int { return rapid.IntRange(1, most).Draw(c.T, "number") }

func (c *course) service() desk.ServiceID {
	return serviceID(rapid.IntRange(0, 5).Draw(c.T, "service"))
}

func (c *course) affected() (out []desk.Affected) {
	for range c.some(2) {
		if a := (desk.Affected{Service: c.service(), Name: "It"}); !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

func (c *course) report() desk.Report {
	r := desk.Report{Service: c.service(), Expectation: desk.Availability, State: desk.Failing, At: c.now, Since: c.now}
	r.Witness = rapid.SampledFrom([]desk.Witness{
		{Kind: desk.OwnProbe, Name: "login"}, {Kind: desk.OwnProbe, Name: "login2"}, {Kind: desk.Monitor, Name: "pingdom", Check: "1"},
		{Kind: desk.Monitor, Name: "pingdom", Check: "2"}, {Kind: desk.Monitor, Name: "alertsite", Check: "1"},
	}).Draw(c.T, "witness")
	if rapid.IntRange(0, 5).Draw(c.T, "slow") == 0 {
		r.Expectation = desk.Performance
	}
	if rapid.Bool().Draw(c.T, "passes") {
		r.State = desk.Passing
	}
	switch rapid.IntRange(0, 5).Draw(c.T, "since") {
	case 0:
		r.Since = time.Time{}
	case 1:
		r.Since = c.now.Add(-time.Duration(c.some(1200)) * time.Second)
	}
	r.Warns = r.Witness.Name == "login2"
	if r.Witness.Name == "alertsite" && rapid.Bool().Draw(c.T, "has places") {
		r.Places = []string{fmt.Sprintf("Place %d", c.some(2))}
	}
	return r
}

// act does one thing.
func (c *course) act() {
	do := rapid.SampledFrom([]func(){c.reports, c.reports, c.reports, c.reports, c.again, c.passes, c.passes, c.passes, c.mutes, c.plans, c.works, c.declares, c.corrects, c.merges, c.looks, c.away}).Draw(c.T, "act")
	do()
	c.settle()
	c.listens()
	c.holds()
}

func (c *course) reports() {
	var all []desk.Report
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 5, 30}).Draw(c.T, "how many") {
		all = append(all, c.report())
	}
	c.sent = append(c.sent, all)
	c.hears(all)
}

func (c *course) hears(all []desk.Report) {
	by := journal.By{At: c.now, Trace: "t"}
	c.try(func(j *journal.Journal) error { return j.Hear(c.Context(), by, all) })
}

func (c *course) again() {
	if len(c.sent) > 0 {
		c.hears(rapid.SampledFrom(c.sent).Draw(c.T, "sent before"))
	}
}

func (c *course) passes() {
	c.after(rapid.SampledFrom([]time.Duration{time.Second, 6 * time.Second, 30 * time.Second, 2 * time.Minute, 11 * time.Minute, 40 * time.Minute, 7 * time.Hour}).Draw(c.T, "time"))
}

// away lets time pass in which the bot is not there.
func (c *course) away() { c.now = c.now.Add(time.Duration(c.some(90)) * time.Minute) }

func (c *course) mutes() {
	var until time.Time
	if d := rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour}).Draw(c.T, "muted for"); d > 0 {
		until = c.now.Add(d)
	}
	by, ids := c.by(), []desk.ServiceID{c.service(), c.service()}
	c.try(func(j *journal.Journal) error { return j.Mute(c.Context(), by, ids, until) })
}

func (c *course) plans() {
	p := desk.Plan{Title: "Patch", Planned: desk.Period{From: c.now.Add(time.Second), To: c.now.Add(time.Hour)}, Services: c.affected()}
	by := c.by()
	c.try(func(j *journal.Journal) error {
		a, err := j.Schedule(c.Context(), by, p, desk.Override{Urgent: "now", Force: "now"})
		if err == nil {
			c.work = append(c.work, a.Window.Number)
		}
		return err
	})
	c.after(2 * time.Second)
}

func (c *course) works() {
	if len(c.work) == 0 {
		return
	}
	n, by := rapid.SampledFrom(c.work).Draw(c.T, "window"), c.by()
	c.try(func(j *journal.Journal) error {
		return second(j.ApplyWindow(c.Context(), by, n, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Done("", false, act) }, false))
	})
}

func (c *course) declares() {
	d := desk.Declaration{Impact: desk.Major, Title: "A problem", Text: "We look.", Services: c.affected(), Drill: rapid.IntRange(0, 5).Draw(c.T, "drill") == 0}
	by := c.by()
	c.try(func(j *journal.Journal) error { return second(j.Declare(c.Context(), by, d, true)) })
}

func (c *course) corrects() {
	rescope := desk.Rescope{Add: c.affected(), Remove: []desk.ServiceID{c.service()}}
	rule := rapid.SampledFrom([]journal.Rule{
		resolve, resolve, retract, say("News."),
		func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("Again.", act) },
		func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetServices(rescope, act) },
	}).Draw(c.T, "rule")
	by, n := c.by(), c.some(4)
	c.try(func(j *journal.Journal) error { return second(j.Apply(c.Context(), by, n, rule)) })
}

func (c *course) merges() {
	by, from, into := c.by(), c.some(4), c.some(4)
	c.try(func(j *journal.Journal) error { return second(j.Merge(c.Context(), by, from, into)) })
}

func (c *course) looks() {
	by, n := c.by(), c.some(8)
	what := rapid.IntRange(0, 2).Draw(c.T, "deed")
	c.try(func(j *journal.Journal) error {
		switch what {
		case 0:
			return second(j.ApplyAlert(c.Context(), by, n, "ack", desk.Alert.Acknowledge))
		case 1:
			return second(j.ApplyAlert(c.Context(), by, n, "hold", desk.Alert.Hold))
		}
		return second(j.CloseAlert(c.Context(), by, n))
	})
}

func TestAlertsInAnyCourse(t *testing.T) {
	t.Parallel()
	dir, n := storagetest.Dir(t), 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		c := newCourse(t, rt, filepath.Join(dir, fmt.Sprintf("%d.db", n)))
		for range rapid.IntRange(1, 60).Draw(rt, "acts") {
			c.act()
		}
		c.calm()
	})
}
