package journal

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// overKey is where a window that is over stands: by when calendars show the last of it.
func overKey(w desk.Window) storage.Key {
	return overPlace().Time(lastOf(w)).Num(uint64(w.Number))
}

// lastOf is the last that calendars show of a window that is over: its end, or where it
// was cancelled before, its time; of a series the next.
func lastOf(w desk.Window) time.Time {
	if w.IsSeries() {
		w.Planned, _ = w.Rule.Next(w.EndedAt)
	}
	last := w.EndedAt
	for _, t := range []time.Time{w.Planned.To, w.Slot} {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// overNumbers lists the windows that are over and of which calendars show something
// since then, at most limit.
func overNumbers(tx storage.Tx, since time.Time, limit int) (numbers []int, err error) {
	return numbersFrom(tx, overPlace(), since, limit)
}

// lastOver are those of overNumbers that calendars show the longest, at most limit: one that
// is left out of a series is a time that it has.
func lastOver(numbers []int, limit int) []int { return numbers[max(0, len(numbers)-limit):] }

// numbersFrom lists the numbers that stand in k behind times, from a time on.
func numbersFrom(tx storage.Tx, k storage.Key, since time.Time, limit int) (numbers []int, err error) {
	err = tx.Scan(k.Time(since), k.End(), limit, func(key, _ []byte) (bool, error) {
		r := storage.ReadKey(key[len(k):])
		r.Time()
		numbers = append(numbers, int(r.Num()))
		return true, r.Err()
	})
	return numbers, err
}
