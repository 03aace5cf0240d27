package journal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// many are so many services that need the network, s00 and on.
func many(n int) (out []desk.Service) {
	for k := range n {
		out = append(out, desk.Service{
			ID: desk.ServiceID(fmt.Sprintf("s%02d", k)), Name: fmt.Sprintf("Service %d", k), DependsOn: []desk.ServiceID{"network"},
		})
	}
	return out
}

// each makes a line for each of n services.
func each(n int, format string) (out []string) {
	for k := range n {
		out = append(out, fmt.Sprintf(format, k))
	}
	return out
}

// apart has n services fail so far apart that each is an alert of its own.
func (w *watch) apart(n int) *watch {
	w.t.Helper()
	for _, line := range each(n, "pingdom fails s%02d") {
		w.hears(line).after(11 * time.Second)
	}
	return w
}

// alert is one alert as it is now.
func (w *watch) alert(n int) desk.Alert {
	w.t.Helper()
	a, err := w.Alert(w.t.Context(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *watch) incident(n int) desk.Incident {
	w.t.Helper()
	i, err := w.Incident(w.t.Context(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

func TestACauseTakesMoreAlertsThanFitATransaction(t *testing.T) {
	w := newWatch(t, many(40)...)
	w.apart(40).hears("login fails network").after(time.Minute)
	a := w.alert(41)
	if len(a.Services) < 2 {
		t.Errorf("it took %d services", len(a.Services))
	}
	w.hears("login passes network").hears(each(40, "pingdom passes s%02d")...).after(time.Hour)
	w.settled()
}

// settled says that nothing fails any more, and that all posts say so.
func (w *watch) settled() {
	w.t.Helper()
	open, err := w.OpenAlerts(w.t.Context())
	if err != nil || len(open) > 0 {
		w.t.Errorf("open: %v (%v)", open, err)
	}
}

func TestACallAboutManyAlertsAtOnce(t *testing.T) {
	w := newWatch(t, many(60)...)
	w.apart(60).after(20 * time.Minute)
	w.hears(each(60, "pingdom fails s%02d")...)
	var other []desk.Report
	for _, line := range each(60, "pingdom fails s%02d") {
		r := w.report(line)
		r.Detail = "HTTP 500"
		other = append(other, r)
	}
	if err := w.Hear(t.Context(), journal.By{At: w.now}, other); err != nil {
		t.Fatal(err)
	}
	w.after(7 * time.Hour).hears(each(60, "pingdom fails s%02d")...)
	w.after(time.Minute).hears(each(60, "pingdom passes s%02d")...).settled()
}

func TestTenServicesAreMutedAndUnmutedAtOnce(t *testing.T) {
	w := newWatch(t, many(10)...)
	var all []desk.ServiceID
	for k := range 10 {
		all = append(all, desk.ServiceID(fmt.Sprintf("s%02d", k)))
	}
	muted := func(until time.Time) {
		t.Helper()
		if err := w.Mute(t.Context(), w.by(), all, until); err != nil {
			t.Fatal(err)
		}
	}
	muted(w.now.Add(time.Hour))
	w.apart(10).hears(each(10, "pingdom fails s%02d slow")...).after(time.Minute)
	muted(time.Time{})
	w.after(time.Minute)
	for n := range 20 {
		if a := w.alert(n + 1); a.Told != desk.ToldFailing {
			t.Errorf("%s was told %q", a.Subject(), a.Told)
		}
	}
}

func TestAStormOfMoreServicesThanFitIsMuted(t *testing.T) {
	w := newWatch(t, many(40)...)
	w.hears(each(40, "login fails s%02d")...)
	var all []desk.ServiceID
	for _, s := range w.alert(1).Affected() {
		all = append(all, s.Service)
	}
	by := w.by()
	for range 2 { // the request comes again
		if err := w.Mute(t.Context(), by, all, w.now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if muted, err := w.Mutes(t.Context(), w.now); err != nil || len(muted) != 40 {
		t.Errorf("%d are muted (%v)", len(muted), err)
	}
	w.hears(each(40, "login passes s%02d")...).after(2 * time.Hour)
	if a := w.alert(1); a.Told != desk.ToldCleared {
		t.Errorf("told %q", a.Told)
	}
}

// manyInWork is a window over 25 services that runs.
func (w *watch) manyInWork() int {
	w.t.Helper()
	p := desk.Plan{Title: "Patch", Planned: desk.Period{From: w.now.Add(time.Minute), To: w.now.Add(time.Hour)}}
	for _, s := range many(journal.MaxWindowServices) {
		p.Services = append(p.Services, desk.Affected{Service: s.ID, Name: s.Name})
	}
	a, err := w.Schedule(w.t.Context(), w.by(), p, desk.Override{Urgent: "now"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.after(2 * time.Minute)
	return a.Window.Number
}

func TestWorkOnManyServicesThatAllFailBeginsAndEnds(t *testing.T) {
	w := newWatch(t, many(journal.MaxWindowServices)...)
	w.apart(journal.MaxWindowServices).hears(each(journal.MaxWindowServices, "login fails s%02d slow")...)
	number := w.manyInWork()
	w.hears(each(journal.MaxWindowServices, "pingdom passes s%02d")...).after(time.Minute)
	if a := w.alert(1); a.Told != desk.ToldFailing {
		t.Errorf("told %q in the window", a.Told)
	}
	if _, err := w.ApplyWindow(t.Context(), w.by(), number, func(one desk.Window, act desk.Act) (desk.WindowChange, error) {
		return one.Done("", false, act)
	}, false); err != nil {
		t.Fatal(err)
	}
	w.after(time.Second)
	for n := range journal.MaxWindowServices {
		if a := w.alert(n + 1); a.Told != desk.ToldCleared {
			t.Errorf("%s was told %q after the window", a.Subject(), a.Told)
		}
	}
}

func TestAnIncidentOfManyAlertsCanBeResolved(t *testing.T) {
	w := newWatch(t)
	w.declare(0)
	for range 100 { // every 12 minutes, 20 hours long
		w.hears("pingdom fails learn").after(time.Minute).hears("pingdom passes learn").after(11 * time.Minute)
	}
	w.hears("pingdom fails learn").after(time.Minute)
	if _, err := w.Apply(t.Context(), w.by(), 1, resolve); err != nil {
		t.Fatal(err)
	}
	w.after(time.Second)
	w.known = w.everything()
	w.after(time.Hour)
	if n := len(w.incident(1).Alerts); n > 10 {
		t.Errorf("%d alerts belong to it", n)
	}
}

func TestAnIncidentOfManyServicesHasTheirAlerts(t *testing.T) {
	w := newWatch(t, many(60)...)
	w.apart(60)
	d := desk.Declaration{Impact: desk.Major, Title: "All is down", Text: "We look into it."}
	for _, s := range many(60) {
		d.Services = append(d.Services, desk.Affected{Service: s.ID, Name: s.Name})
	}
	if _, err := w.Declare(t.Context(), w.by(), d, false); err != nil {
		t.Fatal(err)
	}
	w.after(time.Minute)
	for n := range 60 {
		if a := w.alert(n + 1); a.Incident != 1 {
			t.Errorf("%s belongs to INC-%d", a.Subject(), a.Incident)
		}
	}
	if _, err := w.Apply(t.Context(), w.by(), 1, resolve); err != nil {
		t.Fatal(err)
	}
	w.after(time.Minute)
	for n := range 60 {
		if a := w.alert(n + 1); a.Incident != 0 {
			t.Errorf("%s still belongs to INC-%d", a.Subject(), a.Incident)
		}
	}
}

func TestAllChecksOfAnAlertCanBeClosed(t *testing.T) {
	w := newWatch(t)
	w.hears(each(70, "monitor%02d fails learn")...)
	for _, left := range []int{50, 30, 10, 0} {
		by := w.by()
		for range 2 { // the request comes again
			a, err := w.CloseAlert(t.Context(), by, 1)
			if err != nil || a.Left != left || a.Alert.IsFailing() != (left > 0) {
				t.Errorf("%d are left, it fails %t, want %d (%v)", a.Left, a.Alert.IsFailing(), left, err)
			}
		}
	}
	w.settled()
}

// What was heard of a long call is in several records, and all of it is there, though the
// same check comes twice.
func TestAllOfALongCallIsKept(t *testing.T) {
	w := newWatch(t)
	var all []desk.Report
	for k := range 60 {
		r := w.report("alertsite fails learn")
		r.Detail = fmt.Sprintf("HTTP 503 the %dth time, as a long text says it", k)
		all = append(all, r)
	}
	if err := w.Hear(t.Context(), w.by(), all); err != nil {
		t.Fatal(err)
	}
	records, details := 0, map[string]bool{}
	table := storage.TableOf[[]desk.Report]("heard")
	err := w.db.View(t.Context(), func(tx storage.Tx) error {
		return table.Scan(tx, nil, nil, 0, func(_ storage.Key, heard []desk.Report) (bool, error) {
			records++
			for _, r := range heard {
				details[r.Detail] = true
			}
			return true, nil
		})
	})
	if err != nil || records < 2 || len(details) != len(all) {
		t.Errorf("%d records tell of %d of %d reports (%v)", records, len(details), len(all), err)
	}
}
