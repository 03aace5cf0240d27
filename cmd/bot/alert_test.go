package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// watched is what the configuration says of two monitors.
const watched = `
[[sources]]
name = "pingdom"
kind = "pingdom"
token = "0123456789abcdef0123456789abcdef"
checks = { "4711" = "learn", "4712" = "portal" }

[[sources]]
name = "alertsite"
kind = "alertsite"
token = "fedcba9876543210fedcba9876543210"
checks = { "900123" = "learn" }
`

// watch starts the bot anew with more of a configuration; CHECKS hears what checks see,
// CTEACH all else.
func (b *bubble) watch(more string) {
	b.t.Helper()
	b.stop()
	b.more = more
	b.start()
	b.subscribe("CTEACH")
	b.open("CHECKS")
	b.story.Type("CHECKS", ann, "/subscribe all probes")
}

// pingdom is a call of Pingdom about a check; DOWN or UP.
func (b *bubble) pingdom(check int, state string) {
	b.t.Helper()
	b.hears(fromPingdom(check, state))
}

// alertsite is a call of AlertSite; error or clear.
func (b *bubble) alertsite(notify string) {
	b.t.Helper()
	b.hears(fromAlertSite(notify))
}

func (b *bubble) hears(c monitorCall) {
	b.t.Helper()
	if err := c.reaches(b.t.Context(), b.bot); err != nil {
		b.t.Fatal(err)
	}
}

// monitorCall is what a monitor of watched sends.
type monitorCall struct{ source, token, body string }

func fromPingdom(check int, state string) monitorCall {
	was := map[string]string{"UP": "DOWN", "DOWN": "UP"}[state]
	return monitorCall{"pingdom", "0123456789abcdef0123456789abcdef", fmt.Sprintf(`{"check_id": %d, "check_name": "Login at Learn",
		"check_type": "HTTP", "previous_state": %q, "current_state": %q, "importance_level": "HIGH",
		"state_changed_timestamp": %d, "long_description": "HTTP Server Error 503", "description": "HTTP Server Error 503",
		"first_probe": {"ip": "192.0.2.1", "ipv6": "", "location": "Stockholm"}, "version": 1}`, check, was, state, time.Now().Unix())}
}

func fromAlertSite(notify string) monitorCall {
	return monitorCall{"alertsite", "fedcba9876543210fedcba9876543210", fmt.Sprintf(`{"source": "AlertSite", "notify_type": %q, "custid": "C1",
		"device_id": "900123", "device_name": "Learn login", "status": "7", "status_text": "HTTP error from web server",
		"errcount": "3", "location": "Frankfurt", "location_num": "62"}`, notify)}
}

// reaches sends it to a bot.
func (c monitorCall) reaches(ctx context.Context, b *bot) error {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/sources/"+c.source, strings.NewReader(c.body))
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.public().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		return fmt.Errorf("%s: %d %s", c.source, w.Code, w.Body)
	}
	return nil
}

// A failure as people see it: the monitors' calls make one card in ops with all who see
// it and one post for who hears of checks; a button makes it an incident, which then
// speaks; nobody else hears of the checks.
func TestAFailureAsPeopleSeeIt(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.watch(watched)
		b.pingdom(4711, "DOWN")
		pass(2 * time.Second)
		card := b.story.Expect(ops, "ALR-1 – Checks see a failure of Learn System since 4:00 AM EST")
		post := b.story.Expect("CHECKS", "Checks see a failure of Learn System since 4:00 AM EST")
		b.alertsite("error")
		b.pingdom(4711, "DOWN")
		pass(10 * time.Second)
		card = b.story.ExpectEdit(card, "Seen by alertsite and pingdom")
		b.story.ExpectEdit(post, "Seen by alertsite and pingdom")
		b.story.NothingElse()

		pass(4 * time.Minute)
		b.press(card, ann, "Declare an incident of ALR-1", "INC-1 is open")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1 – Learn System is partly not available")
		b.story.Expect("CTEACH", "Learn System is partly not available")
		b.story.ExpectEdit(card, "This is INC-1 now")
		b.story.ExpectEdit(post, "This is INC-1 now")
		b.story.NothingElse()
		b.expectPage("/incidents/INC-1", "4:00")

		b.pingdom(4711, "UP")
		b.alertsite("clear")
		pass(10 * time.Minute)
		b.story.NothingElse()
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1 – Learn System is working again")
		b.story.Expect("CTEACH", "Learn System is working again")
		pass(24 * time.Hour)
		golden(t, "stories/alert.txt", b.transcripts(ops, "CTEACH", "CHECKS"))
	})
}

// Killed between the call and the posts, and called again: one post.
func TestAFailureIsToldOnceThroughARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.watch(watched)
		b.pingdom(4711, "DOWN")
		b.stop()
		b.start()
		b.pingdom(4711, "DOWN")
		pass(30 * time.Second)
		b.story.Expect(ops, "ALR-1 – Checks see a failure of Learn System")
		b.story.Expect("CHECKS", "Checks see a failure of Learn System")
		b.story.NothingElse()
		b.stop()
		pass(time.Hour)
		b.start()
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "I was away", AnyOrder: true})
		b.pingdom(4711, "UP")
		pass(30 * time.Second)
		b.story.Expect(ops, "ALR-1 – Checks see Learn System working again")
		b.story.Expect("CHECKS", "Checks see Learn System working again")
	})
}
