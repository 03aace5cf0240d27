package outbox

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

const (
	// chunksOpen bounds the chunks of a connection that may be sent to at once: it
	// bounds what is in doubt after a crash.
	chunksOpen = 2
	// opsOpen bounds the same of ops channels: a storm of incidents waits for its turn
	// there, a post a second, without an intent for each.
	opsOpen = 8
	// A chunk is what the pace sends in about a second, within these bounds.
	chunkLeast, chunkMost = 8, 80
	// rowsLooked bounds the records that one transaction looks at.
	rowsLooked = 500
)

// member is a channel that a chunk is to tell.
type member struct {
	channel string
	post    Post
	wish    desk.Wish
}

// chunk is one step of a circle.
type chunk struct {
	line    *line
	subject *subject
	scope   desk.Scope // of what others than ops may be told
	size    int
	open    []string // channels of the subject that are open, in order
	room    *room

	asked   asked // as of when members match
	stale   bool
	idle    bool // there was no room for it any more
	fan     fanRecord
	toOps   bool
	members []member
	rec     intentRecord
}

// chunking makes a step of each of these circles (T3): an intent for its next
// channels, where there is room for one, and the cursor behind them, together.
//
// A subject that has changed since the line read it makes none; stale is then set.
func (l *line) chunking(now time.Time, turns []*subject, r room, stale *bool) task {
	var chunks []*chunk
	write := func(tx storage.Tx) error {
		left := r
		chunks = nil
		for _, s := range turns {
			c := &chunk{line: l, subject: s, scope: s.scopeAt(s.out.Rel), size: l.chunkSize(), open: l.openChannels(s), room: &left}
			chunks = append(chunks, c)
			if err := c.write(tx, now); err != nil {
				return err
			}
		}
		return nil
	}
	return task{write, func() {
		for _, c := range chunks {
			if c.stale {
				l.about(c.subject.id)
				*stale = true
				continue
			}
			if !c.idle {
				l.opened(now, c)
			}
		}
	}}
}

func (c *chunk) write(tx storage.Tx, now time.Time) error {
	l, s := c.line, c.subject
	if c.idle = (c.room.ops <= 0 || !s.owesOps()) && (c.room.others <= 0 || !s.owesOthers()); c.idle {
		return nil
	}
	if err := c.look(tx); err != nil || c.stale {
		return err
	}
	if len(c.members) > 0 {
		if c.toOps {
			c.room.ops--
		} else {
			c.room.others--
		}
		c.fan.Chunks++
		c.rec = c.intent(now, l.boot)
		if err := intentTable().Put(tx, intentKey(l.name, s.id, c.fan.Chunks), c.rec); err != nil {
			return err
		}
	}
	return fanTable().Put(tx, fanKey(l.name, s.id), c.fan)
}

// opened takes a chunk that is on disk into the lanes.
func (l *line) opened(now time.Time, c *chunk) {
	s := c.subject
	if c.fan.N > s.fan.N && s.fan.N > 0 {
		s.round.again = true // those that were told before have texts to be put right
	}
	s.fan = c.fan
	l.circles.reckon(s)
	l.chunks++
	s.turn = l.chunks
	if len(c.members) == 0 {
		return
	}
	i := l.addIntent(s, c.rec, c.fan.Chunks)
	i.ops = c.toOps
	for _, m := range c.members {
		j := l.join(i, m.channel, s, m.post)
		if m.wish.Matches {
			j.matched(m.wish, c.asked)
		}
		if j.lane.gone {
			l.park(now, j)
		}
	}
}

func (c *chunk) intent(now time.Time, b boot) intentRecord {
	r := intentRecord{N: c.fan.N, Boot: b, At: now}
	if c.toOps {
		r.N = c.fan.OpsN
	}
	for _, m := range c.members {
		r.Channels = append(r.Channels, m.channel)
	}
	return r
}

func (l *line) chunkSize() int {
	if most := l.engine.cfg.chunk; most > 0 {
		return most
	}
	if l.room(nil).others == chunksOpen {
		return chunkLeast // so that the first post beside ops need not wait for many to be found
	}
	return max(chunkLeast, min(chunkMost, int(l.pace[methodPost].rate)))
}

// openChannels are those that may be sent to about s, or where something that s goes
// on with may stand.
func (l *line) openChannels(s *subject) (out []string) {
	open := func(j *job) bool {
		return j.of == s && j.isOpen() || s.out.goesOn() && j.of.id == s.out.From
	}
	for id, la := range l.lanes {
		if slices.ContainsFunc(la.jobs, open) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// addIntent takes an intent into memory, without members.
func (l *line) addIntent(s *subject, r intentRecord, number int) *intent {
	i := &intent{intentID: intentID{s.id, number}, intentRecord: r}
	l.intents[i.intentID] = i
	return i
}

// join makes the channel a member of the intent.
func (l *line) join(i *intent, channel string, s *subject, p Post) *job {
	j := l.job(channel, s, p)
	j.intents = append(j.intents, i)
	i.left++
	if j.since.IsZero() || i.At.Before(j.since) {
		j.since = i.At
	}
	l.reckon(j)
	return j
}

// look finds the members of the chunk and moves the cursor.
func (c *chunk) look(tx storage.Tx) error {
	s := c.subject
	out, _, err := outTable().Get(tx, outKey(s.id))
	if err != nil {
		return err
	}
	if out.N != s.out.N || out.Rel != s.out.Rel || out.Ahead > s.ahead || out.gaveWay() {
		c.stale = true
		return nil
	}
	if c.asked, err = c.line.asking(tx); err != nil {
		return err
	}
	c.asked.rel = out.Rel
	if c.fan, _, err = fanTable().Get(tx, fanKey(c.line.name, s.id)); err != nil {
		return err
	}
	if c.room.ops > 0 && c.subject.owesOps() && c.fan.OpsN < out.N {
		c.fan.OpsN = out.N
		if err := c.lookOps(tx); err != nil {
			return err
		}
		c.toOps = len(c.members) > 0
	}
	if c.room.others <= 0 || out.Rel <= out.Shelved || !out.To.IsZero() {
		return nil
	}
	return c.lookOthers(tx, out.Rel)
}

// lookOthers finds the next channels beside ops channels. Where a chunk of ops channels
// is opened, one of others has to wait for the next turn; but often nobody follows.
func (c *chunk) lookOthers(tx storage.Tx, rel int) error {
	ops, before := c.members, c.fan
	c.members = nil
	if c.fan.N < rel {
		c.fan.N, c.fan.Stop, c.fan.Wrapped, c.fan.Done = rel, c.fan.Pos, false, false
	}
	for looked := 0; !c.fan.Done && len(c.members) == 0 && looked < rowsLooked; {
		p := page{chunk: c, from: c.fan.Pos}
		if c.fan.Wrapped {
			p.to = c.fan.Stop
		}
		if err := p.look(tx); err != nil {
			return err
		}
		looked += p.looked
		c.move(p)
	}
	if c.toOps {
		if len(c.members) > 0 {
			c.fan = before
		}
		c.members = ops
	}
	return nil
}

// move brings the cursor behind a page.
func (c *chunk) move(p page) {
	switch {
	case !p.atEnd:
		c.fan.Pos = p.upTo
	case c.fan.Wrapped, c.fan.Stop == "":
		c.fan.Done, c.fan.Pos = true, c.fan.Stop
	default:
		c.fan.Wrapped, c.fan.Pos = true, ""
	}
}

// lookOps finds the ops channels that have not heard yet.
func (c *chunk) lookOps(tx storage.Tx) error {
	l, s := c.line, c.subject
	for _, id := range c.opsChannels() {
		post, _, err := postOf(tx, s.id, s.out, desk.Channel{Connection: l.name, ID: id})
		if err != nil {
			return err
		}
		late := post.Root == "" && s.amended(s.out.N) && !slices.Contains(c.open, id)
		if _, gone := l.gone[id]; !gone && !late && post.Told < c.fan.OpsN {
			c.members = append(c.members, member{channel: id, post: post})
		}
	}
	return nil
}

// opsChannels are the ops channels that hear of the subject, or the one channel that
// alone does.
func (c *chunk) opsChannels() []string {
	k, s := c.line.name, c.subject
	switch {
	case s.out.To.Connection == k:
		return []string{s.out.To.ID}
	case !opsConcerned(s.scopeAt(s.out.N), k):
		return nil
	}
	return c.line.engine.cfg.Book.Places().connection(k).Ops
}

// opsConcerned reports whether the ops channels of a connection hear of a scope.
func opsConcerned(sc desk.Scope, k desk.ConnectionName) bool {
	return sc.To.IsZero() && len(sc.Only) == 0 || slices.Contains(sc.Only, k)
}
