package statuspage_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// A badge says in a word how a service is, in the language of its reader.
func TestABadge(t *testing.T) {
	c := newCampus(t, services())
	c.declare(desk.Critical, "Login fails", "We are looking into it.", "learn", "video:degraded_performance")
	c.plan("Cables", time.Minute, 2*time.Hour, "net")
	c.wait(2 * time.Minute)
	c.tick(1)
	for path, says := range map[string]string{
		"learn.svg": "Learn System: not available", "video.svg": "Lecture Video: slow", "mail.svg": "Mail: working", "net.svg": "Campus Network: planned work",
		"learn.svg?lang=es": "Learn System: no disponible",
	} {
		a := c.ask(http.MethodGet, "/badge/"+path)
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "image/svg+xml" || !strings.Contains(a.body, `aria-label="`+says) {
			t.Errorf("%s: %s, want %s\n%s", path, a.Status, says, a.body)
		}
		mustBeXML(t, a.body)
	}
	golden(t, "badge.svg", c.get("/badge/learn.svg"))
	a := c.ask(http.MethodGet, "/badge/learn.svg")
	if again := c.ask(http.MethodGet, "/badge/learn.svg", "If-None-Match: "+a.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
		t.Error(again.Status)
	}
	for _, path := range []string{"/badge/learn", "/badge/lms.svg", "/badge/LEARN.svg", "/badge/.svg", "/badge/"} {
		if a := c.ask(http.MethodGet, path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}

// Whatever a service is called, its badge is a picture.
func TestABadgeOfAnyName(t *testing.T) {
	for _, name := range []string{`Q&A <"live">`, "البريد", "メール", "Correo 📬", strings.Repeat("W", 60)} {
		c := newCampus(t, []desk.Service{{ID: "s", Name: name}})
		mustBeXML(t, c.get("/badge/s.svg"))
	}
}

func mustBeXML(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
	}
}
