package desk

import (
	"slices"
	"time"
)

// Impact is how bad an incident is.
type Impact string

// The impacts, from mild to bad. Public texts never show these words.
const (
	Minor    Impact = "minor"
	Major    Impact = "major"
	Critical Impact = "critical"
)

// Rank orders impacts: minor 1, major 2, critical 3; anything else is 0.
func (i Impact) Rank() int {
	return slices.Index([]Impact{Minor, Major, Critical}, i) + 1
}

// ServiceStatus is what the impact makes of a service unless it is said.
func (i Impact) ServiceStatus() ServiceStatus {
	switch i {
	case Minor:
		return DegradedPerformance
	case Major:
		return PartialOutage
	case Critical:
		return MajorOutage
	}
	return Operational
}

// ParseImpact knows the three words and their short ones: slow, partly, down.
func ParseImpact(word string) (Impact, bool) {
	switch word {
	case "minor", "slow":
		return Minor, true
	case "major", "partly":
		return Major, true
	case "critical", "down":
		return Critical, true
	}
	return "", false
}

// IncidentStatus is where the work on an incident stands.
type IncidentStatus string

// The statuses of an incident. The first three may follow each other in any order.
const (
	Investigating IncidentStatus = "investigating"
	Identified    IncidentStatus = "identified"
	Monitoring    IncidentStatus = "monitoring"
	Resolved      IncidentStatus = "resolved"
)

// Affected is one service of an incident.
type Affected struct {
	Service ServiceID
	Name    string        // as it was when last said, for services that are retired later
	Status  ServiceStatus // said for this service; empty: what the impact makes of it
}

// Incident is an unplanned interruption. It holds the state, and of its history
// what posts show; the whole history is its timeline of entries.
type Incident struct {
	Number   int
	Title    string
	Services []Affected
	Impact   Impact
	// Peak is the worst impact that it ever had.
	Peak   Impact
	Status IncidentStatus
	Drill  bool `json:",omitempty"`

	DeclaredAt time.Time
	DeclaredBy Person
	DeclaredIn Channel
	BeganAt    time.Time
	EndedAt    time.Time `json:",omitzero"` // zero while it is open
	Lead       Person    `json:",omitzero"`

	RetractedAt  time.Time `json:",omitzero"`  // zero unless retracted
	RetractedWhy string    `json:",omitempty"` // told with the correction; may be empty
	MergedInto   int       `json:",omitempty"`
	ReopenedAt   time.Time `json:",omitzero"`
	// CriticalAt is when it got so bad that it is critical; zero: it was from the beginning,
	// or never.
	CriticalAt time.Time `json:",omitzero"`

	// NextUpdateBy is the promise of the newest update; zero: none.
	NextUpdateBy time.Time `json:",omitzero"`
	// ExpectedBy is when news is due that was not promised; zero: none is.
	ExpectedBy time.Time `json:",omitzero"`
	// InformedAt is when people last said what they know; zero: when it was declared.
	InformedAt time.Time `json:",omitzero"`
	// NothingNewAt is when people last said that nothing is new; zero: never.
	NothingNewAt time.Time `json:",omitzero"`
	// NudgedFor is the promise that ops was reminded of last.
	NudgedFor time.Time `json:",omitzero"`
	// Missed counts the promises in a row that passed.
	Missed int `json:",omitempty"`
	// Relaxed: news is promised less often than at its beginning; RelaxedNow: the newest
	// announcement is the first to do so.
	Relaxed    bool `json:",omitempty"`
	RelaxedNow bool `json:",omitempty"`
	// Window is the number of the window that it was made of; 0: none.
	Window int `json:",omitempty"`
	// Verify: people said that it is resolved, and tests have still to show it; nil: no.
	Verify *Verification `json:",omitempty"`
	// Verified: tests have shown that it works again. Untested: it was told before they had.
	Verified bool `json:",omitempty"`
	Untested bool `json:",omitempty"`
	// Alerts are the numbers of the alerts that belong to it, newest last.
	Alerts []int `json:",omitempty"`
	// Seen are the first of the checks that saw it fail, at most SeenKept.
	Seen []Report `json:",omitempty"`
	// Auto: the bot declared it by its rule, and nobody has touched it since.
	Auto bool `json:",omitempty"`
	// WakeAt is when the clock next has to look at it; zero: never. The journal sets it.
	WakeAt time.Time `json:",omitzero"`
	// Latest are the newest public texts, oldest first, at most LatestKept.
	Latest []Update `json:",omitempty"`
	// Updates counts public texts, Entries the timeline.
	Updates, Entries int
	// CorrectedAt is when something that readers had seen was last corrected.
	CorrectedAt time.Time `json:",omitzero"`
}

// LatestKept is how many public texts an Incident carries: what a post shows.
const LatestKept = 3

// Update is one public text about an incident.
type Update struct {
	Number      int // #1 is the declaration's
	At          time.Time
	Status      IncidentStatus
	Text        string
	CorrectedAt time.Time `json:",omitzero"`
}

// Subject returns INC-number.
func (i Incident) Subject() Subject { return Subject{Kind: IncidentSubject, Number: i.Number} }

// IsOpen reports whether work on it goes on.
func (i Incident) IsOpen() bool {
	return i.Status != Resolved && !i.IsRetracted() && i.MergedInto == 0
}

// IsRetracted reports whether it was taken back.
func (i Incident) IsRetracted() bool { return !i.RetractedAt.IsZero() }

// StatusOf tells what the incident makes of a service; Operational where it does
// not concern it.
func (i Incident) StatusOf(id ServiceID) ServiceStatus {
	for _, a := range i.Services {
		if a.Service == id {
			return i.statusOf(a)
		}
	}
	return Operational
}

func (i Incident) statusOf(a Affected) ServiceStatus {
	if a.Status != "" {
		return a.Status
	}
	return i.Impact.ServiceStatus()
}

// WorstStatus is the worst status among its services.
func (i Incident) WorstStatus() ServiceStatus {
	worst := Operational
	for _, a := range i.Services {
		worst = Worst(worst, i.statusOf(a))
	}
	return worst
}

// Concerns reports whether the service is among its services.
func (i Incident) Concerns(id ServiceID) bool {
	return slices.ContainsFunc(i.Services, func(a Affected) bool { return a.Service == id })
}

// ServiceIDs lists the ids of its services.
func (i Incident) ServiceIDs() []ServiceID {
	out := make([]ServiceID, len(i.Services))
	for k, a := range i.Services {
		out[k] = a.Service
	}
	return out
}

// clone copies what a rule may change in place.
func (i Incident) clone() Incident {
	i.Services = slices.Clone(i.Services)
	i.Latest = slices.Clone(i.Latest)
	if i.Verify != nil {
		v := *i.Verify
		v.Failing = slices.Clone(v.Failing)
		i.Verify = &v
	}
	return i
}

// say adds a public text.
func (i *Incident) say(at time.Time, text string) Update {
	i.Updates++
	u := Update{Number: i.Updates, At: at, Status: i.Status, Text: text}
	i.Latest = append(i.Latest, u)
	if n := len(i.Latest); n > LatestKept {
		i.Latest = i.Latest[n-LatestKept:]
	}
	return u
}
