package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Call is a call for help beyond ops that is still to be made: promises passed and
// nobody answered.
type Call struct {
	// ID is the same at each try.
	ID       string
	About    desk.Subject
	Title    string
	Services []desk.Affected
	// Since is when people last said what they know of an incident, or when the work in
	// a window should have ended.
	Since time.Time
	// Missed counts the promises in a row that passed, Promised is the last of them and
	// Expected the one made instead; zero: there is none.
	Missed             int
	Promised, Expected time.Time `json:",omitzero"`
	// Lead is who led the incident then; zero: nobody.
	Lead desk.Person `json:",omitzero"`
	// At is when it fell due, Next when it is tried next.
	At, Next time.Time
	Tries    int `json:",omitempty"`
	// Reached are those whom a try has reached, by words that are no secret.
	Reached []string `json:",omitempty"`
}

const (
	// callFor is how long a call is tried: later somebody has to be found otherwise.
	callFor = time.Hour
	// firstRetry is how long after the first try it is tried again; each pause is twice
	// the one before, up to lastRetry.
	firstRetry, lastRetry = 30 * time.Second, 10 * time.Minute
)

// IsDue reports whether it is to be tried at now. A try that is further away than any
// pause was planned before the clock on the wall was set back.
func (c Call) IsDue(now time.Time) bool {
	return !c.Next.After(now) || c.Next.Sub(now) > lastRetry
}

// failed is the call after a try at now that did not reach everybody; false: it is not
// tried any more.
func (c Call) failed(now time.Time) (Call, bool) {
	end := c.At.Add(callFor)
	if !now.Before(end) {
		return c, false
	}
	pause := min(firstRetry<<min(c.Tries, 10), lastRetry)
	c.Tries++
	c.Next = now.Add(pause).UTC()
	if c.Next.After(end) {
		c.Next = end
	}
	return c, true
}

func callTable() storage.Table[Call] { return storage.TableOf[Call]("call") }

// callKey: about one subject there is one call at most, the newest.
func callKey(about desk.Subject) storage.Key { return callTable().Key().Str(about.String()) }

// putCall has those beyond ops be called because of a question.
func putCall(tx storage.Tx, by By, q desk.Question) error {
	at := by.At.UTC()
	c := Call{About: q.About(), Missed: q.Missed, Promised: q.Promised, Expected: q.By, At: at, Next: at}
	c.ID = c.About.String() + "-" + at.Format("20060102T150405Z")
	if w := q.Window; w != nil {
		c.Title, c.Services, c.Since = w.Title, w.Services, w.Planned.To
	} else {
		c.Title, c.Services, c.Since, c.Lead = q.Incident.Title, q.Incident.Services, q.Incident.InformedAt, q.Incident.Lead
		if c.Since.IsZero() {
			c.Since = q.Incident.DeclaredAt
		}
	}
	if err := callTable().Put(tx, callKey(c.About), c); err != nil {
		return err
	}
	return audit(tx, by, AuditEntry{Did: "call", About: c.About.String()})
}

// Calls lists the calls that are still to be made, in the order in which they fell due.
func (j *Journal) Calls(ctx context.Context) (all []Call, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		all, err = pendingCalls(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read whom to call: %w", err)
	}
	slices.SortStableFunc(all, func(a, b Call) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

func pendingCalls(tx storage.Tx) (all []Call, err error) {
	err = callTable().Scan(tx, nil, nil, 0, func(_ storage.Key, c Call) (bool, error) {
		all = append(all, c)
		return true, nil
	})
	return all, err
}

// Called notes a try of a call at now: failed is nil where everybody is reached who can
// be. It tells when the call is to be tried again; zero: never. What failed for an hour
// is given up, and ops is told. A call that somebody has answered meanwhile is left alone.
func (j *Journal) Called(ctx context.Context, now time.Time, c Call, failed error) (next time.Time, err error) {
	var told []desk.Subject
	err = j.db.Update(ctx, func(tx storage.Tx) (err error) {
		next, told = time.Time{}, nil
		kept, found, err := callTable().Get(tx, callKey(c.About))
		if err != nil || !found || kept.ID != c.ID {
			return err
		}
		kept.Reached = c.Reached
		by := By{At: now, Name: "Belltower", clock: true}
		if failed == nil {
			return closeCall(tx, by, kept, "called")
		}
		if again, more := kept.failed(now); more {
			next = again.Next
			return callTable().Put(tx, callKey(c.About), again)
		}
		told, err = j.giveUp(tx, by, kept)
		return err
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("note a call about %s: %w", c.About, err)
	}
	if len(told) > 0 {
		j.wrote(ctx, nil, told...)
	}
	return next, nil
}

// giveUp tells ops that a call did not reach everybody.
func (j *Journal) giveUp(tx storage.Tx, by By, c Call) ([]desk.Subject, error) {
	if err := closeCall(tx, by, c, "call given up"); err != nil {
		return nil, err
	}
	say := j.settings.Load().Uncalled
	if say == nil {
		return nil, nil
	}
	s, err := j.book.Notify(tx, desk.Notice{At: by.At.UTC(), Text: say(c.About)})
	return []desk.Subject{s}, err
}

// closeCall ends a call, with a line in the audit unless there was nobody to call.
func closeCall(tx storage.Tx, by By, c Call, did string) error {
	if err := callTable().Delete(tx, callKey(c.About)); err != nil {
		return err
	}
	if did == "called" && len(c.Reached) == 0 {
		return nil
	}
	return audit(tx, by, AuditEntry{Did: did, About: c.About.String(), After: strings.Join(c.Reached, ", ")})
}

// dropCalls forgets all calls.
func dropCalls(tx storage.Tx) error {
	all, err := pendingCalls(tx)
	for _, c := range all {
		if err := callTable().Delete(tx, callKey(c.About)); err != nil {
			return err
		}
	}
	return err
}
