//go:build unix

package slack_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// cpu is what this process has used.
func cpu(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// compare runs ours and bare in turns and reports the median ratio of their CPU,
// which counts the fake's part on both sides.
func compare(b *testing.B, times int, ours, bare func()) {
	var ratios []float64
	measure := func(f func()) time.Duration {
		begun := cpu(b)
		for range times {
			f()
		}
		return cpu(b) - begun
	}
	for b.Loop() {
		a, c := measure(ours), measure(bare)
		ratios = append(ratios, float64(a)/float64(max(c, 1)))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-bare-cpu")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkPost sends a fan-out of real posts over TCP, beside a loop over
// net/http that sends the same bytes and reads the answer.
func BenchmarkPost(b *testing.B) {
	w := &world{t: b, fake: slacktest.New(slacktest.Light()), at: slacktest.NewWorkspace("amherst")}
	if err := w.fake.Start(); err != nil {
		b.Fatal(err)
	}
	defer w.fake.Close()
	w.words = func(chat.Delivery) chat.Message { return everything() }
	catch := &catcher{to: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer catch.to.(*http.Transport).CloseIdleConnections()
	bot := w.connect(catch)
	post := func() {
		if _, err := bot.Post(context.Background(), delivery("CTEACH", 1)); err != nil {
			b.Fatal(err)
		}
	}
	post()
	body, client := catch.body, &http.Client{Transport: catch.to, Timeout: 10 * time.Second}
	compare(b, 500, post, func() {
		req, err := http.NewRequest(http.MethodPost, w.fake.APIURL()+"chat.postMessage", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+string(w.at.Token))
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		res, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	})
}

// catcher keeps the first body.
type catcher struct {
	to   http.RoundTripper
	body []byte
}

func (c *catcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.body == nil {
		c.body, _ = io.ReadAll(r.Body)
		r.Body, _ = r.GetBody()
	}
	return c.to.RoundTrip(r)
}

// BenchmarkCommand verifies, parses and answers a command, beside a handler that
// reads the body and writes the same answer.
func BenchmarkCommand(b *testing.B) {
	w := newWorld(b)
	done := func(context.Context, chat.Request) chat.Reply {
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("INC-1 is open.")}}
	}
	h := w.bot.Handler(slack.Callbacks{Handle: done, MayFollow: noGuest, Returned: w.hear})
	form := url.Values{"team_id": {"T0AMHERST"}, "api_app_id": {"A0AMHERST"}, "channel_id": {"CTEACH"}, "user_id": {"UANN"}, "user_name": {"ann"},
		"command": {"/incident"}, "trigger_id": {"1.2.3"}, "text": {"declare learn down Login fails | &lt;soon&gt; more"}, "response_url": {"https://hooks.example/1"}}.Encode()
	header := slacktest.Sign(signingSecret, time.Now(), []byte(form))
	ask := func(h http.Handler) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/slack/amherst/commands", strings.NewReader(form))
		r.Header = header
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	answer := ask(h).Body.Bytes()
	bare := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = rw.Write(answer)
	})
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ask(h)
		}
	})
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ask(bare)
		}
	})
}

// BenchmarkRender renders a message with every part, which happens once a fan-out.
func BenchmarkRender(b *testing.B) {
	w := &world{t: b, fake: slacktest.New(), at: slacktest.NewWorkspace("amherst")}
	w.words = func(chat.Delivery) chat.Message { return everything() }
	bot := w.connect(discard{})
	n := 0
	for b.Loop() {
		n++
		_, _ = bot.Post(context.Background(), delivery("CTEACH", n))
	}
}

type discard struct{}

func (discard) RoundTrip(r *http.Request) (*http.Response, error) { return nil, io.EOF }
