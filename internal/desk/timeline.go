package desk

import "time"

// EntryKind is what happened to an incident or a window. It is also the kind of the
// announcement that tells it.
type EntryKind string

// The kinds of entry.
const (
	Declared  EntryKind = "declared"
	Updated   EntryKind = "updated"
	Ended     EntryKind = "resolved"
	Retracted EntryKind = "retracted"
	Reopened  EntryKind = "reopened"
	// Worsened and Eased are changes of impact, up and down.
	Worsened EntryKind = "worsened"
	Eased    EntryKind = "eased"
	// Rescoped is a change of services.
	Rescoped EntryKind = "services"
	Retitled EntryKind = "title"
	Led      EntryKind = "lead"
	// Redated is a corrected begin or end.
	Redated EntryKind = "times"
	// Reworded is a corrected public text.
	Reworded EntryKind = "edited"
	// Merged is on the incident that is folded into another, Absorbed on the other.
	Merged   EntryKind = "merged"
	Absorbed EntryKind = "absorbed"
	Noted    EntryKind = "note"
	// Released marks the end of the grace, or that it lasts longer: only ops posts
	// change by it.
	Released EntryKind = "released"
	// Holding is the bot's own word that nothing is new, NothingNew that of a person.
	Holding    EntryKind = "holding"
	NothingNew EntryKind = "nothing new"
	// Snoozed put a promise off.
	Snoozed EntryKind = "snoozed"
	// Testing: it was said to be resolved, and tests have still to show it. TestsFail: they
	// do not; TestsStopped: it is not resolved yet.
	Testing      EntryKind = "testing"
	TestsFail    EntryKind = "tests fail"
	TestsStopped EntryKind = "not resolved yet"

	// Of windows:
	WindowScheduled EntryKind = "scheduled"
	WindowReminded  EntryKind = "reminded"
	WindowStarted   EntryKind = "started"
	// WindowHeld: the clock does not start it.
	WindowHeld     EntryKind = "start held"
	WindowMoved    EntryKind = "moved"
	WindowExtended EntryKind = "extended"
	// WindowLate: it goes on past its planned end, or past what was promised then.
	WindowLate      EntryKind = "late"
	WindowVerifying EntryKind = "verifying"
	// WindowNotPassed: tests fail.
	WindowNotPassed EntryKind = "not passed"
	WindowCompleted EntryKind = "completed"
	WindowCancelled EntryKind = "cancelled"
	// WindowConverted: it became an incident.
	WindowConverted EntryKind = "converted"

	AlertRaised  EntryKind = "alert raised"
	AlertCleared EntryKind = "alert cleared"
	// AlertEased: what failed works again, though checks warn.
	AlertEased EntryKind = "alert eased"
	// AlertAgain: it fails again, or still does after it came and went.
	AlertAgain EntryKind = "alert again"
	// AlertFlapping: it comes and goes.
	AlertFlapping EntryKind = "alert flapping"
	// AlertSeen: what posts show of it has changed.
	AlertSeen EntryKind = "alert seen"
	// AlertAbsorbed: it is told with another.
	AlertAbsorbed EntryKind = "alert absorbed"
	// Witnessed: checks see what an incident says, or see it no more.
	Witnessed EntryKind = "witnessed"
)

// Entry is one line of the timeline of an incident or a window. Text of a note, names and reasons
// are for staff only; Public tells.
type Entry struct {
	Seq    int
	At     time.Time
	By     Person
	Kind   EntryKind
	Text   string `json:",omitempty"`
	Before string `json:",omitempty"` // what a correction replaced, in words
	After  string `json:",omitempty"`
	// Update is the number of the public text that this entry said or corrected; 0: none.
	Update int            `json:",omitempty"`
	Status IncidentStatus `json:",omitempty"`
	Impact Impact         `json:",omitempty"`
	// CorrectedAt is when Text was last edited; what it was is in the Reworded entry.
	CorrectedAt time.Time `json:",omitzero"`
	// Was is the plan that moving or extending a window replaced.
	Was Period `json:",omitzero"`
	// Since is since when nothing is new.
	Since time.Time `json:",omitzero"`
	// Unseen: nobody but ops was told, or had been told what it corrected.
	Unseen bool `json:",omitempty"`
}

// Public reports whether the entry's text may leave the staff's posts.
func (e Entry) Public() bool { return e.Kind != Noted && e.Kind != Led && e.Update != 0 }

// Published returns what everybody may read of a timeline whose first n entries may
// be told, as it read then: without notes, names of people, what a correction of typed
// text replaced, and corrections of what nobody had seen.
func Published(timeline []Entry, n int) (out []Entry) {
	for _, e := range timeline {
		if e.Seq > n || e.Unseen || !e.Kind.published() {
			continue
		}
		e.By = Person{}
		if e.Kind == Retitled {
			e.Before = ""
		}
		if e.Update != 0 {
			e.Text, e.CorrectedAt = readAt(timeline, e, n)
		}
		out = append(out, e)
	}
	return out
}

func (k EntryKind) published() bool {
	switch k {
	case Noted, Led, Reworded, Released, Snoozed, WindowNotPassed, Testing, TestsFail, TestsStopped, Witnessed:
		return false
	}
	return true
}

// readAt is the text of an entry, and when it was last corrected, when the timeline
// had n entries.
func readAt(timeline []Entry, e Entry, n int) (text string, corrected time.Time) {
	for _, c := range timeline {
		switch {
		case c.Kind != Reworded || c.Update != e.Update:
		case c.Seq > n:
			return c.Before, corrected
		case !c.Unseen:
			corrected = c.At
		}
	}
	return e.Text, corrected
}
