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
	and  string
	more [2]string // names that are not listed: one, {} many

	day   func(t time.Time) string // "Dec 2"
	year  func(t time.Time) string // "Dec 2, 2026"
	clock func(t time.Time) string // "4:12 AM"
	at    string                   // day {}, clock {}
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
}

// states are the words for how services and incidents are.
type states struct {
	status   map[desk.ServiceStatus]string    // of a service
	is, went map[desk.ServiceStatus][2]string // of one and of several services {}, now and then
	phase    map[desk.IncidentStatus]string   // of an incident
}
