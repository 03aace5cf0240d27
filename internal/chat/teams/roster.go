package teams

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// roster is who belongs to a team, by their ids in the directory. Guests of the tenant do
// not: a team gives its rights to members of the organisation.
type roster struct {
	Members []string
	At      time.Time // when Teams said so; zero: never
	// Failing is since when the list cannot be refreshed; zero: it can.
	Failing time.Time `json:",omitzero"`
}

type rosters struct {
	*records[roster]
	wake chan struct{}
	// asked is closed when each team was asked for once.
	asked chan struct{}
}

func newRosters() rosters {
	return rosters{records: &records[roster]{}, wake: make(chan struct{}, 1), asked: make(chan struct{})}
}

// changed has the teams asked for again.
func (r *rosters) changed() { signal(r.wake) }

const (
	// rostersEvery is how often each team is asked for.
	rostersEvery = 10 * time.Minute
	// rosterPace is how often at most one is asked for again, however often its members
	// change.
	rosterPace = 3 * time.Second
	// After a failure it is asked again soon, and then ever more seldom.
	firstRetry, lastRetry = time.Second, 30 * time.Second
	// rosterPatience is how long a command waits, just after the very first start.
	rosterPatience = 700 * time.Millisecond
	// Pages of a roster, of at most 500 members; 50 are the fewest that Teams gives.
	largePage, smallPage = "500", "50"
	// pagesAtMost bounds a roster that never ends: Teams has at most 25,000 in a team.
	pagesAtMost = 100
)

// keepRosters refreshes the teams that the access list names until ctx ends: every
// rostersEvery, when a member comes or goes, and soon after a failure.
func (c *Connection) keepRosters(ctx context.Context) {
	if len(c.opt.Groups) == 0 {
		close(c.rosters.asked)
		return
	}
	retry, next := firstRetry, time.Time{}
	for first := true; ctx.Err() == nil; first = false {
		pause := rostersEvery
		if c.refreshRosters(ctx) {
			retry = firstRetry
		} else {
			pause, retry = retry, min(2*retry, lastRetry)
		}
		if first {
			close(c.rosters.asked)
		}
		wait(ctx, c.rosters.wake, pause)
		wait(ctx, nil, next.Sub(c.opt.Now()))
		next = c.opt.Now().Add(rosterPace * time.Duration(len(c.opt.Groups)))
	}
}

// refreshRosters asks for each team and reports whether Teams answered for all.
func (c *Connection) refreshRosters(ctx context.Context) (all bool) {
	all = true
	for _, id := range c.opt.Groups {
		members, err := c.askRoster(ctx, id)
		switch {
		case ctx.Err() != nil:
			return false
		case err != nil:
			all = false
			c.rosterFails(ctx, id, err)
		default:
			known := roster{Members: members, At: c.opt.Now().UTC()}
			c.rosters.put(id, known)
			c.keep(ctx, rosterTable, id, known)
		}
	}
	return all
}

// rosterFails notes that a list cannot be refreshed: once an outage, in the audit too
// where an old list goes on counting.
func (c *Connection) rosterFails(ctx context.Context, id string, cause error) {
	known := c.rosters.get(id)
	if !known.Failing.IsZero() {
		return
	}
	c.opt.Log.Warn("cannot read the members of a team", "connection", c.name, "team", id, "known_at", known.At, "error", cause)
	known.Failing = c.opt.Now().UTC()
	told := c.rosterOf(id, known)
	if told.Counts(c.opt.Now()) {
		if err := c.opt.Stale(ctx, told, cause); err != nil {
			c.opt.Log.Warn("cannot put an old list into the audit; trying again", "connection", c.name, "team", id, "error", err)
			return
		}
	}
	c.rosters.put(id, known)
	c.keep(ctx, rosterTable, id, known)
}

// askRoster reads all pages of a team's members, but guests.
func (c *Connection) askRoster(ctx context.Context, id string) (objects []string, err error) {
	team, known := c.teamID(id)
	if !known {
		return nil, &chat.SendError{Outcome: chat.Gone, Reason: "the bot has not met the team yet"}
	}
	more := ""
	for range pagesAtMost {
		var page struct {
			Members []member `json:"members"`
			More    string   `json:"continuationToken"`
		}
		if err := c.doAgain(ctx, c.membersOf(c.service(), team, more, largePage), &page); err != nil {
			return nil, err
		}
		for _, m := range page.Members {
			if object := m.object(); object != "" && !m.guest(c.conf.TenantID) {
				objects = append(objects, object)
			}
		}
		if more = page.More; more == "" {
			break
		}
	}
	return objects, nil
}

// membersOf is the call for a page of members ("Get context for your Teams bot").
func (c *Connection) membersOf(service, conversation, more, page string) call {
	q := url.Values{"pageSize": {page}}
	if more != "" {
		q.Set("continuationToken", more)
	}
	return call{method: http.MethodGet, url: at(service, "conversations", conversation, "pagedmembers") + "?" + q.Encode()}
}

// teamID is the id by which Teams knows a team, where the access list has that of its
// group in the directory: only an activity of the team tells which it is.
func (c *Connection) teamID(id string) (team string, known bool) {
	if strings.HasPrefix(id, "19:") {
		return id, true
	}
	p, known := c.places.known.find(func(_ string, p place) bool { return p.Team != "" && strings.EqualFold(p.Group, id) })
	return p.Team, known
}

// teamsOf lists a person's teams as the access list writes them. A team that was never
// known, or not within a day, has no members.
func (c *Connection) teamsOf(ctx context.Context, object string) (in []string) {
	if object == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, rosterPatience)
	defer cancel()
	for _, id := range c.opt.Groups {
		known := c.rosters.get(id)
		if known.At.IsZero() {
			wait(ctx, c.rosters.asked, rosterPatience)
			known = c.rosters.get(id)
		}
		if slices.Contains(known.Members, object) && c.rosterOf(id, known).Counts(c.opt.Now()) {
			in = append(in, "team:"+id)
		}
	}
	return in
}

// Rosters tell what is known of the teams that the access list names.
func (c *Connection) Rosters() (all []chat.Roster) {
	for _, id := range c.opt.Groups {
		all = append(all, c.rosterOf(id, c.rosters.get(id)))
	}
	return all
}

func (c *Connection) rosterOf(id string, r roster) chat.Roster {
	return chat.Roster{
		Group: desk.Person{Connection: c.name, ID: "team:" + id}, Members: len(r.Members), At: r.At, Failing: r.Failing,
	}
}
