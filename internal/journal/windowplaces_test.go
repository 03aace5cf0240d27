package journal_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// sound fails unless there is just one mark for each subject that has something due, and
// every window stands where its state says.
func (o *office) sound() {
	o.t.Helper()
	want, got := map[string]bool{}, map[string]bool{}
	replans := storage.K("cal").Num(0)
	err := o.db.View(o.t.Context(), func(tx storage.Tx) error {
		clear(want)
		clear(got)
		for _, table := range []string{"cal", "series", "repeats"} {
			k := storage.K(table)
			if err := tx.Scan(k, k.End(), 0, func(key, _ []byte) (bool, error) {
				if !bytes.Equal(key, replans) {
					got[storage.Key(key).String()] = true
				}
				return true, nil
			}); err != nil {
				return err
			}
		}
		return scanWanted(tx, func(k storage.Key) { want[k.String()] = true })
	})
	if err != nil {
		o.t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		o.t.Fatalf("marks and places (-want +got):\n%s", diff)
	}
}

// scanWanted hands fn the keys that there have to be.
func scanWanted(tx storage.Tx, fn func(storage.Key)) error {
	due := func(at time.Time, s desk.Subject) {
		if !at.IsZero() {
			fn(calendarKey(0, at).Time(at).Str(string(s.Kind)).Num(uint64(s.Number)))
		}
	}
	err := scanWindows(tx, func(w desk.Window) { wantedOf(w, fn); due(w.WakeAt, w.Subject()) })
	if err != nil {
		return err
	}
	if err := scan(tx, "incident", func(_ []byte, i desk.Incident) { due(i.WakeAt, i.Subject()) }); err != nil {
		return err
	}
	return scan(tx, "asked", func(key []byte, a struct{ WakeAt time.Time }) {
		r := storage.ReadKey(key)
		r.Str()
		r.Str()
		due(a.WakeAt, desk.Subject{Kind: desk.NoticeSubject, Number: int(r.Num())})
	})
}

// wantedOf are the keys of where a window stands, but of one that is over the time.
func wantedOf(w desk.Window, fn func(storage.Key)) {
	n := uint64(w.Number)
	switch {
	case w.IsOver():
		last := w.EndedAt
		planned := w.Planned
		if w.IsSeries() {
			planned, _ = w.Rule.Next(w.EndedAt)
		}
		for _, t := range []time.Time{planned.To, w.Slot} {
			if t.After(last) {
				last = t
			}
		}
		fn(storage.K("cal").Num(2).Time(last).Num(n))
		return
	case w.IsSeries():
		k := storage.K("series").Num(n)
		for _, id := range w.ServiceIDs() {
			k = k.Str(string(id))
			fn(repeatsOf(string(id), w))
		}
		fn(k)
		return
	case w.IsRunning():
		fn(storage.K("cal").Num(1).Num(n))
	default:
		fn(calendarKey(1, w.Planned.From).Time(w.Planned.From).Num(n))
	}
	for _, id := range w.ServiceIDs() {
		fn(calendarKey(2, w.Planned.From).Str(string(id)).Time(w.Planned.From).Num(n).Time(w.Planned.To))
	}
}

// calendarKey is the beginning of what stands in a column of the calendar at a time: 0 due,
// 1 coming, 2 slots. A season has 12 weeks of two columns, and then that of the slots.
func calendarKey(column uint64, at time.Time) storage.Key {
	since := new(big.Int).Sub(big.NewInt(at.UnixNano()), big.NewInt(math.MinInt64))
	day := new(big.Int).Div(since, big.NewInt(int64(24*time.Hour))).Uint64()
	place := 169*(day/84+1) + 2*(day%84) + column
	if column == 2 {
		place = 169*(day/84+1) + 168
	}
	return storage.K("cal").Num(place)
}

// repeatsOf is the key of a series among those of a service.
func repeatsOf(service string, w desk.Window) storage.Key {
	days := uint64(0)
	for _, d := range w.Rule.Days {
		days += 1 << d
	}
	k := storage.K("repeats").Str(service).Num(uint64(w.Number)).Time(w.Planned.From).Num(uint64(w.Rule.Every)).Num(uint64(w.Rule.Nth + 1)).
		Num(days).Num(uint64(w.Rule.At)).Num(uint64(w.Rule.For)).Str(w.Rule.Zone).Time(w.Rule.First).Time(w.Rule.Until)
	for _, day := range w.Rule.Except {
		k = k.Time(day)
	}
	return k
}

// scanWindows hands fn all windows, which are among their timelines.
func scanWindows(tx storage.Tx, fn func(desk.Window)) error {
	k := storage.K("ann+window")
	return tx.Scan(k, k.End(), 0, func(key, value []byte) (bool, error) {
		var w desk.Window
		if len(key) > len(k.Num(0)) {
			return true, nil
		}
		err := json.Unmarshal(value, &w)
		fn(w)
		return true, err
	})
}

func scan[T any](tx storage.Tx, table string, fn func(key []byte, v T)) error {
	k := storage.K(table)
	return tx.Scan(k, k.End(), 0, func(key, value []byte) (bool, error) {
		var v T
		err := json.Unmarshal(value, &v)
		fn(slices.Clone(key), v)
		return true, err
	})
}
