package config

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
			k.address(&c.Who, c.Who.Address.Connection)
		}
	}
}
