package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage/boltdb"
)

// chronicle is a record with one incident of each kind, made at four.
type chronicle struct {
	t *testing.T
	*journal.Journal
	db     *boltdb.DB
	export export
	asked  int
}

func newChronicle(t *testing.T) *chronicle {
	t.Helper()
	db, err := openStore(filepath.Join(t.TempDir(), "belltower.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	book := outbox.NewBook()
	book.SetPlaces(outbox.Places{Catalog: desk.NewCatalog(nil)})
	j := journal.New(db, book, func(...desk.Subject) {}, journal.Settings{})
	return &chronicle{t, j, db, export{"Example University", four.Add(time.Hour)}, 0}
}

func (c *chronicle) by() journal.By {
	c.asked++
	person := desk.Person{Connection: "amherst", ID: "USECRET"}
	return journal.By{At: four.Add(time.Duration(c.asked) * time.Minute), Person: person, Name: "secret name", From: desk.Channel{Connection: "amherst", ID: "COPS"}}
}

func (c *chronicle) declare(title string, drill bool) int {
	c.t.Helper()
	a, err := c.Declare(c.t.Context(), c.by(), desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}, {Service: "portal", Name: "Portal", Status: desk.DegradedPerformance}},
		Impact:   desk.Critical, Title: title, Text: "We are looking <into> it.", Drill: drill,
	}, true)
	if err != nil {
		c.t.Fatal(err)
	}
	return a.Incident.Number
}

func (c *chronicle) apply(number int, rule journal.Rule) {
	c.t.Helper()
	if _, err := c.Apply(c.t.Context(), c.by(), number, rule); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chronicle) subscribe(channel string, target desk.Target, topics []desk.Topic, least desk.Impact) {
	c.t.Helper()
	sub := desk.Subscription{Channel: desk.Channel{Connection: "amherst", ID: channel}, Target: target, Topics: topics, Least: least}
	if _, err := c.Subscribe(c.t.Context(), c.by(), sub, func(desk.Subscription) error { return nil }); err != nil {
		c.t.Fatal(err)
	}
}

// works plans work that is moved, begins, and ends with a remark, and a series.
func (c *chronicle) works() {
	c.t.Helper()
	p := desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "New database", Details: "It takes <three> hours.",
		Planned: desk.Period{From: four.Add(24 * time.Hour), To: four.Add(27 * time.Hour)},
	}
	c.schedule(p)
	rules := []journal.WindowRule{
		func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
			return w.Move(desk.Period{From: four.Add(26 * time.Hour), To: four.Add(29 * time.Hour)}, act)
		},
		desk.Window.Start,
		func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Done("", true, act) },
		func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
			return w.NotPassed([]string{"secret test"}, act)
		},
		func(w desk.Window, act desk.Act) (desk.WindowChange, error) {
			return w.Done("Slow for an hour.", true, act)
		},
	}
	for _, rule := range rules {
		if _, err := c.ApplyWindow(c.t.Context(), c.by(), 1, rule, false); err != nil {
			c.t.Fatal(err)
		}
	}
	weekly := desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: time.Hour, Zone: "America/New_York", First: four.Truncate(24*time.Hour).AddDate(0, 0, 1), Except: []time.Time{four.Truncate(24*time.Hour).AddDate(0, 0, 21)}}
	p.Title, p.Details, p.Rule = "Patches", "", &weekly
	p.Planned, _ = weekly.Next(four)
	c.schedule(p)
	if _, err := c.Occurrence(c.t.Context(), c.by(), 2, four.AddDate(0, 0, 7)); err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.ApplyWindow(c.t.Context(), c.by(), 3, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Cancel("Not this week.", act) }, false); err != nil {
		c.t.Fatal(err)
	}
}

// checks see a service fail, and pass again, on a day that is over.
func (c *chronicle) checks() {
	c.t.Helper()
	by := c.by()
	seen := desk.Report{
		Witness: desk.Witness{Kind: desk.OwnProbe, Name: "log in"}, Service: "learn", Expectation: desk.Availability,
		State: desk.Failing, Since: by.At, At: by.At, Detail: "secret host answers 503",
	}
	passes := seen
	passes.State, passes.At = desk.Passing, by.At.Add(30*time.Second)
	passes.Since = passes.At
	for _, r := range []desk.Report{seen, passes} {
		by.Request, by.At = fmt.Sprint("probe/", r.State), r.At
		if err := c.Hear(c.t.Context(), by, []desk.Report{r}); err != nil {
			c.t.Fatal(err)
		}
	}
	b := desk.TimedBucket{Probe: desk.ProbeID{Service: "learn", Name: "log in"}, From: four.AddDate(0, 0, -2)}
	b.Add(desk.Passed, 300*time.Millisecond, false)
	b.Add(desk.Passed, 900*time.Millisecond, true)
	b.Add(desk.Failed, 0, false)
	if err := c.KeepResults(c.t.Context(), four, []desk.TimedBucket{b}); err != nil {
		c.t.Fatal(err)
	}
	if err := c.TidyResults(c.t.Context(), four); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chronicle) schedule(p desk.Plan) {
	c.t.Helper()
	if _, err := c.Schedule(c.t.Context(), c.by(), p, desk.Override{Urgent: "secret reason"}); err != nil {
		c.t.Fatal(err)
	}
}

// Everything that people may take with them, and nothing that is for staff only.
func TestTheExport(t *testing.T) {
	c := newChronicle(t)
	n := c.declare("Learn is down", false)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Note("secret note", act) })
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetLead(act.By, act) })
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Update(desk.Progress{Status: desk.Identified, Text: "A disk is full."}, act)
	})
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(desk.Major, act) })
	if _, err := c.Reword(t.Context(), c.by(), n, 2, "Two disks are full."); err != nil {
		t.Fatal(err)
	}
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.End(desk.Ending{Text: "secret until told"}, desk.Proving{Gated: true}, act)
	})
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		due, _ := i.NotPassed([]string{"secret test"}, act)
		return due.Change, nil
	})
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("", act) })
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.End(desk.Ending{Text: "It works again."}, desk.Proving{Gated: true}, act)
	})
	c.apply(n, desk.Incident.Passed)
	c.apply(c.declare("secret drill", true), func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Resolve("secret end", act) })
	c.apply(c.declare("Learn is slow", false), func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("It was a test.", act) })
	a, b := c.declare("Learn fails", false), c.declare("Learn fails too", false)
	if _, err := c.Merge(t.Context(), c.by(), b, a); err != nil {
		t.Fatal(err)
	}
	c.works()
	c.checks()
	c.subscribe("CTEACH", desk.ServiceTarget("learn"), nil, desk.Major)
	c.subscribe("CLIB", desk.All(), []desk.Topic{desk.TopicProbes}, "")

	var out bytes.Buffer
	if err := c.export.write(t.Context(), c.db, &out); err != nil {
		t.Fatal(err)
	}
	golden(t, "export.jsonl", out.String())
	for _, secret := range []string{"secret", "SECRET", "COPS"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is in the export", secret)
		}
	}
	var again bytes.Buffer
	if err := c.export.write(t.Context(), c.db, &again); err != nil || again.String() != out.String() {
		t.Errorf("it is not the same again (%v):\n%s", err, again.String())
	}
}

// A long record is read in pages, whole and in order; who hangs up ends it.
func TestALongExport(t *testing.T) {
	c := newChronicle(t)
	for range 230 {
		c.declare("Learn is down", false)
	}
	next := 0
	err := c.Volumes(t.Context(), func(v journal.Volume) error {
		if next++; v.Incident.Number != next || len(v.Entries) != 1 {
			t.Errorf("INC-%d with %d entries, want INC-%d", v.Incident.Number, len(v.Entries), next)
		}
		return nil
	})
	if err != nil || next != 230 {
		t.Errorf("%d incidents: %v", next, err)
	}
	gone := errors.New("gone")
	if err := c.export.write(context.Background(), c.db, brokenPipe{gone}); !errors.Is(err, gone) {
		t.Errorf("to who hung up: %v", err)
	}
}

type brokenPipe struct{ err error }

func (b brokenPipe) Write([]byte) (int, error) { return 0, b.err }

// The bot that serves and the file of one that does not tell the same.
func TestTheExportOfABotThatServesAndOfItsFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.outage()
	w.settled()
	_, serving, _ := strings.Cut(w.works("export"), "\n")
	w.stop()
	head, file, _ := strings.Cut(w.works("export"), "\n")
	if serving != file || strings.Count(file, "\n") != 3 {
		t.Errorf("it serves:\n%s\nits file:\n%s", serving, file)
	}
	var h exportedHead
	if err := json.Unmarshal([]byte(head), &h); err != nil || h.Organization != "Example University" || h.Version != exportVersion {
		t.Errorf("%v: %s", err, head)
	}
	if err := os.RemoveAll(w.in("data")); err != nil {
		t.Fatal(err)
	}
	if said := w.fails("export"); !strings.Contains(said, "there is no record at") {
		t.Errorf("without a record: %s", said)
	}
}

// Each field is explained.
func TestEveryFieldOfTheExportIsExplained(t *testing.T) {
	page, err := os.ReadFile("../../docs/export.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range []any{exportedHead{}, exportedIncident{}, exportedService{}, exportedEntry{}, exportedAlert{}, exportedAlerted{}, exportedDay{}, exportedSubscription{}} {
		for i := range reflect.TypeOf(record).NumField() {
			name, _, _ := strings.Cut(reflect.TypeOf(record).Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(page), "| `"+name+"` |") {
				t.Errorf("docs/export.md does not say what %s of %T is", name, record)
			}
		}
	}
}
