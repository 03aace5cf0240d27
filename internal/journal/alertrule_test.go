package journal_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// byRule is a service whose failure the bot declares.
func byRule() desk.Service {
	return desk.Service{
		ID: "learn", Name: "Learn System", AutoDeclare: 3 * time.Minute, AutoImpact: desk.Major, AutoResolveAfter: 10 * time.Minute,
	}
}

func TestOurOwnProbeDeclaresByRuleAndItsPassesResolve(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").tells("0s ALR-1 alert raised (channel): learn 1; declares at 3m0s")
	w.after(5*time.Minute).tells("3m0s ALR-1 alert seen (edit): learn 1; INC-1", "3m0s INC-1 declared (channel)")
	w.hears("login passes learn").tells("5m0s ALR-1 alert seen (edit): learn 0; INC-1", "5m0s INC-1 witnessed (ops)")
	w.after(11 * time.Minute).tells("15m0s INC-1 resolved (channel)")
	if i := w.incident(1); !i.EndedAt.Equal(four.Add(5 * time.Minute)) {
		t.Errorf("it ended at %s, and passes since 5m0s", i.EndedAt.Sub(four))
	}
	w.after(10 * time.Minute).hears("login fails learn").tells("26m0s ALR-2 alert raised (channel): learn 1; declares at 29m0s")
	a, err := w.Alert(t.Context(), 2)
	if err != nil || a.Before != 1 {
		t.Errorf("it offers to reopen INC-%d (%v)", a.Before, err)
	}
}

// What a monitor never closed of another service holds no incident open.
func TestWhatElseFailsHoldsNoIncidentOpen(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn", "pingdom fails portal").after(5 * time.Minute).hears("login passes learn").after(5 * time.Minute)
	w.hears("login fails learn").after(time.Minute).hears("login passes learn").after(9 * time.Minute).forgets()
	w.after(11*time.Minute).tells("31m0s ALR-1 alert again (channel): learn 0, portal 1", "21m0s INC-1 resolved (channel)")
}

func TestOneSourceAloneDeclaresNothing(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("pingdom fails learn").after(time.Hour).tells("0s ALR-1 alert raised (channel): learn 1")
	w.hears("alertsite fails learn").tells("1h0m0s ALR-1 alert seen (edit): learn 2; declares at 1h3m0s")
	w.hears("alertsite passes learn").after(time.Hour).tells("1h0m5s ALR-1 alert seen (edit): learn 1")
}

// However many checks of one source fail, they do not hide those of another.
func TestASourceWithMoreThanAThousandChecksHidesNoOther(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("alertsite fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	var all []desk.Report
	for k := range 1200 {
		r := w.report("alertsite fails learn")
		r.Witness.Check = fmt.Sprintf("%04d", k)
		all = append(all, r)
	}
	if err := w.Hear(t.Context(), w.by(), all); err != nil {
		t.Fatal(err)
	}
	w.after(time.Minute).tells("5s ALR-1 alert seen (edit): learn 1201")
	w.hears("pingdom fails learn").tells("1m0s ALR-1 alert seen (edit): learn 1202; declares at 4m0s")
}

func TestHoldAndAcknowledgeStopTheCountdown(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").tells("0s ALR-1 alert raised (channel): learn 1; declares at 3m0s")
	w.after(2 * time.Minute)
	if _, err := w.ApplyAlert(t.Context(), w.by(), 1, "hold", desk.Alert.Hold); err != nil {
		t.Fatal(err)
	}
	w.tells("2m0s ALR-1 alert seen (edit): learn 1; declares at 12m0s")
	w.after(8 * time.Minute)
	if _, err := w.ApplyAlert(t.Context(), w.by(), 1, "ack", desk.Alert.Acknowledge); err != nil {
		t.Fatal(err)
	}
	w.after(24 * time.Hour).tells("10m0s ALR-1 alert seen (edit): learn 1")
}

func TestWhatSomebodyTouchedIsNotResolvedByRule(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").after(4 * time.Minute)
	if _, err := w.Apply(t.Context(), w.by(), 1, say("We restart it.")); err != nil {
		t.Fatal(err)
	}
	w.hears("login passes learn").after(time.Hour)
	if i, err := w.Incident(t.Context(), 1); err != nil || !i.IsOpen() {
		t.Errorf("it is %s (%v)", i.Status, err)
	}
}

func TestAMonitorThatSaysNoMoreIsShownAndCanBeClosed(t *testing.T) {
	w := newWatch(t)
	w.hears("pingdom fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	w.after(5 * time.Hour).tells()
	w.after(2 * time.Hour).tells("6h0m0s ALR-1 alert seen (edit): learn 1")
	a, err := w.Alert(t.Context(), 1)
	if err != nil || !a.SilentSince.Equal(four) {
		t.Errorf("silent since %s (%v)", a.SilentSince, err)
	}
	if _, err := w.CloseAlert(t.Context(), w.by(), 1); err != nil {
		t.Fatal(err)
	}
	w.tells("7h0m0s ALR-1 alert cleared (channel): learn 0")
	if !w.alert(1).WasClosed() {
		t.Error("it is said that checks see it pass")
	}
	refused(t, second(w.CloseAlert(t.Context(), w.by(), 1)), desk.Conflict)
	if w.hears("pingdom fails learn").after(time.Minute); w.alert(1).WasClosed() {
		t.Error("what fails again stays closed")
	}
}

func noHeirs(desk.Report) []desk.ProbeID { return nil }

// What is called otherwise now, or was put in its place, takes over what a probe saw that is
// gone; what was tried beside it does not.
func TestAProbeInThePlaceOfAnotherTakesOverWhatItSaw(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").tells("0s ALR-1 alert raised (channel): learn 1").after(time.Minute)
	beside := desk.TimedBucket{Probe: desk.ProbeID{Service: "learn", Name: "login3"}, From: w.now.Add(-time.Hour), Bucket: desk.Bucket{Passed: 1}}
	w.keep(w.now, beside)
	err := w.Retire(t.Context(), w.by(), func(desk.Report) bool { return false }, func(r desk.Report) []desk.ProbeID {
		return []desk.ProbeID{{Service: r.Service, Name: "login2"}, beside.Probe}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.tells("1m0s ALR-1 alert seen (edit): learn 1")
	failing, err := w.OwnFailing(t.Context())
	if err != nil || len(failing) != 1 || failing[0].Name() != "login2" || !failing[0].Since.Equal(four) {
		t.Errorf("%+v (%v)", failing, err)
	}
	w.after(time.Minute).hears("login2 passes learn").tells("2m0s ALR-1 alert cleared (channel): learn 0")
	if w.alert(1).Unwatched {
		t.Error("it is said that nobody knows whether it is over")
	}
}

func TestProbesThatAreGoneHoldNothingOpen(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn", "login2 fails learn").after(time.Minute)
	w.known = w.everything()
	err := w.Retire(t.Context(), w.by(), func(r desk.Report) bool { return r.Witness.Name == "login" }, noHeirs)
	if err != nil {
		t.Fatal(err)
	}
	w.tells("1m0s ALR-1 alert seen (edit): learn 1")
}

// Nobody knows whether what a check saw is over that is watched no more: its alert stands
// no longer, and no incident ends for that.
func TestWhatNobodyWatchesIsNotOver(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").after(5 * time.Minute).forgets()
	if err := w.Retire(t.Context(), w.by(), func(desk.Report) bool { return false }, noHeirs); err != nil {
		t.Fatal(err)
	}
	if a := w.alert(1); a.IsFailing() || !a.Unwatched {
		t.Errorf("%+v", a)
	}
	w.after(2 * time.Hour)
	if i := w.incident(1); !i.IsOpen() || !i.Seen[0].Retired {
		t.Errorf("%v %+v", i.IsOpen(), i.Seen)
	}
	w.hears("login3 fails learn").after(time.Minute)
	if a := w.alert(1); !a.IsFailing() || a.Unwatched {
		t.Errorf("%+v", a)
	}
	w.hears("login3 passes learn").after(time.Hour)
	if w.incident(1).IsOpen() {
		t.Error("it does not end when a check sees that it works")
	}
}

// A check that is mapped to a service no more will never say that it is over; mapped again, it
// is heard as if it were new.
func TestAMonitorThatIsMappedNoMoreHoldsNothingOpen(t *testing.T) {
	w := newWatch(t)
	first := w.report("pingdom fails learn")
	w.hears("pingdom fails learn", "login fails portal").tells("0s ALR-1 alert raised (channel): learn 1, portal 1").after(time.Minute)
	watched := func(r desk.Report) bool { return r.Witness.IsOwn() }
	if err := w.Retire(t.Context(), w.by(), watched, noHeirs); err != nil {
		t.Fatal(err)
	}
	w.tells("1m0s ALR-1 alert seen (edit): learn 0, portal 1").after(time.Minute)
	if err := w.Hear(t.Context(), journal.By{At: w.now}, []desk.Report{first}); err != nil {
		t.Fatal(err)
	}
	w.tells("2m0s ALR-2 alert raised (channel): learn 1")
}

// What works again while others that began with it fail on, perhaps for days, fails anew as
// an alert of its own: else an edit of an old post would be all that is told of it.
func TestWhatFailsAnewWhileOthersFailOnIsTold(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn", "pingdom fails mail").after(time.Minute).hears("login passes learn").after(5 * time.Minute)
	w.hears("login fails learn").after(time.Minute).hears("login passes learn").after(time.Minute)
	w.tells("0s ALR-1 alert raised (channel): learn 1, mail 1", "1m0s ALR-1 alert seen (edit): learn 0, mail 1",
		"6m0s ALR-1 alert seen (edit): learn 1, mail 1", "7m0s ALR-1 alert seen (edit): learn 0, mail 1")
	w.after(time.Hour).hears("login fails learn").after(time.Minute).hears("pingdom passes mail").after(time.Minute).hears("login passes learn")
	w.tells("1h9m0s ALR-1 alert cleared (channel): mail 0", "1h8m0s ALR-2 alert raised (channel): learn 1", "1h10m0s ALR-2 alert cleared (channel): learn 0")
}

func TestLateAndRepeatedReports(t *testing.T) {
	w := newWatch(t)
	first := w.report("pingdom fails learn")
	w.hears("pingdom fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	w.after(time.Minute).hears("pingdom passes learn").tells("1m0s ALR-1 alert cleared (channel): learn 0")
	w.after(time.Minute)
	before := w.dump()
	if err := w.Hear(t.Context(), journal.By{At: w.now}, []desk.Report{first}); err != nil {
		t.Fatal(err)
	}
	w.after(time.Minute).tells()
	if after := w.dump(); strings.Count(after, "\n") != strings.Count(before, "\n")+1 {
		t.Error("a late report is kept as heard, and changes nothing else")
	}
}

func TestAClockThatIsSetBackSwallowsNoTurnOfOurProbes(t *testing.T) {
	w := newWatch(t)
	w.hears("login fails learn").tells("0s ALR-1 alert raised (channel): learn 1")
	w.now = w.now.Add(-time.Hour)
	w.hears("login passes learn").tells("-1h0m0s ALR-1 alert cleared (channel): learn 0")
	w.now = w.now.Add(-time.Hour)
	w.hears("login fails learn").tells("-2h0m0s ALR-1 alert again (channel): learn 1")
}

func TestChecksOfNoServiceAreShownOncePerDayAndForgottenOnceMapped(t *testing.T) {
	w := newWatch(t)
	words := func(all []desk.Unmapped) string { return fmt.Sprint(all) }
	none := func(desk.Unmapped) bool { return false }
	note := func(check string) {
		t.Helper()
		if err := w.Unmapped(t.Context(), w.by(), []desk.Unmapped{{Source: "pingdom", Check: check, Called: "Library"}}); err != nil {
			t.Fatal(err)
		}
	}
	show := func(mapped func(desk.Unmapped) bool) {
		t.Helper()
		if err := w.TellStrangers(t.Context(), w.now, mapped, words); err != nil {
			t.Fatal(err)
		}
	}
	show(none)
	w.tells()
	note("1")
	note("1")
	note("2")
	show(none)
	w.tells("0s OPS-1  (channel)")
	w.after(time.Hour)
	note("1")
	show(none)
	w.tells()
	w.after(24 * time.Hour)
	note("1")
	show(none)
	w.tells("25h0m0s OPS-2  (channel)")
	show(func(u desk.Unmapped) bool { return u.Check == "1" })
	if left, err := w.Strangers(t.Context()); err != nil || len(left) != 1 || left[0].Check != "2" {
		t.Errorf("left: %+v (%v)", left, err)
	}
	w.tells()
}

// Monitors that begin to see a failure while people are shown the sorry page see that:
// they are marked so, and two of them show nothing. Our own probe passes it by.
func TestMonitorsThatSeeOurOwnSorryPageAreMarked(t *testing.T) {
	learn := byRule()
	learn.SorryPage = true
	w := newWatch(t, learn)
	w.office.say(0, "learn", desk.SorryOn)
	w.hears("pingdom fails learn", "alertsite fails learn").after(24 * time.Hour)
	seen, err := w.Sightings(t.Context(), "learn")
	if err != nil || len(seen) != 2 || !seen[0].Sorry || !seen[1].Sorry {
		t.Errorf("they are not marked: %+v (%v)", seen, err)
	}
	if open, err := w.Open(t.Context()); err != nil || len(open) > 0 {
		t.Errorf("our own sorry page declared %v (%v)", open, err)
	}
	w.hears("login fails learn").after(time.Hour)
	if seen, err = w.Sightings(t.Context(), "learn"); err != nil || seen[0].Sorry {
		t.Errorf("our own probe does not pass it by: %+v (%v)", seen[0], err)
	}
	if open, err := w.Open(t.Context()); err != nil || len(open) != 1 {
		t.Errorf("open: %v (%v)", open, err)
	}
}
