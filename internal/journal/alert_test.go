package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// watch is an office whose checks are heard: a story is told in its own words, and all
// that was told is compared.
type watch struct {
	*office
	now   time.Time
	known map[string]bool
}

type readySentences struct{}

func (readySentences) ReadyTitle(s []desk.Affected) string { return "Problem with " + s[0].Name }
func (readySentences) ReadyText() string                   { return "We are looking into it." }
func (readySentences) ReadyEnd(i desk.Incident) string     { return i.Services[0].Name + " works again." }

func newWatch(t *testing.T, services ...desk.Service) *watch {
	t.Helper()
	w := &watch{office: newOffice(t), now: four, known: map[string]bool{}}
	s := settings()
	w.services(append(services,
		desk.Service{ID: "learn", Name: "Learn System", DependsOn: []desk.ServiceID{"network"}},
		desk.Service{ID: "portal", Name: "Portal", DependsOn: []desk.ServiceID{"network"}},
		desk.Service{ID: "mail", Name: "Mail", DependsOn: []desk.ServiceID{"network"}},
		desk.Service{ID: "network", Name: "Campus network"},
	))
	s.Ready = readySentences{}
	w.SetSettings(s)
	return w
}

// after lets time pass, with the clock doing what is due when it is due.
func (w *watch) after(d time.Duration) *watch {
	w.t.Helper()
	end := w.now.Add(d)
	for {
		next, err := w.Fire(w.t.Context(), w.now)
		if err != nil {
			w.t.Fatal(err)
		}
		if next.IsZero() || next.After(end) {
			break
		}
		w.now = next
	}
	w.now = end
	if _, err := w.Fire(w.t.Context(), w.now); err != nil {
		w.t.Fatal(err)
	}
	return w
}

func (w *watch) by() journal.By {
	by := w.office.by(0)
	by.At = w.now
	return by
}

// report reads "pingdom fails learn" and "login passes learn slow": what a witness says
// now. A probe of ours is called login.
func (w *watch) report(line string) desk.Report {
	f := strings.Fields(line)
	r := desk.Report{
		Witness: desk.Witness{Kind: desk.Monitor, Name: f[0], Check: "1"}, Service: desk.ServiceID(f[2]),
		Expectation: desk.Availability, State: desk.Passing, Since: w.now, At: w.now,
	}
	if strings.HasPrefix(f[0], "login") {
		r.Witness = desk.Witness{Kind: desk.OwnProbe, Name: f[0]}
	}
	if f[1] == "fails" {
		r.State = desk.Failing
	}
	if len(f) > 3 {
		r.Expectation = desk.Performance
	}
	return r
}

// hears is one call with a report for each line.
func (w *watch) hears(lines ...string) *watch {
	w.t.Helper()
	var all []desk.Report
	for _, line := range lines {
		all = append(all, w.report(line))
	}
	if err := w.Hear(w.t.Context(), journal.By{At: w.now, Trace: "t"}, all); err != nil {
		w.t.Fatal(err)
	}
	return w
}

// tells compares all that was told since the last time.
func (w *watch) tells(want ...string) *watch {
	w.t.Helper()
	var got []string
	t := storage.TableOf[desk.Announcement]("ann")
	err := w.db.View(w.t.Context(), func(tx storage.Tx) error {
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(k storage.Key, a desk.Announcement) (bool, error) {
			if !w.known[string(k)] {
				w.known[string(k)] = true
				got = append(got, told(a))
			}
			return true, nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("at %s was told:\n\t%s\nwant:\n\t%s", w.now.Sub(four), strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	return w
}

func told(a desk.Announcement) string {
	line := fmt.Sprintf("%s %s %s (%s)", a.At.Sub(four), a.Subject, a.Kind, a.Reach)
	if a.Snapshot.Alert == nil {
		return line
	}
	var services []string
	for _, s := range a.Snapshot.Alert.Services {
		one := fmt.Sprintf("%s %d", s.Service, s.Failing)
		if s.Behind != "" {
			one += " behind " + s.Behind
		}
		services = append(services, one)
	}
	line += ": " + strings.Join(services, ", ")
	if n := a.Snapshot.Alert.Incident; n != 0 {
		line += fmt.Sprintf("; INC-%d", n)
	}
	if at := a.Snapshot.Alert.DeclareAt; !at.IsZero() {
		line += "; declares at " + at.Sub(four).String()
	}
	return line
}

func TestOneCardForAllWitnesses(t *testing.T) {
	w := newWatch(t)
	w.hears("pingdom fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	w.after(2*time.Second).hears("login fails learn", "alertsite fails learn").tells()
	w.hears("login fails learn", "pingdom fails learn").after(time.Minute).tells("5s ALR-1 alert seen (edit): learn 3")
	w.hears("login passes learn").tells("1m2s ALR-1 alert seen (edit): learn 2")
	w.after(time.Minute).hears("alertsite passes learn", "pingdom passes learn").tells("2m2s ALR-1 alert cleared (channel): learn 0")
	w.after(24 * time.Hour).tells()
}

func TestSlownessIsAnAlertOfItsOwn(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn slow").tells("0s ALR-1 alert raised (channel): learn 1")
	w.after(time.Second).hears("login fails learn").tells("1s ALR-2 alert raised (channel): learn 1")
	w.after(time.Minute).hears("login passes learn slow").tells("1m1s ALR-1 alert cleared (thread): learn 0")
}

func TestAStormIsOnePost(t *testing.T) {
	var services []desk.Service
	for n := range 40 {
		services = append(services, desk.Service{ID: desk.ServiceID(fmt.Sprintf("s%02d", n)), Name: fmt.Sprintf("Service %d", n)})
	}
	w := newWatch(t, services...)
	for n := range 40 {
		w.hears(fmt.Sprintf("login fails s%02d", n)).after(time.Second)
	}
	var seen []string
	w.after(time.Minute)
	all := storage.TableOf[desk.Announcement]("ann")
	err := w.db.View(t.Context(), func(tx storage.Tx) error {
		return all.Scan(tx, all.Key(), all.Key().End(), 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			seen = append(seen, fmt.Sprintf("%s %s %s %d", a.At.Sub(four), a.Subject, a.Kind, len(a.Snapshot.Alert.Services)))
			return true, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"0s ALR-1 alert raised 1"}
	for s := 5; s <= 40; s += 5 {
		want = append(want, fmt.Sprintf("%ds ALR-1 alert seen %d", s, min(s, 40)))
	}
	if len(seen) != len(want) || seen[0] != want[0] || !strings.HasSuffix(seen[len(seen)-1], " 40") {
		t.Errorf("told:\n%s\nwant about:\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatDependsOnAFailingServiceIsToldWithIt(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails network").tells("0s ALR-1 alert raised (channel): network 1")
	w.after(5 * time.Minute).hears("login fails learn").tells("5m0s ALR-1 alert seen (edit): network 1, learn 1 behind Campus network")
	w.after(5 * time.Minute).hears("login passes network").tells("10m0s ALR-1 alert seen (edit): network 0, learn 1")
	w.after(time.Minute).hears("login passes learn").tells("11m0s ALR-1 alert cleared (channel): network 0, learn 0")
}

func TestTheCauseThatIsSeenLastTakesWhatDependsOnIt(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	w.after(time.Minute).hears("login fails portal").tells("1m0s ALR-2 alert raised (channel): portal 1")
	w.after(time.Minute).hears("login fails network").tells(
		"2m0s ALR-1 alert absorbed (edit): learn 1",
		"2m0s ALR-2 alert absorbed (edit): portal 1",
		"2m0s ALR-3 alert raised (channel): network 1, portal 1 behind Campus network, learn 1 behind Campus network",
	)
	w.after(time.Minute).hears("login passes network", "login passes learn", "login passes portal").tells(
		"3m0s ALR-3 alert cleared (channel): network 0, portal 0, learn 0")
	w.after(time.Hour).tells()
}

func TestFlappingIsSaidOnceAndTheLastRecoveryIsNeverSwallowed(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	w.after(time.Minute).hears("login passes learn").tells("1m0s ALR-1 alert cleared (channel): learn 0")
	w.after(time.Minute).hears("login fails learn").tells("2m0s ALR-1 alert again (channel): learn 1")
	w.after(time.Minute).hears("login passes learn").tells("3m0s ALR-1 alert cleared (channel): learn 0")
	w.after(time.Minute).hears("login fails learn").tells("4m0s ALR-1 alert flapping (channel): learn 1")
	for range 10 {
		w.after(time.Minute).hears("login passes learn").after(time.Minute).hears("login fails learn")
	}
	w.after(time.Minute).hears("login passes learn")
	w.known = w.all() // edits of a post that shows who sees it
	w.after(9 * time.Minute).tells()
	w.after(time.Minute).tells("35m0s ALR-1 alert cleared (channel): learn 0")
	w.after(24 * time.Hour).tells()
}

// all are the keys of all that was announced.
func (w *watch) all() map[string]bool {
	out := map[string]bool{}
	t := storage.TableOf[desk.Announcement]("ann")
	err := w.db.View(w.t.Context(), func(tx storage.Tx) error {
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(k storage.Key, a desk.Announcement) (bool, error) {
			out[string(k)] = true
			if !w.known[string(k)] && a.Reach != desk.ReachEdit {
				w.t.Errorf("told while it comes and goes: %s", told(a))
			}
			return true, nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestWhatIsMutedIsJudgedAnewAtItsEnd(t *testing.T) {
	w := newWatch(t)
	mute := func(d time.Duration) {
		t.Helper()
		if err := w.Mute(t.Context(), w.by(), []desk.ServiceID{"learn"}, w.now.Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	mute(time.Hour)
	w.hears("login fails learn").after(30 * time.Minute).tells()
	w.after(30 * time.Minute).tells("1h0m0s ALR-1 alert raised (channel): learn 1")
	mute(time.Hour)
	w.after(time.Minute).hears("login passes learn").after(30 * time.Minute).tells()
	w.after(time.Hour).tells("2h0m0s ALR-1 alert cleared (channel): learn 0")
	mute(time.Hour)
	w.after(time.Minute).hears("login fails learn").after(time.Minute).hears("login passes learn").after(24 * time.Hour).tells()
}

func TestPlannedWorkMutesAndItsEndJudgesAnew(t *testing.T) {
	w := newWatch(t)
	number := w.office.plan(0, "Patch", time.Minute, time.Hour)
	w.after(2 * time.Minute)
	w.known = w.everything()
	w.hears("login fails learn", "pingdom fails portal").tells("2m0s ALR-2 alert raised (channel): portal 1")
	w.after(10 * time.Minute).tells()
	if _, err := w.ApplyWindow(t.Context(), w.by(), number, func(one desk.Window, act desk.Act) (desk.WindowChange, error) {
		return one.Done("", false, act)
	}, false); err != nil {
		t.Fatal(err)
	}
	w.after(time.Second).tells(
		"12m0s ALR-1 alert raised (channel): learn 1",
		"12m0s WIN-1 completed (channel)",
	)
}

func (w *watch) everything() map[string]bool {
	out := map[string]bool{}
	t := storage.TableOf[desk.Announcement]("ann")
	err := w.db.View(w.t.Context(), func(tx storage.Tx) error {
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(k storage.Key, _ desk.Announcement) (bool, error) {
			out[string(k)] = true
			return true, nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestAnAlertAboutAnOpenIncidentAttachesToIt(t *testing.T) {
	w := newWatch(t)
	w.declare(0)
	w.tells("0s INC-1 declared (channel)")
	w.after(time.Second).hears("pingdom fails learn").tells("1s INC-1 witnessed (ops)")
	w.after(time.Minute).hears("login fails learn").tells("1m1s INC-1 witnessed (ops)")
	w.after(time.Minute).hears("login passes learn", "pingdom passes learn").tells("2m1s INC-1 witnessed (ops)", "2m1s INC-1 witnessed (ops)")
	i, err := w.Incident(t.Context(), 1)
	if err != nil || len(i.Seen) != 2 || i.Seen[0].Failed() || len(i.Alerts) != 1 {
		t.Errorf("seen %+v, alerts %v (%v)", i.Seen, i.Alerts, err)
	}
}

func TestADeclarationTakesItsAlertsAndTheirBegin(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	w.after(3 * time.Minute)
	a, err := w.Declare(t.Context(), w.by(), learnDown(), false)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Incident.BeganAt.Equal(four) || len(a.Incident.Seen) != 1 {
		t.Errorf("it began %s, seen %v", a.Incident.BeganAt.Sub(four), a.Incident.Seen)
	}
	w.after(time.Second).tells("3m0s ALR-1 alert seen (edit): learn 1; INC-1", "3m0s INC-1 declared (channel)")
	w.after(time.Minute)
	if _, err := w.Apply(t.Context(), w.by(), 1, resolve); err != nil {
		t.Fatal(err)
	}
	w.after(9 * time.Minute).tells("4m1s INC-1 resolved (channel)")
	w.after(2 * time.Minute).tells("14m1s ALR-1 alert again (channel): learn 1")
}

func TestWhatPassesSoonAfterTheEndIsNotTold(t *testing.T) {
	w := newWatch(t)
	w.declare(0)
	w.hears("pingdom fails learn").after(time.Minute)
	if _, err := w.Apply(t.Context(), w.by(), 1, resolve); err != nil {
		t.Fatal(err)
	}
	w.known = w.everything()
	w.after(5 * time.Minute).hears("pingdom passes learn").after(24 * time.Hour).tells()
}
