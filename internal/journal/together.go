package journal

import (
	"context"
	"slices"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// layTogether brings what is written together near to each other: schema 3 had a table of
// its own for each column of the calendar, for windows, for their timelines and for their
// last number.
func layTogether(db storage.DB) error {
	ctx := context.Background()
	windowEntry := append(entryTable().Key(), desk.WindowSubject+"-"...)
	for _, move := range []struct {
		from storage.Key
		to   func(k storage.Key) (storage.Key, error)
	}{
		{storage.K("due"), dueColumn().moved("due")},
		{storage.K("coming"), comingColumn().moved("coming")},
		{storage.K("slot"), movedSlot},
		{storage.K("over"), placed("over", overPlace())},
		{storage.K("running"), placed("running", runningPlace())},
		{storage.K("window"), placed("window", windowTable().Key())},
		{windowEntry, movedEntry},
	} {
		_, err := storage.Rewrite(ctx, db, move.from, func(k storage.Key, v []byte) (storage.Key, []byte, error) {
			to, err := move.to(k)
			return to, v, err
		})
		if err != nil {
			return err
		}
	}
	return db.Update(ctx, moveNumbers)
}

// moved has keys that had a table of their own, by time, stand in the calendar.
func (c column) moved(table string) func(storage.Key) (storage.Key, error) {
	return func(k storage.Key) (storage.Key, error) { return c.keyOf(k[len(storage.K(table)):]) }
}

// keyOf is the key of what begins with its time.
func (c column) keyOf(rest []byte) (storage.Key, error) {
	r := storage.ReadKey(rest)
	return slices.Concat(c.place(c.in(r.Time())), rest), r.Err()
}

func movedSlot(k storage.Key) (storage.Key, error) {
	r := storage.ReadKey(k)
	table, id := r.Str(), r.Str()
	if r.Err() != nil {
		return nil, r.Err()
	}
	return slotColumn(desk.ServiceID(id)).keyOf(k[len(storage.K(table).Str(id)):])
}

// placed has keys begin with another place than with the table they had.
func placed(table string, place storage.Key) func(storage.Key) (storage.Key, error) {
	return func(k storage.Key) (storage.Key, error) {
		return slices.Concat(place, k[len(storage.K(table)):]), nil
	}
}

func movedEntry(k storage.Key) (storage.Key, error) {
	r := storage.ReadKey(k)
	r.Str()
	name, seq := r.Str(), int(r.Num())
	if r.Err() != nil {
		return nil, r.Err()
	}
	s, err := desk.ParseSubject(name)
	return entryKey(s, seq), err
}

// moveNumbers moves what is counted about windows.
func moveNumbers(tx storage.Tx) error {
	windows, last := numberTable(desk.WindowSubject)
	if err := moveNumber(tx, seqTable().Key().Str(string(desk.WindowSubject)), windows, last); err != nil {
		return err
	}
	return moveNumber(tx, seqTable().Key().Str("replans"), replansTable(), replansPlace())
}

func moveNumber(tx storage.Tx, old storage.Key, to storage.Table[int], at storage.Key) error {
	n, found, err := seqTable().Get(tx, old)
	if err != nil || !found {
		return err
	}
	if err := to.Put(tx, at, n); err != nil {
		return err
	}
	return seqTable().Delete(tx, old)
}
