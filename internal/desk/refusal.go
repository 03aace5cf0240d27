package desk

import "fmt"

// RefusalCode says why something was refused, for callers that offer a way on.
type RefusalCode string

// The codes of refusals.
const (
	// Invalid: what was asked cannot be understood or breaks a limit.
	Invalid RefusalCode = "invalid"
	// Unknown: a word, number or address that nobody knows.
	Unknown RefusalCode = "unknown"
	// Forbidden: this person may not.
	Forbidden RefusalCode = "forbidden"
	// Conflict: it does not fit the state now (already resolved, retracted).
	Conflict RefusalCode = "conflict"
	// Ambiguous: more than one thing is meant; the answer lists them.
	Ambiguous RefusalCode = "ambiguous"
	// Duplicate: the service has an open incident; --separate overrides.
	Duplicate RefusalCode = "duplicate"
)

// Refusal is a rule's no. Nothing was stored and nothing is told. Its sentence is
// shown to the author in plain text: what was not possible and,
// as Hint, what would be ("like: incident declare learn down").
type Refusal struct {
	Code     RefusalCode
	Sentence Saying
	Hint     Saying // its Form is empty where there is none
	// Field is the option that it is about; empty: none by itself.
	Field string
	// Subjects are the incidents that the sentence is about (ambiguous, duplicate).
	Subjects []Subject
}

func (r *Refusal) Error() string {
	if r.Hint.Form == "" {
		return r.Sentence.String()
	}
	return r.Sentence.String() + " " + r.Hint.String()
}

// Saying is an English sentence that is not put together yet, so that it can be said
// in other languages: a form of package fmt, and what belongs into it.
type Saying struct {
	Form  string
	Parts []any
}

// String says it in English.
func (s Saying) String() string {
	if len(s.Parts) == 0 {
		return s.Form
	}
	return fmt.Sprintf(s.Form, s.Parts...)
}

// Term is a part of a Saying that is in English itself, not a name or what was typed.
type Term string

// Refuse makes a Refusal with a formatted sentence.
func Refuse(code RefusalCode, format string, args ...any) *Refusal {
	return &Refusal{Code: code, Sentence: Saying{format, args}}
}

// WithHint returns r with what to do instead.
func (r *Refusal) WithHint(format string, args ...any) *Refusal {
	r.Hint = Saying{format, args}
	return r
}

// About returns r with the subjects that it is about.
func (r *Refusal) About(subjects ...Subject) *Refusal {
	r.Subjects = subjects
	return r
}

// In returns r with the option that it is about.
func (r *Refusal) In(field string) *Refusal {
	r.Field = field
	return r
}
