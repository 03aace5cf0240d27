package journal

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Stranger is a check of a source that maps to no service, as ops is shown it.
type Stranger struct {
	desk.Unmapped
	First time.Time
	Last  time.Time
	// Told is when ops was last shown it; zero: never.
	Told time.Time `json:",omitzero"`
}

func strangerTable() storage.Table[Stranger] { return storage.TableOf[Stranger]("unmapped") }

func strangerKey(u desk.Unmapped) storage.Key {
	return strangerTable().Key().Str(u.Source).Str(u.Check)
}

// strangersKept is how many unmapped checks of all sources are kept: whoever has a token
// may name as many as he likes.
const strangersKept = 1000

// strangersAtOnce is how many of a request are taken in one transaction.
const strangersAtOnce = 40

// Unmapped notes checks that map to no service. It writes only what is new, and what was
// heard a day ago.
func (j *Journal) Unmapped(ctx context.Context, by By, checks []desk.Unmapped) error {
	for len(checks) > 0 {
		n := min(len(checks), strangersAtOnce)
		err := j.db.Update(ctx, func(tx storage.Tx) error {
			kept, err := countStrangers(tx)
			for _, u := range checks[:n] {
				if err == nil {
					err = noteStranger(tx, u, by.At.UTC(), kept < strangersKept)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		checks = checks[n:]
	}
	return nil
}

func countStrangers(tx storage.Tx) (n int, err error) {
	t := strangerTable()
	err = tx.Scan(t.Key(), t.Key().End(), strangersKept, func(_, _ []byte) (bool, error) {
		n++
		return true, nil
	})
	return n, err
}

func noteStranger(tx storage.Tx, u desk.Unmapped, now time.Time, room bool) error {
	u.Check, u.Called = oneLine(u.Check, desk.CalledMax), oneLine(u.Called, desk.CalledMax)
	was, known, err := strangerTable().Get(tx, strangerKey(u))
	if err != nil || (!known && !room) || now.Sub(was.Last) < 24*time.Hour {
		return err
	}
	was.Unmapped, was.Last = u, now
	if !known {
		was.First = now
	}
	return strangerTable().Put(tx, strangerKey(u), was)
}

// Strangers lists the checks that map to no service.
func (j *Journal) Strangers(ctx context.Context) (out []Stranger, err error) {
	t := strangerTable()
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		return t.Scan(tx, t.Key(), t.Key().End(), strangersKept, func(_ storage.Key, s Stranger) (bool, error) {
			out = append(out, s)
			return true, nil
		})
	})
	return out, err
}

// strangersShown is how many a notice shows.
const strangersShown = 20

// TellStrangers shows ops the checks heard since it was last shown any, at most
// strangersShown, in words. mapped reports those that the configuration maps by now: they
// are forgotten, as are those not heard for a month.
func (j *Journal) TellStrangers(ctx context.Context, now time.Time, mapped func(desk.Unmapped) bool, words func([]desk.Unmapped) string) error {
	told := false
	err := j.db.Update(ctx, func(tx storage.Tx) error {
		told = false
		var show []desk.Unmapped
		t := strangerTable()
		writes := 0
		err := t.Scan(tx, t.Key(), t.Key().End(), strangersKept, func(k storage.Key, s Stranger) (bool, error) {
			if writes >= strangersAtOnce {
				return false, nil
			}
			switch {
			case mapped(s.Unmapped) || now.Sub(s.Last) > 30*24*time.Hour:
				writes++
				return true, t.Delete(tx, k)
			case s.Told.Before(s.Last) && len(show) < strangersShown:
				s.Told = now.UTC()
				show = append(show, s.Unmapped)
				writes++
				return true, t.Put(tx, k, s)
			}
			return true, nil
		})
		if err != nil || len(show) == 0 {
			return err
		}
		told = true
		_, err = j.book.Notify(tx, desk.Notice{At: now.UTC(), Text: words(show)})
		return err
	})
	if told || err != nil {
		j.wrote(ctx, err)
	}
	return err
}
