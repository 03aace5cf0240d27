package statuspage_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func (c *campus) expect(path, want string) {
	c.t.Helper()
	if page := c.get(path); !strings.Contains(page, want) {
		c.t.Errorf("%s has no %q:\n%s", path, want, page)
	}
}

func TestThePageIsMadeOnceForAChange(t *testing.T) {
	c := oneOpen(t)
	c.expect("/", "We will post again by")
	for range 20 {
		c.get("/")
		c.get("/incidents/INC-1?lang=es")
	}
	if n := c.reads.Load(); n != 1 {
		t.Errorf("the record was read %d times for 41 readers", n)
	}
	c.wait(time.Second)
	c.update(1, desk.Monitoring, "The disk has room again.")
	c.expect("/", "The disk has room again.")
	c.expect("/incidents/INC-1", "The disk has room again.")
	if n := c.reads.Load(); n != 2 {
		t.Errorf("the record was read %d times for one change", n)
	}
}

func TestAStormOfCommandsMakesFewPages(t *testing.T) {
	c := oneOpen(t)
	c.get("/")
	for n := range 50 {
		c.update(1, "", fmt.Sprintf("Message %d.", n))
		c.wait(2 * time.Millisecond)
		c.get("/")
	}
	if n := c.reads.Load(); n > 2 {
		t.Errorf("the record was read %d times in a tenth of a second", n)
	}
	c.wait(250 * time.Millisecond)
	c.expect("/", "Message 49.")
}

func TestAPromiseIsNeverShownExpired(t *testing.T) {
	c := oneOpen(t)
	promised := four.Add(42 * time.Minute)
	c.wait(promised.Sub(c.now()) - 5*time.Second)
	a := c.ask(http.MethodGet, "/")
	if !strings.Contains(a.body, "We will post again by") || a.Header.Get("Cache-Control") != "public, max-age=5" {
		t.Errorf("five seconds before: %s", a.Header.Get("Cache-Control"))
	}
	c.wait(5 * time.Second)
	c.expect("/", "We will post again as soon as we know more.")
	c.expect("/incidents/INC-1", "We will post again as soon as we know more.")
}

// heard has a channel hear of all, so that what is declared has its grace.
func (c *campus) heard() {
	c.t.Helper()
	sub := desk.Subscription{Channel: desk.Channel{Connection: "amherst", ID: "C1"}, Target: desk.All()}
	if _, err := c.journal.Subscribe(c.t.Context(), c.by(), sub, func(desk.Subscription) error { return nil }); err != nil {
		c.t.Fatal(err)
	}
}

func TestWhatIsInItsGraceIsNotOnThePage(t *testing.T) {
	c := newCampus(t, services())
	c.heard()
	c.declare(desk.Critical, "Login fails", "We are looking into it.", "learn")
	c.expect("/", "All services are working.")
	if a := c.ask(http.MethodGet, "/incidents/INC-1"); a.StatusCode != http.StatusNotFound {
		t.Error(a.Status)
	}
	c.wait(10 * time.Second)
	c.expect("/", "is not available.")
	c.expect("/incidents/INC-1", "Login fails")
}

func TestThePageTellsWhatItKnewWhenTheRecordCannotBeRead(t *testing.T) {
	c := oneOpen(t)
	c.broken.Store(true)
	a := c.ask(http.MethodGet, "/")
	if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("at first: %s", a.Status)
	}
	c.broken.Store(false)
	c.wait(time.Second)
	c.expect("/", "As of")
	c.broken.Store(true)
	c.wait(time.Hour)
	c.expect("/", "Dec 2, 4:13 AM EST")
	c.broken.Store(false)
	c.wait(time.Second)
	c.expect("/", "Dec 2, 5:13 AM EST")
}

func TestManyReadersAndChangesAtOnce(t *testing.T) {
	c := oneOpen(t)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for range 50 {
				path := []string{"/", "/incidents/INC-1", "/?lang=es", "/incidents/INC-1?lang=es", "/feed.atom", "/services/learn/feed.json?lang=es"}[n%6]
				res, err := http.Get(c.url + path)
				if err != nil || res.Body.Close() != nil || res.StatusCode != http.StatusOK {
					t.Error(path, res, err)
				}
				c.wait(20 * time.Millisecond)
			}
		})
	}
	for n := range 50 {
		c.update(1, "", fmt.Sprintf("Message %d.", n))
	}
	wg.Wait()
	c.wait(time.Second)
	c.expect("/", "Message 49.")
	c.wait(10 * time.Second)
	c.expect("/feed.atom", "Message 49.")
}

func TestWhatTheClockDoesToPlannedWorkIsShownInTime(t *testing.T) {
	c := workLate(t)
	c.expect("/", "Next news by")
	c.expect("/windows/WIN-1", "Next news by")
	c.wait(20*time.Minute - 5*time.Second)
	if a := c.ask(http.MethodGet, "/"); !strings.Contains(a.body, "Next news by") || a.Header.Get("Cache-Control") != "public, max-age=5" {
		t.Errorf("five seconds before: %s", a.Header.Get("Cache-Control"))
	}
	c.wait(5 * time.Second)
	for _, path := range []string{"/", "/windows/WIN-1"} {
		c.expect(path, "It is taking longer than planned.")
		c.expect(path, "We will post again as soon as we know more.")
		if strings.Contains(c.get(path), "Next news by") {
			t.Errorf("%s shows a promise that has passed", path)
		}
	}
}

func TestTheMomentsOfAPlanAreShownInTime(t *testing.T) {
	c := workPlanned(t)
	begin := c.windows[0].Planned.From
	c.wait(begin.Sub(c.now()) - time.Second)
	c.expect("/", "Learn System</bdi> will not be available.")
	c.wait(time.Second)
	c.expect("/", "It has not begun yet.")
	c.tick(1)
	c.wait(time.Second)
	c.expect("/", "Learn System</bdi> has planned work.")
	c.wait(c.windows[0].Planned.To.Sub(c.now()) - time.Second)
	c.expect("/", "It is planned until")
	c.wait(time.Second)
	c.expect("/", "It is taking longer than planned.")
}

func TestAProposedWindowIsNowhere(t *testing.T) {
	c := workPlanned(t)
	c.windows[0].Status = desk.Proposed
	c.pages.Changed()
	c.expect("/", "No work is planned in the next 30 days.")
	if a := c.ask(http.MethodGet, "/windows/WIN-1"); a.StatusCode != http.StatusNotFound {
		t.Error(a.Status)
	}
	if d := c.diary("/windows.ics"); len(d.events) != 0 {
		t.Error(d.events)
	}
}

func TestAnIncidentBeatsPlannedWork(t *testing.T) {
	c := workNow(t)
	c.declare(desk.Critical, "The new database does not start", "We are looking into it.", "learn")
	c.expect("/", "Learn System</bdi> is not available.</span>")
	c.expect("/", "Planned work now")
}

// stuck is a reader who takes nothing until he is let go.
type stuck struct {
	nowhere
	at, letGo chan struct{}
}

func (s stuck) Write(p []byte) (int, error) {
	close(s.at)
	<-s.letGo
	return len(p), nil
}

// Who reads slowly what was read for him alone holds up nobody.
func TestASlowReaderHoldsUpNobody(t *testing.T) {
	c := oneOpen(t)
	for path, h := range map[string]http.Handler{"/api/v2/incidents.json": c.pages.API(), "/history": c.pages.History()} {
		s := stuck{nowhere{http.Header{}}, make(chan struct{}), make(chan struct{})}
		over := make(chan struct{})
		go func() {
			h.ServeHTTP(s, httptest.NewRequest(http.MethodGet, path, nil))
			close(over)
		}()
		<-s.at
		c.get("/services/learn?lang=es")
		close(s.letGo)
		<-over
		c.wait(time.Minute)
	}
}
