package journal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

var toUmass = desk.Renaming{From: "amherst", To: "umass"}

// busy is an office with something of amherst in every table that the journal and the
// book write.
func busy(t *testing.T) *office {
	o := newOffice(t)
	o.subscribe("CTEACH", "CLAB")
	elsewhere := desk.Subscription{Channel: desk.Channel{Connection: "boston", ID: "CLIB"}, Target: desk.All(), SetBy: ann}
	if _, err := o.Subscribe(t.Context(), o.by(0), elsewhere, loose); err != nil {
		t.Fatal(err)
	}
	o.declare(1)
	o.apply(2, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetLead(ann, act) })
	o.apply(3, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Note("Ask amherst/UANN.", act) })
	if _, err := o.Hold(t.Context(), o.by(4), ""); err != nil {
		t.Fatal(err)
	}
	if err := o.Notify(t.Context(), desk.Notice{At: four, Text: "A notice.", Only: []desk.ConnectionName{"amherst"}}); err != nil {
		t.Fatal(err)
	}
	o.plan(5, "New database", time.Hour, time.Hour) // while an incident is open, so ops is asked
	o.fire(hour)
	o.fire(2*hour - 600)
	o.alerted(2*hour - 500)
	return o
}

// alerted has somebody look at an alert about the portal, and mute it.
func (o *office) alerted(seconds int) {
	o.t.Helper()
	r := desk.Report{Witness: desk.Witness{Kind: desk.OwnProbe, Name: "login"}, Service: "portal", Expectation: desk.Availability, State: desk.Failing}
	if err := o.Hear(o.t.Context(), journal.By{At: at(seconds)}, []desk.Report{r}); err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.ApplyAlert(o.t.Context(), o.by(seconds), 1, "acknowledge", desk.Alert.Acknowledge); err != nil {
		o.t.Fatal(err)
	}
	if err := o.Mute(o.t.Context(), o.by(seconds), []desk.ServiceID{"portal"}, at(seconds+hour)); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) rename(db storage.DB) error {
	_, err := journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{}).Rename(o.t.Context(), journal.By{At: four}, toUmass)
	return err
}

// After a renaming the old name stands in the audit only, in what people typed, and
// in answers kept for requests that come again.
func TestARenamingReachesEveryRecord(t *testing.T) {
	o := busy(t)
	before := o.dump()
	if err := o.rename(o.db); err != nil {
		t.Fatal(err)
	}
	after := o.dump()
	for line := range strings.Lines(after) {
		key, value, _ := strings.Cut(line, " ")
		if strings.HasPrefix(key, `"audit`) {
			continue
		}
		if strings.HasPrefix(key, `"seen`) {
			value = ""
		}
		if strings.Contains(key+strings.ReplaceAll(value, "Ask amherst/UANN.", ""), "amherst") {
			t.Errorf("the old name stays in: %s", line)
		}
	}
	if was, is := strings.Count(before, "\n"), strings.Count(after, "\n"); is != was+1 { // the audit of the renaming
		t.Errorf("%d records became %d", was, is)
	}
	if !strings.Contains(after, "Ask amherst/UANN.") || !strings.Contains(after, "connection renamed") {
		t.Errorf("what people typed or the audit is not there:\n%s", after)
	}
	names := connections(t, o.db)
	if diff := cmp.Diff([]desk.ConnectionName{"boston", "umass"}, names); diff != "" {
		t.Errorf("connections (-want +got):\n%s", diff)
	}
}

func connections(t *testing.T, db storage.DB) (names []desk.ConnectionName) {
	t.Helper()
	err := db.View(t.Context(), func(tx storage.Tx) (err error) {
		names, err = outbox.Connections(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A request that was answered before comes again under the new name.
func TestWhatCameAgainAfterARenamingIsDoneOnce(t *testing.T) {
	o := newOffice(t)
	by := o.by(0)
	if _, err := o.Declare(t.Context(), by, learnDown(), false); err != nil {
		t.Fatal(err)
	}
	if err := o.rename(o.db); err != nil {
		t.Fatal(err)
	}
	by.Request = strings.Replace(by.Request, "amherst", "umass", 1)
	if a, err := o.Declare(t.Context(), by, learnDown(), false); err != nil || a.Incident.Number != 1 {
		t.Errorf("it was done again: %v %v", a.Incident, err)
	}
}

// fickle is a store that dies after some commits.
type fickle struct {
	storage.DB
	commits int
}

var errDied = errors.New("died")

// Background implements storage.DB.
func (f *fickle) Background(ctx context.Context, fn func(storage.Tx) error) error {
	if f.commits == 0 {
		return errDied
	}
	f.commits--
	return f.DB.Background(ctx, fn)
}

// Interrupted between any two commits, a renaming that is run again ends as one that
// was not.
func TestARenamingThatWasInterruptedIsRunAgain(t *testing.T) {
	whole := busy(t)
	if err := whole.rename(whole.db); err != nil {
		t.Fatal(err)
	}
	want := whole.dump()
	n := 0
	for ; ; n++ {
		o := busy(t)
		err := o.rename(&fickle{o.db, n})
		if err == nil {
			break
		}
		if !errors.Is(err, errDied) {
			t.Fatal(err)
		}
		if err := o.rename(o.db); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, o.dump()); diff != "" {
			t.Fatalf("after %d commits (-want +got):\n%s", n, diff)
		}
	}
	if n < 10 {
		t.Errorf("only %d commits", n)
	}
}
