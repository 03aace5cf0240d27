package journal

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// judging is what the clock is to look at anew, as something around it changed: planned
// work, a mute, an incident. It is a record of its own, so that whoever changes that
// writes the same for one alert as for a hundred.
type judging struct {
	Alerts   []int            `json:",omitempty"`
	Services []desk.ServiceID `json:",omitempty"`
	// Into: the alerts are to be told with that alert, as Behind, which they need, fails.
	// 0: they are looked at.
	Into   int            `json:",omitempty"`
	Behind desk.ServiceID `json:",omitempty"`
}

// judgingSubject is the kind of the marks of judgings. Of one moment they come before
// those of alerts, which they set.
const judgingSubject desk.SubjectKind = "ALERTS"

func judgingTable() storage.Table[judging] { return storage.TableOf[judging]("judging") }

func judgingKey(n int) storage.Key { return judgingTable().Key().Num(uint64(n)) }

// judgeAnew has the clock look at alerts, and those about services, at a time. Where there
// are none it writes nothing.
func judgeAnew(tx storage.Tx, what judging, at time.Time) error {
	var alerted []desk.ServiceID
	for _, id := range what.Services {
		is, err := isAlerted(tx, id)
		if err != nil {
			return err
		}
		if is {
			alerted = append(alerted, id)
		}
	}
	if what.Services = alerted; len(what.Alerts)+len(alerted) == 0 {
		return nil
	}
	n, err := nextNumber(tx, judgingSubject)
	if err != nil {
		return err
	}
	if err := judgingTable().Put(tx, judgingKey(n), what); err != nil {
		return err
	}
	return moveMark(tx, desk.Subject{Kind: judgingSubject, Number: n}, time.Time{}, at)
}

// isAlerted reports whether something may come of an alert about a service.
func isAlerted(tx storage.Tx, id desk.ServiceID) (bool, error) {
	raised, err := allRaised(tx, id)
	return slices.ContainsFunc(raised, func(a desk.Alert) bool { return a.Number != 0 && !a.IsSettled() }), err
}

// judgedAtOnce is how many alerts a transaction has the clock look at: each takes three
// writes. absorbedAtOnce is how many are absorbed in one: each takes alertWrites, and one
// more for each service.
const (
	judgedAtOnce   = 24
	absorbedAtOnce = 4
)

// fireJudging sets the marks of the alerts that are to be looked at, so many as a
// transaction takes.
func (j *Journal) fireJudging(tx storage.Tx, by By, m mark) (fired, error) {
	what, found, err := judgingTable().Get(tx, judgingKey(m.about.Number))
	if err != nil {
		return fired{}, err
	}
	if !found {
		return stray(tx, m)
	}
	out, err := j.judgeSome(tx, by, &what)
	if err != nil {
		return out, err
	}
	out.again = len(what.Alerts)+len(what.Services) > 0
	if out.again {
		return out, judgingTable().Put(tx, judgingKey(m.about.Number), what)
	}
	if err := judgingTable().Delete(tx, judgingKey(m.about.Number)); err != nil {
		return out, err
	}
	return out, dueTable().Delete(tx, dueKey(m.at, m.about))
}

func (j *Journal) judgeSome(tx storage.Tx, by By, what *judging) (fired, error) {
	if what.Into != 0 {
		n := min(len(what.Alerts), absorbedAtOnce)
		h := j.hearing(tx, by)
		err := h.absorbLater(what.Alerts[:n], what.Into, what.Behind)
		what.Alerts = what.Alerts[n:]
		return fired{subjects: h.told, at: h.wakes}, err
	}
	numbers, err := what.next(tx)
	for _, n := range numbers {
		if err == nil {
			err = judge(tx, n, by.At.UTC())
		}
	}
	return fired{at: []time.Time{by.At.UTC()}}, err
}

// next takes off what one transaction looks at.
func (w *judging) next(tx storage.Tx) (numbers []int, err error) {
	n := min(len(w.Alerts), judgedAtOnce)
	numbers, w.Alerts = w.Alerts[:n:n], w.Alerts[n:]
	for len(w.Services) > 0 && len(numbers)+len(expectations()) <= judgedAtOnce {
		for _, e := range expectations() {
			n, found, err := raisedTable().Get(tx, raisedKey(w.Services[0], e))
			if err != nil {
				return nil, err
			}
			if found {
				numbers = append(numbers, n)
			}
		}
		w.Services = w.Services[1:]
	}
	return numbers, nil
}

// judge has the clock look at an alert, unless nothing can come of it.
func judge(tx storage.Tx, number int, at time.Time) error {
	a, err := getAlert(tx, number)
	if err != nil || a.IsSettled() {
		return err
	}
	return wakeAlert(tx, a, at)
}
