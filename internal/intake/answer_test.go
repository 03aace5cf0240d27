package intake_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

const down = `{"check_id": 4711001, "current_state": "DOWN"}`

// unread fails the test when it is read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func TestATokenIsProvedBeforeTheBodyIsRead(t *testing.T) {
	for _, tc := range []struct {
		name string
		show func(*http.Request)
		want int
	}{
		{"bearer", bearer(token), 200},
		{"bearer, the next one", bearer(nextToken), 200},
		{"bearer in lower case", header("bearer " + token), 200},
		{"password", func(r *http.Request) { r.SetBasicAuth("whoever", token) }, 200},
		{"password, the next one", func(r *http.Request) { r.SetBasicAuth("", nextToken) }, 200},
		{"in the URL", query("token=hunter2-now%2Fand%2Bhere"), 200},
		{"in the URL, pasted as it is", query("token=hunter2-now/and+here"), 200},
		{"in the URL, beside a wrong header", func(r *http.Request) { query("token=" + nextToken)(r); bearer("wrong")(r) }, 200},
		{"none", func(*http.Request) {}, 401},
		{"empty", bearer(""), 401},
		{"wrong", bearer("hunter3"), 401},
		{"its beginning", bearer(token[:5]), 401},
		{"as user", func(r *http.Request) { r.SetBasicAuth(token, "") }, 401},
		{"another scheme", header("Token " + token), 401},
		{"in a broken URL", query("token=%zz"), 401},
		{"of another key", query("key=" + nextToken), 401},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			r := httptest.NewRequest(http.MethodPost, "/sources/pingdom", strings.NewReader(down))
			if tc.want == http.StatusUnauthorized {
				r = httptest.NewRequest(http.MethodPost, "/sources/pingdom", unread{t})
			}
			tc.show(r)
			rec := w.send(r)
			if rec.Code != tc.want {
				t.Errorf("status %d %s", rec.Code, rec.Body)
			}
			if proved := rec.Code != http.StatusUnauthorized; proved != (w.coming.Load() == 1) {
				t.Errorf("said %d times to be coming", w.coming.Load())
			}
			if rec.Code == http.StatusUnauthorized && rec.Header().Get("WWW-Authenticate") == "" {
				t.Error("401 without WWW-Authenticate")
			}
		})
	}
}

func header(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", value) }
}

func bearer(value string) func(*http.Request) { return header("Bearer " + value) }

func query(raw string) func(*http.Request) {
	return func(r *http.Request) { r.URL.RawQuery = raw }
}

// TestAnswers has every status of the contract but 401, 202 and 503.
func TestAnswers(t *testing.T) {
	deep := strings.Repeat(`[`, 100_000)
	for name, tc := range map[string]struct {
		method, address, body string
		want                  int
		says                  string
	}{
		"taken":                        {"POST", "pingdom", down, 200, "Taken: 1 failing, 0 passing."},
		"with a slash":                 {"POST", "pingdom/", down, 200, ""},
		"with a byte order mark":       {"POST", "pingdom", "\xef\xbb\xbf \n" + down, 200, ""},
		"about availability":           {"POST", "pingdom/availability", down, 200, ""},
		"no source":                    {"POST", "nobody", down, 404, "no such source"},
		"no name":                      {"POST", "", down, 404, ""},
		"no expectation":               {"POST", "pingdom/beauty", down, 404, ""},
		"more below":                   {"POST", "pingdom/performance/x", down, 404, ""},
		"opened in a browser":          {"GET", "pingdom", "", 405, "POSTs"},
		"HEAD":                         {"HEAD", "pingdom", "", 405, ""},
		"PUT":                          {"PUT", "pingdom", down, 405, ""},
		"a kind that is not built yet": {"POST", "gatus", down, 501, "gatus are not built yet"},
		"empty":                        {"POST", "pingdom", "", 400, "empty"},
		"a form":                       {"POST", "pingdom", "check_id=4711001&current_state=DOWN", 400, "not JSON"},
		"broken JSON":                  {"POST", "pingdom", `{"check_id": 4711001, "description": "say "hi""}`, 400, "near byte 4"},
		"two documents":                {"POST", "pingdom", down + down, 400, "not sound JSON"},
		"deep":                         {"POST", "generic", deep, 400, "64 levels"},
		"deep in an object":            {"POST", "pingdom", `{"a":` + strings.Repeat(`{"b":`, 70) + "1" + strings.Repeat("}", 71), 400, "64 levels"},
		"brackets in a text":           {"POST", "pingdom", `{"check_id": 4711001, "current_state": "UP", "description": "\"` + strings.Repeat("[", 100) + `"}`, 200, ""},
		"large":                        {"POST", "pingdom", `{"x":"` + strings.Repeat("a", 1<<20) + `"}`, 413, "1 MiB"},
		"10 MB":                        {"POST", "pingdom", strings.Repeat(" ", 10<<20) + down, 413, "1 MiB"},
		"many":                         {"POST", "generic", "[" + strings.Repeat(`{"check":1,"state":"up"},`, 5000) + `{"check":1,"state":"up"}]`, 413, "5000 alerts"},
		"many that cannot be read":     {"POST", "generic", "[" + strings.Repeat(`1,`, 500_000) + `1]`, 400, "Alert 1 of the call"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			rec := w.send(request(tc.method, tc.address, strings.NewReader(tc.body)))
			if rec.Code != tc.want || !strings.Contains(rec.Body.String(), tc.says) {
				t.Errorf("%d %s", rec.Code, rec.Body)
			}
			if reports, unmapped := w.takeHeard(); tc.want != 200 && len(reports)+len(unmapped) > 0 {
				t.Errorf("%d was answered, and heard %v %v", rec.Code, reports, unmapped)
			}
			if rec.Code == 405 && rec.Header().Get("Allow") != "POST" {
				t.Error("405 without Allow")
			}
			if want := tc.address + " "; tc.want != 404 && (len(w.statuses) != 1 || w.statuses[0][:3] != want[:3]) {
				t.Errorf("observed %v", w.statuses)
			}
		})
	}
}

// TestALargeCallIsNotRead sends one that announces its size, and one that does not.
func TestALargeCallIsNotRead(t *testing.T) {
	w := newWorld(t)
	r := request(http.MethodPost, "pingdom", unread{t})
	r.ContentLength = 10 << 20
	if rec := w.send(r); rec.Code != 413 {
		t.Errorf("announced: %d", rec.Code)
	}
	endless := &counter{}
	r = request(http.MethodPost, "pingdom", endless)
	r.ContentLength = -1
	if rec := w.send(r); rec.Code != 413 || endless.read > 2<<20 {
		t.Errorf("not announced: %d after %d bytes", rec.Code, endless.read)
	}
}

// counter is an endless body.
type counter struct{ read int }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	c.read += len(p)
	return len(p), nil
}

func TestACompressedOrBrokenCallIsRefused(t *testing.T) {
	w := newWorld(t)
	r := request(http.MethodPost, "pingdom", strings.NewReader("\x1f\x8b"))
	r.Header.Set("Content-Encoding", "gzip")
	if rec := w.send(r); rec.Code != 400 || !strings.Contains(rec.Body.String(), "compressed") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	r = request(http.MethodPost, "pingdom", io.MultiReader(strings.NewReader(down), broken{}))
	if rec := w.send(r); rec.Code != 400 || !strings.Contains(rec.Body.String(), "broke off") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
	if reports, _ := w.takeHeard(); len(reports) > 0 {
		t.Errorf("heard %v", reports)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

// What is not on disk is asked for again, and comes with the same trace.
func TestWhatIsNotOnDiskIsAskedForAgain(t *testing.T) {
	for name, body := range map[string]string{"mapped": down, "unmapped": `{"check_id": 5, "current_state": "DOWN"}`} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.failing = errDisk
			rec := w.post("pingdom", body)
			if rec.Code != 503 || rec.Header().Get("Retry-After") != "5" || strings.Contains(rec.Body.String(), "space") {
				t.Errorf("%d %v %s", rec.Code, rec.Header(), rec.Body)
			}
			if !strings.Contains(w.logs.String(), "no space left") {
				t.Errorf("the log does not say why: %s", w.logs.String())
			}
			w.failing = nil
			first, second := w.post("pingdom", body).Code, w.post("pingdom", body).Code
			if first >= 300 || first != second || w.traces[0] != w.traces[1] {
				t.Errorf("%d %d %v", first, second, w.traces)
			}
			w.post("pingdom/performance", body)
			w.post("pingdom", body+" ")
			if w.traces[2] == w.traces[0] || w.traces[3] == w.traces[0] {
				t.Error("another call has the same trace")
			}
		})
	}
}

func TestAKindThatIsNotBuiltIsLoggedOnce(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.post("gatus", down)
	}
	if n := strings.Count(w.logs.String(), "not built yet"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

// TestOneSourceDoesNotCrowdOutOthers has the store hang for one source: four of its calls
// wait there, the others are asked to come again without being read, and another source
// is heard.
func TestOneSourceDoesNotCrowdOutOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		hanging := make(chan struct{})
		w.waits = func(r desk.Report) {
			if r.Witness.Name == "pingdom" {
				<-hanging
			}
		}
		statuses := make(chan int, 20)
		var reads atomic.Int32
		for range 20 {
			go func() {
				body := &noted{Reader: strings.NewReader(down), reads: &reads}
				statuses <- w.send(request(http.MethodPost, "pingdom", body)).Code
			}()
		}
		synctest.Wait()
		if rec := w.post("generic", `{"check":"disk-7","state":"down"}`); rec.Code != 200 {
			t.Errorf("another source: %d", rec.Code)
		}
		time.Sleep(5 * time.Second)
		for range 16 {
			if status := <-statuses; status != 503 {
				t.Errorf("%d for one that waits", status)
			}
		}
		if n := reads.Load(); n != 4 {
			t.Errorf("%d bodies were read", n)
		}
		close(hanging)
		for range 4 {
			if status := <-statuses; status != 200 {
				t.Errorf("%d for one that was being stored", status)
			}
		}
	})
}

// noted counts bodies that somebody began to read.
type noted struct {
	io.Reader
	reads *atomic.Int32
	begun bool
}

func (n *noted) Read(p []byte) (int, error) {
	if !n.begun {
		n.begun = true
		n.reads.Add(1)
	}
	return n.Reader.Read(p)
}

// Of thousands of checks that map to nothing a hundred are named.
func TestFewUnmappedChecksAreNamed(t *testing.T) {
	w := newWorld(t)
	var alerts []string
	for i := range 4000 {
		alerts = append(alerts, fmt.Sprintf(`{"check":"c%d","state":"up"}`, i), fmt.Sprintf(`{"check":"c%d","state":"down"}`, i))
	}
	rec := w.post("generic", "["+strings.Join(alerts[:5000], ",")+"]")
	_, unmapped := w.takeHeard()
	if rec.Code != 202 || len(unmapped) != 100 || unmapped[99].State != desk.Failing || strings.Count(rec.Body.String(), "\n") != 12 {
		t.Errorf("%d, %d unmapped, %s", rec.Code, len(unmapped), rec.Body)
	}
}

// Who hangs up has said what they said.
func TestACallIsStoredAlthoughTheCallerHangsUp(t *testing.T) {
	w := newWorld(t)
	r := request(http.MethodPost, "pingdom", strings.NewReader(down))
	ctx, hangUp := contextOf(r)
	w.waits = func(desk.Report) { hangUp() }
	w.send(r.WithContext(ctx))
	if reports, _ := w.takeHeard(); len(reports) != 1 {
		t.Errorf("heard %v", reports)
	}
}

// What is proposed for a check maps it, also where a label does not fit into one line.
func TestWhatIsProposedMapsACheck(t *testing.T) {
	const body = `{"version":"4","alerts":[{"status":"firing","fingerprint":"7","labels":{"alertname":%q}}]}`
	for name, want := range map[string]string{
		"Fan": "alertname=Fan", "Fan  of the\nrack": "Fan of the rack", strings.Repeat("é", 150): strings.Repeat("é", desk.CalledMax-1) + "…", "": "7",
	} {
		w := newWorld(t)
		w.post("alertmanager", fmt.Sprintf(body, name))
		if _, unmapped := w.takeHeard(); len(unmapped) != 1 || unmapped[0].Check != want {
			t.Errorf("%q: %+v, want %s", name, unmapped, want)
		}
	}
}

// A check is mapped by its name as the monitor has it, however it is shown.
func TestALongNameMapsACheck(t *testing.T) {
	for address, body := range map[string]string{
		"pingdom":      `{"check_id":7,"check_name":%q,"current_state":"DOWN"}`,
		"alertsite":    `{"device_id":"7","device_name":%q,"notify_type":"error"}`,
		"alertmanager": `{"version":"4","alerts":[{"status":"firing","fingerprint":"7","labels":{"alertname":%q}}]}`,
		"generic":      `{"check":"7","name":%q,"state":"failing"}`,
	} {
		w := newWorld(t)
		rec := w.post(address, fmt.Sprintf(body, longName))
		reports, _ := w.takeHeard()
		if rec.Code != http.StatusOK || len(reports) != 1 || reports[0].Service != "learn" || len(reports[0].Called) > desk.CalledMax+len("…") {
			t.Errorf("%s: %d %s %+v", address, rec.Code, rec.Body, reports)
		}
	}
}
