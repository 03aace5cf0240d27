package config

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Service is something that people use.
type Service struct {
	// ID is what people type. No default; lowercase letters, digits and dashes.
	ID desk.ServiceID `toml:"id" need:"a short id that people will type, such as learn" form:"id"`
	// Name is what people read. Default: the id.
	Name string `toml:"name" default:"" form:"line" limits:"..80"`
	// Aliases are other words for the id. Default: none.
	Aliases []string `toml:"aliases" form:"alias"`
	// Group is the heading it stands under on the page, and a target of subscriptions. Default: "", none.
	Group desk.GroupName `toml:"group" default:"" form:"line" limits:"..80"`
	// Description is a sentence for the page. Default: "".
	Description string `toml:"description" default:"" limits:"..500"`
	// Advice is what to do during planned work. Default: "".
	Advice string `toml:"advice" default:"" limits:"..500"`
	// AdviceIn is the same in other languages of the organization, by their code. Default: none.
	AdviceIn map[string]string `toml:"advice_in" like:"{ es = \"No haga exámenes.\" }" limits:"..500"`
	// AdviceOutage is what to do during an incident. Default: "".
	AdviceOutage string `toml:"advice_outage" default:"" limits:"..500"`
	// AdviceOutageIn is AdviceOutage in other languages of the organization, by their code. Default: none.
	AdviceOutageIn map[string]string `toml:"advice_outage_in" like:"{ es = \"Guarde su trabajo.\" }" limits:"..500"`
	// DependsOn are the services that this one needs. Default: none.
	DependsOn []desk.ServiceID `toml:"depends_on"`
	// SorryPage is whether a sorry page may stand in its place. Default: false.
	SorryPage bool `toml:"sorry_page" default:"false"`
	// URL is where people use it; its sorry page leads back there. Default: "".
	URL string `toml:"url" default:"" form:"url"`
	// SorryHosts are the names under which the bot itself gives the sorry page for every path, where a balancer sends people on
	// with the Host header as it was. Default: none.
	SorryHosts []string `toml:"sorry_hosts" form:"host"`
	// Gate is who closes the gate: "manual" or "auto". Default: "manual".
	Gate string `toml:"gate" default:"manual" oneof:"manual auto"`
	// AutoDeclare is how long a failure must be seen before the bot declares an incident. Default: "", never.
	AutoDeclare time.Duration `toml:"auto_declare" default:"" limits:"30s..24h"`
	// AutoImpact is the impact of an incident that the bot declares. Default: "major".
	AutoImpact desk.Impact `toml:"auto_impact" default:"major" oneof:"minor major critical"`
	// AutoResolveAfter is how long all must pass before the bot resolves what nobody touched. Default: "10m".
	AutoResolveAfter time.Duration `toml:"auto_resolve_after" default:"10m" limits:"1m..24h"`
}

// Catalog is the services as the rules know them, in the order of the file.
func (c *Config) Catalog() *desk.Catalog {
	services := make([]desk.Service, len(c.Services))
	for i, s := range c.Services {
		services[i] = desk.Service{
			ID: s.ID, Name: s.Name, Aliases: s.Aliases, Group: s.Group, Description: s.Description,
			Advice: s.Advice, AdviceIn: byPrimary(s.AdviceIn), AdviceOutage: s.AdviceOutage, AdviceOutageIn: byPrimary(s.AdviceOutageIn),
			DependsOn:   s.DependsOn,
			AutoDeclare: s.AutoDeclare, AutoImpact: s.AutoImpact, AutoResolveAfter: s.AutoResolveAfter,
			URL: s.URL, SorryPage: s.SorryPage, AutoGate: s.Gate == "auto",
		}
	}
	return desk.NewCatalog(services)
}

// byPrimary has texts by the primary subtags of their languages: "es" of "es-PR".
func byPrimary(texts map[string]string) map[string]string {
	var out map[string]string
	for code, text := range texts {
		if out == nil {
			out = map[string]string{}
		}
		primary, _, _ := strings.Cut(code, "-")
		out[primary] = text
	}
	return out
}

// SorryHosts tells the service whose sorry page is given under each host name.
func (c *Config) SorryHosts() map[string]desk.ServiceID {
	hosts := map[string]desk.ServiceID{}
	for _, s := range c.Services {
		for _, h := range s.SorryHosts {
			hosts[strings.ToLower(h)] = s.ID
		}
	}
	return hosts
}
