package probe

import (
	"container/heap"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

const (
	// maxTries is how many tries run at once: each may need a descriptor or two.
	maxTries = 1000
	// maxSuspects is how many of them may be of probes that nothing answered the last time:
	// dead targets hold their places until the time-out, and must leave some to the others.
	maxSuspects = 750
	// holdFor is how long a try is put off for which there is no place.
	holdFor = 100 * time.Millisecond
)

// Runner tries probes and tells when they turn. Its methods may be called from many
// goroutines, before and after Run too.
type Runner struct {
	s       Settings
	now     func() time.Time
	log     *slog.Logger
	network *network
	kinds   map[string]try
	uplink  *uplink
	teller  *teller
	tries   sync.WaitGroup
	woken   chan struct{}
	// began is told of each try: which, and when it was due. nil: nobody.
	began func(e *entry, due time.Time)

	mu       sync.Mutex
	entries  []*entry
	byID     map[desk.ProbeID]*entry
	queue    queue
	pace     *pace
	epoch    time.Time // zero: Run has not begun
	running  int
	suspects int
	full     []desk.TimedBucket // of minutes that are over
	checks   map[desk.Subject]*verification
}

// New makes a runner of checked probes. It tries nothing by itself. Probes of a kind that is
// not built are left out.
func New(s Settings) *Runner {
	r := &Runner{
		s: s, now: s.Now, log: s.Log, network: newNetwork(s), kinds: kinds(), woken: make(chan struct{}, 1),
		byID: map[desk.ProbeID]*entry{}, checks: map[desk.Subject]*verification{},
	}
	r.uplink = &uplink{to: s.Probing.Uplink, dial: uplinkDial(s), now: s.Now}
	r.teller = newTeller(s)
	for i := range s.Probes {
		if _, built := r.kinds[s.Probes[i].Kind]; !built {
			continue
		}
		e := &entry{conf: &s.Probes[i]}
		r.entries = append(r.entries, e)
		r.byID[e.id()] = e
	}
	spread(r.entries)
	r.pace = newPace(r.entries)
	return r
}

// Run tries probes until ctx ends, and then waits until what they came to is stored, for
// some seconds at most. It begins when the record has told which probes were failing.
func (r *Runner) Run(ctx context.Context) error {
	if !r.recall(ctx) {
		return nil
	}
	r.lookUpUsuals(ctx)
	r.mu.Lock()
	r.epoch = r.now()
	for _, e := range r.entries {
		e.due = e.first(r.epoch)
		heap.Push(&r.queue, e)
	}
	r.hurryAll()
	r.mu.Unlock()

	after, stop := context.WithCancel(context.WithoutCancel(ctx)) // the last try is kept and told too
	var helpers sync.WaitGroup
	helpers.Go(func() { r.teller.run(after) })
	helpers.Go(func() { r.keep(after) })
	r.loop(ctx)
	r.tries.Wait()
	stop()
	helpers.Wait()
	return nil
}

// loop begins tries when they are due.
func (r *Runner) loop(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.woken:
		}
		timer.Reset(r.beginDue(ctx))
	}
}

// wake has the loop look again. It is for what makes a probe due earlier.
func (r *Runner) wake() {
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

// idle is how long the loop sleeps where nothing is due.
const idle = time.Minute

// beginDue begins the tries that are due and tells how long to sleep.
func (r *Runner) beginDue(ctx context.Context) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		now := r.now()
		sleep := r.limitVerifications(now)
		if len(r.queue) == 0 {
			return sleep
		}
		if until := r.queue[0].due.Sub(now); until > 0 {
			return min(until, sleep)
		}
		if wait := r.beginNext(ctx, now); wait > 0 {
			return wait
		}
	}
}

// beginNext begins the try of the probe that is due first, or puts it off. The pace may ask
// to wait.
func (r *Runner) beginNext(ctx context.Context, now time.Time) (wait time.Duration) {
	e := r.queue[0]
	due := e.due
	switch {
	case e.running:
		e.owed = true
	case r.noPlace(e):
		r.hold(e, now)
		return 0
	default:
		if wait := r.pace.wait(now); wait > 0 {
			return wait
		}
		r.begin(ctx, e, now)
		if r.began != nil {
			r.began(e, due)
		}
	}
	e.heldFrom = time.Time{}
	r.queue.at(e, e.next(r.epoch, now))
	return 0
}

func (r *Runner) noPlace(e *entry) bool {
	return r.running >= maxTries || (e.suspect && r.suspects >= maxSuspects)
}

// hold puts a try off. What is put off for its whole interval comes to a result that says so.
func (r *Runner) hold(e *entry, now time.Time) {
	if e.heldFrom.IsZero() {
		e.heldFrom = now
	}
	if now.Sub(e.heldFrom) >= e.interval() {
		e.heldFrom = now
		res := unclear("too many checks wait for an answer at once")
		res.At = now
		r.take(e, res)
	}
	r.queue.at(e, now.Add(holdFor))
}

// begin begins a try. It ends before the probe is due again.
func (r *Runner) begin(ctx context.Context, e *entry, now time.Time) {
	e.running = true
	r.running++
	suspect := e.suspect
	if suspect {
		r.suspects++
	}
	limit := e.conf.Timeout
	if next := e.next(r.epoch, now).Sub(now); e.hurries == 0 && next > e.conf.Every/2 {
		limit = min(limit, next)
	}
	r.tries.Go(func() {
		res := r.attempt(ctx, e, limit)
		r.mu.Lock()
		defer r.mu.Unlock()
		e.running = false
		r.running--
		if suspect {
			r.suspects--
		}
		e.suspect = !res.answered
		if ctx.Err() == nil { // what was cut short says nothing
			r.take(e, res)
		}
		if e.owed {
			e.owed = false
			r.queue.at(e, r.now())
			r.wake()
		}
	})
}

// attempt makes one try and looks whether it is us where nothing answered.
func (r *Runner) attempt(ctx context.Context, e *entry, limit time.Duration) Result {
	began := r.now()
	tryCtx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	res := r.kinds[e.conf.Kind](tryCtx, r.network, e.conf)
	if res.Took == 0 {
		res.Took = r.now().Sub(began)
	}
	res.At = began.UTC()
	if res.Outcome == desk.Failed && !res.answered && !r.uplink.works(ctx) {
		res.Outcome, res.Detail = desk.Unclear, "our own line is down: "+res.Detail
	}
	return res
}
