package probe

import (
	"cmp"
	"container/heap"
	"hash/fnv"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// entry is one probe and what is known of it.
type entry struct {
	conf  *config.Probe
	phase time.Duration // where in its interval it is tried, from the runner's epoch on
	due   time.Time
	place int // in the queue

	running  bool
	owed     bool      // it fell due while it ran
	heldFrom time.Time // since when it waits for others to end; zero: it does not
	suspect  bool      // nothing answered the last time
	hurries  int       // so many verifications wait for it

	availability, performance state
	usual                     usual
	last                      *desk.TryResult // nil: none yet
	bucket                    desk.Bucket
	minute                    time.Time // of bucket
}

// state is what a probe says about one expectation.
type state struct {
	watch desk.Watch
	since time.Time // when it turned last; zero: not since the start
	warns bool      // it was told only to warn
	// otherwise counts the failures in a row that are not so, since otherwiseAt.
	otherwise   int
	otherwiseAt time.Time
}

func (e *entry) id() desk.ProbeID { return desk.ProbeID{Service: e.conf.Service, Name: e.conf.Name} }

func (e *entry) rule() desk.WatchRule {
	return desk.WatchRule{FailAfter: e.conf.FailAfter, OutOf: e.conf.OutOf, PassAfter: e.conf.PassAfter}
}

func (e *entry) quickness() desk.Quickness {
	return desk.Quickness{SlowerThan: e.conf.SlowerThan, OverUsual: int(e.conf.SlowerThanUsual)}
}

// judgesTime reports whether anything is expected of the time that a pass takes.
func (e *entry) judgesTime() bool { return e.quickness() != desk.Quickness{} }

// hurried is how often at most a probe is tried while a verification waits for it.
const hurried = 10 * time.Second

// interval is how often it is tried.
func (e *entry) interval() time.Duration {
	if e.hurries > 0 {
		return min(e.conf.Every, hurried)
	}
	return e.conf.Every
}

// next is the first of its moments after now. They are fixed by the epoch: neither a late
// start nor a slow target moves them. Only what is hurried has none.
func (e *entry) next(epoch, now time.Time) time.Time {
	every := e.interval()
	if e.hurries > 0 {
		return now.Add(every)
	}
	first := epoch.Add(e.phase)
	if now.Before(first) {
		return first
	}
	return first.Add((now.Sub(first)/every + 1) * every)
}

// firstWithin is how soon after the start each probe is tried once, however seldom it is
// tried then.
const firstWithin = time.Minute

// first is when it is tried at first.
func (e *entry) first(epoch time.Time) time.Time {
	if e.conf.Every <= firstWithin {
		return epoch.Add(e.phase)
	}
	return epoch.Add(time.Duration(float64(e.phase) / float64(e.conf.Every) * float64(firstWithin)))
}

// spread gives each probe its phase: those of the same interval stand in the order of the
// hash of their names, at equal distances, so that the order is the same after a restart
// and never two are due together. Each interval begins a little off the others.
func spread(all []*entry) {
	byEvery := map[time.Duration][]*entry{}
	for _, e := range all {
		byEvery[e.conf.Every] = append(byEvery[e.conf.Every], e)
	}
	for every, same := range byEvery {
		slices.SortStableFunc(same, func(a, b *entry) int { return cmp.Compare(a.hash(), b.hash()) })
		distance := float64(every) / float64(len(same))
		off := float64(same[0].hash()%1000) / 1000
		for k, e := range same {
			e.phase = time.Duration((float64(k) + off) * distance)
		}
	}
}

func (e *entry) hash() uint64 {
	h := fnv.New64a()
	for _, part := range []string{string(e.conf.Service), e.conf.Name} {
		_, _ = h.Write([]byte(part)) // a hash takes everything
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// queue is a heap of probes by when they are due.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}
func (q *queue) Push(x any) {
	e := x.(*entry)
	e.place = len(*q)
	*q = append(*q, e)
}
func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}

// at moves a probe to another time.
func (q *queue) at(e *entry, due time.Time) {
	e.due = due
	heap.Fix(q, e.place)
}

const (
	// paceSpan is the time in which so few tries begin: a machine that was stopped for a
	// while must not begin them all at once.
	paceSpan = 10 * time.Millisecond
	paceMin  = 5
)

// pace is when the last tries began, as many as may begin in paceSpan.
type pace struct {
	began []time.Time
	next  int
}

// newPace allows paceMin tries, or where the probes need more, twice what they need.
func newPace(all []*entry) *pace {
	var need float64
	for _, e := range all {
		need += float64(paceSpan) / float64(min(e.conf.Every, firstWithin))
	}
	return &pace{began: make([]time.Time, max(paceMin, int(2*need+1)))}
}

// wait is how long the next try has to wait; 0: it may begin, and is counted.
func (p *pace) wait(now time.Time) time.Duration {
	if w := p.began[p.next].Add(paceSpan).Sub(now); w > 0 && !p.began[p.next].IsZero() {
		return w
	}
	p.began[p.next] = now
	p.next = (p.next + 1) % len(p.began)
	return 0
}
