package slack

import (
	"context"
	"errors"
	"net/url"

	"github.com/umassonline/belltower/internal/chat"
)

// newGroups knows who belongs to the user groups that the access list names.
func newGroups(w *Workspace) *chat.Rosters {
	return chat.NewRosters(chat.RosterSettings{
		Connection: w.name, Kind: "group", IDs: w.opt.Groups, Ask: w.askGroup, Stale: w.opt.Stale, FirstRetry: firstRetry, Now: w.opt.Now, Log: w.opt.Log,
		Keep: func(ctx context.Context, id string, list chat.MemberList) { w.keep(ctx, groupTable, id, list) },
	})
}

// Rosters tell what is known of the user groups that the access list names.
func (w *Workspace) Rosters() []chat.Roster { return w.groups.All() }

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
