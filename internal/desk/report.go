package desk

import "time"

// Expectation is what people may expect of a service. Each is judged by itself:
// slowness never counts as downtime.
type Expectation string

// The expectations.
const (
	// Availability: it answers, and answers rightly.
	Availability Expectation = "availability"
	// Performance: it answers quickly enough.
	Performance Expectation = "performance"
)

// WitnessKind says whose eyes a witness has.
type WitnessKind string

// The kinds of witness.
const (
	// OwnProbe is a check that the bot runs itself.
	OwnProbe WitnessKind = "probe"
	// Monitor is a check of a monitor elsewhere that calls us.
	Monitor WitnessKind = "source"
)

// Witness is one check that sees whether a service does what is expected of it.
type Witness struct {
	Kind WitnessKind
	// Name is the probe's ("login page"), or the source's ("pingdom").
	Name string
	// Check is the source's own id of the check; empty for a probe, whose name is the
	// only one of its service.
	Check string `json:",omitempty"`
}

// IsOwn reports whether it is a probe of ours.
func (w Witness) IsOwn() bool { return w.Kind == OwnProbe }

// Independent reports whether a fault, or a thief, of one is none of the other's: they are
// not told by the same source, and not both ours.
func (w Witness) Independent(of Witness) bool {
	return w.Kind != of.Kind || (w.Kind == Monitor && w.Name != of.Name)
}

// ReportState is what a witness says.
type ReportState string

// The states of a report.
const (
	Failing ReportState = "failing"
	Passing ReportState = "passing"
)

// Report is what a witness says of one service and one expectation: of a probe that it
// began to fail or to pass, of a source each call.
type Report struct {
	Witness     Witness
	Service     ServiceID
	Expectation Expectation
	State       ReportState
	// Since is when it began to be so, as the witness says: of a probe the first of the
	// results that count, of a source its own time; zero: it says none.
	Since time.Time
	// At is when it was heard.
	At time.Time
	// Called is the check's name for people: "login page", "Library catalogue".
	Called string `json:",omitempty"`
	// Detail is what failed, for staff: "HTTP 503 instead of 200". At most DetailMax characters.
	Detail string `json:",omitempty"`
	// Step is the step that failed of several: "4 Log in".
	Step string `json:",omitempty"`
	// Places are the locations that see it, where the witness has several and says which.
	Places []string `json:",omitempty"`
	// Link is the check's page at its monitor, an http(s) address without secrets; empty: none.
	Link string `json:",omitempty"`
}

// DetailMax is how many characters of a detail are kept, CalledMax of a name.
const (
	DetailMax = 300
	CalledMax = 80
)

// Unmapped is a check of a source that maps to no service.
type Unmapped struct {
	Source string
	Check  string // the monitor's id of it
	Called string // its name; may be empty
	State  ReportState
}
