package outbox

import (
	"errors"
	"slices"
	"strings"
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

// errStale says that a subject has changed since the line read it.
var errStale = errors.New("outbox: the subject has changed")

// nextCircle chooses whose turn it is: ops channels first, then urgent subjects,
// then whose last turn is longest ago; every fourth turn goes by that alone. It
// returns nil where there is nothing to do or no room beside the chunks that are
// open, without those that have ended.
func (l *line) nextCircle(ended []*intent) *subject {
	if l.stopped() {
		return nil
	}
	room := chunksOpen
	for _, i := range l.intents {
		if i.Boot == l.boot && !i.ops && !slices.Contains(ended, i) {
			room--
		}
	}
	var best *subject
	for _, s := range l.subjects {
		if s.finished() || (s.fan.OpsN >= s.out.N && room <= 0) {
			continue
		}
		if best == nil || l.sooner(s, best) {
			best = s
		}
	}
	return best
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
	matches bool
}

// chunk is one step of a circle.
type chunk struct {
	line    *line
	subject *subject
	scope   desk.Scope // of what others than ops may be told
	size    int
	open    []string // channels of the subject that are open, in order

	asked   asked // as of when members match
	fan     fanRecord
	ops     bool
	members []member
}

// chunking makes one step of a circle (T3): an intent for its next channels and
// the cursor behind them, together.
func (l *line) chunking(now time.Time, s *subject) task {
	var c chunk
	var rec intentRecord
	write := func(tx storage.Tx) error {
		c = chunk{line: l, subject: s, scope: s.scopeAt(s.out.Rel), size: l.chunkSize(), open: l.openChannels(s)}
		if err := c.look(tx); err != nil {
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
	return task{write, func() { l.opened(now, c, rec) }}
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
		if m.matches {
			j.unmatched, j.asked = false, c.asked
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
		return errStale
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
			c.members = append(c.members, member{channel: id, post: post, matches: true})
		}
	}
	return nil
}

// opsConcerned reports whether the ops channels of a connection hear of a scope.
func opsConcerned(sc desk.Scope, k desk.ConnectionName) bool {
	return len(sc.Only) == 0 || slices.Contains(sc.Only, k)
}

// page is the part of the audience between two channels: those whose
// subscriptions match, those with a post, and those that are open.
type page struct {
	chunk    *chunk
	from, to string // behind from, up to to; empty: to the end
	looked   int
	upTo     string // all up to this channel was looked at
	atEnd    bool   // all was
	found    map[string]*member
}

func (p *page) look(tx storage.Tx) error {
	p.found, p.atEnd = map[string]*member{}, true
	if err := p.lookSubscriptions(tx); err != nil {
		return err
	}
	if err := p.lookPosts(tx); err != nil {
		return err
	}
	for _, id := range p.chunk.open {
		if id > p.from && (p.to == "" || id <= p.to) {
			p.member(id)
		}
	}
	p.gather()
	return nil
}

func (p *page) member(id string) *member {
	m := p.found[id]
	if m == nil {
		m = &member{channel: id}
		p.found[id] = m
	}
	return m
}

// cut ends the page at channel id.
func (p *page) cut(id string) {
	if p.atEnd || id < p.upTo {
		p.atEnd, p.upTo = false, id
	}
}

// bounds are the page's bounds within keys that begin with k and the channel.
func (p *page) bounds(k storage.Key) (from, to storage.Key) {
	from, to = k, k.End()
	if p.from != "" {
		from = k.Str(p.from).End()
	}
	if p.to != "" {
		to = k.Str(p.to).End()
	}
	return from, to
}

func (p *page) lookSubscriptions(tx storage.Tx) error {
	c := p.chunk
	if c.scope.OpsOnly || c.scope.Retracted {
		return nil
	}
	catalog := c.line.engine.cfg.Book.Places().Catalog
	matching, seen := 0, 0
	visit := func(id string, subs []desk.Subscription) (more bool) {
		seen += len(subs)
		if catalog.Matches(subs, c.scope) {
			matching++
			p.member(id).matches = true
		}
		if more = matching < c.size && seen < rowsLooked; !more {
			p.cut(id)
		}
		return more
	}
	defer func() { p.looked += seen }()
	if r := c.line.engine.cfg.Book.rollAsOf(c.line.name, c.asked.subs); r != nil {
		for _, s := range r.between(p.from, p.to) {
			if !visit(s.channel, s.subs) {
				break
			}
		}
		return nil
	}
	from, to := p.bounds(subTable().Key().Str(string(c.line.name)))
	g := &subscribers{visit: func(ch desk.Channel, subs []desk.Subscription) (bool, error) { return visit(ch.ID, subs), nil }}
	return g.scan(tx, from, to)
}

func (p *page) lookPosts(tx storage.Tx) error {
	c := p.chunk
	behind, seen := 0, 0
	from, to := p.bounds(withSubject(postTable().Key(), c.subject.id).Str(string(c.line.name)))
	if !p.atEnd {
		to = withSubject(postTable().Key(), c.subject.id).Str(string(c.line.name)).Str(p.upTo).End()
	}
	err := postTable().Scan(tx, from, to, 0, func(k storage.Key, post Post) (bool, error) {
		ch, err := postChannel(k)
		if err != nil {
			return false, err
		}
		seen++
		if p.member(ch.ID).post = post; post.Told < c.fan.N {
			behind++
		}
		if behind < c.size && seen < rowsLooked {
			return true, nil
		}
		p.cut(ch.ID)
		return false, nil
	})
	p.looked += seen
	return err
}

// gather makes members of those found that are owed something, in order.
func (p *page) gather() {
	c := p.chunk
	places := c.line.engine.cfg.Book.Places().connection(c.line.name)
	var all []*member
	for _, m := range p.found {
		_, gone := c.line.gone[m.channel]
		past := !p.atEnd && m.channel > p.upTo
		if !past && !gone && m.post.Told < c.fan.N && !slices.Contains(places.Ops, m.channel) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *member) int { return strings.Compare(a.channel, b.channel) })
	if len(all) > c.size {
		all = all[:c.size]
		p.cut(all[c.size-1].channel)
	}
	for _, m := range all {
		c.members = append(c.members, *m)
	}
}
