package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// days is a period of so many days, some days after four.
func days(from, n int) desk.Period {
	return desk.Period{From: four.AddDate(0, 0, from), To: four.AddDate(0, 0, from+n)}
}

// happened is what everybody may know of a period, as of a year later.
func (o *office) happened(in desk.Period) string {
	o.t.Helper()
	p, err := o.PublicPast(o.t.Context(), four.AddDate(1, 0, 0), in)
	if err != nil {
		o.t.Fatal(err)
	}
	var out []string
	for _, one := range p.Incidents {
		out = append(out, one.Incident.Subject().String())
	}
	for _, one := range p.Windows {
		out = append(out, one.Window.Subject().String())
	}
	if !p.Before.IsZero() {
		out = append(out, fmt.Sprintf("before: day %d", int(p.Before.Sub(four)/(24*time.Hour))))
	}
	return strings.Join(out, " ")
}

// Of a period everything that began in it is read, whatever came before and after it.
func TestWhatHappenedInAPeriod(t *testing.T) {
	o := newOffice(t)
	if got := o.happened(days(0, 30)); got != "" {
		t.Errorf("of an empty record: %s", got)
	}
	const day = 24 * 60 * 60
	for n := range 10 {
		o.declare(3 * n * day)
		o.apply(3*n*day+60, n+1, resolve)
	}
	d := learnDown()
	d.Drill = true
	if _, err := o.Declare(t.Context(), o.by(28*day), d, true); err != nil {
		t.Fatal(err)
	}
	for in, want := range map[desk.Period]string{
		days(-10, 10): "", days(0, 1): "INC-1", days(0, 4): "INC-2 INC-1", days(1, 2): "before: day 0", days(3, 1): "INC-2 before: day 0",
		days(9, 9): "INC-6 INC-5 INC-4 before: day 6", days(25, 30): "INC-10 before: day 24", days(28, 30): "before: day 27", days(200, 30): "before: day 27",
	} {
		if got := o.happened(in); got != want {
			t.Errorf("days %v: %q, want %q", in.From.Sub(four)/(24*time.Hour), got, want)
		}
	}
	if began, err := o.Began(t.Context()); err != nil || !began.Equal(four) {
		t.Errorf("it began %v, %v", began, err)
	}
}

// Work is of the period in which it was completed.
func TestWorkThatWasDoneInAPeriod(t *testing.T) {
	o := newOffice(t)
	for n := range 3 {
		o.plan(0, "Disks", time.Duration(n+1)*4*time.Hour, time.Hour)
		o.fireQuietly((n + 1) * 4 * hour)
		if _, err := o.WorkDone(t.Context(), o.by((n+1)*4*hour+600), n+1, ""); err != nil {
			t.Fatal(err)
		}
	}
	for in, want := range map[desk.Period]string{
		{From: at(0), To: at(13 * hour)}: "WIN-3 WIN-2 WIN-1", {From: at(4*hour + 601), To: at(13 * hour)}: "WIN-3 WIN-2", {From: at(0), To: at(8*hour + 600)}: "WIN-1", {From: at(13 * hour), To: at(14 * hour)}: "",
	} {
		if got := o.happened(in); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}

// Where nothing was ever done nothing is known.
func TestThePastOfANewRecord(t *testing.T) {
	o := newOffice(t)
	if began, err := o.Began(t.Context()); err != nil || !began.IsZero() {
		t.Errorf("it began %v, %v", began, err)
	}
}
