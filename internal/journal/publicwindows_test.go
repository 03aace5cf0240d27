package journal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// urgent schedules without notice.
var urgent = desk.Override{Urgent: "It has to be.", Force: "It has to be."}

func (o *office) plan(seconds int, title string, in, lasts time.Duration) int {
	o.t.Helper()
	from := at(seconds).Add(in)
	return o.planned(seconds, desk.Plan{Title: title, Planned: desk.Period{From: from, To: from.Add(lasts)}})
}

func (o *office) planned(seconds int, p desk.Plan) int {
	o.t.Helper()
	p.Services = []desk.Affected{{Service: "learn", Name: "Learn System"}}
	a, err := o.Schedule(o.t.Context(), o.by(seconds), p, urgent)
	if err != nil {
		o.t.Fatal(err)
	}
	return a.Window.Number
}

func (o *office) replan(seconds, number int, rule journal.WindowRule) {
	o.t.Helper()
	if _, err := o.Plan(o.t.Context(), o.by(seconds), number, rule, urgent, false); err != nil {
		o.t.Fatal(err)
	}
}

func moveBy(d time.Duration) journal.WindowRule {
	return func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
		return w.Move(desk.Period{From: w.Planned.From.Add(d), To: w.Planned.To.Add(d)}, act)
	}
}

func cancelled(why string) journal.WindowRule {
	return func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel(why, act) }
}

// day says a moment as days and hours after four.
func day(t time.Time) string { return fmt.Sprintf("%gh", t.Sub(four).Hours()) }

func line(one journal.PublishedWindow) string {
	w := one.Window
	text := fmt.Sprintf("%s %s %s", w.Subject(), w.Status, day(w.Planned.From))
	for _, e := range one.Timeline {
		text += "; " + string(e.Kind)
	}
	return text + "\n"
}

// plans is what everybody may know of planned work so many seconds after four.
func (o *office) plans(seconds, limit int) string {
	o.t.Helper()
	now := at(seconds)
	p, err := o.PublicPlans(o.t.Context(), journal.PlansQuery{Now: now, Until: now.AddDate(0, 0, 30), CancelledSince: now.AddDate(0, 0, -14), DoneSince: now.AddDate(0, 0, -1), Limit: limit})
	if err != nil {
		o.t.Fatal(err)
	}
	var b strings.Builder
	for _, one := range p.Running {
		b.WriteString("now: " + line(one))
	}
	for _, one := range p.Done {
		b.WriteString("done: " + line(one))
	}
	for _, one := range p.Coming {
		b.WriteString(line(one))
	}
	if p.More {
		b.WriteString("more\n")
	}
	if !p.Until.IsZero() {
		fmt.Fprintf(&b, "until %.0f\n", p.Until.Sub(four).Seconds())
	}
	return b.String()
}

func (o *office) expectPlans(seconds, limit int, want string) {
	o.t.Helper()
	if got := o.plans(seconds, limit); got != want {
		o.t.Errorf("after %d s everybody may know:\n%swant:\n%s", seconds, got, want)
	}
}

func (o *office) calendar(seconds int) string {
	o.t.Helper()
	all, _, err := o.PublicCalendar(o.t.Context(), at(seconds), at(seconds).AddDate(0, 0, -90))
	if err != nil {
		o.t.Fatal(err)
	}
	var b strings.Builder
	for _, w := range all {
		b.WriteString(line(journal.PublishedWindow{Window: w}))
	}
	return b.String()
}

// courses are the calendar with the timelines.
func (o *office) courses(seconds int) string {
	o.t.Helper()
	all, _, err := o.PublicWindows(o.t.Context(), at(seconds), at(seconds).AddDate(0, 0, -90))
	if err != nil {
		o.t.Fatal(err)
	}
	var b strings.Builder
	for _, one := range all {
		b.WriteString(line(one))
	}
	return b.String()
}

func TestWhatEverybodyMayKnowOfPlannedWork(t *testing.T) {
	o := newOffice(t)
	o.plan(0, "Soon", time.Hour, time.Hour)
	o.plan(0, "Later", 48*time.Hour, time.Hour)
	o.plan(0, "Much later", 40*24*time.Hour, time.Hour)
	o.expectPlans(1, 10, "WIN-1 scheduled 1h; scheduled\nWIN-2 scheduled 48h; scheduled\n")
	o.replan(10, 2, moveBy(24*time.Hour))
	if _, err := o.Fire(t.Context(), at(3600)); err != nil {
		t.Fatal(err)
	}
	o.expectPlans(3601, 10, "now: WIN-1 in_progress 1h; scheduled; started\nWIN-2 scheduled 72h; scheduled; moved\n")
	o.replan(3700, 2, cancelled("The vendor is not ready."))
	o.expectPlans(3701, 10, "now: WIN-1 in_progress 1h; scheduled; started\nWIN-2 cancelled 72h; scheduled; moved; cancelled\n")
	o.expectPlans(3701+73*3600, 10, "now: WIN-1 in_progress 1h; scheduled; started\n")
	if got, want := o.calendar(3701+73*3600), "WIN-1 in_progress 1h\nWIN-3 scheduled 960h\nWIN-2 cancelled 72h\n"; got != want {
		t.Errorf("the calendar has\n%swant\n%s", got, want)
	}
	if got, want := o.courses(3701+73*3600), "WIN-1 in_progress 1h; scheduled; started\nWIN-3 scheduled 960h; scheduled\nWIN-2 cancelled 72h; scheduled; moved; cancelled\n"; got != want {
		t.Errorf("with their timelines\n%swant\n%s", got, want)
	}
	if got := o.calendar(3701 + 94*24*3600); strings.Contains(got, "WIN-2") {
		t.Errorf("the calendar never forgets:\n%s", got)
	}
}

// Of more than a calendar holds the oldest leave it: a time that does not take place stays.
func TestACalendarKeepsWhatIsLast(t *testing.T) {
	o := newOffice(t)
	o.weekly(0)
	for n := range journal.MaxCalendar + 1 {
		o.plan(n, "Disks", time.Minute, time.Minute)
		number := n + 2
		if _, err := o.ApplyWindow(t.Context(), o.by(n), number, cancelled("Not now."), false); err != nil {
			t.Fatal(err)
		}
	}
	skipped, err := o.Occurrence(t.Context(), o.by(hour), 1, four.AddDate(0, 0, 7))
	if err != nil {
		t.Fatal(err)
	}
	o.replan(hour, skipped, cancelled("Holidays."))
	got := o.calendar(2 * hour)
	if last := fmt.Sprintf("WIN-%d cancelled", skipped); !strings.Contains(got, last) || strings.Contains(got, "WIN-2 ") {
		t.Errorf("of %d windows that are over it has not the last ones", strings.Count(got, "cancelled"))
	}
}

// What was completed is known for as long as is asked, before its planned end passed and
// after, the last first.
func TestWhatWasCompletedIsKnown(t *testing.T) {
	o := newOffice(t)
	for n := range 3 {
		o.plan(0, "Disks", time.Duration(n+1)*4*time.Hour, time.Hour)
		o.fireQuietly((n + 1) * 4 * hour)
		if _, err := o.WorkDone(t.Context(), o.by((n+1)*4*hour+600), n+1, ""); err != nil {
			t.Fatal(err)
		}
	}
	const one, two, three = "done: WIN-1 completed 4h; scheduled; started; completed\n", "done: WIN-2 completed 8h; scheduled; started; completed\n", "done: WIN-3 completed 12h; scheduled; started; completed\n"
	o.expectPlans(12*hour+660, 10, three+two+one)
	o.expectPlans(14*hour, 10, three+two+one)
	o.expectPlans(14*hour, 2, three+two)
	o.expectPlans(29*hour, 10, three+two)
	o.expectPlans(37*hour, 10, "")
}

func TestTheNextTimesOfASeries(t *testing.T) {
	o := newOffice(t)
	weekly := desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: time.Hour, Zone: "America/New_York", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1)}
	first, _ := weekly.Next(four)
	o.planned(0, desk.Plan{Title: "Patches", Planned: first, Rule: &weekly})
	if _, err := o.Fire(t.Context(), at(60)); err != nil {
		t.Fatal(err)
	}
	o.expectPlans(61, 10, "WIN-2 scheduled 168h; scheduled\nWIN-0 scheduled 336h\nWIN-0 scheduled 504h\nWIN-0 scheduled 672h\n")
	o.replan(70, 2, moveBy(2*time.Hour))
	one, err := o.PublicWindow(t.Context(), at(71), 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	var next []string
	for _, w := range one.Next {
		next = append(next, fmt.Sprint(w.Number, " ", day(w.Planned.From)))
	}
	if got := strings.Join(next, ", "); got != "2 170h, 0 336h, 0 504h" {
		t.Error(got)
	}
	o.replan(80, 1, cancelled("The old system is gone."))
	if _, err := o.Fire(t.Context(), at(81)); err != nil {
		t.Fatal(err)
	}
	if one, err := o.PublicWindow(t.Context(), at(82), 1, 3); err != nil || len(one.Next) != 0 {
		t.Errorf("%v, %v", one.Next, err)
	}
	if got := o.plans(82, 10); !strings.HasPrefix(got, "WIN-1 cancelled 168h; scheduled; cancelled\nWIN-2 cancelled 170h; scheduled; moved") {
		t.Error(got)
	}
}

// counted is a store that counts what is read.
type counted struct {
	storage.DB
	reads *int
}

func (c counted) View(ctx context.Context, fn func(storage.Tx) error) error {
	return c.DB.View(ctx, func(tx storage.Tx) error { return fn(countedTx{tx, c.reads}) })
}

type countedTx struct {
	storage.Tx
	reads *int
}

func (c countedTx) Get(key []byte) ([]byte, error) {
	*c.reads++
	return c.Tx.Get(key)
}

func (c countedTx) Scan(from, to []byte, limit int, fn func(key, value []byte) (bool, error)) error {
	return c.Tx.Scan(from, to, limit, func(k, v []byte) (bool, error) {
		*c.reads++
		return fn(k, v)
	})
}

func TestManyWindowsCostThePageNothing(t *testing.T) {
	few, many := readsFor(t, 60), readsFor(t, 600)
	if few != many {
		t.Errorf("%d records are read with 60 windows, %d with 600", few, many)
	}
}

// readsFor tells how many records the page reads when so much work is planned.
func readsFor(t *testing.T, windows int) int {
	db, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	reads := 0
	book := outbox.NewBook()
	o := &office{t: t, db: db, book: book, Journal: journal.New(counted{db, &reads}, book, func(...desk.Subject) {}, journal.Settings{})}
	for n := range windows {
		o.plan(0, "Work", time.Duration(n+1)*time.Hour, time.Minute)
	}
	reads = 0
	o.plans(1, 40)
	return reads
}
