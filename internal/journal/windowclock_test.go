package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// frail is a store that dies at a write, or right after a commit: each is a step.
type frail struct {
	storage.DB
	steps int
}

func (f *frail) step() error {
	f.steps--
	if f.steps < 0 {
		return errDied
	}
	return nil
}

// Update implements storage.DB.
func (f *frail) Update(ctx context.Context, fn func(storage.Tx) error) error {
	if err := f.DB.Update(ctx, func(tx storage.Tx) error { return fn(frailTx{tx, f}) }); err != nil {
		return err
	}
	return f.step()
}

type frailTx struct {
	storage.Tx
	of *frail
}

// Put implements storage.Tx.
func (t frailTx) Put(k, v []byte) error {
	if err := t.of.step(); err != nil {
		return err
	}
	return t.Tx.Put(k, v)
}

// Delete implements storage.Tx.
func (t frailTx) Delete(k []byte) error {
	if err := t.of.step(); err != nil {
		return err
	}
	return t.Tx.Delete(k)
}

// settings are those of an office with reminders, and an incident promised every hour.
func settings() journal.Settings {
	return journal.Settings{
		Ops: []desk.Channel{ops}, Cadence: desk.Cadence{Major: time.Hour, Critical: time.Hour, Holding: true},
		Planning: desk.Planning{Reminders: []desk.Reminder{{Before: 2 * time.Hour}}},
	}
}

// before is an office at four in which much will be due: an incident, a window with
// all its questions, and a series.
func before(t *testing.T) *office {
	o := newOffice(t)
	o.SetSettings(settings())
	o.declare(0)
	o.weekly(0)
	o.plan(0, "New database", 3*time.Hour, time.Hour)
	return o
}

// moments are those at which something falls due.
var moments = []int{1, hour - 300, hour, 3*hour - 900, 3 * hour, 4*hour - 600, 4 * hour, 5 * hour}

// look has the clock look at a moment on a store that dies at a step; it comes back and
// looks again at once. It reports whether it died.
func (o *office) look(seconds, step int) (died bool) {
	o.t.Helper()
	weak := &frail{DB: o.db, steps: step}
	j := journal.New(weak, o.book, func(...desk.Subject) {}, settings())
	_, err := j.Fire(o.t.Context(), at(seconds))
	if died = errors.Is(err, errDied); err != nil && !died {
		o.t.Fatal(err)
	}
	weak.steps = never
	if _, err := j.Fire(o.t.Context(), at(seconds)); err != nil {
		o.t.Fatal(err)
	}
	return died
}

const never = 1 << 30

// copied is an office with a file of its own, which holds data.
func (o *office) copied(data []byte) *office {
	o.t.Helper()
	path := filepath.Join(storagetest.Dir(o.t), "copy.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		o.t.Fatal(err)
	}
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		o.t.Fatal(err)
	}
	c := *o
	c.db = db
	return &c
}

// Killed between any two steps, what was due is done once: the record is to the byte
// that of a bot that was not killed.
func TestTheClockIsKilledBetweenAnyTwoSteps(t *testing.T) {
	o := before(t)
	steps := 0
	for _, m := range moments {
		var file bytes.Buffer
		if err := o.db.(*boltdb.DB).Backup(&file); err != nil {
			t.Fatal(err)
		}
		o.look(m, never)
		want := o.dump()
		died := true
		for step := 0; died; step++ {
			one := o.copied(file.Bytes())
			died = one.look(m, step)
			if diff := cmp.Diff(want, one.dump()); diff != "" {
				t.Fatalf("killed after %d steps at %d s (-want +got):\n%s", step, m, diff)
			}
			one.db.Close()
			steps++
		}
	}
	if steps < 100 {
		t.Errorf("there are only %d steps", steps)
	}
	o.expectTold(2, "scheduled, reminded, started, late, late, asks late")
	o.sound()
}

// Away between any two moments of a window's life, the bot tells on its return only what
// is still true, and each thing once.
func TestAwayOverAnyMoments(t *testing.T) {
	when := []int{1, hour, 2*hour + 1, 3*hour - 900, 3 * hour, 4*hour - 600, 4 * hour, 4*hour + 1800, 5 * hour, 30 * hour}
	for k, gone := range when {
		for _, back := range when[k+1:] {
			o := newOffice(t)
			o.SetSettings(settings())
			o.declare(0)
			if _, err := o.Apply(t.Context(), o.by(0), 1, resolve); err != nil {
				t.Fatal(err)
			}
			n := o.plan(0, "New database", 3*time.Hour, time.Hour)
			for _, m := range when[:k] {
				o.fire(m)
			}
			o.fire(gone)
			o.fire(back)
			o.fire(back)
			got := o.told(n)
			if want := toldBy(when[:k+1], back); got != want {
				t.Errorf("away from %d to %d s: %s; want %s", gone, back, got, want)
			}
			o.db.Close()
		}
	}
}

// toldBy is what is told of a window from three to four hours on, by a bot that looked
// at these moments and then at back.
func toldBy(looked []int, back int) string {
	said, asks := []string{"scheduled"}, []string(nil)
	reminded, started, asked, late, news := false, false, false, 0, 0
	for _, m := range append(append([]int(nil), looked...), back) {
		if m >= hour && m < 3*hour && !reminded {
			reminded, said = true, append(said, "reminded")
		}
		if m >= 3*hour && m < 4*hour && !started {
			started, said = true, append(said, "started")
		}
		if m >= 4*hour-600 && m < 4*hour {
			asked = true
		}
		if m >= 4*hour && late < 3 && (news == 0 || m >= news) {
			started, asked, late, news, said = true, false, late+1, m+1800, append(said, "late")
			asks = nil
		}
		if late > 0 {
			asks = append(asks, "asks late") // at the next look in the next ops channel
		}
	}
	switch {
	case late > 0:
		said = append(said, asks[:min(len(asks), 2)]...)
	case asked:
		said = append(said, "asks end")
	}
	return strings.Join(said, ", ")
}

// The clock on the wall jumps an hour forth and back around each moment: nothing is told
// twice.
func TestTheClockJumps(t *testing.T) {
	for m := 0; m <= 5*hour; m += 900 {
		o := newOffice(t)
		o.SetSettings(settings())
		n := o.plan(0, "New database", 3*time.Hour, time.Hour)
		for now := 0; now < 9*hour; now += 900 {
			o.fireQuietly(now)
			if now == m {
				o.fireQuietly(now + hour)
				o.fireQuietly(now - hour)
			}
		}
		got := o.told(n)
		for kind, most := range map[string]int{"reminded": 1, "started": 1, "late": 3} {
			if c := strings.Count(strings.ReplaceAll(got, "asks late", ""), kind); c > most || c == 0 {
				t.Errorf("jumped at %d s: %s", m, got)
			}
		}
		o.sound()
		o.db.Close()
	}
}

// Somebody cancels while the clock is about to start it: whoever was first counts, and
// the cancellation is told in any case.
func TestACancelWhileTheStartIsTold(t *testing.T) {
	o := newOffice(t)
	first := o.plan(0, "First", time.Hour, time.Hour)
	second := o.plan(0, "Second", 3*time.Hour, time.Hour)
	o.fire(hour)
	o.replan(hour, first, cancelled("The vendor is not ready."))
	o.replan(3*hour, second, cancelled("The vendor is not ready."))
	o.fire(3 * hour)
	o.fire(30 * hour)
	o.expectTold(first, "scheduled, started, cancelled")
	o.expectTold(second, "scheduled, cancelled")
}

// reached has a question stand in a channel.
func (o *office) reached(notice int, ch desk.Channel) {
	o.t.Helper()
	k := storage.K("post").Str(string(desk.NoticeSubject)).Num(uint64(notice)).Str(string(ch.Connection)).Str(ch.ID)
	err := o.db.Update(o.t.Context(), func(tx storage.Tx) error { return tx.Put(k, []byte(`{"Root":"17.1","Told":1,"Shown":1}`)) })
	if err != nil {
		o.t.Fatal(err)
	}
}

// askedTo lists the notices that ask about a window: to whom, and how they stand.
func (o *office) askedTo(n int) string {
	o.t.Helper()
	var all []string
	err := o.db.View(o.t.Context(), func(tx storage.Tx) error {
		all = nil
		return scan(tx, "ann", func(_ []byte, a desk.Announcement) {
			q := a.Snapshot.Notice
			if q == nil || q.Question == nil || q.Question.About() != (desk.Subject{Kind: desk.WindowSubject, Number: n}) {
				return
			}
			state := "open"
			switch {
			case !q.Question.Answered.IsZero():
				state = "answered"
			case !q.Question.AgainAt.IsZero():
				state = "asked again"
			case !q.Question.PassedAt.IsZero():
				state = "passed"
			}
			all = append(all, fmt.Sprintf("%s to %s: %s", q.Question.Kind, q.To.Connection, state))
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return strings.Join(all, "; ")
}

func (o *office) expectAsked(n int, want string) {
	o.t.Helper()
	if got := o.askedTo(n); got != want {
		o.t.Errorf("asked: %s\nwant: %s", got, want)
	}
}

// A question that does not reach its ops channel within two minutes goes to the next;
// the answer takes the buttons off both.
func TestAQuestionFindsSomebody(t *testing.T) {
	o := newOffice(t)
	n := o.plan(0, "New database", time.Hour, time.Hour)
	o.fire(hour)
	o.fire(2*hour - 600)
	o.fire(2*hour - 481)
	o.expectAsked(n, "end to amherst: open")
	o.fire(2*hour - 480)
	o.expectAsked(n, "end to amherst: open; end to boston: open")
	if _, err := o.WorkDone(t.Context(), o.by(2*hour-400), n, ""); err != nil {
		t.Fatal(err)
	}
	o.sound()
	o.expectAsked(n, "end to amherst: open; end to amherst: answered; end to boston: open; end to boston: answered")
	o.expectTold(n, "scheduled, started, completed")
}

func TestAQuestionThatIsReadIsAskedOnce(t *testing.T) {
	o := newOffice(t)
	n := o.plan(0, "New database", time.Hour, time.Hour)
	o.fire(hour)
	o.fire(2*hour - 600)
	o.reached(1, ops)
	o.fire(2*hour - 400)
	o.expectAsked(n, "end to amherst: open")
	o.fire(2 * hour)
	o.expectAsked(n, "end to amherst: open; end to amherst: asked again; late to amherst: open")
}

// A question about a start that nobody answered has no button any more when it began.
func TestAQuestionAboutAStartEndsWithIt(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	n := o.plan(1, "New database", time.Hour, time.Hour)
	o.fire(hour - 900 + 1)
	o.reached(1, ops)
	o.expectTold(n, "scheduled, asks start")
	o.fire(hour + 1)
	o.expectTold(n, "scheduled, started")
	o.expectAsked(n, "start to amherst: open; start to amherst: passed")
}

// With nothing due the clock reads one record, however much is planned.
func TestALookCostsTheSameWithManyWindows(t *testing.T) {
	o := newOffice(t)
	for k := range 150 {
		o.plan(0, "Work", time.Duration(k+1)*time.Hour, time.Minute)
	}
	reads := 0
	j := journal.New(counted{o.db, &reads}, o.book, func(...desk.Subject) {}, journal.Settings{})
	if _, err := j.Fire(t.Context(), at(50)); err != nil { // the first looks for new reminders, too
		t.Fatal(err)
	}
	reads = 0
	if next, err := j.Fire(t.Context(), at(60)); err != nil || !next.Equal(at(45*60)) {
		t.Error(next, err)
	}
	if reads != 1 {
		t.Errorf("it read %d records", reads)
	}
}

// A bot that was away for so long that it did not even make the next time of a series
// tells of it again all the same, if that is not too late.
func TestATimeOfASeriesThatIsMadeLateIsToldBefore(t *testing.T) {
	o := newOffice(t)
	s := settings()
	s.Planning.Zone, _ = time.LoadLocation("America/New_York")
	s.Planning.Reminders = []desk.Reminder{{Before: 168 * time.Hour}, {DaysBefore: 1, At: 16 * 60}}
	o.SetSettings(s)
	o.weekly(0)
	const day = 24 * hour
	o.fire(1)
	o.fire(20*day + 16*hour) // the third Tuesday, 8 p.m.
	o.expectTold(3, "scheduled, reminded")
	o.fire(20*day + 17*hour)
	o.expectTold(3, "scheduled, reminded")
}

// A time of a series is there when it is to be told, however long before that is.
func TestATimeOfASeriesIsToldDaysBefore(t *testing.T) {
	o := newOffice(t)
	s := settings()
	s.Planning.Zone, _ = time.LoadLocation("America/New_York")
	s.Planning.Reminders = []desk.Reminder{{DaysBefore: 12, At: 16 * 60}, {DaysBefore: 9, At: 16 * 60}}
	o.SetSettings(s)
	o.weekly(0)
	const day = 24 * hour
	o.fire(1)
	for _, told := range []struct {
		at   int
		want string
	}{
		{9*day + 12*hour - 1, "scheduled"}, // of the third Wednesday: twelve days before, at four
		{9*day + 12*hour, "scheduled, reminded"},
		{12*day + 12*hour - 1, "scheduled, reminded"},
		{12*day + 12*hour, "scheduled, reminded, reminded"},
	} {
		o.fire(told.at)
		w, err := o.TimesOf(t.Context(), 1, four.AddDate(0, 0, 21))
		if err != nil || len(w) == 0 {
			t.Fatalf("after %d s it is no window: %v", told.at, err)
		}
		o.expectTold(w[0].Number, told.want)
	}
}

// Whoever cancels a series answers what was asked about its times: nothing went as planned.
func TestACancelledSeriesAnswersWhatIsAskedAboutItsTimes(t *testing.T) {
	o := newOffice(t)
	series := o.weekly(0)
	const day = 24 * hour
	o.fire(day)
	o.declare(2 * day)
	o.fire(7*day - 850)
	o.reached(1, ops)
	o.replan(7*day-300, series, cancelled("The vendor is not ready."))
	o.fire(7*day - 300)
	o.expectAsked(2, "start to amherst: open; start to amherst: answered")
}
