package outbox

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Continue has into go on with the posts of from, of which nothing more is told: where
// from has a post, into is said in its thread and then shown by it. What was not sent
// of from yet is void. It is for the transaction that announces into for the first
// time, takes up to three writes, and does nothing where from was never announced.
func (b *Book) Continue(tx storage.Tx, from, into desk.Subject) error {
	was, _, err := outTable().Get(tx, outKey(from))
	if err != nil || was.N == 0 || was.gaveWay() {
		return err
	}
	out, _, err := outTable().Get(tx, outKey(into))
	if err != nil {
		return err
	}
	out.From = from
	if err := outTable().Put(tx, outKey(into), out); err != nil {
		return err
	}
	live := was.live()
	was.Into, was.ReleaseAt, was.HeldSince, was.Hesitates = into, time.Time{}, time.Time{}, false
	if err := outTable().Put(tx, outKey(from), was); err != nil || live == was.live() {
		return err
	}
	return list(tx, from, was)
}

// gaveWay reports whether another subject goes on with the posts of this one.
func (o outRecord) gaveWay() bool { return o.Into != desk.Subject{} }

// goesOn reports whether the subject goes on with the posts of another.
func (o outRecord) goesOn() bool { return o.From != desk.Subject{} }

// joined reports whether what is told goes on with another subject that has posts of its
// own: an incident that was merged, an alert that belongs to an incident.
func joined(s desk.Snapshot) bool {
	return s.Incident != nil && s.Incident.MergedInto != 0 || s.Alert != nil && s.Alert.Into != 0
}

// postOf returns the channel's post about a subject, be it one that it goes on with.
func postOf(tx storage.Tx, s desk.Subject, out outRecord, ch desk.Channel) (Post, bool, error) {
	p, found, err := postTable().Get(tx, postKey(s, ch))
	if err != nil || found || !out.goesOn() {
		return p, found, err
	}
	p, _, err = postTable().Get(tx, postKey(out.From, ch))
	return p.continued(), p.made(), err
}

// continued is the post as that of the subject that goes on with it: nothing of that
// has been told here.
func (p Post) continued() Post {
	if !p.made() {
		return Post{}
	}
	return Post{Root: p.Root, Before: p.Before, At: p.At, Ops: p.Ops, Manner: p.Manner}
}

// bequeath hands the job's post, which has come to be known, to the job in its lane
// that goes on with it and has none, or but one that takes no more edits.
func (j *job) bequeath() {
	for _, heir := range j.lane.jobs {
		if heir.of.out.From == j.of.id && heir.post.Root == "" && heir.post.Told == 0 {
			heir.post = j.post.continued()
		}
	}
}

// elder is the channel's job about the subject whose posts this one goes on with; nil:
// nothing is to be done about that.
func (j *job) elder() *job {
	if !j.of.out.goesOn() {
		return nil
	}
	for _, e := range j.lane.jobs {
		if e.of.id == j.of.out.From {
			return e
		}
	}
	return nil
}

// follows reports whether all that an intent is about has to wait for what is found
// out of the subject that it goes on with.
func (l *line) follows(i *intent) bool {
	s := l.subjects[i.subject]
	if s == nil || !s.out.goesOn() {
		return false
	}
	return !slices.ContainsFunc(l.members(i), func(j *job) bool { return !j.mustFollow() })
}

// mustFollow reports whether it has still to be found out which post there is to go
// on with.
func (j *job) mustFollow() bool {
	e := j.elder()
	return e != nil && (e.pending || e.doubt != sure || e.isOpen())
}

// editable is from when on an edit cannot be overtaken by an older one.
func (j *job) editable() time.Time {
	if e := j.elder(); e != nil && e.edited {
		return later(j.noEdit, e.noEdit)
	}
	return j.noEdit
}

// yield says what is still to be done about a subject that gave way: what became of
// what was sent.
func (j *job) yield(now time.Time) verdict {
	switch {
	case j.doubt != sure && now.Before(j.look):
		return verdict{do: wait, until: j.look}
	case j.doubt != sure && j.canLookUp():
		return verdict{do: lookUp}
	case j.isOpen():
		return verdict{do: drop}
	case j.edited && now.Before(j.noEdit):
		return verdict{do: wait, until: j.noEdit}
	}
	return verdict{do: leave}
}
