package outgoing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// heardTable is the table of what was answered, by time and activity.
const heardTable = "teams_heard"

// Tables lists the tables of the Memory.
func Tables() []string { return []string{heardTable} }

// Memory keeps what was answered across restarts.
type Memory interface {
	// Has reports whether an id is in a table.
	Has(ctx context.Context, table, id string) (bool, error)
	// Add keeps an id in a table, on disk when it returns, and deletes ids that sort before
	// another one.
	Add(ctx context.Context, table, id, before string) error
}

// keepPatience is how long the Memory may take, of the 5 s that Teams waits.
const keepPatience = time.Second

// isFirst reports whether an activity comes for the first time. What this process heard is
// a replay, answered or not. Of what an earlier one heard only what it answered is: a
// mention that was under way when it crashed is answered as the first time, and what it
// changes is done once by its request's ID.
func (h *handler) isFirst(ctx context.Context, a activity, at time.Time) bool {
	id := h.idOf(a)
	if !h.opt.Heard.first(id, at) {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
	defer cancel()
	answered, err := h.opt.Memory.Has(ctx, heardTable, heardAt(a.Timestamp, id))
	if err != nil {
		h.opt.Log.Warn("cannot see whether a mention was answered before a restart", "connection", h.name, "error", err)
	}
	return !answered
}

// answered keeps that an activity is answered, before it is, which costs one commit, some
// milliseconds, for each mention. While the disk takes nothing, people are answered all the
// same, and what this process heard is what it goes by.
func (h *handler) answered(m mention) {
	err := chat.Within(context.Background(), keepPatience, func(ctx context.Context) error {
		return h.opt.Memory.Add(ctx, heardTable, m.heardAt, instant(m.At.Add(-2*maxAge)))
	})
	if err != nil {
		h.opt.Log.Warn("cannot keep that a mention was answered: after a restart it could be sent again", "connection", h.name, "error", err)
	}
}

// heardAt is an activity among all, in the order of their times. Its time is signed, so who
// sends it again cannot change it.
func heardAt(t time.Time, id string) string {
	sum := sha256.Sum256([]byte(id))
	return instant(t) + "/" + hex.EncodeToString(sum[:16])
}

// instant is a time in fixed width.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// Heard is what one process heard, for as long as its time would be believed: by all its
// webhooks, and by those that take their place when the configuration is loaded again. The
// zero Heard is empty. It may be used by many goroutines.
type Heard struct {
	mu       sync.Mutex
	now, old map[string]bool
	turned   time.Time // when now was begun
}

// first reports whether an activity comes for the first time.
func (s *Heard) first(id string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Sub(s.turned) > 2*maxAge {
		if at.Sub(s.turned) > 4*maxAge {
			s.now = nil
		}
		s.now, s.old, s.turned = map[string]bool{}, s.now, at
	}
	if s.now[id] || s.old[id] {
		return false
	}
	s.now[id] = true
	return true
}
