package teams

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// About one in a thousand changes of a message that is there is refused as if it were not
// (msteams-docs issue 6139). So a root is only lost when that was said misses times in a
// row. The same goes for a channel that is refused without a word that tells why: some
// such refusals are of the moment (BotFramework-Services issue 200).
const (
	misses    = 3
	missPause = 2 * time.Second
	rootsKept = 20_000
)

// roots are posts of ours that were not found of late, and channels that were refused
// (their root is empty), each with how often in a row.
type roots struct {
	mu     sync.Mutex
	missed map[string]int
	order  []string // oldest first
}

// stands notes that a root is there.
func (r *roots) stands(channel, root string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := channel + "\n" + root; r.missed[k] > 0 {
		r.missed[k] = 0
	}
}

// judge turns "there is no such root" and "not there" into "try again" while that is not
// sure.
func (r *roots) judge(channel, root string, e chat.SendError) chat.SendError {
	switch {
	case e.Outcome == chat.Gone && !slices.Contains(known(), e.Reason):
		root = ""
	case e.Outcome != chat.RootGone:
		return e
	}
	if r.miss(channel+"\n"+root) < misses {
		e.Outcome, e.After = chat.NotSent, missPause
	}
	return e
}

// miss counts that a root was not found.
func (r *roots) miss(k string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed == nil {
		r.missed = map[string]int{}
	}
	if _, known := r.missed[k]; !known {
		r.order = append(r.order, k)
	}
	r.missed[k]++
	if len(r.order) > rootsKept {
		delete(r.missed, r.order[0])
		r.order = r.order[1:]
	}
	return r.missed[k]
}

// sentError is a copy of an error of a call, which may be shared.
func sentError(err error) (e chat.SendError, ok bool) {
	var shared *chat.SendError
	if ok = errors.As(err, &shared); ok {
		e = *shared
	}
	return e, ok
}
