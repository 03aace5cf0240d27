package slack

import (
	"context"
	"net/url"
	"sync"
	"time"
)

// person is what users.info tells of somebody.
type person struct {
	Name    string    `json:",omitempty"`
	Zone    string    `json:",omitempty"` // an IANA name
	Guest   bool      `json:",omitempty"`
	Bot     bool      `json:",omitempty"`
	Deleted bool      `json:",omitempty"` // deactivated
	Manager bool      `json:",omitempty"` // an owner or admin of the workspace
	At      time.Time // when Slack said so; zero: never

	zone  *time.Location // nil: not known
	tried time.Time      // when Slack last did not say
}

// outsider reports whether somebody may change nothing: a guest, or an account
// that is switched off.
func (p person) outsider() bool { return p.Guest || p.Deleted }

// How long an answer about a person counts, how long a failure is not tried
// again, how long a command waits for the first answer, how many people are
// remembered, and how often at most one is asked for again in the background
// (users.info allows about 100 a minute).
const (
	personKept    = 24 * time.Hour
	personRetry   = time.Minute
	personTimeout = 700 * time.Millisecond
	personsKept   = 20_000
	personPace    = time.Second
	personLook    = time.Hour
)

type people struct {
	mu      sync.Mutex
	byID    map[string]person
	unsaved map[string]bool
	wake    chan struct{}
}

func newPeople() people {
	return people{byID: map[string]person{}, unsaved: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// person tells what is known of somebody. Only who was never seen before is asked
// for at once; what is a day old is asked for again in the background. Where Slack
// does not answer in time nobody is a guest: access is granted by name, and
// commands must work when Slack's API does not.
func (w *Workspace) person(ctx context.Context, id string) person {
	p, now := w.people.get(id), w.opt.Now()
	if !p.At.IsZero() || now.Sub(p.tried) < personRetry {
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, personTimeout)
	defer cancel()
	p, err := w.askPerson(ctx, id)
	if err != nil {
		return w.people.unknown(id, now)
	}
	w.people.put(id, p)
	return w.people.get(id)
}

func (p *people) get(id string) person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byID[id]
}

// restore takes in a person as known before a restart.
func (p *people) restore(id string, who person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(id, who)
}

// put takes in news of a person, to be saved in the background.
func (p *people) put(id string, who person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(id, who)
	p.unsaved[id] = true
	signal(p.wake)
}

// unknown notes that Slack did not say who somebody is, and returns what is known
// all the same: another command may have been told meanwhile.
func (p *people) unknown(id string, now time.Time) person {
	p.mu.Lock()
	defer p.mu.Unlock()
	who := p.byID[id]
	who.tried = now
	p.set(id, who)
	return who
}

// set is called with mu held. Where there is no room, anyone makes some.
func (p *people) set(id string, who person) {
	if _, known := p.byID[id]; !known && len(p.byID) >= personsKept {
		for other := range p.byID {
			delete(p.byID, other)
			delete(p.unsaved, other)
			break
		}
	}
	if zone, err := time.LoadLocation(who.Zone); err == nil && who.Zone != "" {
		who.zone = zone
	}
	p.byID[id] = who
}

// changed notes that what is known of a person is old. Others are not asked for:
// they may never type a command.
func (p *people) changed(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if who, known := p.byID[id]; known && !who.At.IsZero() {
		who.At = time.Unix(0, 0)
		p.byID[id] = who
		signal(p.wake)
	}
}

// due names somebody whose answer is a day old.
func (p *people) due(now time.Time) (id string, some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, who := range p.byID {
		if !who.At.IsZero() && now.Sub(who.At) >= personKept {
			return id, true
		}
	}
	return "", false
}

func (p *people) takeUnsaved() map[string]person {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]person{}
	for id := range p.unsaved {
		out[id] = p.byID[id]
	}
	clear(p.unsaved)
	return out
}

// keepPeople saves what commands learned, and asks again for who was asked for a
// day ago or has changed, until ctx ends.
func (w *Workspace) keepPeople(ctx context.Context) {
	var next time.Time // nobody is asked for before
	for ctx.Err() == nil {
		for id, who := range w.people.takeUnsaved() {
			w.keep(context.WithoutCancel(ctx), personTable, id, who)
		}
		pause, now := personLook, w.opt.Now()
		if id, some := w.people.due(now); some {
			if !now.Before(next) {
				next = now.Add(w.refreshPerson(ctx, id))
			}
			pause = next.Sub(now)
		}
		wait(ctx, w.people.wake, pause)
	}
}

// refreshPerson asks for somebody again and returns the pause until the next.
func (w *Workspace) refreshPerson(ctx context.Context, id string) time.Duration {
	fresh, err := w.askPerson(ctx, id)
	if err != nil {
		w.opt.Log.Info("what is known of a person is old", "connection", w.name, "person", id, "error", err)
		return personRetry
	}
	w.people.put(id, fresh)
	return personPace
}

// askPerson asks users.info. People of other organisations (Slack Connect) count
// as guests.
func (w *Workspace) askPerson(ctx context.Context, id string) (person, error) {
	var a struct {
		answer
		User struct {
			Name            string `json:"name"`
			TZ              string `json:"tz"`
			Restricted      bool   `json:"is_restricted"`
			UltraRestricted bool   `json:"is_ultra_restricted"`
			Stranger        bool   `json:"is_stranger"`
			Bot             bool   `json:"is_bot"`
			Deleted         bool   `json:"deleted"`
			Admin           bool   `json:"is_admin"`
			Owner           bool   `json:"is_owner"`
		} `json:"user"`
	}
	if _, err := w.callForm(ctx, "users.info", url.Values{"user": {id}}, &a); err != nil {
		return person{}, err
	}
	u := a.User
	return person{
		Name: u.Name, Zone: u.TZ, Guest: u.Restricted || u.UltraRestricted || u.Stranger,
		Bot: u.Bot, Deleted: u.Deleted, Manager: u.Admin || u.Owner, At: w.opt.Now().UTC(),
	}, nil
}
