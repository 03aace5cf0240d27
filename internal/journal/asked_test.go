package journal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
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

// Whatever a change of two incidents, or two changes of one, answer: the outbox is told of
// all of it, so that the buttons go at once.
func TestTheOutboxLooksAtAllThatIsAnswered(t *testing.T) {
	for name, change := range map[string]func(j *journal.Journal, by journal.By) error{
		"merge": func(j *journal.Journal, by journal.By) error { return second(j.Merge(t.Context(), by, 2, 1)) },
		"change": func(j *journal.Journal, by journal.By) error {
			return second(j.Revise(t.Context(), by, 1, journal.Revision{Impact: desk.Major, Title: "Learn is slow"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			var poked []desk.Subject
			j := journal.New(o.db, o.book, func(about ...desk.Subject) { poked = append(poked, about...) }, settings())
			for range 2 {
				if _, err := j.Declare(t.Context(), o.by(0), learnDown(), true); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := j.Fire(t.Context(), at(hour-200)); err != nil {
				t.Fatal(err)
			}
			poked = nil
			if err := change(j, o.by(hour-100)); err != nil {
				t.Fatal(err)
			}
			if s := (desk.Subject{Kind: desk.NoticeSubject, Number: 1}); !slices.Contains(poked, s) {
				t.Errorf("%s is not looked at: %v", s, poked)
			}
		})
	}
}

// contacts has so many channels be technical contacts.
func contacts(n int) (all []desk.Contact) {
	for k := range n {
		ch := desk.Channel{Connection: "amherst", ID: fmt.Sprintf("CTECH%d", k)}
		all = append(all, desk.Contact{Role: desk.TechnicalContact, Channel: ch})
	}
	return all
}

// However many are asked, and however many ops channels could not be reached, one answer
// answers all.
func TestOneAnswerAnswersAll(t *testing.T) {
	o := newOffice(t)
	o.SetSettings(journal.Settings{
		Ops: []desk.Channel{ops}, Cadence: desk.Cadence{Critical: 20 * time.Minute, Holding: true}, Contacts: contacts(6),
	})
	o.declare(0)
	for _, minutes := range []int{15, 17, 20, 22, 40, 42} {
		o.fire(minutes * 60)
	}
	n := len(o.openQuestions(first))
	o.apply(43*60, 1, resolve)
	if left := o.openQuestions(first); len(left) > 0 {
		t.Errorf("%d of %d are still asked", len(left), n)
	}
}

// Of many ops channels that cannot be reached the last are asked, too, and one answer
// answers all.
func TestOneAnswerAnswersManyOpsChannels(t *testing.T) {
	o := newOffice(t)
	var places outbox.Places
	for k := range 9 {
		places.Connections = append(places.Connections, outbox.Connection{Name: desk.ConnectionName(fmt.Sprintf("town%d", k)), Ops: []string{"COPS"}})
	}
	o.book.SetPlaces(places)
	o.SetSettings(journal.Settings{Cadence: desk.Cadence{Critical: time.Hour, Holding: true}})
	o.declare(0)
	for m := range 30 {
		o.fire((55 + m) * 60)
	}
	if all := o.dump(); !strings.Contains(all, `"To":"town8/COPS"`) {
		t.Error("the last was not asked")
	}
	o.apply(90*60, 1, resolve)
	if left := o.openQuestions(first); len(left) > 0 {
		t.Errorf("%d are still asked", len(left))
	}
}

// Nobody outside its ops channel sees a drill: no contact is asked about one.
func TestNoContactIsAskedAboutADrill(t *testing.T) {
	o := newOffice(t)
	o.SetSettings(journal.Settings{
		Ops: []desk.Channel{ops}, Cadence: desk.Cadence{Critical: 20 * time.Minute, Holding: true}, Contacts: contacts(1),
	})
	drill := learnDown()
	drill.Drill = true
	if _, err := o.Declare(t.Context(), o.by(0), drill, false); err != nil {
		t.Fatal(err)
	}
	for _, minutes := range []int{20, 40, 60} {
		o.fire(minutes * 60)
	}
	if all := o.dump(); strings.Contains(all, "CTECH0") {
		t.Error("a contact's channel is asked about a drill")
	}
}
