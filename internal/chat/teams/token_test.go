package teams_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// logins answers for the login service.
type logins struct {
	http.RoundTripper
	answer string
	n      atomic.Int64
}

func (l *logins) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.Contains(r.URL.Path, "oauth2") {
		return l.RoundTripper.RoundTrip(r)
	}
	if l.n.Add(1) > 1000 {
		time.Sleep(time.Hour)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(l.answer)), Request: r}, nil
}

func TestATokenWithoutALifeIsNotAskedForAllTheTime(t *testing.T) {
	for name, answer := range map[string]string{
		"no life": `{"access_token":"t"}`, "none": `{"access_token":"t","expires_in":0}`, "spent": `{"access_token":"t","expires_in":-5}`,
		"a second": `{"access_token":"t","expires_in":1}`, "without end": `{"access_token":"t","expires_in":9223372036854775807}`,
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				l := &logins{RoundTripper: w.fake.Transport(), answer: answer}
				bot := w.connect(l)
				ctx, cancel := context.WithCancel(w.t.Context())
				ended := make(chan error, 1)
				go func() { ended <- bot.Run(ctx) }()
				time.Sleep(10*time.Minute + time.Second)
				synctest.Wait()
				if n := l.n.Load(); n < 1 || n > 11 {
					t.Errorf("asked %d times in 10 minutes", n)
				}
				cancel()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}, func(w *world) { w.idle, w.groups = true, nil })
		})
	}
}
