package journal

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// quietAlert reports whether all of an alert's services that fail are quiet, and when the
// first of their mutes ends.
func (h *hearing) quietAlert(a desk.Alert) (quiet bool, until time.Time, err error) {
	services := a.Failing()
	if len(services) == 0 {
		services = a.Services
	}
	for _, s := range services {
		is, end, err := h.quiet(s.Service)
		if err != nil || !is {
			return false, time.Time{}, err
		}
		if until.IsZero() || (!end.IsZero() && end.Before(until)) {
			until = end
		}
	}
	return true, until, nil
}

// heeded reports whether a service of an alert that passes again is not quiet.
func (h *hearing) heeded(a desk.Alert) (bool, error) {
	for _, s := range a.Services {
		if s.Failing > 0 {
			continue
		}
		if quiet, _, err := h.quiet(s.Service); !quiet || err != nil {
			return true, err
		}
	}
	return false, nil
}

// quiet reports whether failures of a service are recorded and not told: planned work
// goes on, or it is muted until a time.
func (h *hearing) quiet(id desk.ServiceID) (quiet bool, until time.Time, err error) {
	if err := h.look(); err != nil {
		return false, until, err
	}
	if slices.ContainsFunc(h.running, func(w desk.Window) bool { return w.Concerns(id) }) {
		return true, until, nil
	}
	until = h.muted[id]
	return !until.IsZero(), until, nil
}

// look loads the windows at work, and what is muted.
func (h *hearing) look() error {
	if h.looked {
		return nil
	}
	numbers, err := runningNumbers(h.tx)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		w, err := scanWindow(h.tx, n)
		if err != nil {
			return err
		}
		h.running = append(h.running, w)
	}
	h.muted = map[desk.ServiceID]time.Time{}
	t := muteTable()
	h.looked = true
	return t.Scan(h.tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, m Mute) (bool, error) {
		if m.Until.After(h.by.At) {
			h.muted[m.Service] = m.Until
		}
		return true, nil
	})
}
