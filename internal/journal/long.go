package journal

import (
	"bytes"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// LongAfter is how long an incident may be open before it is found by its end, too: who
// looks for what ended within some time looks at those declared that much before it.
const LongAfter = 31 * 24 * time.Hour

func longTable() storage.Table[struct{}] { return storage.TableOf[struct{}]("long") }

// longKey is where an incident that was open for long stands, by its end; nil: it was not.
func longKey(i desk.Incident) storage.Key {
	if i.Number == 0 || i.IsOpen() || i.EndedAt.Sub(i.DeclaredAt) <= LongAfter {
		return nil
	}
	return longTable().Key().Time(i.EndedAt).Num(uint64(i.Number))
}

// moveLong has an incident stand where it stands now.
func moveLong(tx storage.Tx, was, is desk.Incident) error {
	from, to := longKey(was), longKey(is)
	if bytes.Equal(from, to) {
		return nil
	}
	if from != nil {
		if err := longTable().Delete(tx, from); err != nil {
			return err
		}
	}
	if to == nil {
		return nil
	}
	return longTable().Put(tx, to, struct{}{})
}

// longNumbers lists the incidents that were open for long and ended since.
func longNumbers(tx storage.Tx, since time.Time) (numbers []int, err error) {
	return numbersFrom(tx, longTable().Key(), since, 0)
}
