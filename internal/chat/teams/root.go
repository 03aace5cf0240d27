package teams

import (
	"errors"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// About one in a thousand changes of a message that is there is refused as if it were not
// (msteams-docs issue 6139). So a root that we know to stand is only lost when that was
// said misses times in a row.
const (
	misses    = 3
	missPause = 2 * time.Second
	rootsKept = 20_000
)

// roots are posts of ours that stand, as we posted or changed them of late, each with how
// often it was not found since.
type roots struct {
	mu     sync.Mutex
	missed map[string]int
	order  []string // oldest first
}

// stands notes that a root is there.
func (r *roots) stands(channel, root string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed == nil {
		r.missed = map[string]int{}
	}
	k := channel + "\n" + root
	if _, known := r.missed[k]; !known {
		r.order = append(r.order, k)
	}
	r.missed[k] = 0
	if len(r.order) > rootsKept {
		delete(r.missed, r.order[0])
		r.order = r.order[1:]
	}
}

// judge turns "there is no such root" into "try again" while that is not sure.
func (r *roots) judge(channel, root string, e chat.SendError) *chat.SendError {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := channel + "\n" + root
	n, known := r.missed[k]
	if e.Outcome != chat.RootGone || !known || n+1 >= misses {
		return &e
	}
	r.missed[k] = n + 1
	e.Outcome, e.After = chat.NotSent, missPause
	return &e
}

// sentError is a copy of an error of a call, which may be shared.
func sentError(err error) (e chat.SendError, ok bool) {
	var shared *chat.SendError
	if ok = errors.As(err, &shared); ok {
		e = *shared
	}
	return e, ok
}
