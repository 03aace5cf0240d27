package probe

import (
	"context"
	"net"
	"sync"
	"time"
)

const (
	// uplinkFor is how long it is believed that our own line works, or does not.
	uplinkFor = 5 * time.Second
	// uplinkWithin is how long one of its addresses may take to answer.
	uplinkWithin = 2 * time.Second
)

// uplink knows whether our own line works: whether one of some addresses answers.
type uplink struct {
	to   []string // host:port; none: it works
	dial dialFunc
	now  func() time.Time

	mu    sync.Mutex // held while it is looked: many ask at once, one looks
	until time.Time
	up    bool
}

// uplinkDial dials what the configuration names, which is not for the guard to judge.
func uplinkDial(s Settings) dialFunc {
	if s.dial != nil {
		return s.dial
	}
	return (&net.Dialer{}).DialContext
}

// works looks whether our own line works.
func (u *uplink) works(ctx context.Context) bool {
	if len(u.to) == 0 {
		return true
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.now().Before(u.until) {
		return u.up
	}
	u.up = u.look(ctx)
	u.until = u.now().Add(uplinkFor)
	return u.up
}

// look dials all at once; the first that answers is enough.
func (u *uplink) look(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, uplinkWithin)
	defer cancel()
	answers := make(chan bool, len(u.to))
	for _, to := range u.to {
		go func() {
			conn, err := u.dial(ctx, "tcp", to)
			if err == nil {
				_ = conn.Close() // that it was opened is the answer
			}
			answers <- err == nil
		}()
	}
	up := false
	for range u.to { // all are waited for: they end with the context
		if <-answers {
			up = true
			cancel()
		}
	}
	return up
}
