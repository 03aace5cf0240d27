package outbox

import (
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// A root that takes no more edits (chat.EditsSpent) would show an old text for ever. So
// a fresh root is posted that goes on with it: the newest state, which says that it
// continues the earlier post. The receipt of the refusal takes back the newest number
// that was told, for the fresh root to tell, and writes a row that allows it; from then
// on it is a post like any other, paced, looked up where it is in doubt, and told to
// whoever has the earlier one. It is a notification, which an edit is not: quiet hours
// keep it back.
//
// Where a reply in the channel itself said what the root could not show, that is the
// fresh root: it is edited, and nothing is said twice. The earlier post is not deleted:
// its thread holds what was told, people have answered and linked to it, and the fresh
// one says that it counts no more.

// made reports whether a post was made, if only one that takes no more edits.
func (p Post) made() bool { return p.Root != "" || p.Before != "" }

// owed reports whether the channel has only a post that takes no more edits: a fresh one
// has to go on with it.
func (p Post) owed() bool { return p.Root == "" && p.Before != "" }

// mayBe reports whether a message that a look-up found may be what was sent. The fresh
// root is newer than all that was told before.
func (p Post) mayBe(f chat.Found) bool {
	return !p.owed() || f.ID != p.Before && f.N > p.Told
}

// spent takes in that a root takes no more edits, of which the one to version n was
// refused. Nothing was sent, so the row is due; a process that dies before it is on disk
// leaves an edit to be tried, and hears it again.
func (l *line) spent(now time.Time, c *call) {
	j, n := c.job, c.plan.n
	p := j.post
	p.Before, p.Cried = p.Root, cry{}
	if j.post.Cried.N > p.Shown {
		p.Root = j.post.Cried.ID
		l.receive(now, &receipt{job: j, post: &p})
		return
	}
	p.Root, p.Told = "", n-1
	j.calm()
	j.since = now // of what is looked for if it comes to be in doubt
	l.receive(now, &receipt{job: j, post: &p, row: &rowRecord{State: due, N: n, Since: now, First: now}})
}

// askAnew has it read again how the channel wants to hear of what is owed to it.
func (l *line) askAnew(channel string) {
	la := l.lanes[channel]
	if la == nil {
		return
	}
	for _, j := range la.jobs {
		if j.post.owed() {
			j.matched(desk.Wish{}, asked{})
			la.dirty = true
		}
	}
}
