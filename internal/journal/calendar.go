package journal

import (
	"bytes"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// The calendar keeps, in keys without values, when windows begin and when the clock has to
// look at something. What is near in time is near in the store whichever of these it is, so
// that a change of a window touches few pages of it however much is planned; and what is of
// one kind is read together, for a day at a time. Ahead of all that is to come stand the
// windows at work, and those that are over, by time: so what is about now lies together, too.
const calendarName = "cal"

// replansPlace is where it is counted how often a window was planned for another time;
// runningPlace is the beginning of what is at work, overPlace of what is over.
func replansPlace() storage.Key { return storage.K(calendarName).Num(0) }
func runningPlace() storage.Key { return storage.K(calendarName).Num(1) }
func overPlace() storage.Key    { return storage.K(calendarName).Num(2) }

// ahead is how many sheets these take the place of.
const ahead = 2

func replansTable() storage.Table[int] { return storage.TableOf[int](calendarName) }

// sheetFor is how long a sheet of the calendar is: all that stands on one, in a large
// organization (30 windows a day), fits one or two pages of the store.
const sheetFor = aDay

// column is a kind of what stands on the sheets of the calendar.
type column uint64

const (
	dueColumn    column = iota // at/kind/number: when the clock has to look at a subject
	comingColumn               // from/number: the windows that have not begun, series not
	columns
)

// sheet is the number of a sheet.
type sheet uint64

// sheetOf is the sheet that a time is on, behind what stands ahead of all. All times that
// no key can hold are on the first, or the last.
func sheetOf(t time.Time) sheet {
	return sheet(storage.ReadKey(storage.Key(nil).Time(t)).Num()/uint64(sheetFor) + ahead)
}

// on is the beginning of the keys of a column on a sheet.
func (c column) on(s sheet) storage.Key {
	return storage.K(calendarName).Num(uint64(s)*uint64(columns) + uint64(c))
}

// readSheet is the sheet of a key.
func readSheet(key []byte) (sheet, error) {
	r := storage.ReadKey(key)
	r.Str()
	return sheet(r.Num() / uint64(columns)), r.Err()
}

// scan hands fn what stands in a column at the times within, in their order, each from its
// time on, until it says so. It looks once for each sheet that holds anything, and goes on
// where the next begins with what it looks for.
func (c column) scan(tx storage.Tx, within desk.Period, fn func(rest []byte) (more bool, err error)) error {
	last, more := sheetOf(within.To), true
	for s := sheetOf(within.From); more && s <= last; {
		k, next := c.on(s), last+1 // where nothing stands behind
		err := tx.Scan(k.Time(within.From), storage.K(calendarName).End(), 0, func(key, _ []byte) (bool, error) {
			if !bytes.HasPrefix(key, k) {
				at, err := readSheet(key)
				if k, next = c.on(at), max(at, s+1); at <= s || !bytes.HasPrefix(key, k) || err != nil {
					return false, err
				}
				s, next = at, last+1
			}
			var err error
			if more = bytes.Compare(key, k.Time(within.To)) < 0; more {
				more, err = fn(key[len(k):])
			}
			return more, err
		})
		if err != nil {
			return err
		}
		s = next
	}
	return nil
}

func dueKey(at time.Time, s desk.Subject) storage.Key {
	return dueColumn.on(sheetOf(at)).Time(at).Str(string(s.Kind)).Num(uint64(s.Number))
}

func comingKey(w desk.Window) storage.Key {
	from := w.Planned.From
	return comingColumn.on(sheetOf(from)).Time(from).Num(uint64(w.Number))
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
	return comingColumn.scan(tx, within, func(rest []byte) (bool, error) {
		r := storage.ReadKey(rest)
		r.Time()
		number := int(r.Num())
		if err := r.Err(); err != nil {
			return false, err
		}
		return fn(number)
	})
}
