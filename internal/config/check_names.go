package config

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// connections checks that no two connections have one name.
func (k *checker) connections() {
	seen := unique{}
	for _, one := range k.c.connections() {
		if k.given(one.name) && *one.name == desk.Local {
			k.refuse(one.name, problem{"means this machine itself", "choose another name"})
		}
		k.once(seen, one.name, string(*one.name), "the name of a connection")
	}
}

func (k *checker) connectionNames() []string {
	var names []string
	for _, one := range k.c.connections() {
		names = append(names, string(*one.name))
	}
	return names
}

// platformOf is the platform of the connection of a name; "" when there is none.
func (k *checker) platformOf(name desk.ConnectionName) string {
	for _, one := range k.c.connections() {
		if *one.name == name {
			return one.platform
		}
	}
	return ""
}

// campuses checks ids, languages and connections of campuses.
func (k *checker) campuses() {
	seen, names := unique{}, k.connectionNames()
	for i := range k.c.Campuses {
		c := &k.c.Campuses[i]
		k.once(seen, &c.ID, string(c.ID), "the id of a campus")
		references(k, c.Connections, "connection", names)
		once := unique{}
		for j := range c.Connections {
			k.once(once, &c.Connections[j], string(c.Connections[j]), "in the list")
		}
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

// services checks the words that people may type for services and groups: ids,
// aliases, names. Each means one thing.
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
	for i := range k.c.Services {
		s := &k.c.Services[i]
		if !s.calls(s.Name) {
			k.serviceWord(seen, &s.Name, s.Name, "the id, an alias or the name of a service")
		}
	}
	k.groups(seen)
	k.gates()
	k.sorryHosts()
}

// advices checks that advice is given in languages of the organization.
func (k *checker) advices() {
	for i := range k.c.Services {
		k.adviceIn(&k.c.Services[i].AdviceIn)
		k.adviceIn(&k.c.Services[i].AdviceOutageIn)
	}
}

func (k *checker) adviceIn(advice *map[string]string) {
	for code := range *advice {
		at := *k.spots[mapKey{advice, code}]
		if !at.wrong && !slices.Contains(k.c.Organization.Languages, code) {
			at.shown = strconv.Quote(code)
			k.value(&at, problem{"is no language of the organization", nearest(code, k.c.Organization.Languages)})
		}
	}
}

// calls reports whether a word is the service's own id or alias.
func (s Service) calls(word string) bool {
	same := func(other string) bool { return strings.EqualFold(word, other) }
	return same(string(s.ID)) || slices.ContainsFunc(s.Aliases, same)
}

// gates checks that what closes by itself has something to show.
func (k *checker) gates() {
	for i := range k.c.Services {
		s := &k.c.Services[i]
		if s.Gate == "auto" && !s.SorryPage && k.given(&s.Gate) && !k.broken(&s.SorryPage) {
			k.refuse(&s.Gate, problem{"needs a sorry page to show", "add sorry_page = true"})
		}
	}
}

// sorryHosts checks that a name stands for one sorry page, and that the status page and
// what chat platforms call stay where they are.
func (k *checker) sorryHosts() {
	seen := unique{}
	own, _ := url.Parse(k.c.Organization.PublicURL)
	for i := range k.c.Services {
		s := &k.c.Services[i]
		for j := range s.SorryHosts {
			host := &s.SorryHosts[j]
			switch {
			case !k.given(host):
			case !s.SorryPage && !k.broken(&s.SorryPage):
				k.refuse(host, problem{"needs a sorry page to show", "add sorry_page = true"})
			case own != nil && strings.EqualFold(own.Hostname(), *host):
				k.refuse(host, problem{"is the host of public_url, where the status page is", "name the host of the service"})
			default:
				k.once(seen, host, strings.ToLower(*host), "the host of a sorry page")
			}
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
	spelled := map[string]desk.GroupName{}
	for i := range k.c.Services {
		g := &k.c.Services[i].Group
		low := strings.ToLower(string(*g))
		if !k.given(g) || low == "" {
			continue
		}
		if _, found := words[low]; found || strings.Contains(taken, " "+low+" ") {
			k.refuse(g, problem{"is a service or a word of the commands already", "name the group otherwise, so that a line has one meaning"})
		}
		if before, found := spelled[low]; found && before != *g {
			k.refuse(g, problem{"is spelled otherwise above", "write " + shown(string(before), "", false)})
		}
		spelled[low] = *g
	}
}

// dependencies checks that services need services, and not in a circle.
func (k *checker) dependencies() {
	ids := k.serviceIDs()
	needs := map[desk.ServiceID][]desk.ServiceID{}
	for i := range k.c.Services {
		s := &k.c.Services[i]
		references(k, s.DependsOn, "service", ids)
		needs[s.ID] = append(needs[s.ID], s.DependsOn...)
	}
	for i := range k.c.Services {
		s := &k.c.Services[i]
		if len(s.DependsOn) == 0 { // another has this id too, and it is that one's circle
			continue
		}
		if circle := circle([]desk.ServiceID{s.ID}, needs, map[desk.ServiceID]bool{}); circle != nil && s.ID == slices.Min(circle) {
			k.mistake(k.spots[&s.DependsOn], problem{"depends_on in [[services]] makes a circle: " + joined(circle, " needs "), "take one of them out"})
		}
	}
}

// circle goes on from a way along what services need until it is back where it
// began; nil when it never is. seen are the services tried.
func circle(way []desk.ServiceID, needs map[desk.ServiceID][]desk.ServiceID, seen map[desk.ServiceID]bool) []desk.ServiceID {
	for _, next := range needs[way[len(way)-1]] {
		if next == way[0] {
			return append(way, next)
		}
		if seen[next] {
			continue
		}
		seen[next] = true
		if found := circle(append(way, next), needs, seen); found != nil {
			return found
		}
	}
	return nil
}

func joined(ids []desk.ServiceID, between string) string {
	text := string(ids[0])
	for _, id := range ids[1:] {
		text += between + string(id)
	}
	return text
}
