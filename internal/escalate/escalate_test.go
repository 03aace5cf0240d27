package escalate

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

const id = "INC-1-20261202T094000Z"

func TestNobodyIsCalledBeforeTheSecondMiss(t *testing.T) {
	p := newPager(t)
	w := newWorld(t).use(p)
	if w.try() || len(p.heard) > 0 {
		t.Error("somebody was called about nothing")
	}
	w.silence()
	if diff := cmp.Diff([]string{id}, w.left()); diff != "" {
		t.Error(diff)
	}
}

// A webhook fails in every way there is, each time before a bot that was just started,
// and is told the same under the same id until it takes it.
func TestAWebhookIsCalledUntilItTakesTheCall(t *testing.T) {
	p := newPager(t, status(503), cut, status(307), status(404), status(204))
	w := newWorld(t).use(p)
	w.leads(ann)
	w.silence()
	var at []string
	for w.try() {
		at = append(at, w.now.Format("15:04:05"))
	}
	if diff := cmp.Diff([]string{"09:40:30", "09:41:30", "09:43:30", "09:47:30"}, at); diff != "" {
		t.Error(diff)
	}
	const told = "POST /hunter2 application/json " + id + ` {"id":"` + id + `","organization":"Example University","subject":"INC-1",` +
		`"title":"Logins fail","services":["learn"],"since":"2026-12-02T09:00:00Z","missed":2,"promised":"2026-12-02T09:40:00Z","next_update":"2026-12-02T10:00:00Z","lead":"amherst/UANN","status_page":"https://status.example.edu/incidents/INC-1"}`
	if diff := cmp.Diff(slices.Repeat([]string{told}, 5), p.heard); diff != "" {
		t.Error(diff)
	}
	w.try()
	if len(p.heard) != 5 || len(w.left()) != 0 {
		t.Error("it was called again")
	}
	if got, want := w.audited(), "09:40:00 call INC-1\n09:47:30 called INC-1 escalate_url"; got != want {
		t.Errorf("the audit says\n%s", got)
	}
	for _, reason := range []string{"HTTP 503", "HTTP 307", "HTTP 404", "no connection"} {
		if !strings.Contains(w.logs.String(), reason) {
			t.Errorf("%s is not in the log:\n%s", reason, w.logs.String())
		}
	}
	w.tellsNothing("hunter2", strings.TrimPrefix(p.URL, "https://"))
}

// The bot is killed after the webhook took the call and before that is noted: the next
// start calls again, under the same id, and then no more.
func TestABotThatIsKilledDuringACallMakesItAgain(t *testing.T) {
	w := newWorld(t)
	p := newPager(t, func(http.ResponseWriter, *http.Request) { w.db.Close() })
	w.use(p).silence()
	if _, err := New(w.Journal, slog.New(slog.DiscardHandler), w.s).Fire(t.Context(), w.now); err == nil {
		t.Fatal("the call was noted in a record that is closed")
	}
	w.open()
	for range 2 {
		if w.try() || len(w.left()) > 0 {
			t.Error("it is still to be made")
		}
	}
	if len(p.heard) != 2 || p.heard[0] != p.heard[1] || !strings.Contains(p.heard[0], id) {
		t.Errorf("the pager heard %v", p.heard)
	}
	if got, want := w.audited(), "09:40:00 call INC-1\n09:40:00 called INC-1 escalate_url"; got != want {
		t.Errorf("the audit says\n%s", got)
	}
}

func TestACallIsGivenUpAfterAnHour(t *testing.T) {
	refuse := slices.Repeat([]http.HandlerFunc{status(500)}, 100)
	p := newPager(t, refuse...)
	w := newWorld(t).use(p).silence()
	for w.try() {
		if w.stored("Nobody has answered") {
			t.Fatal("it is given up too early:", w.now)
		}
	}
	if got := w.now.Format("15:04:05"); got != "10:40:00" || len(p.heard) != 11 {
		t.Errorf("the last of %d tries was at %s", len(p.heard), got)
	}
	if !w.stored("Nobody has answered about INC-1, and for an hour we could not reach everybody") {
		t.Error("ops is not told")
	}
	if got, want := w.audited(), "09:40:00 call INC-1\n10:40:00 call given up INC-1"; got != want {
		t.Errorf("the audit says\n%s", got)
	}
	if len(w.left()) > 0 {
		t.Error("it is not forgotten")
	}
}

// Where the bot says nothing by itself it has promised nothing either.
func TestAWebhookHearsOfNoPromiseThatNobodyMade(t *testing.T) {
	p := newPager(t)
	w := newWorld(t).use(p)
	s := w.settings()
	s.Cadence.Holding = false
	w.SetSettings(s)
	w.silence().try()
	if len(p.heard) != 1 || !strings.Contains(p.heard[0], `"missed":2,"lead":"",`) {
		t.Errorf("it heard %v", p.heard)
	}
}

// The bot was down over the whole hour: it tries once, then says so.
func TestACallThatIsHoursOldIsTriedOnce(t *testing.T) {
	p := newPager(t, status(500))
	w := newWorld(t).use(p).silence()
	w.now = w.now.Add(5 * time.Hour)
	if w.try() || len(p.heard) != 1 || !w.stored("Nobody has answered") {
		t.Errorf("%d tries; left: %v", len(p.heard), w.left())
	}
}

func TestSomebodyActsBeforeTheNextTry(t *testing.T) {
	p := newPager(t, status(500))
	w := newWorld(t).use(p).silence()
	w.try()
	by := journal.By{Request: "2", At: w.now, Person: ann, Name: "Ann", From: ops}
	_, err := w.Apply(t.Context(), by, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.NothingNew(act) })
	if err != nil {
		t.Fatal(err)
	}
	if w.try() || len(p.heard) != 1 || len(w.left()) != 0 {
		t.Error("somebody is called although somebody answered")
	}
}

// While the pager is asked somebody answers: nothing is noted, nor tried again.
func TestSomebodyActsDuringATry(t *testing.T) {
	w := newWorld(t)
	p := newPager(t, func(out http.ResponseWriter, r *http.Request) {
		by := journal.By{Request: "2", At: w.now, Person: ann, Name: "Ann", From: ops}
		_, err := w.Apply(r.Context(), by, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.NothingNew(act) })
		if err != nil {
			t.Error(err)
		}
		status(500)(out, r)
	})
	if w.use(p).silence().try() || len(w.left()) != 0 {
		t.Error("it is tried again")
	}
}

func TestNobodyIsToBeCalled(t *testing.T) {
	w := newWorld(t).silence()
	if w.try() || len(w.left()) != 0 {
		t.Error("it is tried again")
	}
	if got := w.audited(); got != "09:40:00 call INC-1" {
		t.Errorf("the audit says\n%s", got)
	}
}

// The machine's clock is set back by an hour between two tries.
func TestTheClockIsSetBack(t *testing.T) {
	p := newPager(t, status(500))
	w := newWorld(t).use(p).silence()
	w.try()
	w.now = w.now.Add(-time.Hour)
	if w.try() || len(p.heard) != 2 {
		t.Errorf("%d tries", len(p.heard))
	}
}

func TestAWindowTakesTooLong(t *testing.T) {
	p := newPager(t)
	w := newWorld(t).use(p)
	by := journal.By{Request: "1", At: four, Person: ann, Name: "Ann", From: ops}
	_, err := w.Schedule(t.Context(), by, desk.Plan{
		Services: []desk.Affected{{Service: "portal", Name: "Portal"}}, Title: "New database",
		Planned: desk.Period{From: four.Add(time.Hour), To: four.Add(2 * time.Hour)}, In: ops,
	}, desk.Override{})
	if err != nil {
		t.Fatal(err)
	}
	for at := four; len(w.left()) == 0 && at.Before(four.Add(6*time.Hour)); at = at.Add(10 * time.Minute) {
		if _, err := w.Journal.Fire(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		w.now = at
	}
	w.try()
	const want = `"subject":"WIN-1","title":"New database","services":["portal"],"since":"2026-12-02T11:00:00Z","missed":2,"promised":"2026-12-02T11:30:00Z","next_update":"2026-12-02T12:00:00Z","lead":"","status_page":"https://status.example.edu/windows/WIN-1"}`
	if len(p.heard) != 1 || !strings.HasSuffix(p.heard[0], want) {
		t.Errorf("it heard %v", p.heard)
	}
}

// What is wrong on the way is said without the address.
func TestAWebhookThatIsNotReached(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	strange := newPager(t)
	for url, reason := range map[string]string{
		closed.URL + "/hunter2":    "no connection: connection refused",
		"https://hunter2.invalid/": "no connection: the name is not known",
		strange.URL + "/hunter2":   "no connection: its certificate is not trusted",
	} {
		w := newWorld(t).silence()
		w.s.Cadence.EscalateURL = config.NewSecret(url)
		w.try()
		if !strings.Contains(w.logs.String(), reason) {
			t.Errorf("want %s, the log says\n%s", reason, w.logs.String())
		}
		w.tellsNothing("hunter2", strings.TrimPrefix(closed.URL, "http://"), strings.TrimPrefix(strange.URL, "https://"))
	}
}

func TestAWebhookThatDoesNotAnswer(t *testing.T) {
	p := newPager(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	w := newWorld(t).use(p)
	c := New(w.Journal, slog.New(slog.DiscardHandler), w.s)
	if c.web.GetClient().Timeout != answerWithin {
		t.Error("it is waited for without end")
	}
	c.web.SetTimeout(time.Millisecond)
	if err := c.post(t.Context(), journal.Call{ID: id}); err == nil || err.Error() != "no answer in time" {
		t.Error(err)
	}
}
