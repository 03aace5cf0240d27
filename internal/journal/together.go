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
		{storage.K("due"), dueColumn.moved},
		{storage.K("coming"), comingColumn.moved},
		{storage.K("slot"), slotColumn.moved},
		{storage.K("window"), movedWindow},
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
	return db.Update(ctx, moveNumber)
}

// moved is the key that what had a table of its own has in the calendar.
func (c column) moved(k storage.Key) (storage.Key, error) {
	r := storage.ReadKey(k)
	table := r.Str()
	if c == slotColumn {
		r.Str()
	}
	return slices.Concat(c.on(sheetOf(r.Time())), k[len(storage.K(table)):]), r.Err()
}

func movedWindow(k storage.Key) (storage.Key, error) {
	return slices.Concat(windowTable().Key(), k[len(storage.K("window")):]), nil
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

func moveNumber(tx storage.Tx) error {
	old := seqTable().Key().Str(string(desk.WindowSubject))
	n, found, err := seqTable().Get(tx, old)
	if err != nil || !found {
		return err
	}
	t, k := numberTable(desk.WindowSubject)
	if err := t.Put(tx, k, n); err != nil {
		return err
	}
	return seqTable().Delete(tx, old)
}
