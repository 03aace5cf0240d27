package outgoing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

// heardTable is the table of what was received, by time and activity.
const heardTable = "teams_heard"

// Tables lists the tables of the Memory.
func Tables() []string { return []string{heardTable} }

// Memory keeps what was received, across restarts and for the webhook that takes this
// one's place when the configuration is loaded again.
type Memory interface {
	// First keeps an id in a table, deletes ids that sort before another one, and reports
	// whether the id is new. It is one transaction, on disk when it returns, so that of two
	// at once one is the first.
	First(ctx context.Context, table, id, before string) (bool, error)
}

// keepPatience is how long the Memory may take, of the 5 s that Teams waits.
const keepPatience = time.Second

// first reports whether an activity comes for the first time. It is on disk before anything
// is done or answered, which costs one commit, some milliseconds, for each mention. While
// the disk takes nothing, what this process heard itself is what it goes by: who only asks
// for the status gets it, and what changes anything is done once by its request's ID.
func (h *handler) first(ctx context.Context, a activity, at time.Time) bool {
	id := h.idOf(a)
	if !h.seen.first(id, at) {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
	defer cancel()
	first, err := h.opt.Memory.First(ctx, heardTable, heardAt(a.Timestamp, id), instant(at.Add(-2*maxAge)))
	if err != nil {
		h.opt.Log.Warn("cannot keep that a mention was received: after a restart it could be sent again", "connection", h.name, "error", err)
		return true
	}
	return first
}

// heardAt is an activity among all, in the order of their times. Its time is signed, so who
// sends it again cannot change it.
func heardAt(t time.Time, id string) string {
	sum := sha256.Sum256([]byte(id))
	return instant(t) + "/" + hex.EncodeToString(sum[:16])
}

// instant is a time in fixed width.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// seen remembers activities for as long as their time would be believed.
type seen struct {
	mu       sync.Mutex
	now, old map[string]bool
	turned   time.Time // when now was begun
}

// first reports whether an activity comes for the first time.
func (s *seen) first(id string, at time.Time) bool {
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
