package config

import "strings"

// conflict reports two keys that do not go together, at the first of them that
// was given; the other may be a default.
func (k *checker) conflict(a, b any, what, hint string) {
	s := k.spots[a]
	if s == nil {
		s = k.spots[b]
	}
	k.mistake(s, problem{what, hint})
}

// planned checks standing windows and moratoriums.
func (k *checker) planned() {
	ids := k.serviceIDs()
	for i := range k.c.StandingWindows {
		references(k, k.c.StandingWindows[i].Services, "service", ids)
	}
	seen := unique{}
	for i := range k.c.Moratoriums {
		m := &k.c.Moratoriums[i]
		references(k, m.Services, "service", ids)
		k.once(seen, &m.Name, m.Name, "the name of a moratorium")
		if k.given(&m.From) && k.given(&m.To) && m.To.Before(m.From) {
			k.refuse(&m.To, problem{"is before its first day " + m.From.String(), "did you swap them?"})
		}
	}
}

// reachable checks that a contact can be a person or a channel on its connection.
func (k *checker) reachable(w *Who) {
	id := w.Address.ID
	if !k.address(w, w.Address.Connection) {
		return
	}
	switch k.platformOf(w.Address.Connection) {
	case "Slack":
		if !slackUser.MatchString(id) && slackChannelForm(id) != nil {
			k.refuse(w, problem{"is neither a person nor a channel of Slack", "copy the member ID, such as U0123ABCD, from the profile, or a channel's id"})
		}
	case "Discord":
		k.formed(w, id, snowflakeForm)
	case "Teams":
		if strings.HasPrefix(id, "team:") {
			k.refuse(w, problem{"is a team, which nobody can be called by", "name each person"})
		}
	}
}

// contacts checks that contacts are of a campus, about services, and can be reached.
func (k *checker) contacts() {
	ids := k.serviceIDs()
	var campuses []string
	for _, c := range k.c.Campuses {
		campuses = append(campuses, string(c.ID))
	}
	for i := range k.c.Contacts {
		c := &k.c.Contacts[i]
		reference(k, &c.Campus, "campus", campuses)
		references(k, c.Services, "service", ids)
		if c.Who.Email == "" {
			k.reachable(&c.Who)
		}
	}
}
