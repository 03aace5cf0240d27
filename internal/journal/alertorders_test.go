package journal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// What may happen around an alert, in all orders.

func (w *watch) does(number int, rule journal.Rule) *watch {
	w.t.Helper()
	if _, err := w.Apply(w.t.Context(), w.by(), number, rule); err != nil {
		w.t.Fatal(err)
	}
	return w
}

func (w *watch) declares(services ...desk.ServiceID) *watch {
	w.t.Helper()
	d := desk.Declaration{Impact: desk.Major, Title: "A problem", Text: "We look into it."}
	for _, id := range services {
		d.Services = append(d.Services, desk.Affected{Service: id, Name: string(id)})
	}
	if _, err := w.Declare(w.t.Context(), w.by(), d, true); err != nil {
		w.t.Fatal(err)
	}
	return w.after(0)
}

func (w *watch) mutes(d time.Duration, services ...desk.ServiceID) *watch {
	w.t.Helper()
	until := w.now.Add(d)
	if d == 0 {
		until = time.Time{}
	}
	if err := w.Mute(w.t.Context(), w.by(), services, until); err != nil {
		w.t.Fatal(err)
	}
	return w.after(0)
}

// works is a window over learn that runs.
func (w *watch) works() (number int) {
	w.t.Helper()
	n := w.office.plan(int(w.now.Sub(four).Seconds()), "Patch", time.Second, 100*time.Hour)
	w.after(2 * time.Second)
	return n
}

func (w *watch) done(number int) *watch {
	w.t.Helper()
	if _, err := w.ApplyWindow(w.t.Context(), w.by(), number, func(one desk.Window, act desk.Act) (desk.WindowChange, error) {
		return one.Done("", false, act)
	}, false); err != nil {
		w.t.Fatal(err)
	}
	return w.after(0)
}

// forgets has what was told until now be compared no more.
func (w *watch) forgets() *watch {
	w.known = w.everything()
	return w
}

func (w *watch) flaps() *watch {
	w.t.Helper()
	w.hears("login fails learn")
	for range 2 {
		w.after(10 * time.Second).hears("login passes learn").after(10 * time.Second).hears("login fails learn")
	}
	return w.after(10 * time.Second).forgets()
}

func TestAnIncidentOfWhatComesAndGoes(t *testing.T) {
	w := newWatch(t)
	w.flaps().declares("learn").after(time.Hour).does(1, resolve).after(5 * time.Minute).hears("login passes learn").forgets()
	w.after(time.Hour).tells()
	if a := w.alert(1); a.Told != desk.ToldCleared || a.Dirty {
		t.Errorf("told %q, dirty %t", a.Told, a.Dirty)
	}
}

func TestARecoveryDuringWorkIsToldAtItsEnd(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").after(time.Minute)
	number := w.works()
	w.hears("login passes learn").after(20 * time.Minute).hears("login fails learn").after(time.Minute).hears("login passes learn").after(20 * time.Minute)
	w.forgets().done(number).tells("42m2s ALR-1 alert cleared (channel): learn 0", "42m2s WIN-1 completed (channel)")
}

func TestAMuteThatEndsInsideAWindow(t *testing.T) {
	w := newWatch(t)
	w.mutes(10*time.Minute, "learn")
	number := w.works()
	w.hears("login fails learn").forgets().after(time.Hour).tells()
	w.mutes(time.Hour, "learn").done(number).forgets().after(30 * time.Minute).tells()
	w.after(time.Hour).tells("2h0m2s ALR-1 alert raised (channel): learn 1")
}

func TestWhatWasTakenBackIsNotDeclaredAgain(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").after(4 * time.Minute)
	w.forgets().does(1, retract)
	w.after(time.Second).tells("4m0s ALR-1 alert seen (edit): learn 1", "4m0s INC-1 retracted (channel)")
	w.hears("pingdom fails learn").after(time.Hour).tells("4m5s ALR-1 alert seen (edit): learn 2")
}

func TestServicesOfAnIncidentThatChange(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails portal").after(time.Minute).hears("login fails learn").after(time.Minute)
	w.declares("portal").forgets()
	add := func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.SetServices(desk.Rescope{Add: []desk.Affected{{Service: "learn", Name: "Learn System"}}}, act)
	}
	remove := func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.SetServices(desk.Rescope{Remove: []desk.ServiceID{"learn"}}, act)
	}
	w.does(1, add).after(time.Hour)
	if a := w.alert(2); a.Incident != 1 {
		t.Errorf("%s belongs to INC-%d", a.Subject(), a.Incident)
	}
	w.does(1, remove).after(time.Second)
	if a := w.alert(2); a.Incident != 0 || a.DeclareAt.IsZero() {
		t.Errorf("%s belongs to INC-%d, declares at %s", a.Subject(), a.Incident, a.DeclareAt)
	}
}

func TestAMergedIncidentsAlertsGoWithIt(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").declares("learn").declares("portal").after(time.Minute)
	if _, err := w.Merge(t.Context(), w.by(), 1, 2); err != nil {
		t.Fatal(err)
	}
	w.after(time.Minute)
	if a := w.alert(1); a.Incident != 2 {
		t.Fatalf("it belongs to INC-%d", a.Incident)
	}
	w.hears("login passes learn").after(time.Minute).does(2, resolve).after(time.Second).forgets()
	if a := w.alert(1); a.Incident != 0 || a.Told != desk.ToldCleared {
		t.Errorf("it belongs to INC-%d, told %q", a.Incident, a.Told)
	}
	w.after(24 * time.Hour).tells()
}

func TestTheOtherOfTwoIncidentsKeepsTheAlert(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").declares("learn").declares("learn").after(time.Minute).does(2, resolve).forgets()
	w.after(20 * time.Minute)
	if a := w.alert(1); a.Incident != 1 {
		t.Errorf("it belongs to INC-%d", a.Incident)
	}
	w.does(1, resolve).after(time.Second).forgets()
	w.after(11 * time.Minute).tells("31m0s ALR-1 alert again (channel): learn 1")
}

func TestADrillTakesNoAlert(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn")
	d := learnDown()
	d.Drill = true
	if _, err := w.Declare(t.Context(), w.by(), d, false); err != nil {
		t.Fatal(err)
	}
	if a := w.after(time.Minute).alert(1); a.Incident != 0 {
		t.Errorf("it belongs to INC-%d", a.Incident)
	}
}

func TestWhatAnIncidentReopenedSees(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").declares("learn").hears("login passes learn").after(time.Minute).does(1, resolve)
	w.after(20 * time.Minute).hears("login fails learn").after(time.Minute)
	if a := w.alert(2); a.Before != 1 {
		t.Errorf("it offers INC-%d", a.Before)
	}
	w.does(1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen("It fails again.", act) })
	w.after(time.Minute)
	if a, i := w.alert(2), w.incident(1); a.Incident != 1 || len(i.Alerts) != 2 || !i.Seen[0].Failed() {
		t.Errorf("it belongs to INC-%d, which has %v and sees %+v", a.Incident, i.Alerts, i.Seen)
	}
}

func TestWhatOneTokenSaysIsNotDeclaredWithWhatReallyFails(t *testing.T) {
	portal := byRule()
	portal.ID, portal.Name = "portal", "Portal"
	w := newWatch(t, byRule(), portal)
	w.hears("pingdom fails portal", "login fails learn").after(4 * time.Minute)
	if i := w.incident(1); len(i.Services) != 1 || i.Services[0].Service != "learn" {
		t.Errorf("it is about %v", i.Services)
	}
}

func TestWhatIsQuietDeclaresNothing(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn", "pingdom fails portal").after(time.Minute)
	w.forgets().mutes(time.Hour, "learn")
	w.after(30 * time.Minute).tells("1m0s ALR-1 alert seen (edit): learn 1, portal 1")
}

func TestAfterWorkPeopleAreWarnedBeforeItDeclares(t *testing.T) {
	w := newWatch(t, byRule())
	number := w.works()
	w.hears("login fails learn").after(time.Hour).forgets().done(number).tells(
		"1h0m2s ALR-1 alert raised (channel): learn 1; declares at 1h1m2s", "1h0m2s WIN-1 completed (channel)")
}

func TestWhatFellDueWhileAwayIsNotDeclaredAtOnce(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").after(time.Second).forgets()
	w.now = w.now.Add(time.Hour)
	w.after(0).tells("1h0m1s ALR-1 alert seen (edit): learn 1; declares at 1h1m1s")
	w.hears("login passes learn").after(5 * time.Second).tells("1h0m1s ALR-1 alert cleared (channel): learn 0")
}

func TestAMuteDoesNotKeepAnIncidentOpen(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").after(4*time.Minute).mutes(100*time.Hour, "learn").hears("login passes learn").after(20 * time.Minute)
	if i := w.incident(1); i.IsOpen() {
		t.Error("it is open")
	}
}

func TestAMuteOfTheOtherHidesNoRecovery(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn", "login fails portal").after(time.Minute).mutes(24*time.Hour, "portal").forgets()
	w.hears("login passes learn").after(time.Minute).tells("1m0s ALR-1 alert seen (edit): learn 0, portal 1")
	w.hears("login passes portal").after(time.Minute).tells("2m0s ALR-1 alert cleared (channel): learn 0, portal 0")
}

func TestACountdownThatEndsIsShownNoMore(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").after(time.Second).forgets().mutes(time.Hour, "learn")
	w.after(30 * time.Minute).tells("5s ALR-1 alert seen (edit): learn 1")
}

func TestThePostOfWhatPassesAfterTheEndSaysSo(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").declares("learn").after(time.Minute).does(1, resolve).after(5 * time.Minute).forgets()
	w.hears("login passes learn").after(time.Hour).tells("6m0s ALR-1 alert seen (edit): learn 0")
}

func TestADeclarationOfAStorm(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").after(5 * time.Second).hears("pingdom fails portal").declares("portal")
	if i := w.incident(1); len(i.Seen) != 1 || i.Seen[0].Service != "portal" || !i.BeganAt.Equal(four.Add(5*time.Second)) {
		t.Errorf("sees %+v since %s", i.Seen, i.BeganAt.Sub(four))
	}
	w.declares("learn", "portal")
	if i := w.incident(2); len(i.Alerts) != 1 || len(i.Seen) != 2 {
		t.Errorf("has %v and sees %+v", i.Alerts, i.Seen)
	}
}

func TestWhatFailsAgainIsStillBehindItsCause(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails network", "login fails learn").after(time.Minute).forgets()
	w.hears("login passes learn").after(time.Minute).hears("login fails learn").after(time.Minute).tells(
		"1m0s ALR-1 alert seen (edit): network 1, learn 0 behind Campus network",
		"2m0s ALR-1 alert seen (edit): network 1, learn 1 behind Campus network")
}

func TestACauseOfTheSameMomentIsOne(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn", "login fails network").after(time.Minute).tells(
		"0s ALR-1 alert raised (channel): learn 1 behind Campus network, network 1")
}

func TestAMutedCauseHidesNothingThatWasTold(t *testing.T) {
	w := newWatch(t)
	w.mutes(time.Hour, "network").hears("login fails learn").after(time.Minute).hears("login fails network").after(time.Minute)
	w.hears("login passes learn").tells("0s ALR-1 alert raised (channel): learn 1", "2m0s ALR-1 alert cleared (channel): learn 0")
}

func TestWhatFailsBehindAMutedCauseIsToldWhenItOutlivesIt(t *testing.T) {
	w := newWatch(t)
	w.mutes(10*time.Hour, "network").hears("login fails network").after(time.Minute).hears("login fails learn").after(time.Hour).tells()
	w.hears("login passes network").after(30 * time.Second).tells()
	w.after(time.Minute).tells("1h2m0s ALR-1 alert raised (channel): network 0, learn 1")
}

func TestAnIncidentIsSpokenOfByThePostsOfWhatIsMuted(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").mutes(time.Hour, "learn").after(time.Minute).forgets()
	w.declares("learn").after(time.Minute).tells("1m0s ALR-1 alert seen (edit): learn 1; INC-1", "1m0s INC-1 declared (channel)")
}

func TestAnAlertOfLongAgoIsFound(t *testing.T) {
	w := newWatch(t)
	w.hears("pingdom fails portal")
	for range 510 {
		w.after(11 * time.Minute).hears("login fails learn").hears("login passes learn")
	}
	if open, err := w.OpenAlerts(t.Context()); err != nil || len(open) != 1 || open[0].Number != 1 {
		t.Errorf("open: %v (%v)", open, err)
	}
}

func TestACauseIsFoundBehindManyAlerts(t *testing.T) {
	others := many(30)
	for k := range others {
		others[k].DependsOn = nil
	}
	w := newWatch(t, others...)
	w.hears("login fails network").after(11 * time.Second).apart(30).forgets()
	w.hears("login fails learn").tells("5m41s ALR-1 alert seen (edit): network 1, learn 1 behind Campus network")
}

func TestARestoreSkipsNumbersOfAlerts(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").after(time.Minute)
	if err := w.Restored(t.Context(), desk.Notice{At: w.now, Text: "Restored."}); err != nil {
		t.Fatal(err)
	}
	w.forgets().hears("login fails portal").tells("1m0s ALR-102 alert raised (channel): portal 1")
}

func TestWhatPassesRightAfterTheDeclarationBelongsToIt(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").after(time.Minute).forgets()
	if _, err := w.Declare(t.Context(), w.by(), learnDown(), false); err != nil {
		t.Fatal(err)
	}
	w.hears("login passes learn").tells("1m0s ALR-1 alert seen (edit): learn 0; INC-1", "1m0s INC-1 declared (channel)", "1m0s INC-1 witnessed (ops)")
}

func TestWhatMonitorsSayAgainPutsNothingOff(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("pingdom fails learn", "alertsite fails learn")
	for n := range 5 {
		r := w.after(50 * time.Second).report("alertsite fails learn")
		r.Detail = fmt.Sprintf("%d in a row", n)
		if err := w.Hear(t.Context(), journal.By{At: w.now}, []desk.Report{r}); err != nil {
			t.Fatal(err)
		}
	}
	if i := w.incident(1); !i.DeclaredAt.Equal(four.Add(3 * time.Minute)) {
		t.Errorf("declared at %s", i.DeclaredAt.Sub(four))
	}
}
