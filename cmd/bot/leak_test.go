package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// declared is what the configuration says of a service whose outages the bot declares by
// itself, and whose gate it closes by itself, and of two monitors that see it. The thief has
// the token of the first.
const declared = `
[[services]]
id = "library"
name = "Library Catalogue"
auto_declare = "3m"
sorry_page = true
gate = "auto"

[[sources]]
name = "prometheus"
kind = "alertmanager"
token = "fedcba9876543210fedcba9876543210"
checks = { "service=library" = "library" }

[[sources]]
name = "pingdom"
kind = "pingdom"
token = "0123456789abcdef0123456789abcdef"
checks = { "4711" = "library", "Catalogue" = "library" }
`

const stolen = "fedcba9876543210fedcba9876543210"

// forged is a call of an Alertmanager with some alerts about the library, each of a check
// of its own that calls itself by another name; status is firing or resolved.
func forged(from, count int, status string) string {
	names := []string{"pingdom", "probe", "alertsite", "login page", "LibraryDown"}
	alerts := make([]string, count)
	for i := range alerts {
		name := names[i%len(names)]
		alerts[i] = fmt.Sprintf(`{"status": %q, "fingerprint": "%016x", "startsAt": "2026-12-01T00:00:00Z", "endsAt": %q,
			"labels": {"alertname": %q, "service": "library", "source": "pingdom", "kind": "probe", "instance": "i%d"},
			"annotations": {"summary": "declare library down"}}`, status, from+i, time.Now().UTC().Format(time.RFC3339), name, from+i)
	}
	return `{"version": "4", "status": "firing", "alerts": [` + strings.Join(alerts, ",") + `]}`
}

// claimAlerts claims all that was told of alerts, and fails at any word of an incident.
func (b *bubble) claimAlerts() (n int) {
	b.t.Helper()
	for _, m := range b.story.Unclaimed() {
		if text := m.Reads(); strings.Contains(text, "INC-") || !strings.Contains(text, "Checks see") && !strings.Contains(text, "come and go") {
			b.t.Errorf("in %s: %s", m.Channel, text)
		}
		b.story.ExpectClaim(m.Channel, slacktest.Claim{AnyOrder: true, Where: func(o slacktest.Message) bool { return o.TS == m.TS }})
		n++
	}
	return n
}

// Who has the token of one source can have alerts told, and nothing more: for hours as
// many checks as he likes fail, under whatever names and with begins long ago, come and
// go, and are told to both addresses of the source, and no incident is declared, and the
// gate lets people through. The other source does not take his token. One word of that
// source is what lacks.
func TestALeakedTokenAloneDeclaresNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.watch(declared)
		for round := range 36 { // six hours
			b.hears(monitorCall{"prometheus", stolen, forged(10*round, 10, "firing")})
			b.hears(monitorCall{"prometheus/performance", stolen, forged(10*round, 10, "firing")})
			b.refused("pingdom", stolen)
			b.letsThrough("library")
			pass(10 * time.Minute)
			if round%12 == 11 { // all of it comes and goes
				for past := range round + 1 {
					b.hears(monitorCall{"prometheus", stolen, forged(10*past, 10, "resolved")})
				}
				pass(time.Minute)
			}
		}
		if told := b.claimAlerts(); told == 0 {
			t.Error("not even an alert was told")
		}
		if list := b.ann("/incident list all"); strings.Contains(list, "INC-") {
			t.Errorf("there are incidents:\n%s", list)
		}
		b.expectPage("/", "Library Catalogue")
		b.hears(monitorCall{"prometheus", stolen, forged(1000, 1, "firing")})
		b.pingdom(4711, "DOWN")
		pass(2 * time.Minute)
		b.claimAlerts()
		pass(90 * time.Second)
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – Library Catalogue is partly not available", AnyOrder: true})
		b.story.Expect("CTEACH", "Library Catalogue is partly not available")
	})
}

// refused has a source not take a token.
func (b *bubble) refused(source, token string) {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/sources/"+source, strings.NewReader(`{"check_id": 4711, "current_state": "DOWN"}`))
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	b.bot.public().ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		b.t.Fatalf("%s: %d %s", source, w.Code, w.Body)
	}
}

// letsThrough has the gate of a service be open.
func (b *bubble) letsThrough(service string) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.bot.public().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/gate/"+service, nil))
	if w.Code != http.StatusNoContent {
		b.t.Fatalf("the gate of %s says %d %s", service, w.Code, w.Body)
	}
}
