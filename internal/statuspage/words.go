package statuspage

import (
	"github.com/umassonline/belltower/internal/desk"
)

// words is everything that the page says in one language, beside what package wording
// says for it. In a sentence, %s stands for what is said about: names, times, typed text.
type words struct {
	own   string // the language's name in itself
	Label labels

	title      string // of the page: %s is the organization
	others     string // services without a group
	allWell    string // the overall line
	noServices string
	watching   string // beside allWell, where an incident is open
	began      string // began %s
	beganAgain string // began %s, and again %s
	fromTo     string // a clause, from %s to %s
	corrected  string // behind a time: corrected %s
	reopened   string
	unchanged  string // since %s
	gotWorse   string // from %s to %s
	gotBetter  string
	was        string // correction after the end: it was %s, not %s
	rescoped   string // now %s, before %s
	oneProblem string
	nowAbout   string // %s
	titleFixed string
	timesFixed string
	mistake    string // %s names services; without its full stop
	notFound   string
	asOf       string // %s is the time
	zoneIs     string // %s is its name

	// of sorry pages, about the service %s
	unreached, notSaved, worksNow, worksAgain string
	goTo, looks                               string
	newsThere                                 string

	quietMonth, earlier, later string // %s is a month

	noTrouble, noTroubleSince string    // of a service in the days shown; since %s
	goodDays                  [2]string // on which nothing was wrong: on one, on %s of them
	goodDaysSince             string    // on %s of %s days since %s

	states
	plans
	feedWords
	more [2]string // names that are not listed: one, %s many
}

// labels are those that components say as they stand.
type labels struct {
	Language    string // of the choice of languages
	Open        string // headings
	Services    string
	Recent      string
	News        string
	Affected    string
	NoRecent    string
	Older       string // link to more news
	Whole       string // link from an incident to the page
	NoProblem   string
	NotFoundWhy string

	LastDays   string // headings of the page of a service
	LastEvents string
	History    string // a link, and the heading there

	Running     string // headings
	Done        string
	Coming      string
	Reserved    string
	Times       string
	PlannedFrom string // names of times
	PlannedTo   string
	Began       string
	Ended       string
	NoComing    string
	MayUse      string // of reserved times
	MoreWork    string

	Subscribe    string // links to calendars
	CalendarFile string
	OneService   string // before those of services
	Follow       string // before links to feeds

	TryAgain   string // of sorry pages
	StatusPage string
	HelpDesks  string

	Series     string
	GoesOn     string // to the incident that a window became
	WasPlanned string // to the window that an incident was
}

// states are the words for how services and incidents are.
type states struct {
	status   map[desk.ServiceStatus]string    // of a service
	is, went map[desk.ServiceStatus][2]string // of one and of several services %s, now and then
	phase    map[desk.IncidentStatus]string   // of an incident
}

// plans are the words for planned work.
type plans struct {
	effectNow, effectThen map[desk.Effect][2]string // what one and several services %s are and will be
	windowPhase           map[desk.WindowStatus]string
	windowEntry           map[desk.EntryKind]string // heads of a timeline; what has none is not told
	turned                string                    // the phase of what became an incident

	fromUntil string // from %s to %s
	workBegan string // %s
	ended     string // %s
	plannedTo string // %s
	late      string
	testing   string
	notBegun  string
	held      string
	again     string    // %s are times
	moreTimes [2]string // that are not listed: one, %s many
	cancelled string    // why %s
	allOff    string    // of a series that was cancelled
	wasTo     string    // of what is late: %s
	firstTo   string    // before it was extended: %s
	atFirst   string    // behind a time: %s
	firstFor  string    // before it began at another time: a period %s
	movedFrom string    // a period %s
	replanned string    // now %s, before %s
	extended  string    // until %s, before %s
	doesNot   string    // of what was cancelled

	verified, unverified string
	becameIncident       string
	// services %s
	verifiedOn, untestedOn string

	calendar   string // its name: %s is the organization
	calendarOf string // of the service %s of the organization %s
	onService  string // a link to that of the service %s
}

// feedWords are those that only feeds say.
type feedWords struct {
	correction  string // heads of entries
	correctedAt string // a time %s
	nowIs       string // how the services are: %s
	nowUnder    string // in what it was merged: %s
	comesUnder  string // about services %s, under %s; without its full stop
	heldBack    string
	wasFromTo   string // from %s to %s
	feedAbout   string
	newsOf      string // a link to that of the service %s
}
