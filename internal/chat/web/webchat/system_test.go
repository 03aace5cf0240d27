package webchat_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/config"
)

// brittle is a town with a system that says how it is turned, and pages that are shown.
type brittle struct {
	*town
	turned []webchat.SystemState

	mu   sync.Mutex
	page string // of the system; empty: it hangs up
}

func newBrittle(t *testing.T) *brittle {
	w := &brittle{page: "<!doctype html><title>Log in &amp; out – Test</title><p>Hello</p><script>alert(1)</script>"}
	system := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.page == "" {
			panic(http.ErrAbortHandler)
		}
		rw.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(rw, w.page)
	}))
	t.Cleanup(system.Close)
	p := webchat.New(webchat.Settings{
		Title: "Test", Campuses: []webchat.Campus{{Name: "amherst", Label: "Amherst"}},
		People: []webchat.Person{{ID: "ann", Name: "Ann", Staff: true}},
		Token:  config.NewSecret("token"), Secret: config.NewSecret("secret"), Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		System: webchat.System{Name: "Learn", Turn: func(s webchat.SystemState) { w.turned = append(w.turned, s) }},
		Views:  []webchat.View{{Label: "Open Learn", URL: system.URL}},
	})
	p.AddChannel(webchat.Channel{Address: channel("teaching"), Name: "teaching"})
	w.town = &town{Platform: p, t: t}
	w.town.page = httptest.NewServer(p.Handler())
	t.Cleanup(w.town.page.Close)
	return w
}

// follow has the lines of a page's stream, until ctx ends.
func (w *brittle) follow(ctx context.Context) <-chan string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.town.page.URL+"/events?"+at("ann", "teaching").Encode(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		defer res.Body.Close()
		for read := bufio.NewScanner(res.Body); read.Scan(); {
			lines <- read.Text()
		}
	}()
	return lines
}

// shows has the system's page be another.
func (w *brittle) shows(page string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.page = page
}

// The buttons turn the system, nothing else does, and the page says in words how it is;
// what it is already cannot be pressed.
func TestASystemIsBrokenSlowedAndMended(t *testing.T) {
	w := newBrittle(t)
	for _, to := range []string{"broken", "slow", "working"} {
		w.done("/system", at("ann", "teaching", "to", to))
		w.SetSystem(webchat.SystemState(to), "as <i>it</i> is")
		page := w.get("/", at("ann", "teaching"))
		if !strings.Contains(page, "Learn is <strong>"+to+"</strong>: as &lt;i&gt;it&lt;/i&gt; is.") || strings.Count(page, "aria-disabled") != 1 ||
			!strings.Contains(page, `data-turn="`+to+`" aria-disabled="true"`) {
			t.Errorf("%s: the page says\n%s", to, page)
		}
	}
	if _, said := w.done("/system", at("ann", "teaching", "to", "gone")); said["fault"] == "" || !slices.Equal(w.turned, []webchat.SystemState{"broken", "slow", "working"}) {
		t.Errorf("%v, turned %q", said, w.turned)
	}
	if _, said := newTown(t).done("/system", at("ann", "teaching", "to", "broken")); said["fault"] == "" {
		t.Error("what is not there was broken")
	}
}

// A view is shown as people get it, whatever its status, in words and as a picture that
// can do nothing; while nobody answers the words say so, and the picture stays.
func TestAViewIsWhatPeopleGet(t *testing.T) {
	w := newBrittle(t)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	var running sync.WaitGroup
	defer running.Wait()
	watching, leave := context.WithCancel(ctx)
	defer leave()
	running.Go(func() { _ = w.Run(watching) })
	events := w.follow(watching)
	said := func(words string) {
		t.Helper()
		for line := range events {
			if strings.Contains(line, `"says":"`+words) {
				return
			}
		}
		t.Fatalf("the page was never told %q", words)
	}
	said(`Log in \u0026 out"`)
	w.shows("")
	said("does not answer")
	res, err := http.Get(w.town.page.URL + "/views/0")
	if err != nil {
		t.Fatal(err)
	}
	page := text(t, res)
	if !strings.Contains(page, "Hello") || strings.Contains(page, "alert") || !strings.HasPrefix(res.Header.Get("Content-Security-Policy"), "sandbox; default-src 'none'") {
		t.Errorf("%v\n%s", res.Header, page)
	}
	w.shows("<!doctype html><title>Sorry</title>")
	said("Sorry")
	for _, none := range []string{"1", "-1", "x"} {
		if got := w.get("/views/"+none, nil); !strings.Contains(got, "no such view") {
			t.Errorf("view %s: %s", none, got)
		}
	}
}
