package wording

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// PublicStatus is a service's status in the words for the public: "working",
// "slow", "partly not available", "not available", "planned work". An unknown
// status is "not known".
func PublicStatus(s desk.ServiceStatus) string {
	switch s {
	case desk.Operational:
		return "working"
	case desk.UnderMaintenance:
		return "planned work"
	case desk.DegradedPerformance:
		return "slow"
	case desk.PartialOutage:
		return "partly not available"
	case desk.MajorOutage:
		return "not available"
	}
	return "not known"
}

// PublicImpact is what an impact makes of a service, in the words for the public.
func PublicImpact(i desk.Impact) string { return PublicStatus(i.ServiceStatus()) }

// StatusName is an incident's status as everybody reads it: "Identified".
func StatusName(s desk.IncidentStatus) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(string(s[:1])) + string(s[1:])
}

// Names lists the services' names as a sentence does: "Learn System, Portal and
// Mail". More than a phone can show are counted: "... and 9 more services".
func Names(services []desk.Affected) string { return namesUpTo(services, shownNames) }

// shownNames is how many services a sentence names.
const shownNames = 4

func namesUpTo(services []desk.Affected, limit int) string {
	names := make([]string, 0, limit+1)
	for _, a := range services[:min(limit, len(services))] {
		names = append(names, a.Name)
	}
	if more := len(services) - len(names); more > 0 {
		names = append(names, count(more, "more service"))
	}
	return and(names)
}

// and joins the parts of an enumeration.
func and(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// Conditions says how the services of an incident do now, the worst first:
// "Learn System is not available; Portal and Mail are slow". It has no full stop.
func Conditions(i desk.Incident) string { return conditions(i, present) }

// tense is how a sentence speaks of a condition; {one, many}.
type tense struct {
	be, have [2]string
	suffix   string
}

func present(desk.ServiceStatus) tense {
	return tense{be: [2]string{"is", "are"}, have: [2]string{"has", "have"}}
}

func past(desk.ServiceStatus) tense {
	return tense{be: [2]string{"was", "were"}, have: [2]string{"had", "had"}}
}

func again(s desk.ServiceStatus) tense { return with(s, " again") }

func changed(s desk.ServiceStatus) tense { return with(s, " now") }

func with(s desk.ServiceStatus, suffix string) tense {
	t := present(s)
	if s != desk.Operational {
		t.suffix = suffix
	}
	return t
}

func conditions(i desk.Incident, in func(desk.ServiceStatus) tense) string {
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
			clauses = append(clauses, clause(of, s, in(s)))
		}
	}
	return strings.Join(clauses, "; ")
}

func clause(of []desk.Affected, s desk.ServiceStatus, t tense) string {
	verb := t.be
	if s == desk.UnderMaintenance {
		verb = t.have
	}
	return Names(of) + " " + verb[many(len(of))] + " " + PublicStatus(s) + t.suffix
}

func many(n int) int {
	if n == 1 {
		return 0
	}
	return 1
}

// count says how many: "1 channel", "2 channels".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Span says how long in at most two words with their units, rounded down: "40
// seconds", "39 minutes", "1 hour 5 minutes", "2 days 3 hours".
func Span(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}}
	for k, u := range units {
		n := int(d / u.size)
		if n == 0 {
			continue
		}
		out := count(n, u.name)
		if u.size <= time.Minute {
			return out
		}
		if rest := int(d % u.size / units[k+1].size); rest > 0 {
			out += " " + count(rest, units[k+1].name)
		}
		return out
	}
	return "less than a second"
}
