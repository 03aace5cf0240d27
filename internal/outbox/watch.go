package outbox

import (
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// watch measures how long announcements take. Lines share it.
type watch struct {
	observe Observer
	lines   int // how many there are
	mu      sync.Mutex
	at      map[desk.Subject]*watched
}

// watched is the newest announcement of a subject of which a post was made.
type watched struct {
	n     int
	lines map[desk.ConnectionName]bool // those that have told it to all
}

// posted notes that a post of announcement n was made.
func (w *watch) posted(s *subject, n int, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if x := w.at[s.id]; x != nil && x.n >= n {
		return
	}
	w.at[s.id] = &watched{n: n, lines: map[desk.ConnectionName]bool{}}
	if w.observe.FirstPost != nil {
		w.observe.FirstPost(now.Sub(s.at(n).At))
	}
}

// toldAll notes that a line has told all its channels announcement n.
func (w *watch) toldAll(s *subject, n int, k desk.ConnectionName, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	x := w.at[s.id]
	if x == nil || x.n != n || x.lines[k] {
		return
	}
	x.lines[k] = true
	if len(x.lines) == w.lines && w.observe.LastPost != nil {
		w.observe.LastPost(now.Sub(s.at(n).At))
	}
}

// forget drops what was measured of a subject that is settled.
func (w *watch) forget(s desk.Subject) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.at, s)
}
