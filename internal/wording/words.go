package wording

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/desk"
)

// PublicStatus is a service's status in the words for the public: "working",
// "slow", "partly not available", "not available", "planned work". An unknown
// status is "not known".
func (c Context) PublicStatus(s desk.ServiceStatus) string {
	switch s {
	case desk.Operational:
		return c.word("working")
	case desk.UnderMaintenance:
		return c.word("planned work")
	case desk.DegradedPerformance:
		return c.word("slow")
	case desk.PartialOutage:
		return c.word("partly not available")
	case desk.MajorOutage:
		return c.word("not available")
	}
	return c.word("not known")
}

// PublicImpact is what an impact makes of a service, in the words for the public.
func (c Context) PublicImpact(i desk.Impact) string { return c.PublicStatus(i.ServiceStatus()) }

// impactWord is an impact as staff call it.
func (c Context) impactWord(i desk.Impact) string {
	switch i {
	case desk.Minor:
		return c.word("minor")
	case desk.Major:
		return c.word("major")
	case desk.Critical:
		return c.word("critical")
	}
	return string(i)
}

// impactValue is an impact for staff: "major (partly not available)".
func (c Context) impactValue(i desk.Impact) string {
	return c.impactWord(i) + " (" + c.PublicImpact(i) + ")"
}

// StatusName is an incident's status as everybody reads it: "Identified".
func (c Context) StatusName(s desk.IncidentStatus) string { return capital(c.statusWord(s)) }

func (c Context) statusWord(s desk.IncidentStatus) string {
	switch s {
	case desk.Investigating:
		return c.word("investigating")
	case desk.Identified:
		return c.word("identified")
	case desk.Monitoring:
		return c.word("monitoring")
	case desk.Resolved:
		return c.word("resolved")
	}
	return string(s)
}

// capital begins a text with a capital letter.
func capital(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:n]) + s[n:]
}

// Names lists the services' names as a sentence does: "Learn System, Portal and
// Mail". More than a phone can show are counted: "... and 9 more services".
func (c Context) Names(services []desk.Affected) string { return c.namesUpTo(services, shownNames) }

// shownNames is how many services a sentence names.
const shownNames = 4

func (c Context) namesUpTo(services []desk.Affected, limit int) string {
	names := make([]string, 0, limit+1)
	for _, a := range services[:min(limit, len(services))] {
		names = append(names, a.Name)
	}
	if more := len(services) - len(names); more > 0 {
		names = append(names, c.plural(more, "1 more service", "%s more services"))
	}
	return c.and(names)
}

// Conditions says how the services of an incident do now, the worst first:
// "Learn System is not available; Portal and Mail are slow". It has no full stop.
func (c Context) Conditions(i desk.Incident) string { return c.conditions(i, present) }

func (c Context) conditions(i desk.Incident, in tense) string {
	var clauses []string
	statuses := desk.ServiceStatuses()
	slices.Reverse(statuses)
	for _, s := range statuses {
		var of []desk.Affected
		for _, a := range i.Services {
			if i.StatusOf(a.Service) == s {
				of = append(of, a)
			}
		}
		if len(of) > 0 {
			clauses = append(clauses, c.grammar().clause(clause{c.Names(of), len(of) > 1, s, c.PublicStatus(s), in}))
		}
	}
	return strings.Join(clauses, "; ")
}

// thousands writes a number as a sentence does: 12,345.
func (c Context) thousands(n int) string { return c.grammar().thousands(n) }

// Span says how long in at most two words with their units, rounded down: "40
// seconds", "39 minutes", "1 hour 5 minutes", "2 days 3 hours".
func (c Context) Span(d time.Duration) string {
	days, hours := int(d/(24*time.Hour)), int(d%(24*time.Hour)/time.Hour)
	minutes, seconds := int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case days > 0:
		return c.two(c.days(days), hours, c.hours(hours))
	case hours > 0:
		return c.two(c.hours(hours), minutes, c.minutes(minutes))
	case minutes > 0:
		return c.minutes(minutes)
	case seconds > 0:
		return c.plural(seconds, "1 second", "%s seconds")
	}
	return c.word("less than a second")
}

func (c Context) days(n int) string    { return c.plural(n, "1 day", "%s days") }
func (c Context) hours(n int) string   { return c.plural(n, "1 hour", "%s hours") }
func (c Context) minutes(n int) string { return c.plural(n, "1 minute", "%s minutes") }

// two says the larger unit, and the smaller where there is some of it.
func (c Context) two(larger string, n int, smaller string) string {
	if n == 0 {
		return larger
	}
	return larger + c.grammar().units + smaller
}
