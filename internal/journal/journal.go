// Package journal is the one writer: it applies a rule of the desk and puts the
// state after, the line of the timeline, the audit entry, the announcement and
// the mark that the request was seen into one transaction. So nothing is told
// that is not stored, nothing stored goes untold, and a request that comes again
// is answered as the first time and done once.
//
// It imports desk, outbox and storage. Its only goroutine is that of a draft (see By),
// for which it waits. Its errors are *desk.Refusal where a rule says no (nothing was
// stored), else wrap those of storage: ErrUnavailable (nothing was stored), ErrUnknown
// (look before doing it again).
package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// Settings are what the configuration says; replaced whole at SIGHUP.
type Settings struct {
	// Grace is how long what reaches more than GraceAbove channels waits before
	// others than ops are told.
	Grace      time.Duration
	GraceAbove int
	// Ops are the ops channels in order of preference, for what was declared where
	// no ops channel is.
	Ops []desk.Channel
	// Cadence is how often news of incidents is promised.
	Cadence desk.Cadence
	// Planning is what speaks against a time for work, and when it is told again.
	Planning desk.Planning
	// Contacts are called where promises pass.
	Contacts []desk.Contact
	// Uncalled says that nobody beyond ops could be called about a subject, to ops; nil:
	// nothing is said.
	Uncalled func(about desk.Subject) string
	// SorryTold says to ops that gates closed, or opened again, by what witnesses see; nil:
	// nothing is said.
	SorryTold func(moved []desk.Gate) string
	// Gated reports whether tests of one of the services have to pass before an incident
	// about them counts as resolved, or work on them as completed; nil: none have.
	Gated func([]desk.ServiceID) bool
	// Proving is how many have to pass, and for how long ops waits; Gated tells the rest.
	Proving desk.Proving
	// Verify begins the tests of services that something is about, or begins them anew,
	// StopVerify ends them. They are called after the commit and must not block; nil: nobody.
	Verify     func(about desk.Subject, services []desk.ServiceID)
	StopVerify func(about desk.Subject)
	// Ready has the words of incidents that the bot declares and resolves by rule.
	Ready Ready
	// Alarm is told after each commit when the clock has to look at something; nil: nobody.
	Alarm func(at time.Time)
}

// Ready has the sentences that stand where nobody typed any.
type Ready interface {
	ReadyTitle([]desk.Affected) string
	ReadyText() string
	ReadyEnd(desk.Incident) string
}

func (s *Settings) gated(services []desk.ServiceID) bool {
	return s.Gated != nil && s.Gated(services)
}

// Journal is the writer and reader of the record. All methods may be called from
// many goroutines.
type Journal struct {
	db       storage.DB
	book     *outbox.Book
	poke     func(about ...desk.Subject)
	settings atomic.Pointer[Settings]
	// replanned are the settings that windows were last marked by.
	replanned atomic.Pointer[Settings]
	// testing guards the calls of Verify and StopVerify.
	testing sync.Mutex
	// sightings and alerts are what is known of these tables.
	sightings *memory[desk.Report]
	alerts    *memory[desk.Alert]
	papers    papers
}

// New makes a journal. poke is called after each commit that may have something
// to tell, about these subjects (none: any); it must not block.
func New(db storage.DB, book *outbox.Book, poke func(about ...desk.Subject), s Settings) *Journal {
	j := &Journal{
		db: db, book: book, poke: poke,
		sightings: remember(sightingTable(), sightingsKnown), alerts: remember(alertTable(), alertsKnown),
	}
	j.SetSettings(s)
	return j
}

// SetSettings replaces the settings.
func (j *Journal) SetSettings(s Settings) { j.settings.Store(&s) }

// By says who asks for a change, when, from where, and under which request.
type By struct {
	// Request is the same when the request comes again; empty: never does.
	Request string
	Trace   string
	At      time.Time
	Person  desk.Person
	Name    string
	From    desk.Channel
	// Reason is why a rule was overridden; empty: none was.
	Reason string
	// Draft, if set, is called with what a change of an incident comes to, or came to when its
	// request was first seen, while that is being stored: once more where that is tried again,
	// never twice at a time, and for nothing where it fails. It is done when the change is.
	Draft func(Applied)
	clock bool // the clock does it
}

// draft begins a draft of what a change came to, when the one before is done. The draft
// has its own copy of that, as the change may be tried again.
func (b By) draft(running *sync.WaitGroup, out any) {
	if a, ok := out.(*Applied); ok && b.Draft != nil {
		running.Wait()
		told := *a
		running.Go(func() { b.Draft(told) })
	}
}

func (b By) act() desk.Act { return desk.Act{By: b.Person, At: b.At.UTC()} }

// once runs fn in a transaction unless by.Request was seen; then it answers as
// the first time. fn may run more than once.
func once[T any](ctx context.Context, j *Journal, by By, fn func(storage.Tx) (T, error)) (out T, err error) {
	again := false
	var drafts sync.WaitGroup
	err = j.update(ctx, func(tx *counted) error {
		seen, found, err := seenBefore[T](tx, by)
		if err != nil {
			return err
		}
		if again = found; found {
			out = seen
			by.draft(&drafts, &out) // the one before, if this is a further try, is of something else
			return nil
		}
		if out, err = fn(tx); err != nil {
			return err
		}
		by.draft(&drafts, &out)
		return markSeen(tx, by, &out)
	})
	drafts.Wait()
	if err != nil {
		j.wrote(ctx, err)
		var zero T
		return zero, err
	}
	var about []desk.Subject
	done := any(&out) // what it came to is large, so it is not copied to be asked
	if r, ok := done.(interface{ about() []desk.Subject }); ok {
		about = r.about()
	}
	j.wrote(ctx, nil, about...)
	if r, ok := done.(interface{ wakes() []time.Time }); ok {
		j.alarm(r.wakes()...)
	}
	if r, ok := done.(interface{ retests() []desk.Subject }); ok && !again {
		j.retest(ctx, r.retests()...)
	}
	return out, nil
}

// wrote pokes the outbox where something was committed about these subjects (none:
// any), or may have been.
func (j *Journal) wrote(ctx context.Context, err error, about ...desk.Subject) {
	if err == nil || errors.Is(err, storage.ErrUnknown) || ctx.Err() != nil {
		j.poke(about...)
	}
}

// alarm tells the clock when it has to look at something.
func (j *Journal) alarm(at ...time.Time) {
	ring := j.settings.Load().Alarm
	for _, t := range at {
		if ring != nil && !t.IsZero() {
			ring(t)
		}
	}
}

// SeenFor is how long a request is remembered at least. Platforms send again for
// some minutes (Slack events: up to 5 minutes after the first try).
const SeenFor = time.Hour

func seenKey(by By, hoursBack int64) storage.Key {
	hour := by.At.Unix()/int64(SeenFor.Seconds()) - hoursBack
	return seenTable().Key().Num(uint64(hour)).Str(by.Request)
}

func seenBefore[T any](tx storage.Tx, by By) (out T, found bool, err error) {
	if by.Request == "" {
		return out, false, nil
	}
	t := storage.TableOf[T](seenName)
	for back := int64(0); back <= 1; back++ {
		if out, found, err = t.Get(tx, seenKey(by, back)); found || err != nil {
			return out, found, err
		}
	}
	return out, false, nil
}

// Repeated returns what a change of an incident came to where its request was
// seen before: its number may have been left out, and what was open is not now.
func (j *Journal) Repeated(ctx context.Context, by By) (out Applied, found bool, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		out, found, err = seenBefore[Applied](tx, by)
		return err
	})
	return out, found, err
}

func markSeen[T any](tx storage.Tx, by By, out *T) error {
	if by.Request == "" {
		return nil
	}
	if known, ok := any(out).(interface{ encode(*encoder) }); ok {
		return putRecord(tx, seenKey(by, 0), largeRecord, known.encode)
	}
	return storage.TableOf[T](seenName).Put(tx, seenKey(by, 0), *out)
}

// ForgetSeen deletes what was seen longer than twice SeenFor ago, at most as much
// as fits a transaction, and reports whether there may be more.
func (j *Journal) ForgetSeen(ctx context.Context, now time.Time) (more bool, err error) {
	to := seenKey(By{At: now}, 2)
	err = j.db.Background(ctx, func(tx storage.Tx) error {
		more = false
		n := 0
		return tx.Scan(seenTable().Key(), to, storage.MaxWrites-10, func(k, _ []byte) (bool, error) {
			n++
			more = n == storage.MaxWrites-10
			return true, tx.Delete(k)
		})
	})
	if err != nil {
		return false, fmt.Errorf("forget requests seen: %w", err)
	}
	return more, nil
}
