package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
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
