package statuspage

import (
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// wordsIn are the words of the page in the language of c, which has those of all
// languages. A sentence that posts say too is the same there.
func wordsIn(c wording.Context) words {
	say := c.Own
	return words{
		own:            say("English"),
		Label:          labelsIn(c),
		title:          say("Service status of %s"),
		others:         say("Other services"),
		allWell:        say("All services are working."),
		noServices:     say("No services are listed here yet."),
		watching:       say("We are watching something that went wrong."),
		began:          say("It began %s."),
		beganAgain:     say("It began %s, and again %s."),
		fromTo:         say("%s from %s to %s"),
		corrected:      say(", corrected %s"),
		reopened:       say("Reopened"),
		unchanged:      say("No new information since %s."),
		gotWorse:       say("It got worse: it was %s, now it is %s."),
		gotBetter:      say("It got better: it was %s, now it is %s."),
		was:            say("Correction: it was %s. We had said: %s."),
		rescoped:       say("Correction: this is about %s. Before, we named %s."),
		oneProblem:     say("It is one problem with another that we told of."),
		nowAbout:       say("This is about %s."),
		titleFixed:     say("We corrected the title."),
		timesFixed:     say("We corrected when it began or ended."),
		mistake:        say("Please ignore our message about %s: it was a mistake"),
		notFound:       say("There is no such page."),
		asOf:           say("As of %s."),
		zoneIs:         say("All times are in the zone %s."),
		unreached:      say("%s cannot be reached at the moment."),
		notSaved:       say("What you just sent was not saved. Go back, keep a copy of it, and send it again when %s works."),
		worksNow:       say("%s is working, as far as we know."),
		worksAgain:     say("%s works again."),
		goTo:           say("Go to %s"),
		looks:          say("This page looks by itself whether %s works again. It sends nothing."),
		newsThere:      say("You find news on the status page."),
		quietMonth:     say("Nothing went wrong in %s, and no planned work was done."),
		earlier:        say("Earlier: %s"),
		later:          say("Later: %s"),
		noTrouble:      say("Nothing went wrong in the last 90 days."),
		goodDays:       [2]string{say("On 1 of the last 90 days nothing went wrong."), say("On %s of the last 90 days nothing went wrong.")},
		noTroubleSince: say("Nothing went wrong since %s."),
		goodDaysSince:  say("On %s of %s days since %s nothing went wrong."),
		states:         statesIn(c),
		plans:          plansIn(c),
		feedWords:      feedWordsIn(c),
		more:           [2]string{say("1 more service"), say("%s more services")},
	}
}

func labelsIn(c wording.Context) labels {
	say := c.Own
	return labels{
		Language:    say("Language"),
		Open:        say("Open incidents"),
		Services:    say("Services"),
		Recent:      say("Resolved in the last 14 days"),
		Affected:    say("What it is about"),
		News:        say("What we said"),
		NoRecent:    say("Nothing went wrong in the last 14 days."),
		Older:       say("Older messages"),
		Whole:       say("All services"),
		NoProblem:   say("There was no such problem. We are sorry for the trouble."),
		NotFoundWhy: say("The address may be mistyped. The status page tells what works and what does not."),
		LastDays:    say("The last 90 days"),
		LastEvents:  say("What went wrong"),
		History:     say("History"),
		Running:     say("Planned work now"),
		Done:        say("Planned work that is done"),
		Coming:      say("Planned work to come"),
		Reserved:    say("Reserved, not planned"),
		Times:       say("The next times"),
		PlannedFrom: say("Planned from"),
		PlannedTo:   say("Planned until"),
		Began:       say("Began"),
		Ended:       say("Ended"),
		NoComing:    say("No work is planned in the next 30 days."),
		MayUse:      say("These times are kept free for work. Nothing is planned in them; if we use one, we say so before."),
		MoreWork:    say("More is planned: it is in the calendar."),

		Subscribe:    say("Add planned work to your calendar"),
		CalendarFile: say("Calendar file (.ics)"),
		OneService:   say("Of one service only:"),
		Follow:       say("Follow the news in a feed reader:"),

		TryAgain:   say("Try again"),
		StatusPage: say("Status page"),
		HelpDesks:  say("Help desks"),

		Series:     say("It is one of the times of"),
		GoesOn:     say("We go on at"),
		WasPlanned: say("It began as planned work:"),
	}
}

func statesIn(c wording.Context) states {
	s := states{
		status: map[desk.ServiceStatus]string{}, phase: map[desk.IncidentStatus]string{},
		is: map[desk.ServiceStatus][2]string{}, went: map[desk.ServiceStatus][2]string{},
	}
	for _, one := range desk.ServiceStatuses() {
		s.status[one] = c.PublicStatus(one)
		s.is[one] = [2]string{c.Clause(one, false, false), c.Clause(one, true, false)}
		s.went[one] = [2]string{c.Clause(one, false, true), c.Clause(one, true, true)}
	}
	for _, one := range []desk.IncidentStatus{desk.Investigating, desk.Identified, desk.Monitoring, desk.Resolved} {
		s.phase[one] = c.StatusName(one)
	}
	return s
}

func plansIn(c wording.Context) plans {
	say := c.Own
	p := plans{
		effectNow: map[desk.Effect][2]string{}, effectThen: map[desk.Effect][2]string{},
		turned:         say("Now an incident"),
		fromUntil:      say("%s to %s"),
		workBegan:      say("The work began %s."),
		ended:          say("It ended %s."),
		plannedTo:      say("It is planned until %s."),
		late:           say("It is taking longer than planned."),
		testing:        say("The work is done. We are testing whether everything works."),
		notBegun:       say("It has not begun yet."),
		held:           say("It does not begin as planned. We will say when it begins."),
		again:          say("And again: %s."),
		moreTimes:      [2]string{say("1 more time"), say("%s more times")},
		cancelled:      say("Cancelled: %s"),
		allOff:         say("None of its later times takes place."),
		wasTo:          say("It was planned until %s."),
		firstTo:        say("At first it was planned until %s."),
		atFirst:        say("at first %s"),
		firstFor:       say("At first it was planned for %s."),
		movedFrom:      say("Moved. At first it was planned for %s."),
		replanned:      say("It is planned for %s now. Before: %s."),
		extended:       say("It is planned until %s now. Before: %s."),
		doesNot:        say("This work was cancelled."),
		verified:       say("The work is completed, and our tests show that everything works."),
		unverified:     say("The work is completed. It was not verified by tests."),
		becameIncident: say("The planned work turned into an incident."),
		verifiedOn:     say("The planned work on %s is completed and verified") + ".",
		untestedOn:     say("The planned work on %s is completed") + ". " + say("Not verified by tests."),
		calendar:       say("Planned work of %s"),
		calendarOf:     say("Planned work on %s of %s"),
		onService:      say("Planned work on %s (.ics)"),
	}
	p.windowPhase, p.windowEntry = phasesIn(c)
	for _, e := range desk.Effects() {
		p.effectNow[e] = [2]string{c.Effect(e, false, false), c.Effect(e, true, false)}
		p.effectThen[e] = [2]string{c.Effect(e, false, true), c.Effect(e, true, true)}
	}
	return p
}

// phasesIn are the words for where planned work stands, and for the lines of its timeline.
func phasesIn(c wording.Context) (map[desk.WindowStatus]string, map[desk.EntryKind]string) {
	say := c.Own
	return map[desk.WindowStatus]string{
			desk.Scheduled: say("Planned"), desk.InProgress: say("In progress"), desk.Verifying: say("Being tested"),
			desk.Completed: say("Completed"), desk.Cancelled: say("Cancelled"),
		}, map[desk.EntryKind]string{
			desk.WindowScheduled: say("Planned"), desk.WindowStarted: say("Begun"), desk.WindowHeld: say("Start held back"),
			desk.WindowMoved: say("Moved"), desk.WindowExtended: say("Extended"), desk.WindowLate: say("Takes longer"),
			desk.WindowVerifying: say("Work done"), desk.WindowCompleted: say("Completed"), desk.WindowCancelled: say("Cancelled"),
			desk.WindowConverted: say("Now an incident"),
		}
}

func feedWordsIn(c wording.Context) feedWords {
	say := c.Own
	return feedWords{
		correction:  say("Correction"),
		correctedAt: say("Corrected %s."),
		nowIs:       say("Now: %s"),
		nowUnder:    say("Now under %s"),
		comesUnder:  say("News about %s now comes under %s"),
		heldBack:    say("We will say when it begins."),
		wasFromTo:   say("It was planned from %s to %s."),
		feedAbout:   say("Incidents and planned work, the newest first."),
		newsOf:      say("News of %s (Atom)"),
	}
}
