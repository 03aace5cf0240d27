package journal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

func at(seconds int) time.Time { return four.Add(time.Duration(seconds) * time.Second) }

// known is what everybody may know so many seconds after four.
func (o *office) known(seconds int) string {
	o.t.Helper()
	p, err := o.Public(o.t.Context(), at(seconds), four.AddDate(0, 0, -1))
	if err != nil {
		o.t.Fatal(err)
	}
	var b strings.Builder
	for _, one := range p.Incidents {
		fmt.Fprintf(&b, "%s %s", one.Incident.Subject(), one.Incident.Impact)
		for _, e := range one.Timeline {
			fmt.Fprintf(&b, "; %s %s", e.Kind, e.Text)
			if !e.CorrectedAt.IsZero() {
				fmt.Fprintf(&b, ", corrected %.0f", e.CorrectedAt.Sub(four).Seconds())
			}
			if !e.By.IsZero() {
				o.t.Errorf("%s has a name", e.Kind)
			}
		}
		b.WriteString("\n")
	}
	if !p.Until.IsZero() {
		fmt.Fprintf(&b, "until %.0f\n", p.Until.Sub(four).Seconds())
	}
	return b.String()
}

func (o *office) expectKnown(seconds int, want string) {
	o.t.Helper()
	if got := o.known(seconds); got != want {
		o.t.Errorf("after %d s everybody may know:\n%swant:\n%s", seconds, got, want)
	}
}

func update(text string) journal.Rule {
	return func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Update(desk.Progress{Text: text}, act)
	}
}

func note(i desk.Incident, act desk.Act) (desk.Change, error) {
	return i.Note("Vendor ticket 8841.", act)
}

func retract(i desk.Incident, act desk.Act) (desk.Change, error) {
	return i.Retract("Wrong service.", act)
}

func (o *office) reword(seconds, n int, text string) {
	o.t.Helper()
	if _, err := o.Reword(o.t.Context(), o.by(seconds), 1, n, text); err != nil {
		o.t.Fatal(err)
	}
}

func TestEverybodyMayKnowWhatWasTold(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	o.apply(20, 1, note)
	o.apply(30, 1, update("We foudn it."))
	o.reword(40, 2, "We found it.")
	const told = "INC-1 critical; declared We are looking into it.; updated We found it., corrected 40"
	o.expectKnown(50, told+"\n")
	o.apply(60, 1, resolve)
	o.expectKnown(60, told+"; resolved It works again.\n")
}

func TestWhatIsInItsGraceIsNotPublic(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1", "C2", "C3")
	o.declare(0)
	o.expectKnown(9, "until 10\n")
	o.expectKnown(10, "INC-1 critical; declared We are looking into it.\n")
	o.sendNow(10)
	o.apply(30, 1, update("We found it."))
	o.expectKnown(31, "INC-1 critical; declared We are looking into it.\nuntil 40\n")
	o.sendNow(40)
	o.reword(50, 2, "It was Jim.")
	o.expectKnown(51, "INC-1 critical; declared We are looking into it.; updated We found it.\nuntil 60\n")
	o.expectKnown(60, "INC-1 critical; declared We are looking into it.; updated It was Jim., corrected 50\n")
}

func TestACorrectionThatNobodySawIsNone(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1", "C2", "C3")
	o.declare(0)
	if _, err := o.Revise(t.Context(), o.by(5), 1, journal.Revision{Impact: desk.Minor, Text: "Login is slow."}); err != nil {
		t.Fatal(err)
	}
	o.sendNow(6)
	o.expectKnown(7, "INC-1 minor; declared Login is slow.\n")
}

func TestWhatWasTakenBackIsKnownWhereItWasTold(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1", "C2", "C3")
	o.declare(0)
	o.apply(5, 1, retract)
	o.expectKnown(6, "")
	_, err := o.PublicIncident(t.Context(), at(6), 1)
	refused(t, err, desk.Unknown)

	o.declare(20)
	o.sendNow(21)
	o.apply(30, 2, retract)
	o.expectKnown(31, "INC-2 critical; declared We are looking into it.; retracted Wrong service.\n")
}

func TestADrillIsNotPublic(t *testing.T) {
	o := newOffice(t)
	d := learnDown()
	d.Drill = true
	if _, err := o.Declare(t.Context(), o.by(0), d, false); err != nil {
		t.Fatal(err)
	}
	o.expectKnown(60, "")
	_, err := o.PublicIncident(t.Context(), at(60), 1)
	refused(t, err, desk.Unknown)
}

func TestWhatIsOpenIsPublicHoweverOld(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	o.apply(1, 1, resolve)
	o.declare(2)
	p, err := o.Public(t.Context(), four.AddDate(1, 0, 0), four.AddDate(0, 11, 0))
	if err != nil || len(p.Incidents) != 1 || p.Incidents[0].Incident.Number != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	one, err := o.PublicIncident(t.Context(), four.AddDate(1, 0, 0), 1)
	if err != nil || len(one.Timeline) != 2 {
		t.Errorf("%+v, %v", one, err)
	}
}

func TestWhatWasOpenForLongIsPublicByItsEnd(t *testing.T) {
	const day = 24 * 60 * 60
	o := newOffice(t)
	o.declare(0)
	o.apply(50*day, 1, resolve)
	since := at(50*day).AddDate(0, 0, -14)
	listed := func(now int, want string) {
		t.Helper()
		p, err := o.Public(t.Context(), at(now), since)
		var got []string
		for _, one := range p.Incidents {
			got = append(got, fmt.Sprint(one.Incident.Subject(), " open: ", one.Incident.IsOpen()))
		}
		if said := strings.Join(got, ", "); err != nil || said != want {
			t.Errorf("%s, %v, want %s", said, err, want)
		}
	}
	listed(51*day, "INC-1 open: false")
	o.apply(51*day, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("It fails again.", act) })
	listed(52*day, "INC-1 open: true")
	o.apply(53*day, 1, resolve)
	listed(54*day, "INC-1 open: false")
	since = at(54 * day)
	listed(55*day, "")
}

func (o *office) sendNow(seconds int) {
	o.t.Helper()
	for n := range 2 {
		if _, err := o.SendNow(o.t.Context(), o.by(seconds), n+1); err != nil && n == 0 {
			o.t.Fatal(err)
		}
	}
}

func TestTheNewestIncidentsArePublicHoweverOld(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1", "C2", "C3")
	declare := func(at int, d desk.Declaration) {
		if _, err := o.Declare(t.Context(), o.by(at), d, true); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 4 {
		declare(n, learnDown())
		if _, err := o.SendNow(t.Context(), o.by(n), n+1); err != nil {
			t.Fatal(err)
		}
	}
	o.apply(5, 3, retract)
	d := learnDown()
	d.Drill = true
	declare(6, d)
	declare(7, learnDown()) // in its grace
	all, err := o.PublicNewest(t.Context(), at(8), 3)
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, one := range all {
		got = append(got, one.Incident.Number)
	}
	if !slices.Equal(got, []int{4, 3, 2}) {
		t.Errorf("%v", got)
	}
	if all, err = o.PublicNewest(t.Context(), four.AddDate(2, 0, 0), 10); err != nil || len(all) != 5 {
		t.Errorf("%d, %v", len(all), err)
	}
}
