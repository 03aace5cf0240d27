package statuspage

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// words is everything that the page says in one language. In a sentence, {} stands
// for what is said about: names, times, typed text.
type words struct {
	own   string // the language's name in itself
	Label labels

	title      string // of the page: {} is the organization
	others     string // services without a group
	allWell    string // the overall line
	noServices string
	watching   string // beside allWell, where an incident is open
	began      string // began {}
	beganAgain string // began {}, and again {}
	lasted     string // what was from when to when {}, how long {}
	fromTo     string // a clause, from {} to {}
	promise    string // next update by {}
	noPromise  string
	corrected  string // corrected {}
	reopened   string
	gotWorse   string // from {} to {}
	gotBetter  string
	was        string // correction after the end: it was {}, not {}
	rescoped   string // now {}, before {}
	oneProblem string
	nowAbout   string // {}
	titleFixed string
	timesFixed string
	mistake    string // {} names services
	notFound   string
	asOf       string // {} is the time
	zoneIs     string // {} is its name

	states
	plans
	and  string
	more [2]string // names that are not listed: one, {} many

	day   func(t time.Time) string // "Dec 2"
	year  func(t time.Time) string // "Dec 2, 2026"
	clock func(t time.Time) string // "4:12 AM"
	at    string                   // day {}, clock {}
	onDay string                   // weekday {}, day and clock {}
	units [4][2]string             // {} days, hours, minutes, seconds: one, many
}

// labels are those that templates say as they stand.
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

	Running     string // headings
	Coming      string
	Reserved    string
	Times       string
	PlannedFrom string // names of times
	PlannedTo   string
	Began       string
	Ended       string
	NoComing    string
	MayUse      string // of reserved times
	Calendar    string // links
	MoreWork    string
	Series      string
	GoesOn      string // to the incident that a window became
	WasPlanned  string // to the window that an incident was
}

// states are the words for how services and incidents are.
type states struct {
	status   map[desk.ServiceStatus]string    // of a service
	is, went map[desk.ServiceStatus][2]string // of one and of several services {}, now and then
	phase    map[desk.IncidentStatus]string   // of an incident
}

// plans are the words for planned work.
type plans struct {
	effectNow, effectThen map[desk.Effect][2]string // what one and several services {} are and will be
	windowPhase           map[desk.WindowStatus]string
	windowEntry           map[desk.EntryKind]string // heads of a timeline; what has none is not told
	turned                string                    // the phase of what became an incident

	weekday   [7]string
	fromUntil string // from {} to {}
	workBegan string // {}
	plannedTo string // {}
	late      string
	testing   string
	notBegun  string
	again     string    // {} are times
	moreTimes [2]string // that are not listed: one, {} many
	cancelled string    // why {}
	allOff    string    // of a series that was cancelled
	movedFrom string    // a period {}
	replanned string    // now {}, before {}
	extended  string    // until {}, before {}
	doesNot   string    // of what was cancelled

	verified, unverified string
	becameIncident       string

	event      string // in a calendar: services {}, title {}
	calendar   string // its name: {} is the organization
	calendarOf string // of the service {} of the organization {}
}
