package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// State is how a channel stands with a subject.
type State string

// The states.
const (
	Told    State = "told"
	Queued  State = "queued" // told, as far as the platform says: it queues posts and says no more
	Waiting State = "waiting"
	Failed  State = "failed" // given up after 24 h, or the platform refused it for good
	Gone    State = "gone"   // the channel cannot be reached
	NotTold State = "not told"
)

// Standing is how one channel stands with a subject and why.
type Standing struct {
	Channel desk.Channel
	Ops     bool
	State   State
	// Why is a clause for people, without a full stop: "it hears major incidents
	// and worse". Empty where the state says it all.
	Why string
	// At is when it was last told something; zero: never.
	At time.Time
	// Next is when the next try is made; zero: as soon as the pace allows.
	Next  time.Time
	Tries int
	// QuietUntil is the end of its quiet hours, when it is told what they keep back;
	// zero: they keep back nothing.
	QuietUntil time.Time
	// Unsure: a routine reply may be missing in the thread; the post itself is true.
	Unsure bool
}

// Deliveries are the standings of all channels that were told, are to be told,
// or subscribed to anything.
type Deliveries struct {
	Subject desk.Subject
	// Announced is the number of the newest announcement (0: none is remembered),
	// Released that of the newest that others than ops are told.
	Announced, Released int
	// HeldUntil is when the grace ends; zero: none runs.
	HeldUntil time.Time
	Channels  []Standing // by connection and id
}

// Why is how one channel stands with a subject, with its subscriptions.
type Why struct {
	Standing
	Subject desk.Subject
	// Announced is as of Deliveries.
	Announced     int
	Subscriptions []desk.Subscription
}

// Pending is what is still owed anywhere.
type Pending struct {
	// Subjects have announcements that were not found told and shown everywhere.
	Subjects []desk.Subject
	// Oldest is when the oldest of these announcements was made; zero: none.
	Oldest time.Time
	// Untold are those of Subjects that somebody has still to hear of; of the others
	// only texts may have to be put right.
	Untold []desk.Subject
}

// Deliveries tells who was told of a subject, who waits or failed and why, and
// who was not told and why.
func (b *Book) Deliveries(ctx context.Context, db storage.DB, s desk.Subject) (d Deliveries, err error) {
	err = db.View(ctx, func(tx storage.Tx) error {
		in, err := b.inquire(tx, s)
		if err != nil {
			return err
		}
		d = Deliveries{Subject: s, Announced: in.announced(), Released: in.out.Rel, HeldUntil: in.out.ReleaseAt}
		channels, err := in.everybody(tx)
		if err != nil {
			return err
		}
		for _, ch := range channels {
			st, err := in.standing(tx, ch)
			if err != nil {
				return err
			}
			d.Channels = append(d.Channels, st.Standing)
		}
		return nil
	})
	if err != nil {
		return Deliveries{}, fmt.Errorf("read the deliveries of %s: %w", s, err)
	}
	return d, nil
}

// Why tells why a channel did or did not hear of a subject.
func (b *Book) Why(ctx context.Context, db storage.DB, s desk.Subject, ch desk.Channel) (w Why, err error) {
	err = db.View(ctx, func(tx storage.Tx) error {
		in, err := b.inquire(tx, s)
		if err != nil {
			return err
		}
		w, err = in.standing(tx, ch)
		return err
	})
	if err != nil {
		return Why{}, fmt.Errorf("read why %s did or did not hear of %s: %w", ch, s, err)
	}
	return w, nil
}

// Pending tells what is still owed.
func (b *Book) Pending(ctx context.Context, db storage.DB) (p Pending, err error) {
	err = db.View(ctx, func(tx storage.Tx) error {
		p = Pending{}
		live, err := liveSubjects(tx)
		if err != nil {
			return err
		}
		for _, s := range live {
			out, _, err := outTable().Get(tx, outKey(s))
			if err != nil {
				return err
			}
			if out.settled() {
				continue
			}
			p.Subjects = append(p.Subjects, s)
			untold, err := b.untold(tx, s, out)
			if err != nil {
				return err
			}
			if untold {
				p.Untold = append(p.Untold, s)
			}
			if p.Oldest.IsZero() || out.OwedSince.Before(p.Oldest) {
				p.Oldest = out.OwedSince
			}
		}
		return nil
	})
	if err != nil {
		return Pending{}, fmt.Errorf("read what is still to be told: %w", err)
	}
	return p, nil
}

// untold reports whether a circle of the subject goes on, or an intent or a row of
// it waits.
func (b *Book) untold(tx storage.Tx, s desk.Subject, out outRecord) (bool, error) {
	waits := out.held()
	for _, c := range b.Places().Connections {
		if !out.concerns(c.Name) {
			continue
		}
		f, _, err := fanTable().Get(tx, fanKey(c.Name, s))
		if err != nil {
			return false, err
		}
		waits = waits || !f.finished(out)
		k := withSubject(intentTable().Key().Str(string(c.Name)), s)
		err = tx.Scan(k, k.End(), 1, func(_, _ []byte) (bool, error) { waits = true; return false, nil })
		if err != nil {
			return false, err
		}
		rows := rowTable().Key().Str(string(c.Name))
		err = rowTable().Scan(tx, rows, rows.End(), 0, func(k storage.Key, r rowRecord) (bool, error) {
			_, of, err := readRowKey(k)
			waits = waits || (of == s && r.State != failed)
			return !waits, err
		})
		if err != nil || waits {
			return waits, err
		}
	}
	return waits, nil
}

// inquiry is what the standings of a subject have in common.
type inquiry struct {
	book    *Book
	places  Places
	subject desk.Subject
	out     outRecord
	newest  desk.Scope // for ops
	scope   desk.Scope // for others
	joined  bool       // others hear of it with another subject
	holds   map[desk.ConnectionName]Hold
	// mornings are read when the first is asked for: nil before.
	mornings map[desk.Channel][]desk.Subject
}

func (b *Book) inquire(tx storage.Tx, s desk.Subject) (*inquiry, error) {
	in := &inquiry{book: b, places: b.Places(), subject: s}
	var err error
	if in.out, _, err = outTable().Get(tx, outKey(s)); err != nil {
		return nil, err
	}
	if in.newest, err = scopeAt(tx, s, in.out.N); err != nil {
		return nil, err
	}
	a, _, err := annTable().Get(tx, annKey(s, cmp.Or(in.out.Rel, in.out.N)))
	if err != nil {
		return nil, err
	}
	in.scope, in.joined = a.Snapshot.Scope(), joined(a.Snapshot)
	in.holds, err = b.Holds(tx)
	return in, err
}

// announced is the newest announcement that is remembered; 0: none is.
func (in *inquiry) announced() int {
	if in.out.forgotten() {
		return 0
	}
	return in.out.N
}

func scopeAt(tx storage.Tx, s desk.Subject, n int) (desk.Scope, error) {
	a, _, err := annTable().Get(tx, annKey(s, n))
	return a.Snapshot.Scope(), err
}

// everybody lists the channels with a subscription or a post, and ops channels.
func (in *inquiry) everybody(tx storage.Tx) ([]desk.Channel, error) {
	var out []desk.Channel
	for _, c := range in.places.Connections {
		for _, id := range c.Ops {
			out = append(out, desk.Channel{Connection: c.Name, ID: id})
		}
	}
	err := in.book.eachSubscriber(tx, func(ch desk.Channel, _ []desk.Subscription) error {
		out = append(out, ch)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, s := range []desk.Subject{in.subject, in.out.From} {
		k := withSubject(postTable().Key(), s)
		err = errors.Join(err, tx.Scan(k, k.End(), 0, func(key, _ []byte) (bool, error) {
			ch, err := postChannel(key)
			out = append(out, ch)
			return true, err
		}))
	}
	slices.SortFunc(out, compareChannels)
	return slices.Compact(out), err
}

func postChannel(key []byte) (desk.Channel, error) {
	r := storage.ReadKey(key)
	r.Str()
	readSubject(r)
	return desk.Channel{Connection: desk.ConnectionName(r.Str()), ID: r.Str()}, r.Err()
}

func compareChannels(a, b desk.Channel) int {
	return cmp.Or(strings.Compare(string(a.Connection), string(b.Connection)), strings.Compare(a.ID, b.ID))
}

func (in *inquiry) standing(tx storage.Tx, ch desk.Channel) (Why, error) {
	w := Why{Subject: in.subject, Announced: in.announced(), Standing: Standing{Channel: ch, Ops: in.places.isOps(ch)}}
	post, posted, err := postOf(tx, in.subject, in.out, ch)
	if err != nil {
		return w, err
	}
	if w.Subscriptions, err = in.book.Subscriptions(tx, ch); err != nil {
		return w, err
	}
	w.At, w.Unsure = post.At, post.Unsure
	missed, quiet, err := missedTable().Get(tx, missedKey(ch, in.subject))
	if err != nil {
		return w, err
	}
	if !quiet && posted && (in.out.gaveWay() || post.Told >= in.out.want(w.Ops)) {
		w.State = Told
		if post.Queued {
			w.State = Queued
		}
		return w, nil
	}
	if !quiet && !posted {
		if st, found, err := in.recounted(tx, ch); found || err != nil {
			w.Standing = st
			return w, err
		}
	}
	reason := in.notTold(w, quiet)
	if reason == "" && !quiet && !posted {
		passed, err := in.passedBy(tx, w)
		if err != nil {
			return w, err
		}
		if passed {
			reason = "it was over before its quiet hours ended"
		}
	}
	if reason != "" && !posted {
		w.State, w.Why = NotTold, reason
		return w, nil
	}
	return w, in.waiting(tx, &w.Standing, missed)
}

// waiting tells what a channel that is owed something waits for.
func (in *inquiry) waiting(tx storage.Tx, st *Standing, missed missedRecord) error {
	gone, isGone, err := goneTable().Get(tx, goneKey(st.Channel))
	if err != nil {
		return err
	}
	row, hasRow, err := rowTable().Get(tx, rowKey(st.Channel, in.subject))
	if err != nil {
		return err
	}
	hold, held := in.holds[st.Channel.Connection]
	st.State, st.Next, st.Tries = Waiting, row.Next, row.Tries
	switch {
	case isGone:
		st.State, st.Why, st.Next = Gone, gone.Why, gone.Next
	case hasRow && row.State == failed:
		st.State, st.Why, st.Next = Failed, row.Why, time.Time{}
	case held:
		st.Why, st.Next = "posts to "+string(st.Channel.Connection)+" are held", time.Time{}
		if hold.Why != "" {
			st.Why += ": " + hold.Why
		}
	case hasRow && row.Why != "":
		st.Why = row.Why
	case !missed.Until.IsZero():
		st.QuietUntil = missed.Until
	case in.out.held() && !st.Ops && in.out.Rel == 0:
		st.Why, st.Next = "it can still be taken back", in.out.ReleaseAt
	}
	return nil
}

// notTold says why a channel is not to be told, or nothing where it is. One that quiet
// hours keep it back from had subscribed before the end.
func (in *inquiry) notTold(w Why, quiet bool) string {
	switch {
	case in.out.gaveWay():
		return "it became something else before this channel was told"
	case w.Ops:
		return in.opsNotTold(w.Channel.Connection)
	}
	matches := func(sc desk.Scope) bool { return in.places.Catalog.Matches(w.Subscriptions, sc) }
	sc := in.scope
	if quiet {
		sc.EndedAt = time.Time{}
	}
	sc.Retracted = sc.Retracted && !in.joined
	switch {
	case in.out.N == 0:
		return "nothing was announced"
	case in.joined && matches(sc):
		return "it became something else before this channel was told"
	case matches(sc) && in.out.shelved() && !quiet:
		return "it subscribed after this was announced, and hears what comes next"
	case matches(sc):
		return ""
	case sc.OpsOnly:
		return "only ops channels hear of it"
	case sc.Retracted:
		return "it was taken back before this channel was told"
	}
	if sc.EndedAt = (time.Time{}); matches(sc) {
		return "it subscribed after the end"
	}
	if sc.Impact = desk.Critical; matches(sc) {
		return "it hears of worse incidents only"
	}
	targets := in.places.Catalog.TargetsOf(sc.Services)
	covers := func(s desk.Subscription) bool { return slices.Contains(targets, s.Target) }
	if slices.ContainsFunc(w.Subscriptions, covers) {
		return "its subscription does not include " + string(sc.Topic)
	}
	return "it does not subscribe to any of the services"
}

func (in *inquiry) opsNotTold(k desk.ConnectionName) string {
	if only := in.newest.Only; len(only) > 0 && !slices.Contains(only, k) {
		return "only the ops channel of " + string(only[0]) + " hears of it"
	}
	return ""
}
