package desk

import "time"

// Reach is how far an announcement goes in a channel that has a post already.
// (A channel without one gets the post itself.)
type Reach string

// The reaches, from near to far.
const (
	// ReachOps: only posts in ops channels change.
	ReachOps Reach = "ops"
	// ReachEdit: posts change in place, nothing is said.
	ReachEdit Reach = "edit"
	// ReachThread: said in the post's thread.
	ReachThread Reach = "thread"
	// ReachChannel: said in the thread and in the channel itself.
	ReachChannel Reach = "channel"
)

// Announcement is one thing to be told about a subject. The outbox numbers them
// 1, 2, 3 ... per subject; N is that number.
type Announcement struct {
	Subject Subject
	N       int
	At      time.Time
	Kind    EntryKind
	Reach   Reach
	// Text is what a person wrote, as typed; empty where the kind says it all.
	Text string `json:",omitempty"`
	// Before and After are what a correction replaced, in public words.
	Before string `json:",omitempty"`
	After  string `json:",omitempty"`
	// Was is the plan of a window that it replaces, Since since when nothing is new.
	Was   Period    `json:",omitzero"`
	Since time.Time `json:",omitzero"`
	// Update is the number of the public text that it says or corrects; 0: none.
	Update int `json:",omitempty"`
	// Trace is the id of the command's log lines, carried to every send.
	Trace    string `json:",omitempty"`
	Snapshot Snapshot
}

// Snapshot is what a post shows at one version. Just one of Incident,
// Window, Alert and Notice is set.
type Snapshot struct {
	Incident *Incident `json:",omitempty"`
	Window   *Window   `json:",omitempty"`
	Alert    *Alert    `json:",omitempty"`
	Notice   *Notice   `json:",omitempty"`
	// Held is set while the announcement is in its grace.
	Held *Held `json:",omitempty"`
	// Untold: others than ops were told nothing of it yet.
	Untold bool `json:",omitempty"`
	// Sorry names the services whose sorry pages are up; for ops.
	Sorry []string `json:",omitempty"`
	// Doubts are the doubtful points that the ops card of a held announcement names.
	Doubts []string `json:",omitempty"`
}

// Held tells how an announcement waits before others than ops are told.
type Held struct {
	Until    time.Time
	Channels int
}

// Notice is one thing that only ops channels are told, or only one channel; but a digest
// is told to all who subscribed to it.
type Notice struct {
	Number int
	At     time.Time
	Text   string `json:",omitempty"`
	// Only are the connections whose ops channels are told; empty: all.
	Only []ConnectionName `json:",omitempty"`
	// To is the one channel that is told, instead of ops channels; zero: those.
	To Channel `json:",omitzero"`
	// Missed are the incidents that To was not told of in its quiet hours, as they
	// stand at their end. There is no Text then.
	Missed []Incident `json:",omitempty"`
	// MissedWindows are the windows that it was not told of then.
	MissedWindows []Window `json:",omitempty"`
	// Question is what ops is asked. There is no Text then.
	Question *Question `json:",omitempty"`
	// Digest is the planned work of a week, for all who subscribed to it, too; where To is
	// set, as it missed it in its quiet hours. There is no Text then.
	Digest *Digest `json:",omitempty"`
}

// scope says whom a notice concerns.
func (n Notice) scope() Scope {
	if n.Digest == nil || !n.To.IsZero() {
		return Scope{OpsOnly: true, Only: n.Only, To: n.To}
	}
	return Scope{Topic: TopicDigest, Services: n.Digest.Services, EndedAt: n.At}
}

// Scope says whom a snapshot concerns.
type Scope struct {
	Topic    Topic
	Services []ServiceID
	Impact   Impact // of incidents; the worst that counts for "least"
	// OpsOnly: nobody but ops channels, and of these just those of the connections
	// in Only where it is not empty.
	OpsOnly bool
	Only    []ConnectionName
	// To is the one channel that is told, instead of ops channels; zero: those.
	To Channel
	// Retracted: nobody who was not told matches.
	Retracted bool
	// EndedAt: only who had subscribed before matches; zero: not ended.
	EndedAt time.Time
}

// Scope returns whom the snapshot concerns.
func (s Snapshot) Scope() Scope {
	if s.Window != nil {
		return s.Window.scope()
	}
	if s.Notice != nil {
		return s.Notice.scope()
	}
	if s.Alert != nil {
		return s.Alert.scope()
	}
	if s.Incident == nil {
		return Scope{OpsOnly: true}
	}
	i := s.Incident
	sc := Scope{Topic: TopicIncidents, Services: i.ServiceIDs(), Impact: i.Impact, EndedAt: i.EndedAt}
	sc.Retracted = i.IsRetracted() || i.MergedInto != 0
	if i.Drill {
		sc.OpsOnly, sc.Only = true, []ConnectionName{i.DeclaredIn.Connection}
	}
	return sc
}

// Ended reports whether nothing more is expected: resolved, retracted, merged,
// completed or cancelled, or a notice (which is over when it is told).
func (s Snapshot) Ended() bool {
	if s.Window != nil {
		return s.Window.IsOver()
	}
	if s.Alert != nil {
		return !s.Alert.IsOpen()
	}
	return s.Incident == nil || !s.Incident.IsOpen()
}

// Urgent reports whether its openings and ends go before others of their class.
func (s Snapshot) Urgent() bool {
	return s.Incident != nil && s.Incident.Impact == Critical
}

// Waits reports whether nothing is expected before something is announced: a window
// that has not begun. A channel that subscribes meanwhile hears of it then.
func (s Snapshot) Waits() bool {
	return s.Window != nil && !s.Window.IsOver() && !s.Window.IsRunning()
}

// EndIsNews reports whether also those are told of its end who were told nothing of it
// before: they know of one time of a series by the series.
func (s Snapshot) EndIsNews() bool { return s.Window != nil && s.Window.IsCalledOff() }

// NewsUntil is when those who were told nothing of it need not be told any more: of what
// does not take place when it would be over; zero: always.
func (s Snapshot) NewsUntil() time.Time {
	if s.EndIsNews() {
		return s.Window.Planned.To
	}
	return time.Time{}
}

// scope says whom a window concerns. Of one that was cancelled or became an incident
// only those hear who heard of it before, or of the series that it is of.
func (w Window) scope() Scope {
	return Scope{
		Topic: TopicWindows, Services: w.ServiceIDs(), EndedAt: w.EndedAt,
		Retracted: w.Status == Cancelled && !w.IsCalledOff() || w.Became != 0, OpsOnly: w.Status == Proposed,
	}
}
