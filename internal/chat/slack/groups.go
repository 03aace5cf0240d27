package slack

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// group is who belongs to a user group.
type group struct {
	Members []string
	At      time.Time // when Slack said so; zero: never
	// Failing is since when the list cannot be refreshed; zero: it can.
	Failing time.Time `json:",omitzero"`
}

type groups struct {
	records[group]
	wake chan struct{}
	// asked is closed when each group was asked for once.
	asked chan struct{}
}

func newGroups() groups {
	return groups{wake: make(chan struct{}, 1), asked: make(chan struct{})}
}

// groupPace is how often at most a group is asked for again, but for the first time:
// usergroups.users.list allows about 20 calls a minute, and a directory that is
// synchronised changes groups again and again.
const groupPace = 3 * time.Second

// keepGroups refreshes the groups that the access list names until ctx ends: every
// refreshEvery, when Slack says that one has changed, and soon after a failure.
func (w *Workspace) keepGroups(ctx context.Context) {
	if len(w.opt.Groups) == 0 {
		close(w.groups.asked)
		return
	}
	retry, next := firstRetry, time.Time{}
	for first := true; ctx.Err() == nil; first = false {
		pause := refreshEvery
		if w.refreshGroups(ctx) {
			retry = firstRetry
		} else {
			pause, retry = retry, min(2*retry, lastRetry)
		}
		if first {
			close(w.groups.asked)
		}
		wait(ctx, w.groups.wake, pause)
		wait(ctx, nil, next.Sub(w.opt.Now()))
		next = w.opt.Now().Add(groupPace * time.Duration(len(w.opt.Groups)))
	}
}

// refreshGroups asks for each group and reports whether Slack answered for all.
func (w *Workspace) refreshGroups(ctx context.Context) (all bool) {
	all = true
	for _, id := range w.opt.Groups {
		members, err := w.askGroup(ctx, id)
		switch {
		case ctx.Err() != nil:
			return false
		case err != nil:
			all = false
			w.groupFails(ctx, id, err)
		default:
			known := group{Members: members, At: w.opt.Now().UTC()}
			w.groups.put(id, known)
			w.keep(ctx, groupTable, id, known)
		}
	}
	return all
}

// groupFails notes that a list cannot be refreshed: once an outage, in the audit
// too where an old list goes on counting.
func (w *Workspace) groupFails(ctx context.Context, id string, cause error) {
	known := w.groups.get(id)
	if !known.Failing.IsZero() {
		return
	}
	w.opt.Log.Warn("cannot read the members of a user group", "connection", w.name, "group", id, "known_at", known.At, "error", cause)
	known.Failing = w.opt.Now().UTC()
	roster := w.roster(id, known)
	if roster.Counts(w.opt.Now()) {
		if err := w.opt.Stale(ctx, roster, cause); err != nil {
			w.opt.Log.Warn("cannot put an old list into the audit; trying again", "connection", w.name, "group", id, "error", err)
			return
		}
	}
	w.groups.put(id, known)
	w.keep(ctx, groupTable, id, known)
}

// askGroup asks usergroups.users.list. A group that Slack does not know has no
// members.
func (w *Workspace) askGroup(ctx context.Context, id string) ([]string, error) {
	var a struct {
		answer
		Users []string `json:"users"`
	}
	_, err := w.callForm(ctx, "usergroups.users.list", url.Values{"usergroup": {id}}, &a)
	var e *chat.SendError
	if errors.As(err, &e) && e.Reason == "no_such_subteam" {
		w.opt.Log.Warn("Slack has no such user group", "connection", w.name, "group", id)
		return nil, nil
	}
	return a.Users, err
}

// groupPatience is how long a command waits in all, just after the very first start,
// for the first lists.
const groupPatience = 700 * time.Millisecond

// groupsOf lists a person's groups as the access list writes them. A group that
// was never known, or not within a day, has no members.
func (w *Workspace) groupsOf(ctx context.Context, user string) []string {
	if slices.ContainsFunc(w.opt.Groups, func(id string) bool { return w.groups.get(id).At.IsZero() }) {
		await(ctx, w.groups.asked, groupPatience)
	}
	var in []string
	for _, id := range w.opt.Groups {
		known := w.groups.get(id)
		if slices.Contains(known.Members, user) && w.roster(id, known).Counts(w.opt.Now()) {
			in = append(in, "group:"+id)
		}
	}
	return in
}

// Rosters tell what is known of the groups that the access list names.
func (w *Workspace) Rosters() (all []chat.Roster) {
	for _, id := range w.opt.Groups {
		all = append(all, w.roster(id, w.groups.get(id)))
	}
	return all
}

func (w *Workspace) roster(id string, g group) chat.Roster {
	return chat.Roster{
		Group: desk.Person{Connection: w.name, ID: "group:" + id}, Members: len(g.Members), At: g.At, Failing: g.Failing,
	}
}
