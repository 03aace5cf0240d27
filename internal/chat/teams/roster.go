package teams

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	// rosterRetry is how long after a failure it is asked again, at first.
	rosterRetry = time.Second
	// Pages of a roster, of at most 500 members; 50 are the fewest that Teams gives.
	largePage, smallPage = "500", "50"
	// pagesAtMost bounds a roster that never ends: Teams has at most 25,000 in a team.
	pagesAtMost = 100
)

// newRosters knows who belongs to the teams that the access list names, by their ids in the
// directory. Guests of the tenant do not: a team gives its rights to members of the
// organisation.
func newRosters(c *Connection) *chat.Rosters {
	return chat.NewRosters(chat.RosterSettings{
		Connection: c.name, Kind: "team", IDs: c.opt.Groups, Ask: c.askRoster, Stale: c.opt.Stale, FirstRetry: rosterRetry, Now: c.opt.Now, Log: c.opt.Log,
		Keep: func(ctx context.Context, id string, list chat.MemberList) { c.keep(ctx, rosterTable, id, list) },
	})
}

// teamsOf lists a person's teams as the access list writes them.
func (c *Connection) teamsOf(ctx context.Context, object string) []string {
	if object == "" {
		return nil
	}
	return c.rosters.Of(ctx, object)
}

// Rosters tell what is known of the teams that the access list names.
func (c *Connection) Rosters() []chat.Roster { return c.rosters.All() }

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
