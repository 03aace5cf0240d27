package journal

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// asked is a question to ops that nobody has answered yet.
type asked struct {
	Question desk.Question
	At       time.Time
	To       desk.Channel
	// Next are the ops channels to ask where To cannot be reached.
	Next []desk.Channel `json:",omitempty"`
	// WakeAt is when the clock looks whether To was reached; zero: never.
	WakeAt time.Time `json:",omitzero"`
}

// reachFor is how long a question may wait to be posted before the next ops channel is
// asked.
const reachFor = 2 * time.Minute

func askedTable() storage.Table[asked] { return storage.TableOf[asked]("asked") }

func askedKey(about desk.Subject, notice int) storage.Key {
	return askedTable().Key().Str(about.String()).Num(uint64(notice))
}

// whereTable tells what a notice asks about.
func whereTable() storage.Table[desk.Subject] { return storage.TableOf[desk.Subject]("question") }

func whereKey(notice int) storage.Key { return whereTable().Key().Num(uint64(notice)) }

// ask asks ops a question (nil: nothing) in the place of those asked before about its
// subject. It returns the notices that the outbox has to look at.
func (j *Journal) ask(tx storage.Tx, by By, q *desk.Question, escalate bool) (notices []desk.Subject, err error) {
	if q == nil {
		return nil, nil
	}
	channels := j.askedIn(*q)
	q.Mention = j.called(*q)
	if escalate {
		if err := putCall(tx, by, *q); err != nil {
			return nil, err
		}
	}
	if notices, err = j.closeAsked(tx, q.About(), by.At, func(old *desk.Question) { old.AgainAt = by.At.UTC() }); err != nil || len(channels) == 0 {
		return notices, err
	}
	s, err := j.askIn(tx, asked{Question: *q, At: by.At, To: channels[0], Next: channels[1:]})
	if err != nil {
		return nil, err
	}
	notices = append(notices, s)
	beside := *q
	beside.Mention = nil // they are called where ops is asked
	for _, ch := range j.askedBeside(*q, channels) {
		s, err := j.askIn(tx, asked{Question: beside, At: by.At, To: ch})
		if err != nil {
			return nil, err
		}
		notices = append(notices, s)
	}
	return notices, nil
}

// askedBeside lists the channels that are technical contacts, when it is time to call
// those. ops are asked anyway, and of a drill nobody beside them knows.
func (j *Journal) askedBeside(q desk.Question, ops []desk.Channel) (out []desk.Channel) {
	if q.Missed < callFrom || q.Incident != nil && q.Incident.Drill {
		return nil
	}
	for _, c := range j.technical(q) {
		ch := c.Channel
		if ch.IsZero() || slices.Contains(ops, ch) || slices.Contains(out, ch) {
			continue
		}
		out = append(out, ch)
	}
	return out[:min(len(out), desk.MostAsked)]
}

// askIn posts a question and notes it.
func (j *Journal) askIn(tx storage.Tx, a asked) (desk.Subject, error) {
	s, err := j.book.Notify(tx, desk.Notice{At: a.At, To: a.To, Question: &a.Question})
	if err != nil {
		return s, err
	}
	if len(a.Next) > 0 {
		a.WakeAt = a.At.Add(reachFor)
	}
	if err := moveMark(tx, s, time.Time{}, a.WakeAt); err != nil {
		return s, err
	}
	if err := whereTable().Put(tx, whereKey(s.Number), a.Question.About()); err != nil {
		return s, err
	}
	return s, askedTable().Put(tx, askedKey(a.Question.About(), s.Number), a)
}

// askedIn lists the ops channels for a question: those where its subject comes from,
// then the others in order of preference.
func (j *Journal) askedIn(q desk.Question) (out []desk.Channel) {
	var from desk.Channel
	if q.Window != nil {
		from = q.Window.ScheduledIn
	} else {
		from = q.Incident.DeclaredIn
	}
	ops := slices.Clone(j.settings.Load().Ops)
	var own []desk.Channel
	for _, c := range j.book.Places().Connections {
		for _, id := range c.Ops {
			ch := desk.Channel{Connection: c.Name, ID: id}
			if !slices.Contains(ops, ch) {
				ops = append(ops, ch)
			}
			if c.Name == from.Connection {
				own = append(own, ch)
			}
		}
	}
	if slices.Contains(own, from) {
		own = append([]desk.Channel{from}, own...)
	}
	for _, ch := range append(own, ops...) {
		if !slices.Contains(out, ch) {
			out = append(out, ch)
		}
	}
	if q.Incident != nil && q.Incident.Drill { // only its own connection sees a drill
		out = slices.DeleteFunc(out, func(ch desk.Channel) bool { return ch.Connection != from.Connection })
	}
	return out
}

// called are the people whom a question calls: who leads the work, and when that did
// not help the technical contacts.
func (j *Journal) called(q desk.Question) (people []desk.Person) {
	if q.Incident != nil && q.Missed > 0 && !q.Incident.Lead.IsZero() {
		people = append(people, q.Incident.Lead)
	}
	if q.Missed < callFrom {
		return people
	}
	for _, c := range j.technical(q) {
		if !c.Person.IsZero() && !slices.Contains(people, c.Person) {
			people = append(people, c.Person)
		}
	}
	return people
}

// callFrom is from which miss on the technical contacts are called.
const callFrom = 2

// technical are the technical contacts for what a question is about.
func (j *Journal) technical(q desk.Question) []desk.Contact {
	services := []desk.ServiceID(nil)
	if q.Window != nil {
		services = q.Window.ServiceIDs()
	} else {
		services = q.Incident.ServiceIDs()
	}
	return desk.ContactsOf(j.settings.Load().Contacts, desk.TechnicalContact, services)
}

// fireQuestion asks in the next ops channel where the first could not be reached.
func (j *Journal) fireQuestion(tx storage.Tx, by By, m mark) (fired, error) {
	about, found, err := whereTable().Get(tx, whereKey(m.about.Number))
	if err != nil || !found {
		f, strayErr := stray(tx, m)
		return f, firstOf(err, strayErr)
	}
	key := askedKey(about, m.about.Number)
	a, found, err := askedTable().Get(tx, key)
	if err != nil || !found {
		f, strayErr := stray(tx, m)
		return f, firstOf(err, strayErr)
	}
	if err := dueTable().Delete(tx, dueKey(m.at, m.about)); err != nil {
		return fired{}, err
	}
	a.WakeAt = time.Time{}
	if err := askedTable().Put(tx, key, a); err != nil {
		return fired{}, err
	}
	reached, err := j.book.Reached(tx, m.about, a.To)
	if err != nil || reached || len(a.Next) == 0 {
		return fired{}, err
	}
	next := asked{Question: a.Question, At: by.At, To: a.Next[0], Next: a.Next[1:]}
	out := fired{at: []time.Time{by.At.Add(reachFor)}}
	if err := j.makeRoom(tx, by, m.about, a, &out); err != nil {
		return fired{}, err
	}
	s, err := j.askIn(tx, next)
	out.subjects = append(out.subjects, s)
	return out, err
}

// makeRoom ends a question that did not reach its channel where so many stand about its
// subject that one more would not be answered with them.
func (j *Journal) makeRoom(tx storage.Tx, by By, s desk.Subject, a asked, out *fired) error {
	open, err := unanswered(tx, a.Question.About())
	if err != nil || len(open) < maxAnswered {
		return err
	}
	a.Question.AgainAt = by.At.UTC()
	out.subjects = append(out.subjects, s)
	return j.unask(tx, by.At, s, a)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// answered takes the buttons off the questions about an incident that a change of it
// answers, and has nobody else be called: a person's any, the clock's and the tests' one
// that ends it. It returns their notices.
func (j *Journal) answered(tx storage.Tx, by By, was, is desk.Incident) ([]desk.Subject, error) {
	if by.clock && (!was.IsOpen() || is.IsOpen()) {
		return nil, nil
	}
	return j.answer(tx, by, is.Subject())
}

// answer ends what was asked about a subject, and has nobody else be called: it is
// answered.
func (j *Journal) answer(tx storage.Tx, by By, about desk.Subject) ([]desk.Subject, error) {
	if err := callTable().Delete(tx, callKey(about)); err != nil {
		return nil, err
	}
	return j.closeAsked(tx, about, by.At, func(q *desk.Question) { q.Answered = by.At.UTC() })
}

// outdated closes the questions about a window that the change of it answers: a person's
// any, the clock's one that goes on without an answer. The clock cancels what somebody
// cancelled with its series.
func (j *Journal) outdated(tx storage.Tx, by By, was desk.WindowStatus, c desk.WindowChange) ([]desk.Subject, error) {
	s := c.Window.Subject()
	switch {
	case !by.clock || c.Window.Status == desk.Cancelled:
		return j.answer(tx, by, s)
	case c.Ask == nil && c.Window.Status != was:
		return j.closeAsked(tx, s, by.At, func(q *desk.Question) { q.PassedAt = by.At.UTC() })
	}
	return nil, nil
}

// closeAsked ends the questions about a subject, which end says how.
func (j *Journal) closeAsked(tx storage.Tx, about desk.Subject, at time.Time, end func(*desk.Question)) (notices []desk.Subject, err error) {
	open, err := unanswered(tx, about)
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Sorted(maps.Keys(open)) {
		a := open[n]
		end(&a.Question)
		s := desk.Subject{Kind: desk.NoticeSubject, Number: n}
		if err := j.unask(tx, at, s, a); err != nil {
			return nil, err
		}
		notices = append(notices, s)
	}
	return notices, nil
}

// unanswered are the questions about a subject that nobody has answered, by their notices.
func unanswered(tx storage.Tx, about desk.Subject) (open map[int]asked, err error) {
	open = map[int]asked{}
	k := askedTable().Key().Str(about.String())
	err = askedTable().Scan(tx, k, k.End(), maxAnswered, func(key storage.Key, a asked) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		r.Str()
		open[int(r.Num())] = a
		return true, r.Err()
	})
	return open, err
}

// maxAnswered is how many questions one answer answers: what fits beside it in a
// transaction: that of ops, and those beside it. No more are asked about one subject.
const maxAnswered = 1 + desk.MostAsked

func (j *Journal) unask(tx storage.Tx, at time.Time, s desk.Subject, a asked) error {
	if err := moveMark(tx, s, a.WakeAt, time.Time{}); err != nil {
		return err
	}
	if err := whereTable().Delete(tx, whereKey(s.Number)); err != nil {
		return err
	}
	if err := askedTable().Delete(tx, askedKey(a.Question.About(), s.Number)); err != nil {
		return err
	}
	return j.book.Amend(tx, s, desk.Notice{Number: s.Number, At: at, To: a.To, Question: &a.Question})
}

// Unanswered lists the questions about a subject that nobody has answered.
func (j *Journal) Unanswered(ctx context.Context, about desk.Subject) (out []desk.Question, err error) {
	k := askedTable().Key().Str(about.String())
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		return askedTable().Scan(tx, k, k.End(), 0, func(_ storage.Key, a asked) (bool, error) {
			out = append(out, a.Question)
			return true, nil
		})
	})
	return out, err
}
