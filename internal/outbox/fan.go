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
	// A chunk is what the pace sends in about a second, within these bounds.
	chunkLeast, chunkMost = 8, 80
	// rowsLooked bounds the records that one transaction looks at.
	rowsLooked = 500
)

// turn is a step of a subject's circle that is to be made.
type turn struct {
	subject *subject
	opsOnly bool // there is no room beside the chunks that are open
}

// nextTurns chooses whose circles make a step, at most so many: ops channels first,
// then urgent subjects, then whose last turn is longest ago; every fourth goes by
// that alone. Room beside the chunks that are open is reckoned without those that
// have ended.
func (l *line) nextTurns(ended []*intent, most int) (turns []turn) {
	if l.stopped() {
		return nil
	}
	var due []*subject
	for _, s := range l.subjects {
		if !s.finished() {
			due = append(due, s)
		}
	}
	slices.SortFunc(due, func(a, b *subject) int {
		switch {
		case l.sooner(a, b):
			return -1
		case l.sooner(b, a):
			return 1
		}
		return 0
	})
	room := l.room(ended)
	for _, s := range due {
		if len(turns) == most {
			break
		}
		if room > 0 || s.fan.OpsN < s.out.N {
			turns = append(turns, turn{s, room <= 0})
			room--
		}
	}
	return turns
}

// turnsAtOnce bounds the circles that make a step in one transaction: each takes two
// writes, and reads three records and the post of each ops channel.
func (l *line) turnsAtOnce() int {
	ops := l.engine.cfg.Book.Places().connection(l.name).Ops
	return max(1, min(8, storage.MaxReads/(3+len(ops))))
}

// room is how many more chunks may be open.
func (l *line) room(ended []*intent) int {
	room := chunksOpen
	for _, i := range l.intents {
		if i.Boot == l.boot && !i.ops && !slices.Contains(ended, i) {
			room--
		}
	}
	return room
}

func (l *line) sooner(a, b *subject) bool {
	if x, y := a.fan.OpsN < a.out.N, b.fan.OpsN < b.out.N; x != y {
		return x
	}
	if x, y := a.at(a.out.N).Snapshot.Urgent(), b.at(b.out.N).Snapshot.Urgent(); x != y && l.chunks%oldestTurn != oldestTurn-1 {
		return x
	}
	return a.turn < b.turn
}

// member is a channel that a chunk is to tell.
type member struct {
	channel string
	post    Post
	wish    desk.Wish
}

// chunk is one step of a circle.
type chunk struct {
	line *line
	turn
	scope desk.Scope // of what others than ops may be told
	size  int
	open  []string // channels of the subject that are open, in order

	asked   asked // as of when members match
	stale   bool
	fan     fanRecord
	ops     bool
	members []member
}

// chunking makes one step of a circle (T3): an intent for its next channels and
// the cursor behind them, together.
//
// A subject that has changed since the line read it makes none; stale is then set.
func (l *line) chunking(now time.Time, t turn, stale *bool) task {
	s := t.subject
	var c chunk
	var rec intentRecord
	write := func(tx storage.Tx) error {
		c = chunk{line: l, turn: t, scope: s.scopeAt(s.out.Rel), size: l.chunkSize(), open: l.openChannels(s)}
		if err := c.look(tx); err != nil || c.stale {
			return err
		}
		if len(c.members) > 0 {
			c.fan.Chunks++
			rec = c.intent(now, l.boot)
			if err := intentTable().Put(tx, intentKey(l.name, s.id, c.fan.Chunks), rec); err != nil {
				return err
			}
		}
		return fanTable().Put(tx, fanKey(l.name, s.id), c.fan)
	}
	return task{write, func() {
		if c.stale {
			l.about(s.id)
			*stale = true
			return
		}
		l.opened(now, c, rec)
	}}
}

// opened takes a chunk that is on disk into the lanes.
func (l *line) opened(now time.Time, c chunk, rec intentRecord) {
	s := c.subject
	if c.fan.N > s.fan.N && s.fan.N > 0 {
		s.round.again = true // those that were told before have texts to be put right
	}
	s.fan = c.fan
	l.chunks++
	s.turn = l.chunks
	if len(c.members) == 0 {
		return
	}
	i := l.addIntent(s, rec, c.fan.Chunks)
	i.ops = c.ops
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
	if c.ops {
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
	if len(l.intents) == 0 {
		return chunkLeast // so that the first post need not wait for many to be found
	}
	return max(chunkLeast, min(chunkMost, int(l.pace[methodPost].rate)))
}

func (l *line) openChannels(s *subject) (out []string) {
	for id, la := range l.lanes {
		if slices.ContainsFunc(la.jobs, func(j *job) bool { return j.of == s && j.isOpen() }) {
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
	if out.N != s.out.N || out.Rel != s.out.Rel {
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
	if c.fan.OpsN < out.N {
		c.ops, c.fan.OpsN = true, out.N
		if err := c.lookOps(tx); err != nil || len(c.members) > 0 {
			return err
		}
		c.ops = false
	}
	if c.opsOnly {
		return nil
	}
	if c.fan.N < out.Rel {
		c.fan.N, c.fan.Stop, c.fan.Wrapped, c.fan.Done = out.Rel, c.fan.Pos, false, false
	}
	for looked := 0; c.fan.N > 0 && !c.fan.Done && len(c.members) == 0 && looked < rowsLooked; {
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
	if !opsConcerned(s.scopeAt(s.out.N), l.name) {
		return nil
	}
	for _, id := range l.engine.cfg.Book.Places().connection(l.name).Ops {
		post, _, err := postTable().Get(tx, postKey(s.id, desk.Channel{Connection: l.name, ID: id}))
		if err != nil {
			return err
		}
		if _, gone := l.gone[id]; !gone && post.Told < c.fan.OpsN {
			c.members = append(c.members, member{channel: id, post: post})
		}
	}
	return nil
}

// opsConcerned reports whether the ops channels of a connection hear of a scope.
func opsConcerned(sc desk.Scope, k desk.ConnectionName) bool {
	return sc.To.IsZero() && len(sc.Only) == 0 || slices.Contains(sc.Only, k)
}
