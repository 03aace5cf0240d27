package journal

import (
	"bytes"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// The calendar keeps, in keys without values, when windows begin, when the clock has to
// look at something, and when work is planned on a service. What is near in time is near
// in the store whichever of these it is, so that a change of a window touches few pages of
// it however much is planned; and what is of one kind is read together, for a day at a
// time, what is of one service for a season. Ahead of all that is to come stand the windows
// at work, and those that are over, by time: so what is about now lies together, too.
const calendarName = "cal"

// replansPlace is where it is counted how often a window was planned for another time;
// runningPlace is the beginning of what is at work, overPlace of what is over.
func replansPlace() storage.Key { return storage.K(calendarName).Num(0) }
func runningPlace() storage.Key { return storage.K(calendarName).Num(1) }
func overPlace() storage.Key    { return storage.K(calendarName).Num(2) }

func replansTable() storage.Table[int] { return storage.TableOf[int](calendarName) }

// A sheet of the calendar is a day: all that stands on one, in a large organization (30
// windows a day), fits one or two pages of the store. Behind the sheets of a season stand
// the services: a scan of one looks at few seasons.
const (
	sheetFor = aDay
	season   = 12 * 7 // sheets
	// perSeason are the places of a season: two on each sheet, and that of the services.
	perSeason = 2*season + 1
)

// column is what is kept of one kind, or of one service: the beginning of its keys in each
// part of the calendar.
type column struct {
	// in is the part of a time, from 1 on. All that no key can hold are in the first, or
	// the last.
	in func(time.Time) uint64
	// place is where it stands in a part.
	place func(part uint64) storage.Key
	// from is the first part that may stand at a place or behind it.
	from func(place uint64) uint64
}

// Of the columns that have a place on each sheet dueColumn keeps at/kind/number: when the
// clock has to look at a subject; comingColumn from/number: the windows that have not
// begun, series not.
func dueColumn() column    { return onSheets(0) }
func comingColumn() column { return onSheets(1) }

func onSheets(nth uint64) column {
	return column{sheetOf, func(sheet uint64) storage.Key {
		return storage.K(calendarName).Num(sheet/season*perSeason + sheet%season*2 + nth)
	}, func(place uint64) uint64 {
		return place/perSeason*season + place%perSeason/2
	}}
}

// slotColumn keeps from/number/to: when work is planned on a service.
func slotColumn(id desk.ServiceID) column {
	return column{func(t time.Time) uint64 { return sheetOf(t) / season }, func(part uint64) storage.Key {
		return storage.K(calendarName).Num(part*perSeason + 2*season).Str(string(id))
	}, func(place uint64) uint64 {
		return place / perSeason
	}}
}

// sheetOf is the sheet that a time is on. Those of the first season are left out, as other
// things stand there.
func sheetOf(t time.Time) uint64 {
	return storage.ReadKey(storage.Key(nil).Time(t)).Num()/uint64(sheetFor) + season
}

// at is the beginning of the keys of a time.
func (c column) at(t time.Time) storage.Key { return c.place(c.in(t)).Time(t) }

// scan hands fn what stands at the times within, in their order, each from its time on,
// until it says so. It looks once in each part that holds anything, and goes on where the
// next begins with what it looks for.
func (c column) scan(tx storage.Tx, within desk.Period, fn func(rest []byte) (more bool, err error)) error {
	last, end, more := c.in(within.To), storage.K(calendarName).End(), true
	for part := c.in(within.From); more && part <= last; {
		k, next := c.place(part), last+1 // where nothing stands behind
		to := k.Time(within.To)
		err := tx.Scan(k.Time(within.From), end, 0, func(key, _ []byte) (bool, error) {
			if !bytes.HasPrefix(key, k) {
				at, err := c.partOf(key)
				if k, next = c.place(at), max(at, part+1); at <= part || !bytes.HasPrefix(key, k) || err != nil {
					return false, err
				}
				part, next, to = at, last+1, k.Time(within.To)
			}
			var err error
			if more = bytes.Compare(key, to) < 0; more {
				more, err = fn(key[len(k):])
			}
			return more, err
		})
		if err != nil {
			return err
		}
		part = next
	}
	return nil
}

func (c column) partOf(key []byte) (uint64, error) {
	r := storage.ReadKey(key)
	r.Str()
	return c.from(r.Num()), r.Err()
}

func dueKey(at time.Time, s desk.Subject) storage.Key {
	return dueColumn().at(at).Str(string(s.Kind)).Num(uint64(s.Number))
}

func comingKey(w desk.Window) storage.Key {
	return comingColumn().at(w.Planned.From).Num(uint64(w.Number))
}

func slotKey(id desk.ServiceID, w desk.Window) storage.Key {
	return slotColumn(id).at(w.Planned.From).Num(uint64(w.Number)).Time(w.Planned.To)
}

// scanSlots hands fn the times at which work is planned on a service that overlap
// within.
func scanSlots(tx storage.Tx, id desk.ServiceID, within desk.Period, fn func(desk.Taken)) error {
	begins := desk.Period{From: within.From.Add(-desk.MaxWindow), To: within.To}
	return slotColumn(id).scan(tx, begins, func(rest []byte) (bool, error) {
		r := storage.ReadKey(rest)
		var t desk.Taken
		t.Period.From = r.Time()
		t.Subject = desk.Subject{Kind: desk.WindowSubject, Number: int(r.Num())}
		t.Period.To = r.Time()
		if t.Period.Overlaps(within) {
			fn(t)
		}
		return true, r.Err()
	})
}

// comingNumbers lists the windows that begin in within and have not begun, at most
// limit (0: all), in the order of their begins.
func comingNumbers(tx storage.Tx, within desk.Period, limit int) (numbers []int, err error) {
	err = scanComing(tx, within, func(number int) (bool, error) {
		numbers = append(numbers, number)
		return len(numbers) != limit, nil
	})
	return numbers, err
}

// scanComing hands fn the windows of comingNumbers until it says so.
func scanComing(tx storage.Tx, within desk.Period, fn func(number int) (more bool, err error)) error {
	return comingColumn().scan(tx, within, func(rest []byte) (bool, error) {
		r := storage.ReadKey(rest)
		r.Time()
		number := int(r.Num())
		if err := r.Err(); err != nil {
			return false, err
		}
		return fn(number)
	})
}
