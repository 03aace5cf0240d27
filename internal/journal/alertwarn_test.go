package journal_test

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// What fails beside a warning, or beside what a monitor never closed.

// warns has a check of ours see that a certificate ends soon.
func (w *watch) warns(id desk.ServiceID) *watch {
	w.t.Helper()
	r := w.report("login-certificate fails " + string(id))
	r.Warns = true
	if err := w.Hear(w.t.Context(), journal.By{At: w.now}, []desk.Report{r}); err != nil {
		w.t.Fatal(err)
	}
	return w.after(48 * time.Hour).forgets()
}

// A certificate that ends in two weeks is one alert all the time: what really fails
// meanwhile is told all the same.
func TestWhatFailsBesideAWarningIsTold(t *testing.T) {
	w := newWatch(t).warns("learn")
	w.hears("login fails learn").tells("48h0m0s ALR-1 alert again (channel): learn 2")
	if a := w.alert(1); !a.Since.Equal(w.now) {
		t.Errorf("it fails since %s", a.Since.Sub(four))
	}
	w.after(time.Minute).hears("pingdom fails learn").after(time.Minute).tells("48h1m0s ALR-1 alert seen (edit): learn 3")
}

// What failed beside a warning is said to work again, comes and goes like any other, and is
// then told as a warning alone, whose end is told too.
func TestWhatWorksAgainBesideAWarningIsTold(t *testing.T) {
	w := newWatch(t).warns("learn")
	w.hears("login fails learn", "pingdom fails portal").after(time.Hour).forgets()
	w.hears("pingdom passes portal").hears("login passes learn").after(time.Minute)
	w.tells("49h0m0s ALR-1 alert seen (edit): learn 2, portal 0", "49h0m0s ALR-1 alert eased (channel): learn 1, portal 0")
	if a := w.alert(1); !a.Since.Equal(four) || len(a.Eased()) != 2 || !a.RaisedAt.Equal(four.Add(48*time.Hour)) {
		t.Errorf("it warns since %s, %v, raised at %s", a.Since.Sub(four), a.Eased(), a.RaisedAt.Sub(four))
	}
	for range 2 {
		w.hears("login fails learn").after(time.Minute).hears("login passes learn").after(time.Minute)
	}
	w.tells("49h1m0s ALR-1 alert again (channel): learn 2, portal 0", "49h2m0s ALR-1 alert eased (channel): learn 1, portal 0", "49h3m0s ALR-1 alert flapping (channel): learn 2, portal 0",
		"49h4m0s ALR-1 alert seen (edit): learn 1, portal 0")
	w.after(time.Hour).tells("49h14m0s ALR-1 alert eased (channel): learn 1, portal 0")
	w.hears("login-certificate passes learn").after(time.Minute).tells("50h5m0s ALR-1 alert cleared (channel): learn 0, portal 0")
	if !w.alert(1).Warned {
		t.Error("it is said to have failed until then")
	}
}

// A certificate that ends is no warning any more, and one that is renewed for a while is one
// again.
func TestAWarningThatComesTrueIsTold(t *testing.T) {
	w := newWatch(t, byRule()).warns("learn")
	says := func(warns bool) {
		t.Helper()
		r := w.report("login-certificate fails learn")
		r.Warns = warns
		if err := w.Hear(t.Context(), journal.By{At: w.now}, []desk.Report{r}); err != nil {
			t.Fatal(err)
		}
	}
	says(false)
	w.tells("48h0m0s ALR-1 alert again (channel): learn 1; declares at 48h3m0s")
	if a := w.alert(1); !a.Since.Equal(w.now) || a.OnlyWarns() {
		t.Errorf("it fails since %s", a.Since)
	}
	w.after(time.Minute).forgets()
	says(true)
	w.tells("48h1m0s ALR-1 alert eased (channel): learn 1")
	w.after(time.Hour).tells()
}

// Under a mute nothing of it is told; at its end it is.
func TestWhatWorksAgainBesideAWarningIsToldAfterAMute(t *testing.T) {
	w := newWatch(t).warns("learn")
	w.hears("login fails learn").after(time.Hour).forgets()
	if err := w.Mute(t.Context(), w.by(), []desk.ServiceID{"learn"}, w.now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.after(time.Minute).hears("login passes learn").after(2 * time.Hour).tells("50h0m0s ALR-1 alert eased (channel): learn 1")
}

// Who looked at a warning, or took an incident of it back, did not look at what fails later.
func TestAWarningThatSomebodyLooksAtStopsNoCountdown(t *testing.T) {
	w := newWatch(t, byRule()).warns("learn")
	if _, err := w.ApplyAlert(t.Context(), w.by(), 1, "ack", desk.Alert.Acknowledge); err != nil {
		t.Fatal(err)
	}
	w.hears("login fails learn").after(10 * time.Minute)
	if w.alert(1).Incident == 0 {
		t.Error("no incident is declared")
	}
}

func TestNothingFailsForAWarning(t *testing.T) {
	w := newWatch(t).warns("network")
	w.hears("login fails learn").tells("48h0m0s ALR-2 alert raised (channel): learn 1")
	for _, before := range []time.Duration{0, time.Minute} {
		w = newWatch(t).hears("login fails learn").after(before).warns("network")
		if a := w.alert(1); a.Into != 0 || a.Services[0].Behind != "" {
			t.Errorf("%s before: it is told with ALR-%d, behind %q", before, a.Into, a.Services[0].Behind)
		}
	}
}

func TestAWarningHoldsNoIncidentOpen(t *testing.T) {
	w := newWatch(t, byRule()).warns("learn")
	w.hears("login fails learn").after(5 * time.Minute).hears("login passes learn").after(9 * time.Minute)
	if !w.incident(1).IsOpen() {
		t.Error("it ended too early")
	}
	if w.after(2 * time.Minute); w.incident(1).IsOpen() {
		t.Error("it is open")
	}
}

// What a monitor never closed hides nothing that really fails: it is told, once, and who looked
// at the old did not look at that.
func TestWhatFailsBesideAMonitorThatSaysNoMoreIsTold(t *testing.T) {
	w := newWatch(t, byRule()).hears("pingdom fails learn")
	if _, err := w.ApplyAlert(t.Context(), w.by(), 1, "ack", desk.Alert.Acknowledge); err != nil {
		t.Fatal(err)
	}
	w.after(5 * time.Hour).hears("alertsite fails learn").after(2 * time.Hour).forgets()
	w.hears("login fails learn").after(20 * time.Second).hears("login2 fails learn").after(20 * time.Second)
	w.tells("7h0m0s ALR-1 alert again (channel): learn 3; declares at 7h1m0s", "7h0m20s ALR-1 alert seen (edit): learn 4; declares at 7h1m0s")
	if a := w.alert(1); !a.Since.Equal(four.Add(7*time.Hour)) || a.DeclareAt.IsZero() {
		t.Errorf("it fails since %s, and is declared at %s", a.Since, a.DeclareAt)
	}
	w.hears("login passes learn", "login2 passes learn")
	if a := w.alert(1); !a.IsFailing() || !a.Since.Equal(four) {
		t.Errorf("what is left of it is seen since %s", a.Since)
	}
}
