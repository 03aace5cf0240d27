package statuspage

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func english() words {
	return words{
		own:        "English",
		Label:      englishLabels(),
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
		plans:      englishPlans(),
		and:        " and ",
		more:       [2]string{"1 more service", "{} more services"},
		day:        func(t time.Time) string { return t.Format("Jan 2") },
		year:       func(t time.Time) string { return t.Format("Jan 2, 2006") },
		clock:      func(t time.Time) string { return t.Format("3:04 PM") },
		at:         "{}, {}",
		onDay:      "{}, {}",
		units:      [4][2]string{{"1 day", "{} days"}, {"1 hour", "{} hours"}, {"1 minute", "{} minutes"}, {"1 second", "{} seconds"}},
	}
}

func englishLabels() labels {
	return labels{
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
		Running:     "Planned work now",
		Coming:      "Planned work to come",
		Reserved:    "Reserved, not planned",
		Times:       "The next times",
		PlannedFrom: "Planned from",
		PlannedTo:   "Planned until",
		Began:       "Began",
		Ended:       "Ended",
		NoComing:    "No work is planned in the next 30 days.",
		MayUse:      "These times are kept free for work. Nothing is planned in them; if we use one, we say so before.",
		Calendar:    "Calendar of planned work",
		MoreWork:    "More is planned: it is in the calendar.",
		Series:      "It is one of the times of",
		GoesOn:      "We go on at",
		WasPlanned:  "It began as planned work:",
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

func englishPlans() plans {
	return plans{
		effectNow: map[desk.Effect][2]string{
			desk.EffectDown:     {"{} is not available", "{} are not available"},
			desk.EffectDegraded: {"{} may be slow or fail in parts", "{} may be slow or fail in parts"},
			desk.EffectAtRisk:   {"{} should work, but may fail for a short time", "{} should work, but may fail for a short time"},
		},
		effectThen: map[desk.Effect][2]string{
			desk.EffectDown:     {"{} will not be available", "{} will not be available"},
			desk.EffectDegraded: {"{} may be slow or fail in parts then", "{} may be slow or fail in parts then"},
			desk.EffectAtRisk:   {"{} should work then, but may fail for a short time", "{} should work then, but may fail for a short time"},
		},
		windowPhase: map[desk.WindowStatus]string{
			desk.Scheduled: "Planned", desk.InProgress: "In progress", desk.Verifying: "Being tested",
			desk.Completed: "Completed", desk.Cancelled: "Cancelled",
		},
		windowEntry: map[desk.EntryKind]string{
			desk.WindowScheduled: "Planned", desk.WindowStarted: "Begun", desk.WindowHeld: "Start held back",
			desk.WindowMoved: "Moved", desk.WindowExtended: "Extended", desk.WindowLate: "Takes longer",
			desk.WindowVerifying: "Work done", desk.WindowCompleted: "Completed", desk.WindowCancelled: "Cancelled",
			desk.WindowConverted: "Now an incident",
		},
		turned:         "Now an incident",
		weekday:        [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		fromUntil:      "{} to {}",
		workBegan:      "The work began {}.",
		plannedTo:      "It is planned until {}.",
		late:           "It is taking longer than planned.",
		testing:        "The work is done. We are testing whether everything works.",
		notBegun:       "It has not begun yet.",
		again:          "And again: {}.",
		moreTimes:      [2]string{"1 more time", "{} more times"},
		cancelled:      "Cancelled: {}",
		allOff:         "None of its later times takes place.",
		movedFrom:      "Moved. Before, it was planned for {}.",
		replanned:      "It is planned for {} now. Before: {}.",
		extended:       "It is planned until {} now. Before: {}.",
		doesNot:        "This work was cancelled.",
		verified:       "The work is completed, and our tests show that everything works.",
		unverified:     "The work is completed. It was not verified by tests.",
		becameIncident: "The planned work turned into an incident.",
		event:          "{}: {}",
		calendar:       "Planned work of {}",
		calendarOf:     "Planned work on {} of {}",
	}
}
