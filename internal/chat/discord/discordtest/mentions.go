package discordtest

import (
	"regexp"
	"slices"
)

// A mention notifies wherever it stands in the content: an escape before it changes how
// it looks, not whom it notifies. Embeds notify nobody.
var mention = regexp.MustCompile(`<@!?([0-9]+)>|<@&([0-9]+)>|@everyone|@here`)

// notifies lists whom a message notifies: what its content mentions and
// allowed_mentions lets through; without them all, and everybody only with the
// permission for it (resources/message, "Allowed Mentions Object").
func (s *Server) notifies(ch *room, in post, bot ID) (out []string) {
	if in.Content == nil {
		return nil
	}
	for _, m := range mention.FindAllStringSubmatch(*in.Content, -1) {
		switch {
		case m[1] != "" && in.Mentions.lets("users", ID(m[1])),
			m[2] != "" && in.Mentions.lets("roles", ID(m[2])) && s.may(ch)&MentionEveryone != 0,
			m[1] == "" && m[2] == "" && in.Mentions.lets("everyone", "") && s.may(ch)&MentionEveryone != 0:
			out = append(out, m[0])
		}
	}
	if in.Mentions == nil {
		out = append(out, "no allowed_mentions") // what is typed next may notify somebody
	}
	return out
}

// lets tells whether a mention is let through.
func (a *allowed) lets(kind string, id ID) bool {
	if a == nil {
		return true
	}
	return slices.Contains(a.Parse, kind) || kind == "users" && slices.Contains(a.Users, id) || kind == "roles" && slices.Contains(a.Roles, id)
}
