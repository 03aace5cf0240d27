package statuspage_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func TestAnswers(t *testing.T) {
	c := oneOpen(t)
	tag := c.ask("GET", "/").Header.Get("ETag")
	zippedTag := c.ask("GET", "/", "Accept-Encoding: gzip").Header.Get("ETag")
	if tag == "" || tag == zippedTag {
		t.Fatalf("ETag %s, zipped %s: other bytes have another", tag, zippedTag)
	}
	for _, one := range []struct {
		method, path, header string
		status               int
		want                 string // a header
		body                 bool
	}{
		{"GET", "/", "", 200, "Content-Type: text/html; charset=utf-8", true},
		{"GET", "/", "", 200, "Cache-Control: public, max-age=15", true},
		{"GET", "/", "", 200, "X-Content-Type-Options: nosniff", true},
		{"GET", "/", "", 200, "Referrer-Policy: no-referrer", true},
		{"GET", "/", "", 200, "Vary: Accept-Encoding, Accept-Language", true},
		{"HEAD", "/", "", 200, "ETag: " + tag, false},
		{"GET", "/", "If-None-Match: " + tag, 304, "ETag: " + tag, false},
		{"GET", "/", "If-None-Match: W/" + tag + `, "x"`, 304, "Vary: Accept-Encoding, Accept-Language", false},
		{"GET", "/", `If-None-Match: "x"`, 200, "ETag: " + tag, true},
		{"GET", "/?lang=es", "If-None-Match: " + tag, 200, "Content-Language: es", true},
		{"GET", "/?lang=xx", "", 200, "Content-Language: en", true},
		{"GET", "/?lang=%zz", "", 200, "Content-Language: en", true},
		{"GET", "/", "Accept-Language: es-MX, en;q=0.5", 200, "Content-Language: es", true},
		{"GET", "/", "Accept-Language: fr, de", 200, "Content-Language: en", true},
		{"GET", "/", "Accept-Language: ;;;", 200, "Content-Language: en", true},
		{"GET", "/?lang=en", "Accept-Language: es", 200, "Content-Language: en", true},
		{"GET", "/incidents/INC-1", "", 200, "Cache-Control: public, max-age=15", true},
		{"HEAD", "/incidents/INC-1", "", 200, "Content-Language: en", false},
		{"GET", "/incidents/inc-1", "", 302, "Location: INC-1", false},
		{"GET", "/incidents/inc-01?lang=es", "", 302, "Location: INC-1?lang=es", false},
		{"GET", "/incidents/INC-2", "", 404, "Cache-Control: public, max-age=15", true},
		{"GET", "/incidents/WIN-1", "", 404, "", true},
		{"GET", "/incidents/INC-99999999999999999999", "", 404, "", true},
		{"GET", "/incidents/", "", 404, "", true},
		{"GET", "/windows/WIN-1", "", 404, "", true},
		{"GET", "/windows/win-7", "", 302, "Location: WIN-7", false},
		{"GET", "/windows/INC-1", "", 404, "", true},
		{"DELETE", "/windows/WIN-1", "", 405, "Allow: GET, HEAD", true},
		{"GET", "/windows.ics", "", 200, "Content-Type: text/calendar; charset=utf-8", true},
		{"GET", "/services/mail/windows.ics", "", 200, "X-Content-Type-Options: nosniff", true},
		{"GET", "/services/lern/windows.ics", "", 404, "", true},
		{"GET", "/favicon.ico", "", 404, "Content-Type: text/html; charset=utf-8", true},
		{"HEAD", "/nowhere", "", 404, "", false},
		{"POST", "/nowhere", "", 404, "", true},
		{"POST", "/", "", 405, "Allow: GET, HEAD", true},
		{"DELETE", "/incidents/INC-1", "", 405, "Allow: GET, HEAD", true},
		{"OPTIONS", "/", "", 405, "Allow: GET, HEAD", true},
	} {
		name := strings.TrimSpace(one.method + " " + one.path + " " + one.header)
		var headers []string
		if one.header != "" {
			headers = append(headers, one.header)
		}
		a := c.ask(one.method, one.path, headers...)
		if a.StatusCode != one.status || (a.body != "") != one.body {
			t.Errorf("%s: %s with %d bytes, want %d", name, a.Status, len(a.body), one.status)
		}
		if key, value, _ := strings.Cut(one.want, ": "); one.want != "" && a.Header.Get(key) != value {
			t.Errorf("%s: %s is %q, want %q", name, key, a.Header.Get(key), value)
		}
	}
}

func TestThePolicyLetsNothingRunOrLoad(t *testing.T) {
	c := oneOpen(t)
	for _, path := range []string{"/", "/incidents/INC-1", "/nowhere"} {
		policy := c.ask("GET", path).Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "style-src 'sha256-"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: no %s in %s", path, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || strings.Contains(policy, "*") {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

func TestZippedForThoseWhoTakeIt(t *testing.T) {
	c := twoHundred(t)
	plain := c.get("/")
	for accept, zipped := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "GZIP": true, "*": true, "deflate, *;q=0.1": true,
		"": false, "identity": false, "br": false, "gzip;q=0": false, "gzip; q=0.0, br": false, "x-gzipped": false,
	} {
		a := c.ask("GET", "/", "Accept-Encoding: "+accept)
		body := a.body
		if (a.Header.Get("Content-Encoding") == "gzip") != zipped {
			t.Errorf("%q: Content-Encoding %q", accept, a.Header.Get("Content-Encoding"))
		}
		if int(a.ContentLength) != len(body) {
			t.Errorf("%q: Content-Length %d of %d", accept, a.ContentLength, len(body))
		}
		if zipped {
			body = unzip(t, body)
			if len(a.body) > 12<<10 {
				t.Errorf("%d bytes zipped", len(a.body))
			}
		}
		if body != plain {
			t.Errorf("%q: other bytes", accept)
		}
	}
}

func unzip(t *testing.T, zipped string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestAMergedIncidentLeadsToTheOther(t *testing.T) {
	c := merged(t)
	a := c.ask("GET", "/incidents/INC-2?lang=es")
	if a.StatusCode != http.StatusFound || a.Header.Get("Location") != "INC-1?lang=es" {
		t.Errorf("%s to %q", a.Status, a.Header.Get("Location"))
	}
}

func TestAnOldIncidentKeepsItsPage(t *testing.T) {
	c := oneOpen(t)
	c.resolve(1, "It works again.")
	c.wait(400 * 24 * time.Hour)
	if home := c.get("/"); strings.Contains(home, "INC-1") {
		t.Error("it is on the page for ever")
	}
	reads := c.reads.Load()
	page := c.get("/incidents/INC-1")
	if !strings.Contains(page, "It works again.") || !strings.Contains(page, "Dec 2, 2026, 4:00 AM") {
		t.Error(page)
	}
	for range 5 {
		c.get("/incidents/INC-1")
	}
	if n := c.reads.Load() - reads; n != 1 {
		t.Errorf("it was read %d times for 6 readers", n)
	}
}

func TestWhatWasNeverToldHasNoPage(t *testing.T) {
	c := newCampus(t, services())
	drill := desk.Declaration{Impact: desk.Critical, Title: "Fire drill", Text: "An exercise.", Drill: true,
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}}
	if _, err := c.journal.Declare(t.Context(), c.by(), drill, false); err != nil {
		t.Fatal(err)
	}
	if a := c.ask("GET", "/incidents/INC-1"); a.StatusCode != http.StatusNotFound {
		t.Error("a drill:", a.Status)
	}
	if home := c.get("/"); !strings.Contains(home, "All services are working.") {
		t.Error("a drill changes the page")
	}
}

// FuzzReaders sends what anybody may send.
func FuzzReaders(f *testing.F) {
	c := retracted(f)
	f.Add("INC-1", "lang=es", "gzip", "es", "*")
	f.Add("inc-01", "lang=%zz&lang", "gzip;q=x", "x-\xff", `W/"`)
	f.Add("WIN-1", "", ";;,*;q=", strings.Repeat("-a", 600), ",")
	mux := http.NewServeMux()
	mux.Handle("/incidents/{id}", c.pages.Incident())
	f.Fuzz(func(t *testing.T, id, query, coding, language, tag string) {
		r := httptest.NewRequest(http.MethodGet, "/incidents/x", nil)
		r.URL.Path, r.URL.RawQuery = "/incidents/"+strings.ReplaceAll(id, "/", ""), query
		r.Header = http.Header{"Accept-Encoding": {coding}, "Accept-Language": {language}, "If-None-Match": {tag}}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		switch to := w.Header().Get("Location"); w.Code {
		case http.StatusOK, http.StatusNotModified, http.StatusNotFound:
		case http.StatusFound:
			if !regexp.MustCompile(`^INC-[0-9]+(\?lang=(en|es))?$`).MatchString(to) {
				t.Errorf("it leads to %q", to)
			}
		default: // the mux cleans addresses itself
			if w.Code < 300 || w.Code > 399 {
				t.Errorf("%d", w.Code)
			}
		}
	})
}
