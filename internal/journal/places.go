package journal

import (
	"bytes"
	"math"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Where a window stands in the calendar is kept in keys without values, so that
// what is coming, running or in the way is found without reading all windows.

const (
	seriesName  = "series"
	repeatsName = "repeats"
)

// placesOf lists the keys of where a window stands.
func placesOf(w desk.Window) (keys []storage.Key) {
	n := uint64(w.Number)
	switch {
	case w.Number == 0:
		return nil
	case w.IsOver():
		return []storage.Key{overKey(w)}
	case w.IsSeries():
		k := storage.K(seriesName).Num(n)
		for _, id := range w.ServiceIDs() {
			k = k.Str(string(id))
		}
		keys = append(keys, k)
		for _, id := range w.ServiceIDs() {
			keys = append(keys, repeatsKey(id, w))
		}
		return keys
	case w.IsRunning():
		keys = append(keys, runningPlace().Num(n))
	default:
		keys = append(keys, comingKey(w))
	}
	for _, id := range w.ServiceIDs() {
		keys = append(keys, slotKey(id, w))
	}
	return keys
}

// keepPlaces brings the keys in line with a window. It writes only what changes.
func keepPlaces(tx storage.Tx, was, is desk.Window) error {
	before, after := placesOf(was), placesOf(is)
	has := func(all []storage.Key, k storage.Key) bool {
		for _, one := range all {
			if bytes.Equal(one, k) {
				return true
			}
		}
		return false
	}
	for _, k := range before {
		if !has(after, k) {
			if err := tx.Delete(k); err != nil {
				return err
			}
		}
	}
	for _, k := range after {
		if !has(before, k) {
			if err := tx.Put(k, []byte("{}")); err != nil {
				return err
			}
		}
	}
	return nil
}

// seriesPlace is what is kept of a series that is not over.
type seriesPlace struct {
	number   int
	services []desk.ServiceID
}

func activeSeries(tx storage.Tx) (all []seriesPlace, err error) {
	k := storage.K(seriesName)
	err = tx.Scan(k, k.End(), 0, func(key, _ []byte) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		one := seriesPlace{number: int(r.Num())}
		for r.More() {
			one.services = append(one.services, desk.ServiceID(r.Str()))
		}
		all = append(all, one)
		return true, r.Err()
	})
	return all, err
}

// runningNumbers lists the windows at work.
func runningNumbers(tx storage.Tx) (numbers []int, err error) {
	k := runningPlace()
	err = tx.Scan(k, k.End(), 0, func(key, _ []byte) (bool, error) {
		r := storage.ReadKey(key[len(k):])
		numbers = append(numbers, int(r.Num()))
		return true, r.Err()
	})
	return numbers, err
}

func madeKey(series int, slot time.Time) storage.Key {
	return madeTable().Key().Num(uint64(series)).Time(slot)
}

// slotOf is the slot of a madeKey.
func slotOf(key storage.Key) (time.Time, error) {
	r := storage.ReadKey(key)
	r.Str()
	r.Num()
	return r.Time(), r.Err()
}

// scanWindow reads a window as one of many that a transaction looks at: there may be
// more of them than it may Get, so that a change of it meanwhile goes unnoticed.
func scanWindow(tx storage.Tx, number int) (w desk.Window, err error) {
	k := windowKey(number)
	err = windowTable().Scan(tx, k, k.End(), 1, func(_ storage.Key, one desk.Window) (bool, error) {
		w = one
		return false, nil
	})
	if err == nil && w.Number != number {
		err = noWindow(number)
	}
	return w, err
}

// always is a period that holds all that is planned.
func always() desk.Period {
	return desk.Period{From: time.Unix(0, 0), To: time.Unix(0, math.MaxInt64)}
}
