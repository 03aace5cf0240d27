package desk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func cadence(t *testing.T) desk.Cadence {
	return desk.Cadence{Critical: 20 * time.Minute, Major: time.Hour, Minor: 4 * time.Hour, Holding: true, Zone: newYork(t)}
}

// watch is an incident under the clock.
type watch struct {
	t   *testing.T
	inc desk.Incident
	c   desk.Cadence
	now time.Time
}

// declaredAt is an incident declared at a local time.
func declaredAt(t *testing.T, impact desk.Impact, when string, next time.Duration) *watch {
	t.Helper()
	w := &watch{t: t, c: cadence(t), now: local(t, when)}
	c, err := desk.Declare(42, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Impact: impact, Title: "Learn is down", Text: "We look.", Next: next,
	}, desk.Act{By: ann, At: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.inc = c.Promise(w.c).Incident
	return w
}

// until lets the clock run and lists what it did: when, whether it was said, what ops
// was asked, and whether others were called.
func (w *watch) until(when string) (did []string) {
	w.t.Helper()
	end := local(w.t, when)
	for {
		at := w.inc.NextDue(w.c)
		if at.IsZero() || at.After(end) {
			w.now = end
			return did
		}
		w.now = at
		d, due := w.inc.Due(w.now, w.c)
		if !due {
			w.t.Fatalf("nothing is due at %s", at)
		}
		w.inc = d.Change.Promise(w.c).Incident
		if by := w.inc.NextUpdateBy; d.Change.Announce != nil && !by.IsZero() && !by.After(w.now) {
			w.t.Errorf("at %s news is promised by %s", w.now, by)
		}
		did = append(did, w.clock(w.now)+words(d))
	}
}

func (w *watch) clock(t time.Time) string { return t.In(w.c.Zone).Format("15:04") }

func words(d desk.IncidentDue) (s string) {
	if d.Change.Announce != nil {
		s += fmt.Sprintf(" %s in %s", d.Change.Entry.Kind, d.Change.Announce.Reach)
	}
	if d.Change.Incident.RelaxedNow {
		s += ", less often"
	}
	if d.Ask != nil {
		s += fmt.Sprintf(" asks %s", d.Ask.Kind)
	}
	if d.Escalate {
		s += " calls"
	}
	return s
}

func (w *watch) do(v verb) {
	w.t.Helper()
	c, err := v.do(w.inc, desk.Act{By: ann, At: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	w.inc = c.Promise(w.c).Incident
}

func (w *watch) expect(when string, want ...string) {
	w.t.Helper()
	if got := w.until(when); !slices.Equal(got, want) {
		w.t.Errorf("until %s:\n got %q\nwant %q", when, got, want)
	}
}

func (w *watch) promised(want string) {
	w.t.Helper()
	if w.inc.NextUpdateBy.IsZero() && want == "" {
		return
	}
	if got := w.clock(w.inc.NextUpdateBy); got != want {
		w.t.Errorf("news is promised by %s, want %s", got, want)
	}
}

var (
	nothingNew = verb{"nothing new", desk.Incident.NothingNew}
	snooze     = verb{"snooze", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Snooze(10*time.Minute, act) }}
)

// Nobody answers: the bot says so three times, calls others at the second, and then is
// silent until somebody acts.
func TestPromisesThatNobodyKeeps(t *testing.T) {
	w := declaredAt(t, desk.Critical, "2026-12-02 04:00", 0)
	w.promised("04:20")
	w.expect("2026-12-03 04:00",
		"04:15 asks update", "04:20 holding in thread asks missed",
		"04:35 asks update", "04:40 holding in thread asks missed calls",
		"04:55 asks update", "05:00 holding in thread asks missed")
	w.promised("")
	if !w.inc.IsSilent() {
		t.Error("it is not silent")
	}
	w.do(say("update", ""))
	w.promised("05:00") // an hour, as it goes on for a day
	if w.inc.IsSilent() || !w.inc.RelaxedNow {
		t.Errorf("after an update: %+v", w.inc)
	}
	w.do(say("update", ""))
	if w.inc.RelaxedNow || !w.inc.Relaxed {
		t.Error("that it is less often is said twice")
	}
}

// Two people who press the same button, or one who presses it twice, say it once; what was
// said since is news that the next may be nothing new to.
func TestThatNothingIsNewIsSaidOnce(t *testing.T) {
	w := declaredAt(t, desk.Critical, "2026-12-02 04:00", 0)
	again := func(want string) {
		t.Helper()
		_, err := w.inc.NothingNew(desk.Act{By: ann, At: w.now})
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	w.now = w.now.Add(15 * time.Minute)
	w.do(nothingNew)
	again("It was just said that nothing is new about INC-42.")
	w.now = w.now.Add(59 * time.Second)
	again("It was just said that nothing is new about INC-42.")
	w.promised("04:35")
	w.do(say("update", ""))
	again("<nil>")
	w.do(nothingNew)
	w.now = w.now.Add(time.Minute)
	again("<nil>")
}

// After two hours news of a critical incident is promised every hour, and that is said
// once.
func TestNewsComesLessOften(t *testing.T) {
	w := declaredAt(t, desk.Critical, "2026-12-02 04:00", 0)
	w.until("2026-12-02 04:10")
	for range 6 {
		w.do(nothingNew)
		w.promised(w.clock(w.now.Add(20 * time.Minute)))
		w.now = w.now.Add(18 * time.Minute)
	}
	w.expect("2026-12-02 06:01", "05:55 asks update", "06:00 holding in thread, less often asks missed") // promised at 5:40
	w.promised("07:00")
	w.do(nothingNew)
	if w.inc.RelaxedNow {
		t.Error("that it is less often is said twice")
	}
	w.promised("07:01")
}

// Where the bot is not to hold the line, nothing is said in channels and the promise that
// passed goes from posts.
func TestWithoutHoldingUpdatesNothingIsSaid(t *testing.T) {
	w := declaredAt(t, desk.Major, "2026-12-02 09:00", 0)
	w.c.Holding = false
	missed, _ := w.inc.Due(local(t, "2026-12-02 10:00"), w.c)
	w.expect("2026-12-02 10:30", "09:55 asks update", "10:00 holding in edit asks missed")
	w.promised("")
	if line := missed.Change.Entry; len(desk.Published([]desk.Entry{line}, line.Seq)) > 0 {
		t.Error("the public timeline says it")
	}
	w.expect("2026-12-03 10:00", "10:55 asks update", "11:00 holding in edit asks missed calls", "11:55 asks update", "12:00 holding in edit asks missed")
}

// Of a minor incident nobody is reminded at night, nor is news promised for then.
func TestNightsOfAMinorIncident(t *testing.T) {
	w := declaredAt(t, desk.Minor, "2026-12-02 19:00", 0)
	w.promised("07:00")
	w.expect("2026-12-03 08:00", "06:55", "07:00 holding in thread asks missed")
	w.promised("11:00")
	spring := declaredAt(t, desk.Minor, "2027-03-13 20:00", 0) // the night of the missing hour
	spring.promised("07:00")
	said := declaredAt(t, desk.Minor, "2026-12-02 22:30", time.Hour) // by a person: it is kept
	said.promised("23:30")
	said.expect("2026-12-03 06:30", "23:25", "23:30 holding in thread")
	said.promised("07:00")
	major := declaredAt(t, desk.Major, "2026-12-02 23:00", 0)
	major.expect("2026-12-03 00:00", "23:55 asks update", "00:00 holding in thread asks missed")
}

func TestAPromiseIsPutOff(t *testing.T) {
	w := declaredAt(t, desk.Major, "2026-12-02 09:00", 0)
	w.until("2026-12-02 09:55")
	w.do(snooze)
	w.promised("10:10")
	w.expect("2026-12-02 10:06", "10:05 asks update")
	w.do(nothingNew)
	w.promised("11:06")
	w.until("2026-12-02 11:30") // missed
	w.promised("12:06")
	if w.inc.Missed != 1 {
		t.Errorf("missed %d", w.inc.Missed)
	}
	w.do(snooze)
	if w.promised("12:16"); w.inc.Missed != 0 {
		t.Errorf("put off, it is still missed %d times", w.inc.Missed)
	}
	for _, by := range []time.Duration{0, time.Second, 8 * 24 * time.Hour} {
		if _, err := w.inc.Snooze(by, at(0)); err == nil {
			t.Errorf("it is put off by %s", by)
		}
	}
}

// What a person promises holds: an earlier promise is not put off by a word that makes
// none, and a short one is reminded of shortly before.
func TestAPersonsPromise(t *testing.T) {
	w := declaredAt(t, desk.Major, "2026-12-02 09:00", 6*time.Minute)
	w.promised("09:06")
	w.expect("2026-12-02 09:04", "09:04 asks update")
	w.do(verb{"note", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Note("Ticket 8841.", act) }})
	w.promised("09:06")
	w.do(impact(desk.Critical))
	w.promised("09:06")
	w.do(resolve)
	if next := w.inc.NextDue(w.c); !next.IsZero() {
		t.Errorf("it is resolved, and something is due at %s", next)
	}
}

// The two hours are those in which it is critical: what gets so later, or again, is told of
// as often as what was so from the beginning.
func TestNewsOfWhatGetsCriticalLaterComesAsOften(t *testing.T) {
	worse := declaredAt(t, desk.Major, "2026-12-02 04:00", 0)
	worse.do(nothingNew)
	worse.now = local(t, "2026-12-02 08:00")
	worse.do(impact(desk.Critical))
	worse.promised("08:20")
	again := declaredAt(t, desk.Critical, "2026-12-02 04:00", 0)
	again.do(resolve)
	again.now = local(t, "2026-12-02 09:00")
	again.do(reopen)
	again.promised("09:20")
	again.now = local(t, "2026-12-02 09:10")
	for again.now.Before(local(t, "2026-12-02 11:00")) {
		again.do(nothingNew)
		again.promised(again.clock(again.now.Add(20 * time.Minute)))
		again.now = again.now.Add(15 * time.Minute)
	}
	again.do(nothingNew)
	if again.promised("12:10"); !again.inc.RelaxedNow {
		t.Error("that it is less often is not said")
	}
	minor, critical := declaredAt(t, desk.Minor, "2026-12-02 04:00", 0), declaredAt(t, desk.Critical, "2026-12-02 08:00", 0)
	minor.inc.Number = 41
	_, c, err := desk.Merge(critical.inc, minor.inc, desk.Act{By: ann, At: local(t, "2026-12-02 08:10")})
	if err != nil {
		t.Fatal(err)
	}
	minor.inc = c.Promise(minor.c).Incident
	minor.promised("08:30")
}

// A clock that is set back makes no promise stand behind its time.
func TestAPromiseAfterTheClockIsSetBack(t *testing.T) {
	w := declaredAt(t, desk.Critical, "2026-12-02 04:00", 0)
	w.until("2026-12-02 05:05") // nobody answers: nothing is promised any more
	w.now = local(t, "2026-12-02 03:05")
	w.do(snooze)
	w.promised("03:15")
	w.expect("2026-12-02 03:20", "03:15 holding in thread asks missed")
}
