package config

import (
	"reflect"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// Source is a monitor elsewhere that calls the bot at POST /sources/{name}.
type Source struct {
	// Name is its part of the address. No default.
	Name string `toml:"name" need:"a short name, such as pingdom" form:"id"`
	// Kind is which monitor it is. No default.
	Kind string `toml:"kind" need:"which monitor calls, such as pingdom or generic" oneof:"pingdom alertsite alertmanager grafana uptime_kuma gatus uptimerobot statuscake site24x7 datadog pagerduty healthchecks statuspage cloudevents generic"`
	// Token is what the monitor proves itself with. No default.
	Token Secret `toml:"token" need:"a long random text that the monitor sends, as in \"env:PINGDOM_TOKEN\""`
	// NextToken is accepted beside Token. Default: "".
	NextToken Secret `toml:"next_token" default:""`
	// Checks are the service of each check, by its id or name or "label=value". Default: none.
	Checks map[string]desk.ServiceID `toml:"checks" like:"{ \"123456\" = \"learn\" }"`
	// Map is where a call of the kind "generic" has what.
	Map SourceMap `toml:"map"`
}

// Tokens are the tokens that the monitor may send, the present one first.
func (s Source) Tokens() []Secret { return present(s.Token, s.NextToken) }

// Built reports whether calls of its kind are understood already.
func (s Source) Built() bool {
	return slices.Contains([]string{"pingdom", "alertsite", "alertmanager", "generic"}, s.Kind)
}

// SourceMap is where the JSON of a call has what: paths such as "check.id", or "hosts.0.id"
// in a list. A path of "" leads nowhere.
type SourceMap struct {
	// Each is the list of alerts of a call; "" where the call is one alert, or a list of them. Default: "".
	Each string `toml:"each" default:"" form:"json path"`
	// Check is the id of the check, the same for a problem and its end. Default: "check".
	Check string `toml:"check" default:"check" form:"json path"`
	// Name is the check's name for people. Default: "name".
	Name string `toml:"name" default:"name" empty:"none" form:"json path"`
	// State is how the check is, one of the words of Failing and Passing. Default: "state".
	State string `toml:"state" default:"state" form:"json path"`
	// Failing are the states that are a problem, upper or lower case. Default: failing, down and the like.
	Failing []string `toml:"failing" default:"failing,down,critical,error,firing,alerting,problem" form:"line" limits:"..40"`
	// Passing are the states that are its end. Default: passing, up and the like. Any other state is told nobody.
	Passing []string `toml:"passing" default:"passing,up,ok,clear,resolved,recovered,success" form:"line" limits:"..40"`
	// Since is when the state began: RFC 3339, or Unix seconds or milliseconds. Default: "since".
	Since string `toml:"since" default:"since" empty:"none" form:"json path"`
	// Expectation says what the alert is about. Default: "expectation".
	Expectation string `toml:"expectation" default:"expectation" empty:"none" form:"json path"`
	// Performance are the words there that mean slowness; any other means availability. Default: "performance", "slow".
	Performance []string `toml:"performance" default:"performance,slow" form:"line" limits:"..40"`
	// Detail is what failed, for staff. Default: "detail".
	Detail string `toml:"detail" default:"detail" empty:"none" form:"json path"`
	// Step is the step that failed. Default: "step".
	Step string `toml:"step" default:"step" empty:"none" form:"json path"`
	// Place is the location that sees it, whose own end clears it there alone. Default: "place".
	Place string `toml:"place" default:"place" empty:"none" form:"json path"`
	// Link is the check's page at the monitor. Default: "link".
	Link string `toml:"link" default:"link" empty:"none" form:"json path"`
	// Labels is an object whose pairs may map the check to a service. Default: "labels".
	Labels string `toml:"labels" default:"labels" empty:"none" form:"json path"`
}

// mappedForm is jsonPathForm for a path whose first name may begin with "@", which is no
// more than a letter there: some monitors name their fields so.
func mappedForm(path string) *problem { return jsonPathForm(strings.TrimPrefix(path, "@")) }

// sources checks names and the services of checks.
func (k *checker) sources() {
	seen, ids := unique{}, k.serviceIDs()
	for i := range k.c.Sources {
		s := &k.c.Sources[i]
		k.once(seen, &s.Name, s.Name, "the name of a source")
		k.ownTokens(i)
		for check, service := range s.Checks {
			part := mapKey{&s.Checks, check}
			if k.given(part) && !slices.Contains(ids, string(service)) {
				k.unknownName(part, string(service), "is no service", ids)
			}
		}
		k.sourceMap(s)
	}
}

// ownTokens checks that no other source has a token of this one where two independent
// witnesses do something by themselves: whoever has it would be both.
func (k *checker) ownTokens(i int) {
	acts := func(s Service) bool { return s.AutoDeclare > 0 || s.Gate == "auto" }
	if !slices.ContainsFunc(k.c.Services, acts) {
		return
	}
	s := &k.c.Sources[i]
	for _, part := range []*Secret{&s.Token, &s.NextToken} {
		same := func(t Secret) bool { return t.Equal(part.Reveal()) }
		for _, other := range k.c.Sources[:i] {
			if at := k.spots[part]; at != nil && slices.ContainsFunc(other.Tokens(), same) {
				k.mistake(at, problem{at.key + " in [[sources]] is a token of source " + other.Name + " too", "where services have auto_declare or gate = \"auto\", each source needs its own, as one that leaks would be two witnesses"})
			}
		}
	}
}

// sourceMap checks that only a source without a form of its own is given one, and that
// no state means two things.
func (k *checker) sourceMap(s *Source) {
	if at := k.spots[&s.Map]; at != nil && k.mapGiven(&s.Map) && s.Kind != "generic" && !k.broken(&s.Kind) {
		k.mistake(at, problem{"[sources.map] says nothing to a " + s.Kind + " source", "it is for the kind generic"})
	}
	for i := range s.Map.Passing {
		word := &s.Map.Passing[i]
		both := slices.ContainsFunc(s.Map.Failing, func(other string) bool { return strings.EqualFold(other, *word) })
		if both && k.given(word) {
			k.refuse(word, problem{"is among failing too", "a state means one thing"})
		}
	}
}

// mapGiven reports whether any key of the map stands in the file.
func (k *checker) mapGiven(m *SourceMap) bool {
	fields := reflect.ValueOf(m).Elem()
	for i := range fields.NumField() {
		if k.spots[fields.Field(i).Addr().Interface()] != nil {
			return true
		}
	}
	return false
}

// unbuiltSources names the kinds of sources that are configured and not built yet.
func (c *Config) unbuiltSources() (kinds []string) {
	for _, s := range c.Sources {
		if kind := "sources of the kind " + s.Kind; !s.Built() && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
