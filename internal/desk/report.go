package desk

import (
	"cmp"
	"slices"
	"time"
)

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
	// At is when it was heard last, FirstAt when it was first heard to fail; Then sets that.
	At      time.Time
	FirstAt time.Time `json:",omitzero"`
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
	// Warns: what is to come fails, not what is: a certificate ends soon. No incident is
	// declared of it by rule, and no gate closes.
	Warns bool `json:",omitempty"`
	// Retired: it passes only in that it is watched no more, so that nobody knows whether
	// what it saw is over.
	Retired bool `json:",omitempty"`
	// Closed: it passes only in that somebody said that it is over.
	Closed bool `json:",omitempty"`
	// Sorry: the gate of the service was closed, so that it sees our own sorry page. The
	// journal sets it; a probe of ours passes that page by.
	Sorry bool `json:",omitempty"`
}

// Failed reports whether it says that something fails.
func (r Report) Failed() bool { return r.State == Failing }

// Name is what people call its check.
func (r Report) Name() string {
	if r.Called != "" {
		return r.Called
	}
	return r.Witness.Name
}

// DetailMax is how many characters of a detail are kept, CalledMax of a name, LinkMax of a
// link, which is kept whole or not at all.
const (
	DetailMax = 300
	CalledMax = 80
	LinkMax   = 500
)

// Unmapped is a check of a source that maps to no service.
type Unmapped struct {
	Source string
	Check  string // the monitor's id of it
	Called string // its name; may be empty
	State  ReportState
}

// Meaning is what a report says beside the one before of the same witness.
type Meaning string

// The meanings of a report.
const (
	// Stale: it is older than what is known. Repeated: that is known.
	Stale    Meaning = "stale"
	Repeated Meaning = "repeated"
	// Calm: the first that is heard of it, and it passes.
	Calm Meaning = "noted"
	// Began: it fails now. Differs: it still fails, in another way. Over: it passes now.
	Began   Meaning = "began"
	Differs Meaning = "differs"
	Over    Meaning = "over"
)

// Then is what is known of a witness after r, and what r means; the zero Report: nothing
// was known. Reports may come twice, late and in the wrong order; but a probe of ours says
// each turn once and in order, so that none of its is stale, though the clock was set back.
// Where a witness names places, each place is said by itself: it passes when the last does.
func (was Report) Then(r Report) (Report, Meaning) {
	mayBeLate := !r.Witness.IsOwn() && !r.Since.IsZero()
	older := mayBeLate && !was.Since.IsZero() && r.Since.Before(was.Since)
	switch {
	case was.State == "" && r.Failed():
		return r.first(), Began
	case was.State == "":
		return r, Calm
	case was.Failed() && r.Failed():
		return was.again(r)
	case r.Failed() && mayBeLate && !was.Retired && !r.Since.After(was.Since) && r.At.Sub(was.At) < staleWithin:
		return was, Stale
	case r.Failed():
		return r.first(), Began
	case older:
		return was, Stale
	case was.Failed():
		return was.leftBy(r)
	case r.Since.After(was.Since):
		was.Since = r.Since
		return was, Calm
	}
	return was, Repeated
}

// first notes that it is the first report of a failure.
func (r Report) first() Report {
	r.FirstAt = r.At
	return r
}

// firstHeard is when it was first heard to fail; of one that Then did not see, when it was
// heard.
func (r Report) firstHeard() time.Time {
	if r.FirstAt.IsZero() {
		return r.At
	}
	return r.FirstAt
}

// staleWithin is how long after a recovery a failure that began before it is a late
// delivery. Later it is real: an Alertmanager that lost its Prometheus for a while says
// that all is well, and then fires with the begin that it said before.
const staleWithin = 10 * time.Minute

// again takes what a second report of a failure says that the first did not.
func (was Report) again(r Report) (Report, Meaning) {
	is := was
	is.Places = union(was.Places, r.Places)
	is.At = latest(was.At, r.At)
	is.Called, is.Detail = cmp.Or(r.Called, was.Called), cmp.Or(r.Detail, was.Detail)
	is.Step, is.Link = cmp.Or(r.Step, was.Step), cmp.Or(r.Link, was.Link)
	if r.Warns != was.Warns { // it is another failure
		is.Warns, is.Since, is.FirstAt = r.Warns, r.Since, r.At
		return is, Differs
	}
	if is.Called == was.Called && is.Detail == was.Detail && is.Step == was.Step && is.Link == was.Link && len(is.Places) == len(was.Places) {
		return is, Repeated
	}
	return is, Differs
}

// leftBy takes away the places that pass again.
func (was Report) leftBy(r Report) (Report, Meaning) {
	var left []string
	for _, place := range was.Places {
		if len(r.Places) > 0 && !slices.Contains(r.Places, place) {
			left = append(left, place)
		}
	}
	if len(left) == 0 {
		r.Places = nil
		return r, Over
	}
	is := was
	is.Places, is.At = left, latest(was.At, r.At)
	if len(left) == len(was.Places) {
		return is, Repeated
	}
	return is, Differs
}

// maxPlaces is how many places of a witness are kept.
const maxPlaces = 100

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, one := range b {
		if !slices.Contains(out, one) && len(out) < maxPlaces {
			out = append(out, one)
		}
	}
	return out
}

// Evidence is since when the failing reports about a service show that it really fails:
// a probe of ours does, or two independent witnesses do; zero: they do not. Of monitors
// elsewhere it counts when we first heard them.
func Evidence(failing []Report) (at time.Time) {
	var before []firstOf
	for _, r := range failing {
		switch {
		case !r.Failed() || r.Sorry || r.Warns:
			continue
		case r.Witness.IsOwn():
			at = earliest(at, since(r))
		default:
			at = earliest(at, backed(before, r))
		}
		before = noteFirst(before, r)
	}
	return at
}

// firstOf is when the first of the witnesses of one source was first heard.
type firstOf struct {
	source Witness
	at     time.Time
}

func noteFirst(all []firstOf, r Report) []firstOf {
	k := slices.IndexFunc(all, func(o firstOf) bool { return o.source.Kind == r.Witness.Kind && o.source.Name == r.Witness.Name })
	if k < 0 {
		return append(all, firstOf{r.Witness, r.firstHeard()})
	}
	all[k].at = earliest(all[k].at, r.firstHeard())
	return all
}

// backed is when the second of two independent witnesses was first heard; zero: there is none
// among the others.
func backed(others []firstOf, r Report) (at time.Time) {
	for _, o := range others {
		if o.source.Independent(r.Witness) {
			at = earliest(at, latest(o.at, r.firstHeard()))
		}
	}
	return at
}
