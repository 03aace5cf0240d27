package journal_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

var (
	four = time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC) // 4 a.m. in New York
	ops  = desk.Channel{Connection: "amherst", ID: "COPS"}
	ann  = desk.Person{Connection: "amherst", ID: "UANN"}
)

// office is a journal on a real store, with two connections and two services.
type office struct {
	*journal.Journal
	t     *testing.T
	db    storage.DB
	book  *outbox.Book
	pokes int
	asked int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(t.TempDir(), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	o := &office{t: t, db: db, book: outbox.NewBook()}
	o.book.SetPlaces(outbox.Places{
		Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn System"}, {ID: "portal", Name: "Portal"}}),
		Connections: []outbox.Connection{
			{Name: "amherst", Ops: []string{"COPS"}}, {Name: "boston", Ops: []string{"COPS2"}},
		},
	})
	o.Journal = journal.New(db, o.book, func(...desk.Subject) { o.pokes++ }, journal.Settings{Grace: 10 * time.Second, GraceAbove: 2, Ops: []desk.Channel{ops}})
	return o
}

// by is a request of its own, some seconds after four.
func (o *office) by(seconds int) journal.By {
	o.asked++
	return journal.By{
		Request: fmt.Sprintf("amherst/%d", o.asked), Trace: "t1", At: four.Add(time.Duration(seconds) * time.Second),
		Person: ann, Name: "Ann", From: ops,
	}
}

func learnDown() desk.Declaration {
	return desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Impact: desk.Critical,
		Title: "Learn is down", Text: "We are looking into it.",
	}
}

func (o *office) declare(seconds int) journal.Applied {
	o.t.Helper()
	a, err := o.Declare(o.t.Context(), o.by(seconds), learnDown(), false)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) apply(seconds, number int, rule journal.Rule) journal.Applied {
	o.t.Helper()
	a, err := o.Apply(o.t.Context(), o.by(seconds), number, rule)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) subscribe(ids ...string) {
	o.t.Helper()
	for _, id := range ids {
		sub := desk.Subscription{Channel: desk.Channel{Connection: "amherst", ID: id}, Target: desk.All()}
		if _, err := o.Subscribe(o.t.Context(), o.by(0), sub, loose); err != nil {
			o.t.Fatal(err)
		}
	}
}

func loose(desk.Subscription) error { return nil }

// dump is the whole store as text.
func (o *office) dump() string {
	o.t.Helper()
	var b strings.Builder
	err := o.db.View(o.t.Context(), func(tx storage.Tx) error {
		b.Reset()
		return tx.Scan(nil, nil, 0, func(k, v []byte) (bool, error) {
			fmt.Fprintf(&b, "%q %s\n", k, v)
			return true, nil
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return b.String()
}

func refused(t *testing.T, err error, code desk.RefusalCode) *desk.Refusal {
	t.Helper()
	var r *desk.Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Fatalf("got %v, want a refusal (%s)", err, code)
	}
	return r
}

func TestARequestThatComesAgainIsAnsweredAsTheFirstTimeAndDoneOnce(t *testing.T) {
	o := newOffice(t)
	by := o.by(0)
	first, err := o.Declare(t.Context(), by, learnDown(), false)
	if err != nil {
		t.Fatal(err)
	}
	before := o.dump()
	by.At = by.At.Add(59 * time.Minute)
	again, err := o.Declare(t.Context(), by, learnDown(), false)
	if err != nil || !cmp.Equal(first, again) {
		t.Errorf("the second answer differs (%v):\n%s", err, cmp.Diff(first, again))
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Errorf("the repeat wrote:\n%s", diff)
	}
	resolveBy := o.by(60)
	one, err := o.Apply(t.Context(), resolveBy, 1, resolve)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := o.Apply(t.Context(), resolveBy, 1, resolve); err != nil || !cmp.Equal(one, two) {
		t.Errorf("a repeated resolve: %v", err)
	}
}

func TestSeenRequestsAreForgottenAfterTwoHours(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	seen := func() int { return strings.Count(o.dump(), "seen") }
	forget := func(at time.Time) {
		if more, err := o.ForgetSeen(t.Context(), at); err != nil || more {
			t.Fatal(more, err)
		}
	}
	if forget(four.Add(time.Hour)); seen() != 1 {
		t.Error("forgotten too early")
	}
	if forget(four.Add(3 * time.Hour)); seen() != 0 {
		t.Error("never forgotten")
	}
}

func TestADeclareIsOneTransaction(t *testing.T) {
	o := newOffice(t)
	a := o.declare(0)
	if a.Incident.Number != 1 || a.Held != nil || o.pokes != 1 {
		t.Errorf("%+v, %d pokes", a, o.pokes)
	}
	dump := o.dump()
	for _, want := range []string{`"incident`, `"entry`, `"audit`, `"ann`, `"out`, `"ongoing`, `"seen`, `"live`, `"seq`} {
		if !strings.Contains(dump, want) {
			t.Errorf("no %s record in:\n%s", want, dump)
		}
	}
	audit, err := o.Audit(t.Context(), four, 10)
	if err != nil || len(audit) != 1 || audit[0].Did != "declared" || audit[0].About != "INC-1" || audit[0].By != ann || audit[0].From != ops {
		t.Errorf("audit: %+v, %v", audit, err)
	}
}

func TestWhatMayBeStoredIsTold(t *testing.T) {
	o := newOffice(t)
	j := journal.New(unclear{o.db}, o.book, func(...desk.Subject) { o.pokes++ }, journal.Settings{})
	if _, err := j.Declare(t.Context(), o.by(0), learnDown(), false); !errors.Is(err, storage.ErrUnknown) || o.pokes != 1 {
		t.Errorf("%v, %d pokes", err, o.pokes)
	}
	if err := j.Notify(t.Context(), desk.Notice{At: four, Text: "I was away."}); !errors.Is(err, storage.ErrUnknown) || o.pokes != 2 {
		t.Errorf("%v, %d pokes", err, o.pokes)
	}
}

// unclear is a store whose commits happen, but nobody knows.
type unclear struct{ storage.DB }

func (u unclear) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return errors.Join(u.DB.Update(ctx, fn), storage.ErrUnknown)
}

func TestTheSecondIncidentOnAServiceIsADuplicate(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	before := o.dump()
	_, err := o.Declare(t.Context(), o.by(40), learnDown(), false)
	if r := refused(t, err, desk.Duplicate); len(r.Subjects) != 1 || r.Subjects[0].Number != 1 {
		t.Errorf("about %v", r.Subjects)
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Errorf("a refusal stored something:\n%s", diff)
	}
	drill := learnDown()
	drill.Drill = true
	if _, err := o.Declare(t.Context(), o.by(41), drill, false); err != nil {
		t.Errorf("a drill: %v", err)
	}
	if a, err := o.Declare(t.Context(), o.by(42), learnDown(), true); err != nil || a.Incident.Number != 3 {
		t.Errorf("--separate: %+v, %v", a.Incident, err)
	}
	open, err := o.Open(t.Context())
	if err != nil || len(open) != 3 {
		t.Errorf("%d open, %v", len(open), err)
	}
}

func TestRefusalsStoreNothing(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1")
	o.declare(0)
	o.apply(5, 1, resolve)
	no := errors.New("not yours")
	before, pokes := o.dump(), o.pokes
	for name, err := range map[string]error{
		"no such incident":      second(o.Apply(t.Context(), o.by(9), 7, resolve)),
		"already resolved":      second(o.Apply(t.Context(), o.by(9), 1, resolve)),
		"too long":              second(o.Reword(t.Context(), o.by(9), 1, 1, strings.Repeat("x", 2001))),
		"no such message":       second(o.Reword(t.Context(), o.by(9), 1, 9, "x")),
		"merge of what is over": second(o.Merge(t.Context(), o.by(9), 1, 1)),
		"tell what is unknown":  second(o.SendNow(t.Context(), o.by(9), 7)),
		"no service":            second(o.Declare(t.Context(), o.by(9), desk.Declaration{Impact: desk.Minor}, false)),
		"not theirs to end": second(o.Unsubscribe(t.Context(), o.by(9), desk.Channel{Connection: "amherst", ID: "C1"}, nil,
			func(desk.Subscription) error { return no })),
	} {
		if err == nil {
			t.Errorf("%s: was done", name)
		}
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" || o.pokes != pokes {
		t.Errorf("refusals stored something, or poked the outbox (%d times):\n%s", o.pokes-pokes, diff)
	}
}

func second[T any](_ T, err error) error { return err }

func resolve(i desk.Incident, act desk.Act) (desk.Change, error) {
	return i.Resolve("It works again.", act)
}

func say(text string) journal.Rule {
	return func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Update(desk.Progress{Text: text}, act)
	}
}

// What many would hear waits; ops hears at once; taking back is never held.
func TestGrace(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1", "C2", "C3", "COPS") // an ops channel does not count
	a := o.declare(0)
	if a.Channels != 3 || a.Held == nil || !a.Held.Until.Equal(four.Add(10*time.Second)) {
		t.Fatalf("%d channels, held %+v", a.Channels, a.Held)
	}
	d, err := o.Deliveries(t.Context(), a.Incident.Subject())
	if err != nil || d.Announced != 1 || d.Released != 0 || !d.HeldUntil.Equal(a.Held.Until) {
		t.Errorf("deliveries: %+v, %v", d, err)
	}
	if sent, err := o.SendNow(t.Context(), o.by(3), 1); err != nil || !sent {
		t.Errorf("send now: %v, %v", sent, err)
	}
	if sent, err := o.SendNow(t.Context(), o.by(4), 1); err != nil || sent {
		t.Errorf("send now, again: %v, %v", sent, err)
	}
	if d, _ = o.Deliveries(t.Context(), a.Incident.Subject()); d.Released != d.Announced || !d.HeldUntil.IsZero() {
		t.Errorf("after send now: %+v", d)
	}
	b := o.apply(5, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("Wrong service.", act) })
	if b.Held != nil {
		t.Errorf("a retraction is held: %+v", b.Held)
	}
}

func TestFewChannelsAreToldAtOnce(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1", "C2")
	if a := o.declare(0); a.Held != nil || a.Channels != 2 {
		t.Errorf("%+v", a)
	}
}

func TestMergeAnnouncesBoth(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	d := learnDown()
	d.Services = []desk.Affected{{Service: "portal", Name: "Portal"}}
	if _, err := o.Declare(t.Context(), o.by(1), d, false); err != nil {
		t.Fatal(err)
	}
	a, err := o.Merge(t.Context(), o.by(2), 2, 1)
	if err != nil || a.Incident.MergedInto != 1 || a.Into == nil || !a.Into.Concerns("portal") {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, s := range []desk.Subject{a.Incident.Subject(), a.Into.Subject()} {
		if d, err := o.Deliveries(t.Context(), s); err != nil || d.Announced != 2 || d.Released != 2 {
			t.Errorf("%s: %+v, %v", s, d, err)
		}
	}
	if open, _ := o.Open(t.Context()); len(open) != 1 || open[0].Number != 1 {
		t.Errorf("open: %+v", open)
	}
}

func TestRewordingKeepsWhatWasSaidInTheTimeline(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	o.apply(60, 1, say("The databse is back."))
	a, err := o.Reword(t.Context(), o.by(90), 1, 0, "The database is back.")
	if err != nil || a.Entry.Before != "The databse is back." || a.Incident.Latest[1].Text != "The database is back." {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := o.Reword(t.Context(), o.by(95), 1, 1, "We are on it."); err != nil {
		t.Fatal(err)
	}
	tl, err := o.Timeline(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range tl {
		got = append(got, fmt.Sprintf("%d %s #%d %s", e.Seq, e.Kind, e.Update, e.Text))
	}
	want := []string{"1 declared #1 We are on it.", "2 updated #2 The database is back.", "3 edited #2 The database is back.", "4 edited #1 We are on it."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNotesAreNeverAnnounced(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	o.apply(5, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Note("Vendor ticket 8841", act) })
	if d, err := o.Deliveries(t.Context(), desk.Subject{Kind: desk.IncidentSubject, Number: 1}); err != nil || d.Announced != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestSubscriptions(t *testing.T) {
	o := newOffice(t)
	c1 := desk.Channel{Connection: "amherst", ID: "C1"}
	sub := func(least desk.Impact, target desk.Target) journal.Subscribed {
		t.Helper()
		s, err := o.Subscribe(t.Context(), o.by(0), desk.Subscription{Channel: c1, Target: target, Least: least}, loose)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	sub("", desk.All())
	sub(desk.Major, desk.ServiceTarget("learn"))
	if s := sub(desk.Critical, desk.ServiceTarget("learn")); s.Before == nil || s.Before.Least != desk.Major || len(s.Now) != 2 {
		t.Errorf("replaced: %+v", s)
	}
	target := desk.All()
	s, err := o.Unsubscribe(t.Context(), o.by(1), c1, &target, loose)
	if err != nil || len(s.Removed) != 1 || len(s.Now) != 1 {
		t.Errorf("unsubscribed all: %+v, %v", s, err)
	}
	now, err := o.Subscriptions(t.Context(), c1)
	if err != nil || !cmp.Equal(now, s.Now) {
		t.Errorf("now: %+v, %v", now, err)
	}
	if s, err = o.Unsubscribe(t.Context(), o.by(2), c1, nil, loose); err != nil || len(s.Now) != 0 {
		t.Errorf("unsubscribed everything: %+v, %v", s, err)
	}
}

func TestHoldAndRelease(t *testing.T) {
	o := newOffice(t)
	do := func(fn func(context.Context, journal.By, desk.ConnectionName) ([]desk.ConnectionName, error), k desk.ConnectionName) string {
		t.Helper()
		names, err := fn(t.Context(), o.by(0), k)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(names)
	}
	if got := do(o.Hold, "boston"); got != "[boston]" {
		t.Error(got)
	}
	if got := do(o.Hold, ""); got != "[amherst]" {
		t.Errorf("hold of all names those not held before: %s", got)
	}
	if holds, err := o.Holds(t.Context()); err != nil || len(holds) != 2 || holds["boston"].By != ann {
		t.Errorf("%+v, %v", holds, err)
	}
	if got := do(o.Release, ""); got != "[amherst boston]" {
		t.Error(got)
	}
	if got := do(o.Release, ""); got != "[]" {
		t.Error(got)
	}
}

func TestTheAuditIsNewestFirst(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	for n := range 5 {
		o.apply(n+1, 1, say(fmt.Sprint("news ", n)))
	}
	audit, err := o.Audit(t.Context(), four.Add(400*24*time.Hour), 3)
	if err != nil || len(audit) != 3 || audit[0].After != "news 4" || audit[2].After != "news 2" {
		t.Errorf("%+v, %v", audit, err)
	}
}

func TestReadingIncidents(t *testing.T) {
	o := newOffice(t)
	for n := range 3 {
		if _, err := o.Declare(t.Context(), o.by(3600*n), learnDown(), true); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		since time.Time
		limit int
		want  string
	}{"all": {want: "[3 2 1]"}, "two": {limit: 2, want: "[3 2]"}, "recent": {since: four.Add(90 * time.Minute), want: "[3]"}} {
		list, err := o.Incidents(t.Context(), tt.since, tt.limit)
		var got []int
		for _, i := range list {
			got = append(got, i.Number)
		}
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	_, err := o.Incident(t.Context(), 9)
	refused(t, err, desk.Unknown)
}

func TestHowLongTheBotWasAway(t *testing.T) {
	o := newOffice(t)
	if a, err := o.Away(t.Context(), four); err != nil || !a.From.IsZero() {
		t.Errorf("first start: %+v, %v", a, err)
	}
	if err := o.Alive(t.Context(), four); err != nil {
		t.Fatal(err)
	}
	o.declare(0)
	a, err := o.Away(t.Context(), four.Add(7*time.Minute))
	if err != nil || !a.From.Equal(four) || len(a.Open) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

// A drill declared on the host is for the first ops channel; any other where it
// was declared.
func TestWhereADrillIsSeen(t *testing.T) {
	o := newOffice(t)
	d := learnDown()
	d.Drill = true
	for from, want := range map[desk.ConnectionName]desk.ConnectionName{"amherst": "amherst", desk.Local: "amherst"} {
		by := o.by(0)
		by.From = desk.Channel{Connection: from, ID: "C9"}
		a, err := o.Declare(t.Context(), by, d, false)
		if err != nil || a.Channels != 0 || a.Incident.DeclaredIn.Connection != want {
			t.Errorf("from %s: %+v, %v", from, a, err)
		}
	}
}
