package config

import (
	"maps"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// CampusID is the id of a campus: lowercase letters, digits and dashes.
type CampusID string

// Campus is one campus of the organization.
type Campus struct {
	// ID is its short id. No default; lowercase letters, digits and dashes.
	ID CampusID `toml:"id" need:"a short id, such as amherst" form:"id"`
	// Name is what people read. Default: the id.
	Name string `toml:"name" default:"" form:"line" limits:"..80"`
	// Timezone is its readers' zone. Default: the organization's.
	Timezone *time.Location `toml:"timezone" default:""`
	// Language is its readers' language, one of organization.languages. Default: the first of them.
	Language string `toml:"language" default:"" form:"language"`
	// HelpDesk is the help desk's telephone number or address. Default: "".
	HelpDesk string `toml:"help_desk" default:"" form:"line" limits:"..120"`
	// Connections are the connections of the campus. Default: none.
	Connections []desk.ConnectionName `toml:"connections"`
}

// CampusNames tells the name of the campus that each connection is of. One that
// several campuses share, or none names, is not in it.
func (c *Config) CampusNames() map[desk.ConnectionName]string {
	names, shared := map[desk.ConnectionName]string{}, map[desk.ConnectionName]bool{}
	for _, campus := range c.Campuses {
		for _, conn := range campus.Connections {
			_, twice := names[conn]
			shared[conn] = shared[conn] || twice
			names[conn] = campus.Name
		}
	}
	maps.DeleteFunc(names, func(conn desk.ConnectionName, _ string) bool { return shared[conn] })
	return names
}

// Languages tells the language of each connection that is of campuses with one language.
// Others have that of the organization, the first of its list.
func (c *Config) Languages() map[desk.ConnectionName]string {
	languages, mixed := map[desk.ConnectionName]string{}, map[desk.ConnectionName]bool{}
	for _, campus := range c.Campuses {
		for _, conn := range campus.Connections {
			before, known := languages[conn]
			mixed[conn] = mixed[conn] || known && before != campus.Language
			languages[conn] = campus.Language
		}
	}
	maps.DeleteFunc(languages, func(conn desk.ConnectionName, _ string) bool { return mixed[conn] })
	return languages
}

// Contact is somebody of a campus to ask and to tell.
type Contact struct {
	// Campus is the id of the campus. No default.
	Campus CampusID `toml:"campus" need:"the id of the campus"`
	// Role is "technical", "operational" or "business". No default.
	Role string `toml:"role" need:"technical, operational or business" oneof:"technical operational business"`
	// Services are the services that it is about. Default: all.
	Services []desk.ServiceID `toml:"services"`
	// Who is a person or a channel as connection/id, or an e-mail address. No default.
	Who Who `toml:"who" need:"a person or a channel such as amherst/U0123ABCD, or an e-mail address"`
}

// overAsked names the services of which more channels are technical contacts than are
// asked.
func (c *Config) overAsked() (ids []desk.ServiceID) {
	for _, s := range c.Services {
		var channels []desk.Channel
		for _, one := range desk.ContactsOf(c.People(), desk.TechnicalContact, []desk.ServiceID{s.ID}) {
			if !one.Channel.IsZero() && !slices.Contains(channels, one.Channel) {
				channels = append(channels, one.Channel)
			}
		}
		if len(channels) > desk.MostAsked {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// unbuiltContacts names what contacts are configured and not called yet: only the
// technical ones are.
func (c *Config) unbuiltContacts() (which []string) {
	for _, one := range c.Contacts {
		what := "contacts of the role " + one.Role
		if one.Role != "technical" && !slices.Contains(which, what) {
			which = append(which, what)
		}
	}
	return which
}
