package journal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
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

// gatekeeper is an office whose services have sorry pages: that of learn closes by
// itself too, that of portal does not, and mail has none.
func gatekeeper(t *testing.T) *office {
	o := newOffice(t)
	o.services([]desk.Service{
		{ID: "learn", Name: "Learn System", SorryPage: true, AutoGate: true}, {ID: "portal", Name: "Portal", SorryPage: true},
		{ID: "mail", Name: "Mail"},
	})
	o.SetSettings(journal.Settings{
		Grace: 10 * time.Second, GraceAbove: 2, Ops: []desk.Channel{ops},
		SorryTold: func(moved []desk.Gate) string {
			return fmt.Sprintf("%d gates: %v", len(moved), moved[0].Closed)
		},
	})
	return o
}

func (o *office) services(all []desk.Service) {
	o.book.SetPlaces(outbox.Places{Catalog: desk.NewCatalog(all), Connections: []outbox.Connection{{Name: "amherst", Ops: []string{"COPS"}}}})
}

func (o *office) service(id desk.ServiceID) desk.Service {
	s, _ := o.book.Places().Catalog.Find(string(id))
	return s
}

// gates are those that are not open by the rule: "learn closed hand INC-1".
func (o *office) gates() string {
	o.t.Helper()
	all, err := o.Gates(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	var lines []string
	for id, g := range all {
		word := "open"
		if g.Closed {
			word = "closed"
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", id, word, g.Cause, g.About)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "; ")
}

func (o *office) expectGates(what, want string) {
	o.t.Helper()
	if got := o.gates(); got != want {
		o.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (o *office) say(seconds int, id desk.ServiceID, verb desk.SorryVerb) {
	o.t.Helper()
	if _, err := o.Sorry(o.t.Context(), o.by(seconds), o.service(id), verb, "because"); err != nil {
		o.t.Fatal(err)
	}
}

var (
	loginProbe = desk.Witness{Kind: desk.OwnProbe, Name: "login page"}
	front      = desk.Witness{Kind: desk.OwnProbe, Name: "front page"}
	pingdom    = desk.Witness{Kind: desk.Monitor, Name: "pingdom", Check: "1"}
	pingdom2   = desk.Witness{Kind: desk.Monitor, Name: "pingdom", Check: "2"}
	alerts     = desk.Witness{Kind: desk.Monitor, Name: "alertsite", Check: "1"}
)

func (o *office) sees(seconds int, id desk.ServiceID, w desk.Witness, state desk.ReportState) {
	o.t.Helper()
	err := o.Sees(o.t.Context(), o.by(seconds), desk.Report{Witness: w, Service: id, Expectation: desk.Availability, State: state})
	if err != nil {
		o.t.Fatal(err)
	}
}

// notices are the texts that ops was told.
func (o *office) notices() (all []string) {
	o.t.Helper()
	table := storage.TableOf[desk.Announcement]("ann")
	err := o.db.View(o.t.Context(), func(tx storage.Tx) error {
		all = nil
		return table.Scan(tx, nil, nil, 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			if a.Snapshot.Notice != nil {
				all = append(all, a.Text)
			}
			return true, nil
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return all
}

func (o *office) audited() (all []string) {
	o.t.Helper()
	entries, err := o.Audit(o.t.Context(), at(30*24*hour), 100)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Did, "sorry") {
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s: %s -> %s %s", e.Did, e.About, e.Before, e.After, e.Name)))
		}
	}
	return all
}

// A word alone closes nothing: what a person declares needs our own probe, and a source,
// whose token may be stolen, needs it too.
func TestTheGateNeverObeysAWordAlone(t *testing.T) {
	o := gatekeeper(t)
	o.declare(0)
	o.expectGates("declared, all probes green", "")
	o.sees(1, "learn", pingdom, desk.Failing)
	o.sees(2, "learn", alerts, desk.Failing)
	o.expectGates("declared, and sources say so", "")
	o.apply(3, 1, resolve)
	o.sees(4, "learn", pingdom2, desk.Failing)
	o.expectGates("sources say so", "")
	if told := o.notices(); len(told) > 0 {
		t.Error(told)
	}
}

// Our own probe and a person close it, until the person says that it is over.
func TestOurProbeAndAPersonCloseTheGate(t *testing.T) {
	o := gatekeeper(t)
	o.sees(0, "learn", loginProbe, desk.Failing)
	o.sees(0, "learn", front, desk.Failing)
	o.expectGates("two probes of ours", "")
	d := learnDown()
	d.Impact = desk.Major
	if _, err := o.Declare(t.Context(), o.by(1), d, false); err != nil {
		t.Fatal(err)
	}
	o.expectGates("it is said to be partly there", "")
	o.apply(2, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(desk.Critical, act) })
	o.expectGates("it is said to be down", "learn closed auto INC-1")
	o.sees(3, "learn", loginProbe, desk.Passing)
	o.sees(3, "learn", front, desk.Passing)
	o.expectGates("our probes pass, the incident is open", "learn closed auto INC-1")
	o.apply(4, 1, resolve)
	o.expectGates("resolved", "")
	want := []string{"1 gates: true", "1 gates: false"}
	if told := o.notices(); !slices.Equal(told, want) {
		t.Errorf("ops was told %q", told)
	}
	audit := []string{"sorry page down learn: up, auto, INC-1 -> down Ann", "sorry page up learn: down -> up, auto, INC-1 Ann"}
	if got := o.audited(); !slices.Equal(got, audit) {
		t.Errorf("audit: %q", got)
	}
}

// The gate of a service with gate = "manual" follows no witness.
func TestAManualGateFollowsNoWitness(t *testing.T) {
	o := gatekeeper(t)
	d := desk.Declaration{Services: []desk.Affected{{Service: "portal", Name: "Portal"}, {Service: "mail", Name: "Mail"}}, Impact: desk.Critical, Title: "x", Text: "y"}
	if _, err := o.Declare(t.Context(), o.by(0), d, false); err != nil {
		t.Fatal(err)
	}
	for _, w := range []desk.Witness{loginProbe, pingdom, alerts} {
		o.sees(1, "portal", w, desk.Failing)
		o.sees(1, "mail", w, desk.Failing)
	}
	o.expectGates("all say so", "")
}

// Our own probe and a witness that is not ours close it, until our own sees it work.
func TestTwoWitnessesCloseTheGate(t *testing.T) {
	o := gatekeeper(t)
	o.sees(0, "learn", pingdom, desk.Failing)
	o.sees(1, "learn", loginProbe, desk.Failing)
	o.expectGates("both", "learn closed auto")
	o.sees(2, "learn", pingdom, desk.Passing)
	o.expectGates("the other changed its mind", "learn closed auto")
	o.sees(3, "learn", loginProbe, desk.Passing)
	o.expectGates("ours sees it work", "")
	err := o.Sees(t.Context(), o.by(4), desk.Report{Witness: loginProbe, Service: "learn", Expectation: desk.Performance, State: desk.Failing})
	o.sees(4, "learn", pingdom, desk.Failing)
	if o.expectGates("it is slow", ""); err != nil {
		t.Error(err)
	}
}

// What goes on while it is closed takes over what it is closed for.
func TestAnIncidentTakesOverTheGate(t *testing.T) {
	o := gatekeeper(t)
	o.sees(0, "learn", loginProbe, desk.Failing)
	o.sees(0, "learn", pingdom, desk.Failing)
	o.declare(1)
	o.expectGates("declared", "learn closed auto INC-1")
	o.sees(2, "learn", loginProbe, desk.Passing)
	o.expectGates("it seems to work", "learn closed auto INC-1")
	o.say(3, "learn", desk.SorryOff)
	o.expectGates("off", "learn open hand")
	o.sees(4, "learn", loginProbe, desk.Failing)
	o.expectGates("what a person said holds", "learn open hand")
	o.say(5, "learn", desk.SorryAuto)
	o.expectGates("auto", "learn closed auto INC-1")
	o.say(6, "learn", desk.SorryOff)
	o.apply(7, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("wrong", act) })
	o.expectGates("retracted: the two witnesses still see it", "learn closed auto")
}

// It closes when work with the effect down begins, by the clock or a person, and opens
// when that is over, tests too, or stopped.
func TestPlannedWorkClosesTheGate(t *testing.T) {
	for name, c := range map[string]struct {
		effect desk.Effect
		gated  bool
		end    func(o *office) error
		during string
	}{
		"done": {desk.EffectDown, false, func(o *office) error { return second(o.WorkDone(o.t.Context(), o.by(2*hour), 1, "")) }, "learn closed window WIN-1"},
		"cancelled": {desk.EffectDown, false, func(o *office) error {
			return second(o.ApplyWindow(o.t.Context(), o.by(2*hour), 1, cancelled("The vendor is not ready."), false))
		}, "learn closed window WIN-1"},
		"tested": {desk.EffectDown, true, func(o *office) error {
			if err := second(o.WorkDone(o.t.Context(), o.by(2*hour), 1, "")); err != nil {
				return err
			}
			o.expectGates("being tested", "learn closed window WIN-1")
			return o.Verified(o.t.Context(), o.by(2*hour+60).At, desk.Subject{Kind: desk.WindowSubject, Number: 1})
		}, "learn closed window WIN-1"},
		"slow":    {desk.EffectDegraded, false, func(o *office) error { return second(o.WorkDone(o.t.Context(), o.by(2*hour), 1, "")) }, ""},
		"at risk": {desk.EffectAtRisk, false, func(o *office) error { return second(o.WorkDone(o.t.Context(), o.by(2*hour), 1, "")) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := gatekeeper(t)
			if c.gated {
				o.SetSettings(journal.Settings{Ops: []desk.Channel{ops}, Gated: func([]desk.ServiceID) bool { return true }})
			}
			o.planned(0, desk.Plan{Title: "New database", Effect: c.effect, Planned: desk.Period{From: at(hour), To: at(3 * hour)}})
			o.expectGates("planned", "")
			o.fire(hour)
			o.expectGates("begun", c.during)
			if err := c.end(o); err != nil {
				t.Fatal(err)
			}
			o.expectGates("over", "")
			if told := o.notices(); slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, "gate") }) {
				t.Errorf("ops reads it in its post: %q", told)
			}
		})
	}
}

// Ops posts of the work and of the incident say that the sorry page is up.
func TestOpsPostsSayThatTheSorryPageIsUp(t *testing.T) {
	o := gatekeeper(t)
	o.plan(0, "New database", time.Hour, time.Hour)
	o.fire(hour)
	o.declare(hour + 60)
	o.apply(hour+120, 1, say("The disk is full."))
	o.say(hour+180, "learn", desk.SorryOff)
	table := storage.TableOf[desk.Announcement]("ann")
	got := map[string]string{}
	err := o.db.View(t.Context(), func(tx storage.Tx) error {
		return table.Scan(tx, nil, nil, 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			if a.Snapshot.Notice == nil {
				got[a.Subject.String()+" "+string(a.Kind)] = strings.Join(a.Snapshot.Sorry, ", ")
			}
			return true, nil
		})
	})
	want := map[string]string{"WIN-1 scheduled": "", "WIN-1 started": "Learn System", "INC-1 declared": "Learn System", "INC-1 updated": "Learn System", "INC-1 released": "", "WIN-1 released": ""}
	if fmt.Sprint(got) != fmt.Sprint(want) || err != nil {
		t.Errorf("%v %v", got, err)
	}
}

// Work that goes wrong goes on as an incident, and so does the gate; of services that it
// is not about any more it opens.
func TestAConvertedWindowKeepsTheGate(t *testing.T) {
	for _, hand := range []bool{false, true} {
		o := gatekeeper(t)
		both := []desk.Affected{{Service: "learn", Name: "Learn System"}, {Service: "portal", Name: "Portal"}}
		p := desk.Plan{Title: "x", Services: both, Planned: desk.Period{From: at(hour), To: at(3 * hour)}}
		if _, err := o.Schedule(t.Context(), o.by(0), p, urgent); err != nil {
			t.Fatal(err)
		}
		o.fire(hour)
		o.expectGates("begun", "learn closed window WIN-1; portal closed window WIN-1")
		want := "learn closed window INC-1"
		if hand {
			o.say(hour+1, "learn", desk.SorryOn)
			want = "learn closed hand INC-1"
		}
		d := learnDown()
		d.Impact = desk.Major
		if _, err := o.Convert(t.Context(), o.by(hour+60), 1, d); err != nil {
			t.Fatal(err)
		}
		o.expectGates("converted", want)
		o.apply(hour+120, 1, resolve)
		o.expectGates("resolved", "")
	}
}

// Kept open by hand it stays open through one window, and closes at the next.
func TestKeptOpenThroughAWindow(t *testing.T) {
	o := gatekeeper(t)
	o.plan(0, "a", time.Hour, time.Hour)
	o.plan(0, "b", 5*time.Hour, time.Hour)
	o.say(1, "learn", desk.SorryOff)
	o.expectGates("off", "learn open hand")
	o.fire(hour)
	o.expectGates("begun", "learn open hand")
	if _, err := o.WorkDone(t.Context(), o.by(2*hour), 1, ""); err != nil {
		t.Fatal(err)
	}
	o.expectGates("done", "")
	o.fire(5 * hour)
	o.expectGates("the next", "learn closed window WIN-2")
}

// It is as it was after a crash: it is in the store when the command is answered.
func TestTheGateOutlivesTheProcess(t *testing.T) {
	path := filepath.Join(storagetest.Dir(t), "belltower.db")
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := gatekeeper(t)
	o.db, o.Journal = db, journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
	o.say(0, "learn", desk.SorryOn)
	o.plan(0, "New database", time.Hour, time.Hour)
	db.Close()
	if db, err = boltdb.Open(path, boltdb.Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	o.db, o.Journal = db, journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
	o.expectGates("after it", "learn closed hand")
	if err := o.Restored(t.Context(), desk.Notice{At: at(1), Text: "restored"}); err != nil {
		t.Fatal(err)
	}
	o.expectGates("after a restore", "")
}

// However many services have a gate, one incident or window moves all of them.
func TestGatesOfManyServicesMoveAtOnce(t *testing.T) {
	o := gatekeeper(t)
	var all []desk.Service
	var about []desk.Affected
	for n := range 150 {
		s := desk.Service{ID: desk.ServiceID(fmt.Sprintf("s%03d", n)), Name: fmt.Sprint("S", n), SorryPage: true, AutoGate: true}
		all, about = append(all, s), append(about, desk.Affected{Service: s.ID, Name: s.Name})
	}
	o.services(all)
	for _, s := range all {
		err := o.Sees(context.Background(), o.by(0), desk.Report{Witness: loginProbe, Service: s.ID, Expectation: desk.Availability, State: desk.Failing})
		if err != nil {
			t.Fatal(err)
		}
	}
	p := desk.Plan{Title: "x", Services: about[:journal.MaxWindowServices], Planned: desk.Period{From: at(hour), To: at(2 * hour)}}
	if _, err := o.Schedule(t.Context(), o.by(0), p, urgent); err != nil {
		t.Fatal(err)
	}
	o.fire(hour)
	if n := strings.Count(o.gates(), "closed window WIN-1"); n != journal.MaxWindowServices {
		t.Errorf("%d gates", n)
	}
	d := learnDown()
	d.Services = about
	if _, err := o.Declare(t.Context(), o.by(hour+1), d, true); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(o.gates(), "closed"); n != len(all) {
		t.Errorf("%d gates", n)
	}
	o.apply(hour+2, 1, resolve)
	if n := strings.Count(o.gates(), "closed"); n != journal.MaxWindowServices {
		t.Errorf("%d gates", n)
	}
	if told := o.notices(); len(told) != 2 {
		t.Errorf("ops was told %d times", len(told))
	}
}
