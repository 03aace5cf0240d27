package chat

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// RosterKept is how long a list of members counts that cannot be refreshed.
const RosterKept = 24 * time.Hour

// Roster is what is known of a group of people that the access list names.
type Roster struct {
	Group   desk.Person // "amherst/group:S0ONCALL"
	Members int
	At      time.Time // when the platform told the list; zero: never
	Failing time.Time // since when it cannot be refreshed; zero: it can
}

// Counts reports whether the list still gives rights at now.
func (r Roster) Counts(now time.Time) bool { return !r.At.IsZero() && now.Sub(r.At) <= RosterKept }

// RosterSettings are what Rosters are given. All but IDs are needed.
type RosterSettings struct {
	Connection desk.ConnectionName
	Kind       string   // what the access list writes before an id: "group", "team"
	IDs        []string // those that it names
	// Ask asks the platform who belongs to one.
	Ask func(ctx context.Context, id string) (people []string, err error)
	// Keep keeps a list across restarts.
	Keep func(ctx context.Context, id string, list MemberList)
	// Stale is told, once an outage, that a list cannot be refreshed and why, and that the
	// old one goes on counting. After an error it is told again.
	Stale func(context.Context, Roster, error) error
	// FirstRetry is how long Run waits after a failure, at first.
	FirstRetry time.Duration
	Now        func() time.Time
	Log        *slog.Logger
}

// MemberList is who belongs to a group of people, as it is kept.
type MemberList struct {
	Members []string
	At      time.Time // when the platform said so; zero: never
	// Failing is since when the list cannot be refreshed; zero: it can.
	Failing time.Time `json:",omitzero"`
}

// Rosters know who belongs to the groups of people that the access list names. Their
// methods may be called from many goroutines.
type Rosters struct {
	set   RosterSettings
	wake  chan struct{}
	asked chan struct{} // closed when each was asked for once

	mu    sync.Mutex
	lists map[string]MemberList
}

const (
	// rosterEvery is how often each list is asked for.
	rosterEvery = 10 * time.Minute
	// rosterPace is how often at most one is asked for again, but for the first time: Slack
	// allows about 20 calls of usergroups.users.list a minute, and a directory that is
	// synchronised changes groups again and again.
	rosterPace = 3 * time.Second
	// rosterLastRetry is how long Run waits at most after failures.
	rosterLastRetry = 30 * time.Second
	// rosterPatience is how long a command waits in all, just after the very first start,
	// for the first lists.
	rosterPatience = 700 * time.Millisecond
)

// NewRosters makes rosters that know nothing yet. It calls nobody.
func NewRosters(s RosterSettings) *Rosters {
	return &Rosters{set: s, wake: make(chan struct{}, 1), asked: make(chan struct{}), lists: map[string]MemberList{}}
}

// Restore takes in a list that was kept, unless a newer one is there.
func (r *Rosters) Restore(id string, kept MemberList) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.lists[id]; !known {
		r.lists[id] = kept
	}
}

// Changed has the lists asked for again soon.
func (r *Rosters) Changed() {
	select {
	case r.wake <- struct{}{}:
	default: // they are about to be
	}
}

// Run refreshes the lists until ctx ends: regularly, when one has changed, and soon after a
// failure. It may run once.
func (r *Rosters) Run(ctx context.Context) {
	if len(r.set.IDs) == 0 {
		close(r.asked)
		return
	}
	retry, next := r.set.FirstRetry, time.Time{}
	for first := true; ctx.Err() == nil; first = false {
		pause := rosterEvery
		if r.refresh(ctx) {
			retry = r.set.FirstRetry
		} else {
			pause, retry = retry, min(2*retry, rosterLastRetry)
		}
		if first {
			close(r.asked)
		}
		await(ctx, r.wake, pause)
		await(ctx, nil, next.Sub(r.set.Now()))
		next = r.set.Now().Add(rosterPace * time.Duration(len(r.set.IDs)))
	}
}

// await returns when something happened, after d, or at the end of ctx.
func await(ctx context.Context, happened <-chan struct{}, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	select {
	case <-happened:
	case <-ctx.Done():
	}
}

// refresh asks for each list and reports whether the platform answered for all.
func (r *Rosters) refresh(ctx context.Context) (all bool) {
	all = true
	for _, id := range r.set.IDs {
		members, err := r.set.Ask(ctx, id)
		switch {
		case ctx.Err() != nil:
			return false
		case err != nil:
			all = false
			r.fails(ctx, id, err)
		default:
			r.put(ctx, id, MemberList{Members: members, At: r.set.Now().UTC()})
		}
	}
	return all
}

// fails notes that a list cannot be refreshed: once an outage, in the audit too where an old
// list goes on counting.
func (r *Rosters) fails(ctx context.Context, id string, cause error) {
	known := r.get(id)
	if !known.Failing.IsZero() {
		return
	}
	log := r.set.Log.With("connection", r.set.Connection, r.set.Kind, id)
	log.Warn("cannot read the members of a "+r.set.Kind, "known_at", known.At, "error", cause)
	known.Failing = r.set.Now().UTC()
	if told := r.roster(id, known); told.Counts(r.set.Now()) {
		if err := r.set.Stale(ctx, told, cause); err != nil {
			log.Warn("cannot put an old list into the audit; trying again", "error", err)
			return
		}
	}
	r.put(ctx, id, known)
}

func (r *Rosters) get(id string) MemberList {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lists[id]
}

func (r *Rosters) put(ctx context.Context, id string, list MemberList) {
	r.mu.Lock()
	r.lists[id] = list
	r.mu.Unlock()
	r.set.Keep(ctx, id, list)
}

// Of lists the groups of a person as the access list writes them. A group that was never
// known, or not within a day, has no members.
func (r *Rosters) Of(ctx context.Context, person string) (in []string) {
	if slices.ContainsFunc(r.set.IDs, func(id string) bool { return r.get(id).At.IsZero() }) {
		await(ctx, r.asked, rosterPatience)
	}
	for _, id := range r.set.IDs {
		list := r.get(id)
		if slices.Contains(list.Members, person) && r.roster(id, list).Counts(r.set.Now()) {
			in = append(in, r.set.Kind+":"+id)
		}
	}
	return in
}

// All tell what is known of each.
func (r *Rosters) All() (all []Roster) {
	for _, id := range r.set.IDs {
		all = append(all, r.roster(id, r.get(id)))
	}
	return all
}

func (r *Rosters) roster(id string, list MemberList) Roster {
	return Roster{
		Group: desk.Person{Connection: r.set.Connection, ID: r.set.Kind + ":" + id}, Members: len(list.Members), At: list.At, Failing: list.Failing,
	}
}
