package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// aliveTable holds one record: when the bot was last known to run.
func aliveTable() storage.Table[time.Time] { return storage.TableOf[time.Time]("alive") }

// Alive notes that the bot runs at now, so that the next start can tell how long
// it was away. It is worth calling every half minute or so, and at a clean stop.
func (j *Journal) Alive(ctx context.Context, now time.Time) error {
	err := j.db.Background(ctx, func(tx storage.Tx) error {
		return aliveTable().Put(tx, aliveTable().Key(), now.UTC())
	})
	if err != nil {
		return fmt.Errorf("note that the bot runs: %w", err)
	}
	return nil
}

// room is more than a command writes at once.
const room = 32 << 10

// Ready notes that the bot runs, as Alive does, and writes as much as a command may:
// where that does not fit, commands are refused.
func (j *Journal) Ready(ctx context.Context, now time.Time) error {
	err := j.db.Background(ctx, func(tx storage.Tx) error {
		return errors.Join(
			aliveTable().Put(tx, aliveTable().Key(), now.UTC()),
			tx.Put(storage.K("room"), make([]byte, room)),
		)
	})
	if err != nil {
		return fmt.Errorf("write as much as a command does: %w", err)
	}
	return nil
}

// Away is what to know after the bot was not running.
type Away struct {
	From, To time.Time // From is zero at the very first start
	Open     []desk.Incident
}

// Away tells what happened until now since Alive was last called. It is to be
// asked before Alive is called anew.
func (j *Journal) Away(ctx context.Context, now time.Time) (Away, error) {
	a := Away{To: now.UTC()}
	err := j.db.View(ctx, func(tx storage.Tx) (err error) {
		a.From, _, err = aliveTable().Get(tx, aliveTable().Key())
		return err
	})
	if err == nil {
		a.Open, err = j.Open(ctx)
	}
	if err != nil {
		return a, fmt.Errorf("look up how long the bot was away: %w", err)
	}
	return a, nil
}
