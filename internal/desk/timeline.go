package desk

import "time"

// EntryKind is what happened to an incident. It is also the kind of the
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
)

// Entry is one line of an incident's timeline. Text of a note, names and reasons
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
}

// Public reports whether the entry's text may leave the staff's posts.
func (e Entry) Public() bool { return e.Kind != Noted && e.Kind != Led && e.Update != 0 }
