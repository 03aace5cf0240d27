package journal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// How much is planned in a large organization, and on how many services.
const (
	manyWindows, manySeries = 10_000, 1000
	manyServices            = 200
)

// pair is a journal of which nothing is planned, and one with very much.
type pair [2]*beside

// beside is a journal beside what is planned in its store.
type beside struct {
	*journal.Journal
	db    *boltdb.DB
	plans []int // the numbers of windows that a benchmark planned, by its round
}

func newPair(b *testing.B) (p pair) {
	b.Helper()
	for k, windows := range []int{0, manyWindows} {
		db, err := boltdb.Open(filepath.Join(b.TempDir(), "belltower.db"), boltdb.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { db.Close() })
		p[k] = &beside{db: db}
		p[k].Journal = journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{Ops: []desk.Channel{ops}})
		if windows > 0 {
			fill(b, db)
		}
	}
	return p
}

// fill writes windows and series as the journal does, but many in a commit.
func fill(b *testing.B, db storage.DB) {
	b.Helper()
	var all []desk.Window
	for n := 1; n <= manyWindows+manySeries; n++ {
		w := desk.Window{
			Number: n, Title: "Work", Services: []desk.Affected{service(n)}, Effect: desk.EffectDown, Status: desk.Scheduled,
			ScheduledAt: four, ScheduledBy: ann, ScheduledIn: ops, Entries: 1,
		}
		w.Planned.From = four.Add(time.Duration(1+n) * time.Hour)
		w.Planned.To = w.Planned.From.Add(time.Hour)
		w.WakeAt = w.Planned.From.Add(-15 * time.Minute)
		if n > manyWindows {
			w.Rule = &desk.Recurrence{Every: 1, Days: []time.Weekday{time.Weekday(n % 7)}, At: desk.DayTime(n % (24 * 60)), For: time.Hour, Zone: "America/New_York", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1)}
			w.Planned, _ = w.Rule.Next(four)
			w.WakeAt = w.Planned.From
		}
		all = append(all, w)
	}
	for some := range slices.Chunk(all, 20) {
		err := db.Background(b.Context(), func(tx storage.Tx) error {
			for _, w := range some {
				if err := write(tx, w); err != nil {
					return err
				}
			}
			return tx.Put(storage.K("ann+seq"), []byte(fmt.Sprint(some[len(some)-1].Number)))
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func service(n int) desk.Affected {
	id := fmt.Sprintf("s%d", n%manyServices)
	return desk.Affected{Service: desk.ServiceID(id), Name: id}
}

// write writes a window, its place and its mark.
func write(tx storage.Tx, w desk.Window) error {
	value, err := json.Marshal(w)
	if err != nil {
		return err
	}
	keys := []storage.Key{calendarKey(0, w.WakeAt).Time(w.WakeAt).Str(string(desk.WindowSubject)).Num(uint64(w.Number))}
	wantedOf(w, func(k storage.Key) { keys = append(keys, k) })
	for _, k := range keys {
		if err := tx.Put(k, []byte("{}")); err != nil {
			return err
		}
	}
	return tx.Put(storage.K("ann+window").Num(^uint64(0)-uint64(w.Number)), value)
}

// compare measures what do takes on both, in turn, after both did it so often that is not
// measured, and reports the medians' ratio and the median of the rounds' ratios.
func (p pair) compare(b *testing.B, worked int, do func(j *beside, n int) error) {
	b.Helper()
	p.compareBehind(b, worked, func(*beside, int) error { return nil }, do)
}

// compareBehind is compare for what is done behind something that is not measured.
func (p pair) compareBehind(b *testing.B, worked int, first, do func(j *beside, n int) error) {
	b.Helper()
	var took [2][]time.Duration
	for n := range worked + max(b.N, 100) {
		for k, j := range p {
			if err := first(j, n); err != nil {
				b.Fatal(err)
			}
			began := time.Now()
			if err := do(j, n); err != nil {
				b.Fatal(err)
			}
			if n >= worked {
				took[k] = append(took[k], time.Since(began))
			}
		}
	}
	var ratios []float64
	for n, none := range took[0] {
		ratios = append(ratios, float64(took[1][n])/float64(none))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "paired-ratio")
	for k, name := range []string{"none-", "many-"} {
		slices.Sort(took[k])
		b.ReportMetric(float64(median(took[k]).Microseconds()), name+"µs")
	}
	b.ReportMetric(float64(median(took[1]))/float64(median(took[0])), "ratio")
	b.ReportMetric(0, "ns/op")
}

func median(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }

// A declare with 10,000 windows and 1,000 series in the store, against one with none
// (target: 1.1 times).
func BenchmarkDeclareBesideManyWindows(b *testing.B) {
	newPair(b).compare(b, 0, func(j *beside, n int) error {
		_, err := j.Declare(b.Context(), request(n), desk.Declaration{
			Services: []desk.Affected{service(n)}, Impact: desk.Major, Title: "It is down", Text: "We look.",
		}, true)
		return err
	})
}

// A schedule beside as many, on a free day far ahead (target: 1.1 times): against a store that is new, whose first pages cost less
// than any later ones, and against one that has been at work. The first is the stricter.
func BenchmarkScheduleBesideManyWindows(b *testing.B) {
	b.Run("new store", func(b *testing.B) { benchmarkSchedule(b, 0) })
	b.Run("at work", func(b *testing.B) { benchmarkSchedule(b, 2000) })
}

func benchmarkSchedule(b *testing.B, before int) {
	newPair(b).compare(b, before, func(j *beside, n int) error {
		from := four.AddDate(2, 0, n/20).Add(time.Duration(n%20) * time.Hour)
		_, err := j.Schedule(b.Context(), request(n), desk.Plan{
			Services: []desk.Affected{service(n)}, Title: "Work", Planned: desk.Period{From: from, To: from.Add(time.Minute)},
		}, urgent)
		return err
	})
}

// What is done with a window beside as many, one that was planned a while before (target:
// 1.1 times): against a store in which nothing else is planned.
func BenchmarkWindowVerbsBesideManyWindows(b *testing.B) {
	for _, v := range []struct {
		name string
		do   func(j *beside, by journal.By, number int) error
		runs bool // it is at work
	}{
		{"start", startBeside, false}, {"move", moveBeside, false}, {"cancel", cancelBeside, false},
		{"extend", extendBeside, true}, {"complete", completeBeside, true},
	} {
		b.Run(v.name, func(b *testing.B) { benchmarkVerb(b, v.runs, v.do) })
	}
}

// plannedBefore is how many rounds before it is done with something a window was planned.
const plannedBefore = 50

// benchmarkVerb plans a window in each round, for plannedBefore rounds later, and does
// with one what is measured when it is to begin.
func benchmarkVerb(b *testing.B, runs bool, do func(j *beside, by journal.By, number int) error) {
	newPair(b).compareBehind(b, plannedBefore, func(j *beside, n int) error {
		from := request(n + plannedBefore).At
		a, err := j.Schedule(b.Context(), request(n), desk.Plan{
			Services: []desk.Affected{service(n)}, Title: "Work", Planned: desk.Period{From: from, To: from.Add(time.Minute)},
		}, urgent)
		j.plans = append(j.plans, a.Window.Number)
		if err == nil && runs && n >= plannedBefore {
			err = startBeside(j, requestOf("start", n), j.plans[n-plannedBefore])
		}
		return err
	}, func(j *beside, n int) error {
		if n < plannedBefore {
			return nil
		}
		return do(j, requestOf("do", n), j.plans[n-plannedBefore])
	})
}

func startBeside(j *beside, by journal.By, number int) error {
	return second(j.Start(context.Background(), by, number, urgent))
}

func moveBeside(j *beside, by journal.By, number int) error {
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		from := w.Planned.From.AddDate(0, 1, 0)
		return w.Move(desk.Period{From: from, To: from.Add(time.Hour)}, act)
	}
	return second(j.Plan(context.Background(), by, number, rule, urgent, false))
}

func cancelBeside(j *beside, by journal.By, number int) error {
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel("Not now.", act) }
	return second(j.ApplyWindow(context.Background(), by, number, rule, false))
}

func extendBeside(j *beside, by journal.By, number int) error {
	rule := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Extend(30*time.Minute, act) }
	return second(j.Plan(context.Background(), by, number, rule, urgent, false))
}

func completeBeside(j *beside, by journal.By, number int) error {
	return second(j.WorkDone(context.Background(), by, number, "It is done."))
}

// A look of the clock when nothing is due.
func BenchmarkIdleBesideManyWindows(b *testing.B) {
	newPair(b).compare(b, 0, func(j *beside, _ int) error {
		_, err := j.Fire(b.Context(), four)
		return err
	})
}

func request(n int) journal.By {
	return journal.By{Request: fmt.Sprintf("amherst/%d", n), At: four.Add(time.Duration(n) * time.Second), Person: ann, Name: "Ann", From: ops}
}

// requestOf is a request of a round for something.
func requestOf(what string, n int) journal.By {
	by := request(n)
	by.Request += "/" + what
	return by
}
