package statuspage

import (
	"context"
	"net/http"

	"github.com/umassonline/belltower/internal/desk"
)

// gates are the gates as they were after so many changes.
type gates struct {
	changes uint64
	of      map[desk.ServiceID]desk.Gate
}

// gates returns how the gates stand. They are read once after a change, by one of those
// who ask; the others are given what was before, which is some milliseconds old. What
// cannot be read is as it was, and open where nothing is known.
func (p *Pages) gates(ctx context.Context) map[desk.ServiceID]desk.Gate {
	now := p.doors.Load()
	switch {
	case now == nil:
		p.ask.Lock()
	case now.changes == p.changes.Load(), !p.ask.TryLock():
		return now.of
	}
	defer p.ask.Unlock()
	changes := p.changes.Load()
	if now = p.doors.Load(); now != nil && now.changes == changes {
		return now.of
	}
	of, err := p.record.Gates(context.WithoutCancel(ctx)) // for others too
	if err != nil {
		if !p.shut.Swap(true) { // once, not for each who asks
			p.log.Error("the gates cannot be read and stay as they were, or open", "error", err)
		}
		if now == nil {
			return nil
		}
		return now.of
	}
	p.shut.Store(false)
	p.doors.Store(&gates{changes, of})
	return of
}

// Gate serves "/gate/{service}": 204 lets people through, 503 does not. It costs no look
// at the record, so a balancer may ask as often as it likes.
func (p *Pages) Gate() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		s, known := p.service(r.PathValue("service"))
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "A gate can only be asked.", http.StatusMethodNotAllowed)
		case !known:
			http.Error(w, "There is no such service.", http.StatusNotFound)
		case desk.IsSorry(p.gates(r.Context()), s):
			h.Set(gateHeader, "closed")
			http.Error(w, "closed", http.StatusServiceUnavailable)
		default:
			h.Set(gateHeader, "open")
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

// gateHeader tells the gate's own answer from one that something in between makes in its
// place: "open" or "closed".
const gateHeader = "Belltower-Gate"

// service is the service of just this id.
func (p *Pages) service(id string) (desk.Service, bool) {
	s, known := p.settings.Words.Catalog.Find(id)
	return s, known && string(s.ID) == id
}
