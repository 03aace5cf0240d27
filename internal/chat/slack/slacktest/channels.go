package slacktest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// usersConversations lists the public and private channels that the bot is in, by id,
// a page at a time (docs of users.conversations: limit below 1000, default 100).
func (s *Server) usersConversations(c *call) reply {
	limit, err := strconv.Atoi(cmp.Or(c.args["limit"], "100"))
	if err != nil || limit < 1 || limit > 999 {
		return failed("invalid_limit")
	}
	kinds, refused := kindsAsked(c)
	if refused != nil {
		return *refused
	}
	found, next := []object{}, ChannelID("")
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		ch := s.channels[id]
		shown := ch.team == c.team && ch.Member && !ch.Deleted && slices.Contains(kinds, ch.Kind) && !(ch.Archived && c.flag("exclude_archived"))
		if !shown || string(id) < c.args["cursor"] {
			continue
		}
		if len(found) == limit {
			next = id
			break
		}
		found = append(found, ch.describe())
	}
	return done(object{"channels": found, "response_metadata": object{"next_cursor": next}})
}

// kindsAsked reads types, each of which needs the scope to read it.
func kindsAsked(c *call) (kinds []Kind, refused *reply) {
	for _, name := range strings.Split(cmp.Or(c.args["types"], "public_channel"), ",") {
		kind, ok := map[string]Kind{"public_channel": Public, "private_channel": Private}[name]
		if !ok {
			return nil, refusal(failed("invalid_types"))
		}
		if scope := (&channel{Channel: Channel{Kind: kind}}).scopeFor("read"); !c.team.granted(scope) {
			return nil, refusal(missingScope(c.team, scope))
		}
		kinds = append(kinds, kind)
	}
	return kinds, nil
}
