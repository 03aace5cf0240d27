package journal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

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
