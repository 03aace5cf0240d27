package outbox

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Public is how much of a subject everybody may know, who subscribed and who did not.
type Public struct {
	// Void: it was taken back before anybody but ops was told. Nothing may be known.
	Void bool
	// Until is when the grace of the newest announcements ends; zero: nothing is held
	// back, and all may be known.
	Until time.Time
	// Told is the newest snapshot that may be known while others are held back; nil: none.
	Told *desk.Snapshot
}

// Public tells how much of a subject everybody may know at now.
func (b *Book) Public(tx storage.Tx, s desk.Subject, now time.Time) (Public, error) {
	out, _, err := outTable().Get(tx, outKey(s))
	switch {
	case err != nil:
		return Public{}, err
	case out.Void, !out.held(), out.graceOver(now):
		return Public{Void: out.Void}, nil
	case out.Rel == 0:
		return Public{Until: out.ReleaseAt}, nil
	}
	told, _, err := annTable().Get(tx, annKey(s, out.Rel))
	return Public{Until: out.ReleaseAt, Told: &told.Snapshot}, err
}
