package slack

import (
	"context"
	"net/url"
	"slices"
	"sync"
	"time"
)

// person is what users.info tells of somebody.
type person struct {
	zone  *time.Location // nil: not known
	guest bool
	until time.Time // when to ask again
}

// How long an answer about a person counts, how long a failure is not tried
// again, and how long a command waits for it.
const (
	personKept    = 24 * time.Hour
	personRetry   = time.Minute
	personTimeout = 700 * time.Millisecond
	personsKept   = 5000
)

type people struct {
	mu   sync.Mutex
	byID map[string]person
}

// person tells a person's zone and whether they are a guest, asking Slack once a
// day. Where Slack does not answer in time nobody is a guest: access is granted by
// name, and commands must work when Slack's API does not.
func (w *Workspace) person(ctx context.Context, id string) person {
	w.people.mu.Lock()
	p, ok := w.people.byID[id]
	w.people.mu.Unlock()
	now := w.opt.Now()
	if ok && now.Before(p.until) {
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, personTimeout)
	defer cancel()
	fresh, err := w.askPerson(ctx, id)
	if err != nil { // what was known goes on counting
		fresh = person{zone: p.zone, guest: p.guest, until: now.Add(personRetry)}
	} else {
		fresh.until = now.Add(personKept)
	}
	w.people.put(id, fresh)
	return fresh
}

func (p *people) put(id string, who person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil || len(p.byID) >= personsKept {
		p.byID = map[string]person{}
	}
	p.byID[id] = who
}

// askPerson asks users.info. People of other organisations (Slack Connect) count
// as guests.
func (w *Workspace) askPerson(ctx context.Context, id string) (person, error) {
	var a struct {
		answer
		User struct {
			TZ              string `json:"tz"`
			Restricted      bool   `json:"is_restricted"`
			UltraRestricted bool   `json:"is_ultra_restricted"`
			Stranger        bool   `json:"is_stranger"`
		} `json:"user"`
	}
	if _, err := w.callForm(ctx, "users.info", url.Values{"user": {id}}, &a); err != nil {
		return person{}, err
	}
	u := a.User
	p := person{guest: u.Restricted || u.UltraRestricted || u.Stranger}
	if zone, err := time.LoadLocation(u.TZ); err == nil && u.TZ != "" {
		p.zone = zone
	}
	return p, nil
}

// group is who belongs to a user group, and when Slack said so.
type group struct {
	members []string
	at      time.Time
}

// groupKept is how long a list counts that cannot be refreshed.
const groupKept = 24 * time.Hour

type groups struct {
	mu   sync.Mutex
	byID map[string]group
}

// refreshGroups asks for the members of the groups that the access list names.
// Where Slack does not say, the members known before go on counting for a day.
func (w *Workspace) refreshGroups(ctx context.Context) {
	for _, id := range w.opt.Groups {
		var a struct {
			answer
			Users []string `json:"users"`
		}
		if _, err := w.callForm(ctx, "usergroups.users.list", url.Values{"usergroup": {id}}, &a); err != nil {
			w.opt.Log.Warn("cannot read the members of a user group", "connection", w.name, "group", id, "error", err)
			continue
		}
		w.groups.put(id, group{a.Users, w.opt.Now()})
	}
}

func (g *groups) put(id string, members group) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byID == nil {
		g.byID = map[string]group{}
	}
	g.byID[id] = members
}

// groupsOf lists a person's groups as the access list writes them. A group that
// was never known, or not within a day, has no members.
func (w *Workspace) groupsOf(user string) []string {
	w.groups.mu.Lock()
	defer w.groups.mu.Unlock()
	var in []string
	for _, id := range w.opt.Groups {
		g := w.groups.byID[id]
		if slices.Contains(g.members, user) && w.opt.Now().Sub(g.at) <= groupKept {
			in = append(in, "group:"+id)
		}
	}
	return in
}
