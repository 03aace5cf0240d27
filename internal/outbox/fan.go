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

// turn is a step of a subject's circle that is to be made, for ops channels, for
// others, or for whom of both there is something to do.
type turn struct {
	subject     *subject
	ops, others bool
}

// circles are the subjects whose circles have still to go round, by whom they have
// still to look at: a storm's many that wait for their turn in ops cost others nothing.
type circles struct{ ops, others map[*subject]bool }

func newCircles() circles { return circles{map[*subject]bool{}, map[*subject]bool{}} }

// reckon brings a subject's places in line with its circle.
func (c circles) reckon(s *subject) {
	place(c.ops, s, s.owesOps())
	place(c.others, s, s.owesOthers())
}

// drop takes out a subject that is over.
func (c circles) drop(s *subject) {
	delete(c.ops, s)
	delete(c.others, s)
}

func place(set map[*subject]bool, s *subject, in bool) {
	if in {
		set[s] = true
		return
	}
	delete(set, s)
}

// room is how many more chunks may be open, of ops channels and of others.
type room struct{ ops, others int }

// turnOf is the step that the subject's circle may make where there is room.
func (r room) turnOf(s *subject) (t turn, ok bool) {
	t = turn{s, r.ops > 0 && s.owesOps(), r.others > 0 && s.owesOthers()}
	return t, t.ops || t.others
}

// nextTurns chooses whose circles make a step, at most so many: ops channels first,
// then urgent subjects, then whose last turn is longest ago; every fourth goes by
// that alone. Room is reckoned without the chunks that have ended.
func (l *line) nextTurns(ended []*intent, most int) (turns []turn) {
	if l.stopped() {
		return nil
	}
	r := l.room(ended)
	consider := func(s *subject) {
		t, _ := r.turnOf(s)
		at := len(turns)
		for at > 0 && l.sooner(t, turns[at-1]) {
			at--
		}
		if at < most {
			turns = slices.Insert(turns, at, t)
			turns = turns[:min(len(turns), most)]
		}
	}
	if r.ops > 0 {
		for s := range l.circles.ops {
			consider(s)
		}
	}
	if r.others > 0 {
		for s := range l.circles.others {
			if r.ops <= 0 || !l.circles.ops[s] { // else it was considered
				consider(s)
			}
		}
	}
	fit := turns[:0]
	for _, t := range turns {
		if t, ok := r.turnOf(t.subject); ok {
			fit = append(fit, t)
			r.take(t)
		}
	}
	return fit
}

// take reckons a turn that is made, which opens at most one chunk.
func (r *room) take(t turn) {
	if t.ops {
		r.ops--
	}
	if t.others {
		r.others--
	}
}

// turnsAtOnce bounds the circles that make a step in one transaction: each takes two
// writes, and reads three records and the post of each ops channel.
func (l *line) turnsAtOnce() int {
	ops := l.engine.cfg.Book.Places().connection(l.name).Ops
	return max(1, min(8, storage.MaxReads/(3+len(ops))))
}

// room is how many more chunks may be open, without those that have ended.
func (l *line) room(ended []*intent) room {
	r := room{opsOpen, chunksOpen}
	for _, i := range l.intents {
		switch {
		case i.Boot != l.boot || slices.Contains(ended, i):
		case i.ops:
			r.ops--
		default:
			r.others--
		}
	}
	return r
}

func (l *line) sooner(a, b turn) bool {
	if a.ops != b.ops {
		return a.ops
	}
	if x, y := a.subject.urgent(), b.subject.urgent(); x != y && l.chunks%oldestTurn != oldestTurn-1 {
		return x
	}
	return a.subject.turn < b.subject.turn
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
	toOps   bool
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
	l.circles.reckon(s)
	l.chunks++
	s.turn = l.chunks
	if len(c.members) == 0 {
		return
	}
	i := l.addIntent(s, rec, c.fan.Chunks)
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
	if c.ops && c.fan.OpsN < out.N {
		c.toOps, c.fan.OpsN = true, out.N
		if err := c.lookOps(tx); err != nil || len(c.members) > 0 {
			return err
		}
		c.toOps = false
	}
	if !c.others {
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
