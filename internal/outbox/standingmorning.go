package outbox

import (
	"slices"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// recounted tells how a channel that has no post of a subject stands with it where the
// end of its quiet hours told it: as with that notice. found is false where none did, or
// the subject goes on again.
func (in *inquiry) recounted(tx storage.Tx, ch desk.Channel) (st Standing, found bool, err error) {
	if in.out.EndedAt.IsZero() {
		return st, false, nil
	}
	if in.mornings == nil {
		if in.mornings, err = mornings(tx); err != nil {
			return st, false, err
		}
	}
	for _, s := range slices.Backward(in.mornings[ch]) {
		a, _, err := annTable().Get(tx, annKey(s, 1))
		if err != nil {
			return st, false, err
		}
		if a.Snapshot.Notice == nil || !tells(*a.Snapshot.Notice, in.subject) {
			continue
		}
		st, err := in.of(tx, s, ch)
		return st, true, err
	}
	return st, false, nil
}

// of tells how the channel stands with the notice that is for it alone.
func (in *inquiry) of(tx storage.Tx, notice desk.Subject, ch desk.Channel) (Standing, error) {
	st := Standing{Channel: ch, Ops: in.places.isOps(ch), State: Told}
	post, _, err := postTable().Get(tx, postKey(notice, ch))
	if err != nil {
		return st, err
	}
	if post.Told == 0 {
		on := &inquiry{places: in.places, subject: notice, holds: in.holds}
		err := on.waiting(tx, &st, missedRecord{})
		return st, err
	}
	if st.At = post.At; post.Queued {
		st.State = Queued
	}
	return st, nil
}

// mornings lists the notices that are for one channel, oldest first.
func mornings(tx storage.Tx) (map[desk.Channel][]desk.Subject, error) {
	out := map[desk.Channel][]desk.Subject{}
	k := outTable().Key().Str(string(desk.NoticeSubject))
	err := outTable().Scan(tx, k, k.End(), 0, func(key storage.Key, o outRecord) (bool, error) {
		r := storage.ReadKey(key)
		r.Str()
		if s := readSubject(r); !o.To.IsZero() && !o.forgotten() {
			out[o.To] = append(out[o.To], s)
		}
		return true, r.Err()
	})
	return out, err
}

// passedBy reports whether a channel with quiet hours is owed nothing any more of a subject
// that is over, as of an alert that came and went in them.
func (in *inquiry) passedBy(tx storage.Tx, w Why) (bool, error) {
	quiet := func(s desk.Subscription) bool { return s.Hours != nil }
	if in.out.EndedAt.IsZero() || w.Ops || !slices.ContainsFunc(w.Subscriptions, quiet) {
		return false, nil
	}
	fan, _, err := fanTable().Get(tx, fanKey(w.Channel.Connection, in.subject))
	if err != nil || !fan.finished(in.out) {
		return false, err
	}
	_, waits, err := rowTable().Get(tx, rowKey(w.Channel, in.subject))
	if err != nil || waits {
		return false, err
	}
	k := withSubject(intentTable().Key().Str(string(w.Channel.Connection)), in.subject)
	err = tx.Scan(k, k.End(), 1, func(_, _ []byte) (bool, error) { waits = true; return false, nil })
	return !waits, err
}

// tells reports whether a notice tells a channel what it missed of a subject.
func tells(n desk.Notice, s desk.Subject) bool {
	return slices.ContainsFunc(n.Missed, func(i desk.Incident) bool { return i.Subject() == s }) ||
		slices.ContainsFunc(n.MissedWindows, func(w desk.Window) bool { return w.Subject() == s })
}
