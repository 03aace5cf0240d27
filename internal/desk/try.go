package desk

import "time"

// TryResult is what one try of a probe came to.
type TryResult struct {
	At      time.Time // when it began
	Took    time.Duration
	Outcome Outcome
	// Slow: it passed, and took longer than is expected.
	Slow bool
	// Detail is what failed, for staff, without secrets; of what passed what is worth knowing
	// ("the certificate is good for 57 days"), mostly nothing.
	Detail string
	// Step is the step of a transaction that failed: "4 Log in".
	Step   string
	Phases Phases
	// Steps are those of a transaction, in the order in which they were done.
	Steps []StepResult
}

// StepResult is what one step of a transaction came to.
type StepResult struct {
	Name    string // "4 Log in"
	Took    time.Duration
	Outcome Outcome
	Phases  Phases
}

// Phases are the times of the parts of a try; those that it did not have are 0. Of
// requests that were redirected they are sums.
type Phases struct {
	DNS, Connect, TLS time.Duration
	FirstByte         time.Duration // from the request's end to the answer's begin
	Transfer          time.Duration // of the answer's body
}

// Plus are the phases of two tries together.
func (p Phases) Plus(o Phases) Phases {
	return Phases{p.DNS + o.DNS, p.Connect + o.Connect, p.TLS + o.TLS, p.FirstByte + o.FirstByte, p.Transfer + o.Transfer}
}

// Tried is a probe that was tried because somebody asked.
type Tried struct {
	Probe ProbeID
	Kind  string // "http"
	TryResult
}

// ProbeStanding is how a probe does.
type ProbeStanding struct {
	Probe ProbeID
	Kind  string
	// Availability is what its rule makes of its results, Performance likewise; "" where
	// nothing is expected of its time.
	Availability, Performance ReportState
	// Since is when availability turned last; zero: not since the bot started.
	Since time.Time
	Last  *TryResult // nil: none yet
	Next  time.Time  // zero: the bot does not try it now
	Gates bool       // it counts for resolve and completion
}
