package chat

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// RosterKept is how long a list of members counts that cannot be refreshed.
const RosterKept = 24 * time.Hour

// Roster is what is known of a group of people that the access list names.
type Roster struct {
	Group   desk.Person // "amherst/group:S0ONCALL"
	Members int
	At      time.Time // when the platform told the list; zero: never
	Failing time.Time // since when it cannot be refreshed; zero: it can
}

// Counts reports whether the list still gives rights at now.
func (r Roster) Counts(now time.Time) bool { return !r.At.IsZero() && now.Sub(r.At) <= RosterKept }
