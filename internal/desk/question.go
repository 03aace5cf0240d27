package desk

import "time"

// QuestionKind is what ops is asked.
type QuestionKind string

// The kinds of question.
const (
	// AskUpdate: the promised news of an incident is due soon.
	AskUpdate QuestionKind = "update"
	// AskMissed: it was due, and nobody gave any.
	AskMissed QuestionKind = "missed"
	// AskStart: a window begins soon, while an incident about its service is open.
	AskStart QuestionKind = "start"
	// AskEnd: the planned end of a window is near.
	AskEnd QuestionKind = "end"
	// AskLate: it has passed, or the news promised then was due.
	AskLate QuestionKind = "late"
	// AskUnstarted: a window whose start was held should have ended.
	AskUnstarted QuestionKind = "unstarted"
	// AskVerify: tests fail when the work was said to be done.
	AskVerify QuestionKind = "verify"
)

// Question is what ops is asked about an incident or a window, of which just one is
// set: as it stood then.
type Question struct {
	Kind     QuestionKind
	Incident *Incident `json:",omitempty"`
	Window   *Window   `json:",omitempty"`
	// By is the moment that it is about: of the promise, the begin or the end; zero: none.
	By time.Time `json:",omitzero"`
	// Promised is the promise that passed; zero: nobody had made one.
	Promised time.Time `json:",omitzero"`
	// Others are open incidents that speak against a start.
	Others []Subject `json:",omitempty"`
	// Open are the first of Others as they stood.
	Open []Incident `json:",omitempty"`
	// Missed counts the promises in a row that passed.
	Missed int `json:",omitempty"`
	// Mention are the people who are called.
	Mention []Person `json:",omitempty"`
	// Answered is when somebody did something about it; zero: nobody has.
	Answered time.Time `json:",omitzero"`
	// AgainAt is when ops was asked something newer about the same.
	AgainAt time.Time `json:",omitzero"`
	// PassedAt is when the clock went on without an answer.
	PassedAt time.Time `json:",omitzero"`
}

// About is the subject that it is about.
func (q Question) About() Subject {
	if q.Window != nil {
		return q.Window.Subject()
	}
	return q.Incident.Subject()
}

func (w Window) ask(kind QuestionKind, by time.Time) *Question {
	snap := w.clone()
	return &Question{Kind: kind, Window: &snap, By: by}
}

func (i Incident) ask(kind QuestionKind, by time.Time) *Question {
	snap := i.clone()
	return &Question{Kind: kind, Incident: &snap, By: by}
}

// ContactRole is what a contact of a campus decides.
type ContactRole string

// The roles of contacts.
const (
	TechnicalContact   ContactRole = "technical"
	OperationalContact ContactRole = "operational"
	BusinessContact    ContactRole = "business"
)

// Contact is somebody of a campus to ask and to tell. Just one of Person, Channel and
// Mail is set.
type Contact struct {
	Campus   string
	Role     ContactRole
	Services []ServiceID // empty: all
	Person   Person
	Channel  Channel
	Mail     string
}

// MostAsked is how many channels that are technical contacts of a service are asked, the
// first ones: beside ops, so many that one answer can end all that was asked.
const MostAsked = 4

// ContactsOf lists those of a role for any of the services.
func ContactsOf(all []Contact, role ContactRole, services []ServiceID) (out []Contact) {
	for _, c := range all {
		if c.Role == role && (len(c.Services) == 0 || meet(c.Services, services)) {
			out = append(out, c)
		}
	}
	return out
}
