package config

import (
	"regexp"
	"strings"
)

// connections checks that no two connections have one name.
func (k *checker) connections() {
	seen := unique{}
	for i := range k.c.Slack {
		k.connection(seen, &k.c.Slack[i].Name)
	}
	for i := range k.c.Teams {
		k.connection(seen, &k.c.Teams[i].Name)
	}
	for i := range k.c.Discord {
		k.connection(seen, &k.c.Discord[i].Name)
	}
}

func (k *checker) connection(seen unique, name *ConnectionName) {
	if k.given(name) && *name == "local" {
		k.refuse(name, problem{"means this machine itself", "choose another name"})
	}
	k.once(seen, name, string(*name), "the name of a connection")
}

// platforms says of each connection which platform it is on.
func (k *checker) platforms() map[ConnectionName]string {
	all := map[ConnectionName]string{}
	for _, d := range k.c.Discord {
		all[d.Name] = "Discord"
	}
	for _, t := range k.c.Teams {
		all[t.Name] = "Teams"
	}
	for _, s := range k.c.Slack {
		all[s.Name] = "Slack"
	}
	delete(all, "")
	return all
}

func (k *checker) connectionNames() []string {
	var names []string
	for _, s := range k.c.Slack {
		names = append(names, string(s.Name))
	}
	for _, t := range k.c.Teams {
		names = append(names, string(t.Name))
	}
	for _, d := range k.c.Discord {
		names = append(names, string(d.Name))
	}
	return names
}

// campuses checks ids, languages and connections of campuses.
func (k *checker) campuses() {
	seen, names := unique{}, k.connectionNames()
	for i := range k.c.Campuses {
		c := &k.c.Campuses[i]
		k.once(seen, &c.ID, string(c.ID), "the id of a campus")
		references(k, c.Connections, "connection", names)
		if c.Language != "" && !k.broken(&k.c.Organization.Languages) {
			reference(k, &c.Language, "language of the organization", k.c.Organization.Languages)
		}
	}
}

// taken are the words that mean something in commands and so can name no service.
const taken = " all open me now next for until here to from at in yes" +
	" declare update resolve retract reopen impact services title lead began ended edit merge note list show timeline deliveries drill" +
	" schedule start extend move complete cancel run mute unmute sorry on off auto" +
	" help whoami why access audit hold release propose report contacts review handover" +
	" minor major critical slow partly down degraded at_risk incidents windows probes" +
	" operational degraded_performance partial_outage major_outage under_maintenance" +
	" investigating identified monitoring resolved proposed scheduled in_progress verifying completed cancelled "

var numberForm = regexp.MustCompile(`^#?((inc|win)-?)?[0-9]+$`)

// services checks the words that people will type for services and groups:
// each means one thing.
func (k *checker) services() {
	seen := unique{}
	for i := range k.c.Services {
		s := &k.c.Services[i]
		k.serviceWord(seen, &s.ID, string(s.ID), "the id of a service")
	}
	for i := range k.c.Services {
		for j := range k.c.Services[i].Aliases {
			alias := &k.c.Services[i].Aliases[j]
			k.serviceWord(seen, alias, *alias, "the id or an alias of a service")
		}
	}
	k.groups(seen)
	for i := range k.c.Services {
		s := &k.c.Services[i]
		if s.Gate == "auto" && !s.SorryPage && k.given(&s.Gate) && !k.broken(&s.SorryPage) {
			k.refuse(&s.Gate, problem{"needs a sorry page to show", "add sorry_page = true"})
		}
	}
}

func (k *checker) serviceWord(seen unique, part any, word, what string) {
	low := strings.ToLower(word)
	switch {
	case !k.given(part):
	case strings.Contains(taken, " "+low+" "):
		k.refuse(part, problem{"is a word of the commands", "choose another, so that a line has one meaning"})
	case numberForm.MatchString(low):
		k.refuse(part, problem{"looks like the number of an incident", "choose another, so that a line has one meaning"})
	default:
		k.once(seen, part, low, what)
	}
}

// groups checks that a group is no service's word too, and that its spelling is one.
func (k *checker) groups(words unique) {
	spelled := map[string]string{}
	for i := range k.c.Services {
		g := &k.c.Services[i].Group
		low := strings.ToLower(*g)
		if !k.given(g) || low == "" {
			continue
		}
		if _, found := words[low]; found || strings.Contains(taken, " "+low+" ") {
			k.refuse(g, problem{"is a service or a word of the commands already", "name the group otherwise, so that a line has one meaning"})
		}
		if before, found := spelled[low]; found && before != *g {
			k.refuse(g, problem{"is spelled otherwise above", "write " + shown(before, "", false)})
		}
		spelled[low] = *g
	}
}

// dependencies checks that services need services, and not in a circle.
func (k *checker) dependencies() {
	ids := k.serviceIDs()
	needs := map[ServiceID][]ServiceID{}
	for i := range k.c.Services {
		s := &k.c.Services[i]
		references(k, s.DependsOn, "service", ids)
		needs[s.ID] = append(needs[s.ID], s.DependsOn...)
	}
	for i := range k.c.Services {
		s := &k.c.Services[i]
		if circle := circleFrom(s.ID, needs); circle != nil && circle[0] == least(circle) {
			k.mistake(k.at(&s.DependsOn, s), problem{"depends_on in [[services]] makes a circle: " + strings.Join(circle, " needs "), "take one of them out"})
		}
	}
}

// circleFrom is a way from a service over what it needs back to itself, its
// ends included; nil when there is none.
func circleFrom(from ServiceID, needs map[ServiceID][]ServiceID) []string {
	came := map[ServiceID]ServiceID{}
	for queue := []ServiceID{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range needs[queue[0]] {
			if _, seen := came[next]; seen {
				continue
			}
			came[next] = queue[0]
			if next == from {
				return wayBack(from, came)
			}
			queue = append(queue, next)
		}
	}
	return nil
}

func wayBack(from ServiceID, came map[ServiceID]ServiceID) []string {
	way := []string{string(from)}
	for at := came[from]; at != from; at = came[at] {
		way = append([]string{string(at)}, way...)
	}
	return append([]string{string(from)}, way...)
}

func least(words []string) string {
	first := words[0]
	for _, w := range words {
		first = min(first, w)
	}
	return first
}
