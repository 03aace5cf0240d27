package journal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// hearing is one transaction that takes reports, or settles alerts that are due: it
// loads each alert once and writes it once.
type hearing struct {
	j      *Journal
	tx     storage.Tx
	used   *counted // the same
	by     By
	alerts map[int]*heldAlert
	order  []int
	// numbers are those of the newest alerts about what was asked of, 0: none.
	numbers map[expected]int
	raw     desk.Report // the first of what is to be kept of what was heard
	kept    int         // records of it
	told    []desk.Subject
	wakes   []time.Time
	running []desk.Window
	moved   []desk.ServiceID // available or not by another witness than before
	muted   map[desk.ServiceID]time.Time
	looked  bool // running and muted are loaded
	// open are the open incidents, drills too, gates those that do not stand as the rule
	// says; nil: not loaded.
	open  *[]ongoing
	gates gates
	// of are the sightings of which key is the begin of their keys: those of one service
	// often come together.
	of  desk.Report
	key storage.Key
	*paper
	// thorough: all witnesses of an alert are looked at.
	thorough bool
}

// expected is what an alert is about.
type expected struct {
	service     desk.ServiceID
	expectation desk.Expectation
}

// heldAlert is an alert that the transaction changes.
type heldAlert struct {
	desk.Alert
	wake time.Time // as it is in the store
	own  bool      // nobody else has its Services
	// thin are services of which a witness that was shown has left.
	thin []desk.ServiceID
}

// makeOwn copies what is shared with who read the alert, or keeps it.
func (a *heldAlert) makeOwn() {
	if !a.own {
		a.Services, a.own = slices.Clone(a.Services), true
	}
}

func (j *Journal) hearing(tx storage.Tx, by By) *hearing {
	c := countedOf(tx)
	return &hearing{j: j, tx: c, used: c, by: by, alerts: map[int]*heldAlert{}, numbers: map[expected]int{}, paper: j.papers.take()}
}

func (h *hearing) catalog() *desk.Catalog { return h.j.book.Places().Catalog }

// hold has the transaction change an alert.
func (h *hearing) hold(a desk.Alert) *heldAlert {
	if held, ok := h.alerts[a.Number]; ok {
		return held
	}
	held := &heldAlert{Alert: a, wake: a.WakeAt}
	h.alerts[a.Number] = held
	h.order = append(h.order, a.Number)
	return held
}

// raised is the newest alert about a service, as it is in this transaction; nil: none.
func (h *hearing) raised(id desk.ServiceID, e desk.Expectation) (*heldAlert, error) {
	n, known := h.numbers[expected{id, e}]
	if !known {
		var err error
		if n, _, err = raisedTable().Get(h.tx, raisedKey(id, e)); err != nil {
			return nil, err
		}
		h.numbers[expected{id, e}] = n
	}
	if held, ok := h.alerts[n]; ok || n == 0 {
		return held, nil
	}
	a, found, err := h.j.alerts.get(h.tx, alertKey(n))
	if err == nil && !found {
		err = unknownAlert(n)
	}
	if err != nil {
		return nil, err
	}
	return h.hold(a), nil
}

// sightingKey is the key of what a witness says.
func (h *hearing) sightingKey(r desk.Report) storage.Key {
	if o := h.of; h.key == nil || o.Service != r.Service || o.Expectation != r.Expectation || o.Witness.Kind != r.Witness.Kind || o.Witness.Name != r.Witness.Name {
		h.of, h.key = r, sourceKey(r)
	}
	return h.key.Str(r.Witness.Check)
}

// putSighting writes what a witness says.
func (h *hearing) putSighting(k storage.Key, r desk.Report) error {
	h.record.reset()
	if h.record.report(&r); h.record.err != nil {
		return fmt.Errorf("encode what was heard: %w", h.record.err)
	}
	return h.j.sightings.put(h.tx, k, h.record.b, r)
}

// openAbout is the newest open incident, but drills, that is about something; 0: none.
func (h *hearing) openAbout(about func(ongoing) bool) (number int, err error) {
	if h.open == nil {
		all, err := allOngoing(h.tx)
		if err != nil {
			return 0, err
		}
		h.open = &all
	}
	for _, o := range *h.open {
		if !o.Drill && about(o) {
			number = o.Number
		}
	}
	return number, nil
}

// openAboutIt is openAbout a service.
func (h *hearing) openAboutIt(id desk.ServiceID) (number int, err error) {
	return h.openAbout(func(o ongoing) bool { return slices.Contains(o.Services, id) })
}

// heardAtOnce is how long a record of what was heard gets, in bytes: the store writes the
// one before anew with each, so that of a long call several are better than one.
const heardAtOnce = 5 << 10

// note keeps what was heard, in a record of as much as is heard at once.
func (h *hearing) note(r desk.Report) error {
	if len(h.heard.b) >= heardAtOnce {
		if err := h.keepRaw(); err != nil {
			return err
		}
	}
	if len(h.heard.b) == 0 {
		h.raw = r
		h.heard.raw("[")
	} else {
		h.heard.raw(",")
	}
	h.heard.report(&r)
	return nil
}

// ownWords is a report that holds nothing of the call in which it came, which may be much
// larger; what it says as before is shared with that.
func ownWords(r, was desk.Report) desk.Report {
	for _, w := range []struct{ is, was *string }{
		{&r.Witness.Name, &was.Witness.Name}, {&r.Witness.Check, &was.Witness.Check}, {&r.Called, &was.Called},
		{&r.Detail, &was.Detail}, {&r.Step, &was.Step}, {&r.Link, &was.Link},
	} {
		if *w.is == *w.was {
			*w.is = *w.was
		} else {
			*w.is = strings.Clone(*w.is)
		}
	}
	if len(r.Places) > 0 {
		r.Places = slices.Clone(r.Places)
		for k := range r.Places {
			r.Places[k] = strings.Clone(r.Places[k])
		}
	}
	return r
}
