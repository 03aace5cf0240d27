package statuspage

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func english() words {
	return words{
		own: "English",
		Label: labels{
			Language:    "Language",
			Open:        "Open incidents",
			Services:    "Services",
			Recent:      "Resolved in the last 14 days",
			Affected:    "What it is about",
			News:        "What we said",
			NoRecent:    "Nothing went wrong in the last 14 days.",
			Older:       "Older messages",
			Whole:       "All services",
			NoProblem:   "There was no such problem. We are sorry for the trouble.",
			NotFoundWhy: "The address may be mistyped. The status page tells what works and what does not.",
		},
		title:      "Service status of {}",
		others:     "Other services",
		allWell:    "All services are working.",
		noServices: "No services are listed here yet.",
		watching:   "We are watching something that went wrong.",
		began:      "It began {}.",
		beganAgain: "It began {}, and again {}.",
		fromTo:     "{} from {} to {}",
		lasted:     "{} ({}).",
		promise:    "We will post again by {}.",
		noPromise:  "We will post again as soon as we know more.",
		corrected:  "corrected {}",
		reopened:   "Reopened",
		gotWorse:   "It got worse: it was {}, now it is {}.",
		gotBetter:  "It got better: it was {}, now it is {}.",
		was:        "Correction: it was {}. We had said: {}.",
		rescoped:   "Correction: this is about {}. Before, we named {}.",
		oneProblem: "It is one problem with another that we told of.",
		nowAbout:   "It is about {}.",
		titleFixed: "We corrected the title.",
		timesFixed: "We corrected when it began or ended.",
		mistake:    "Please ignore our message about {}: it was a mistake.",
		notFound:   "There is no such page.",
		asOf:       "As of {}.",
		zoneIs:     "All times are in the zone {}.",
		states:     englishStates(),
		and:        " and ",
		more:       [2]string{"1 more service", "{} more services"},
		day:        func(t time.Time) string { return t.Format("Jan 2") },
		year:       func(t time.Time) string { return t.Format("Jan 2, 2006") },
		clock:      func(t time.Time) string { return t.Format("3:04 PM") },
		at:         "{}, {}",
		units:      [4][2]string{{"1 day", "{} days"}, {"1 hour", "{} hours"}, {"1 minute", "{} minutes"}, {"1 second", "{} seconds"}},
	}
}

func englishStates() states {
	return states{
		status: map[desk.ServiceStatus]string{
			desk.Operational:         "working",
			desk.UnderMaintenance:    "planned work",
			desk.DegradedPerformance: "slow",
			desk.PartialOutage:       "partly not available",
			desk.MajorOutage:         "not available",
		},
		is: map[desk.ServiceStatus][2]string{
			desk.Operational:         {"{} is working", "{} are working"},
			desk.UnderMaintenance:    {"{} has planned work", "{} have planned work"},
			desk.DegradedPerformance: {"{} is slow", "{} are slow"},
			desk.PartialOutage:       {"{} is partly not available", "{} are partly not available"},
			desk.MajorOutage:         {"{} is not available", "{} are not available"},
		},
		went: map[desk.ServiceStatus][2]string{
			desk.Operational:         {"{} was working", "{} were working"},
			desk.UnderMaintenance:    {"{} had planned work", "{} had planned work"},
			desk.DegradedPerformance: {"{} was slow", "{} were slow"},
			desk.PartialOutage:       {"{} was partly not available", "{} were partly not available"},
			desk.MajorOutage:         {"{} was not available", "{} were not available"},
		},
		phase: map[desk.IncidentStatus]string{
			desk.Investigating: "Investigating",
			desk.Identified:    "Identified",
			desk.Monitoring:    "Monitoring",
			desk.Resolved:      "Resolved",
		},
	}
}
