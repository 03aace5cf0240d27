package journal

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// overName is where the windows that are over stand, by when calendars show the last of
// them, in keys without values.
const overName = "over"

// overKey is where a window that is over stands.
func overKey(w desk.Window) storage.Key {
	return storage.K(overName).Time(lastOf(w)).Num(uint64(w.Number))
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
	k := storage.K(overName)
	err = tx.Scan(k.Time(since), k.End(), limit, func(key, _ []byte) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		r.Time()
		numbers = append(numbers, int(r.Num()))
		return true, r.Err()
	})
	return numbers, err
}
