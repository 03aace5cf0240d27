package discord

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// Discord bans an address for a while that is answered 10,000 times in ten minutes with
// 401, 403 or 429 (but for shared limits): developers/topics/rate-limits, "Invalid
// Request Limit". Other bots behind the same address count, too, so we stop at a tenth.
const (
	invalidMost   = 1000
	invalidWindow = 10 * time.Minute
	// trialAfter is when a token that was refused is tried once more, as it may have
	// been put right without a restart.
	trialAfter = time.Hour
)

// brake stops calls that Discord would only count against us.
type brake struct {
	now func() time.Time

	mu      sync.Mutex
	locked  time.Time // when the token was refused; zero: it was not
	since   time.Time // when the window began
	invalid int       // answers of 401, 403 and 429 in it
}

// stops answers a call that is not made: a *chat.SendError, or nil.
func (b *brake) stops() error {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.locked.IsZero() && now.Before(b.locked.Add(trialAfter)) {
		return &chat.SendError{Outcome: chat.Locked, Reason: "Discord refused the bot token: put bot_token right and restart"}
	}
	if end := b.since.Add(invalidWindow); b.invalid >= invalidMost && now.Before(end) {
		return &chat.SendError{Outcome: chat.NotSent, Limited: true, Wide: true, After: end.Sub(now), Reason: "too many calls were refused"}
	}
	return nil
}

// note takes in how a call with the bot's token ended.
func (b *brake) note(err error) {
	b.count(err)
	b.mu.Lock()
	defer b.mu.Unlock()
	var f *chat.SendError
	switch {
	case err == nil:
		b.locked = time.Time{}
	case errors.As(err, &f) && f.Outcome == chat.Locked:
		b.locked = b.now()
	}
}

// count counts a call that was refused, whatever token it had.
func (b *brake) count(err error) {
	var e *apiError
	if !errors.As(err, &e) {
		return
	}
	limited := e.Status == http.StatusTooManyRequests && e.scope != "shared"
	if !limited && e.Status != http.StatusUnauthorized && e.Status != http.StatusForbidden {
		return
	}
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !now.Before(b.since.Add(invalidWindow)) {
		b.since, b.invalid = now, 0
	}
	b.invalid++
}
