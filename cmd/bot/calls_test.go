package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// pager answers what is sent to pager.example.edu, and passes on what is not.
type pager struct {
	http.RoundTripper
	mu    sync.Mutex // guards calls
	calls []string
}

func (p *pager) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

func (p *pager) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "pager.example.edu" {
		return p.RoundTripper.RoundTrip(r)
	}
	body, err := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, time.Now().UTC().Format("15:04:05 ")+r.Header.Get("Idempotency-Key")+" "+string(body))
	return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: r}, err
}

// Two promises pass and nobody answers: the on-call service is called at that moment,
// once, although the bot is started anew right after.
func TestTheOnCallServiceIsCalledOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		p := &pager{RoundTripper: b.slack.Transport()}
		b.stop()
		b.transport, b.more = p, "[cadence]\nescalate_url = \"https://pager.example.edu/hunter2\"\n"
		b.start()
		pass(20 * time.Second) // so that no loop wakes by itself when the promise passes
		b.ann("/incident declare learn down")
		b.until("2026-12-02 04:40")
		if early := p.heard(); len(early) > 0 {
			t.Errorf("it is called too early: %v", early)
		}
		pass(30 * time.Second)
		b.stop()
		b.start()
		pass(2 * time.Hour)
		calls := p.heard()
		if len(calls) != 1 || !strings.HasPrefix(calls[0], "09:40:2") || !strings.Contains(calls[0], `"subject":"INC-1"`) {
			t.Errorf("the pager heard %v", calls)
		}
		for range b.story.Unclaimed() { // what ops hears meanwhile is another story's
			b.story.Expect(ops, "")
		}
	})
}

// A channel that is a technical contact is asked beside ops from the second miss on, and
// one answer answers both.
func TestAContactThatIsAChannelIsAsked(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		const help = "CHELP"
		b.open(help)
		b.stop()
		b.more = "[[contacts]]\ncampus = \"amherst\"\nrole = \"technical\"\nwho = \"amherst/CHELP\"\n"
		b.start()
		b.ann("/incident declare learn down")
		pass(10 * time.Second)
		b.story.Expect(ops, "Learn System is not available.")
		pass(40 * time.Minute)                  // two promises pass
		for _, m := range b.story.Unclaimed() { // what ops hears meanwhile is another story's
			if m.Channel == ops {
				b.story.ExpectClaim(ops, slacktest.Claim{AnyOrder: true})
			}
		}
		b.story.Expect(help, "INC-1 – No news since 4:00 AM EST; the next is overdue.")
		b.ann("/incident update 1 We found the cause.")
		pass(10 * time.Second)
		b.story.Expect(ops, "We found the cause.")
		b.story.NothingElse()
		golden(t, "stories/contact.txt", b.transcripts(help))
	})
}
