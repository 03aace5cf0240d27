package journal_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// hopeful is a store of the kind that looks only at its commit whether what was read with
// Get is unchanged, and runs the function again where it is not. Between the first run and
// its commit somebody else does meanwhile.
type hopeful struct {
	storage.DB
	meanwhile func()
}

func (h *hopeful) Update(ctx context.Context, fn func(storage.Tx) error) error {
	for {
		tried := &noted{}
		undone := errors.New("only tried")
		err := h.DB.Update(ctx, func(tx storage.Tx) error {
			tried.Tx, tried.writes, tried.read, tried.written = tx, nil, map[string][]byte{}, map[string]bool{}
			if err := fn(tried); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			return err
		}
		if other := h.meanwhile; other != nil {
			h.meanwhile = nil
			other()
		}
		changed := false
		err = h.DB.Update(ctx, func(tx storage.Tx) error {
			for key, was := range tried.read {
				is, err := tx.Get([]byte(key))
				if changed = changed || !bytes.Equal(was, is); err != nil || changed {
					return err
				}
			}
			for _, write := range tried.writes {
				if err := write(tx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || !changed {
			return err
		}
	}
}

// noted is a transaction that notes what is read with Get, and what is written.
type noted struct {
	storage.Tx
	read    map[string][]byte
	written map[string]bool
	writes  []func(storage.Tx) error
}

func (n *noted) Get(key []byte) ([]byte, error) {
	v, err := n.Tx.Get(key)
	if _, before := n.read[string(key)]; !before && !n.written[string(key)] {
		n.read[string(key)] = v
	}
	return v, err
}

func (n *noted) Put(key, value []byte) error {
	n.written[string(key)] = true
	n.writes = append(n.writes, func(tx storage.Tx) error { return tx.Put(key, value) })
	return n.Tx.Put(key, value)
}

func (n *noted) Delete(key []byte) error {
	n.written[string(key)] = true
	n.writes = append(n.writes, func(tx storage.Tx) error { return tx.Delete(key) })
	return n.Tx.Delete(key)
}

// On a store that notices only changes of what was read with Get, too, one of two people
// who at once take the same time for different work is refused.
func TestTwoWhoTakeTheSameTime(t *testing.T) {
	free := at(1000 * hour)
	want := desk.Period{From: free, To: free.Add(time.Hour)}
	plan := desk.Plan{Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "Mine", Planned: want}
	soon := desk.Override{Urgent: "now"}
	schedule := func(o *office, j *journal.Journal, _ int) error {
		return second(j.Schedule(t.Context(), o.by(1000*hour-60), plan, soon))
	}
	move := func(o *office, j *journal.Journal, n int) error {
		to := func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Move(want, act) }
		return second(j.Plan(t.Context(), o.by(1000*hour-60), n, to, soon, false))
	}
	begin := func(o *office, j *journal.Journal, n int) error {
		return second(j.Start(t.Context(), o.by(1000*hour-60), n, desk.Override{}))
	}
	takes := map[string]func(*office, *journal.Journal, int) error{"schedule": schedule, "move": move, "start": begin}
	for first, one := range takes {
		for then, other := range takes {
			t.Run(first+" and "+then, func(t *testing.T) {
				o := newOffice(t)
				mine := o.plan(0, "Before", 900*time.Hour, 2*time.Hour)
				theirs := o.plan(0, "Before that", 800*time.Hour, 2*time.Hour)
				for _, n := range []int{mine, theirs} {
					if _, err := o.ApplyWindow(t.Context(), o.by(1), n, desk.Window.HoldStart, false); err != nil {
						t.Fatal(err)
					}
				}
				db := &hopeful{DB: o.db}
				later := journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
				db.meanwhile = func() {
					if err := other(o, o.Journal, theirs); err != nil {
						t.Fatal(err)
					}
				}
				var refused *desk.Objection
				if err := one(o, later, mine); !errors.As(err, &refused) || refused.Kind != desk.Overlapping {
					t.Errorf("both take the time: %v", err)
				}
			})
		}
	}
}
