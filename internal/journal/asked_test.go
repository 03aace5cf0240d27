package journal_test

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// openQuestions lists the questions about a subject that nobody has answered.
func (o *office) openQuestions(about desk.Subject) (out []desk.Question) {
	o.t.Helper()
	out, err := o.Unanswered(o.t.Context(), about)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

var first = desk.Subject{Kind: desk.IncidentSubject, Number: 1}

// What passes of checks resolve by rule has no question left that could be answered, and
// calls nobody.
func TestWhatIsResolvedByRuleAsksNothingMore(t *testing.T) {
	w := newWatch(t, byRule())
	w.hears("login fails learn").after(2*time.Hour + 10*time.Minute)
	if n, c := len(w.openQuestions(first)), len(w.calls()); n == 0 || c == 0 {
		t.Fatalf("%d questions, %d calls before", n, c)
	}
	w.hears("login passes learn").after(11 * time.Minute)
	if i, err := w.Incident(t.Context(), 1); err != nil || i.IsOpen() {
		t.Fatalf("it is %s (%v)", i.Status, err)
	}
	if all, calls := w.openQuestions(first), w.calls(); len(all) > 0 || len(calls) > 0 {
		t.Errorf("still asked: %+v\nstill to be called: %+v", all, calls)
	}
}
