package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// line serves one connection. One goroutine, run, owns all its state but what mu
// guards; calls to the platform run beside it.
type line struct {
	engine *Engine
	name   desk.ConnectionName
	sender chat.Sender
	edit   bool // posts can be edited, at least in some channel
	log    *slog.Logger
	pace   [methods]*pace
	turns  [methods]int // calls made, for the turns of who has waited longest

	boot      boot
	boots     map[boot]time.Time // when processes started
	started   time.Time
	loaded    bool
	held      bool
	orphans   bool // intents or rows may be on disk that are not in memory
	subjects  map[desk.Subject]*subject
	circles   circles
	lanes     map[string]*lane // by channel id
	intents   map[intentID]*intent
	gone      map[string]goneRecord // as on disk: circles pass these channels by
	vanishing map[string]bool       // gone, but that is not yet on disk
	lookedAll time.Time             // when those that are gone were read as any may be back
	failed    map[failedID]rowRecord
	missed    map[string]map[desk.Subject]missedRecord // by channel
	morning   time.Time                                // when quiet hours end that something was missed in
	arrived   []newcomerAt                             // newcomers to look at
	shelf     []desk.Subject                           // windows to be shelved
	health    health
	chunks    int                       // made by this process
	ahead     bool                      // intents came with announcements: they go first
	rendered  *foresight                // what is looked at ahead; nil: nothing is
	ready     atomic.Pointer[readiness] // nil: it is busy, held, down or not served

	receipts []*receipt // in order, not yet on disk
	since    time.Time  // of the oldest of them
	finished []*intent  // to be deleted
	retry    time.Time  // the store is left alone before

	out       int        // calls outstanding
	work      chan *call // taken by goroutines that wait for calls
	calling   sync.WaitGroup
	laneCount atomic.Int64
	callCount atomic.Int64

	wake     chan struct{}
	mu       sync.Mutex // guards the fields below
	ended    []*call
	enough   int        // while receipts are gathered: so many posts that ended wake the line
	news     news       // not yet read
	foreseen *foresight // the newest that was not looked at; nil: none
	returns  []string
	looks    map[string]bool // channels that, if they are gone, are to be read now; anyChannel: all
}

// intentID names an intent on a connection.
type intentID struct {
	subject desk.Subject
	chunk   int
}

// intent is a chunk of channels that may be sent to.
type intent struct {
	intentID
	intentRecord
	ops  bool
	left int       // members that are not settled
	sent time.Time // of the first send; zero: none yet
}

// failedID names a row that was given up.
type failedID struct {
	channel string
	subject desk.Subject
}

func newLine(e *Engine, name desk.ConnectionName, s chat.Sender) *line {
	l := &line{
		engine: e, name: name, sender: s, edit: e.cfg.Abilities(desk.Channel{Connection: name}).Edit,
		log:      e.cfg.Log.With("connection", string(name)),
		subjects: map[desk.Subject]*subject{}, circles: newCircles(),
		wake: make(chan struct{}, 1),
		work: make(chan *call),
		news: news{all: true},
	}
	for m := range l.pace {
		l.pace[m] = newPace(0)
	}
	l.pace[methodPost] = newPace(e.cfg.Book.Places().connection(name).PostsPerMinute)
	l.clear()
	return l
}

// clear forgets what load reads.
func (l *line) clear() {
	l.lanes = map[string]*lane{}
	l.intents = map[intentID]*intent{}
	l.gone = map[string]goneRecord{}
	l.vanishing = map[string]bool{}
	l.failed = map[failedID]rowRecord{}
	l.missed = map[string]map[desk.Subject]missedRecord{}
	l.finished = nil
}

func (l *line) now() time.Time { return l.engine.cfg.Now().UTC() }
func (l *line) db() storage.DB { return l.engine.cfg.DB }
func (l *line) words() Words   { return l.engine.cfg.Words }

// refreshSoon says what may have been committed.
func (l *line) refreshSoon(n news) {
	l.mu.Lock()
	l.news.join(n)
	l.mu.Unlock()
	signal(l.wake)
}

// about has subjects read anew; none: all.
func (l *line) about(subjects ...desk.Subject) {
	var n news
	n.add(subjects...)
	l.refreshSoon(n)
}

func (l *line) cameBack(channel string) {
	l.mu.Lock()
	l.returns = append(l.returns, channel)
	l.mu.Unlock()
	signal(l.wake)
}

// look has a channel be read now, if it is gone.
func (l *line) look(channel string) {
	l.mu.Lock()
	if l.looks == nil {
		l.looks = map[string]bool{}
	}
	l.looks[channel] = true
	l.mu.Unlock()
	signal(l.wake)
}

// run serves the connection until ctx is done.
func (l *line) run(ctx context.Context, b boot, started time.Time) {
	l.boot, l.started = b, started
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var until time.Time
	for ctx.Err() == nil {
		now := l.now()
		urgent := l.absorb(now)
		l.lookAhead(ctx, calls, now)
		now = l.now()
		if !urgent && l.gathering(now, until) {
			l.mu.Lock()
			l.enough = min(l.out, flushAt-len(l.receipts))
			l.mu.Unlock()
			sleep(ctx, l.wake, now, sooner(until, l.since.Add(groupTime)))
			continue
		}
		if !now.Before(l.retry) {
			if err := l.step(ctx, calls, now); err != nil && ctx.Err() == nil {
				l.log.Error("the outbox cannot use the store", "error", err)
				l.retry = now.Add(storePause)
			}
		}
		l.count()
		l.sayReady(now)
		if l.out == 0 && len(l.lanes) == 0 {
			l.dismiss()
		}
		until = l.alarm(now) // as of the step: what fell due during it was not done
		sleep(ctx, l.wake, l.now(), until)
	}
	l.stop(calls, cancel)
}

// gathering reports whether all there is to do is to wait for more receipts.
func (l *line) gathering(now, until time.Time) bool {
	l.mu.Lock()
	fresh := !l.news.none() || len(l.returns) > 0
	l.mu.Unlock()
	return !fresh && l.out > 0 && len(l.receipts) > 0 && len(l.receipts) < flushAt &&
		now.Before(l.since.Add(groupTime)) && (until.IsZero() || now.Before(until))
}

// step does what there is to do now. After an error nothing is lost: what was
// not done is done by a later step.
func (l *line) step(ctx, calls context.Context, now time.Time) error {
	if !l.loaded {
		if err := l.load(ctx, now); err != nil {
			return err
		}
	}
	goAhead := func(ctx context.Context, now time.Time) error { return l.goAhead(ctx, calls, now) }
	for _, do := range []func(context.Context, time.Time) error{
		l.adopt, l.refresh, l.shelve, l.recount, l.welcome, l.breakUp, goAhead, l.write, l.edits,
	} {
		if err := do(ctx, now); err != nil {
			return err
		}
	}
	l.plan(now)
	if err := l.settle(ctx, now); err != nil {
		return err
	}
	l.reach(calls, now)
	return l.dispatch(ctx, calls, now)
}

// stopped reports whether no sends may start.
func (l *line) stopped() bool { return l.held || l.health.down }

// alarm says when the line has to look again if nothing happens.
func (l *line) alarm(now time.Time) time.Time {
	if now.Before(l.retry) {
		return l.retry
	}
	var at time.Time
	if len(l.receipts) > 0 {
		at = l.since.Add(groupTime)
	}
	for _, la := range l.lanes {
		if !la.ready {
			at = sooner(at, la.wake)
		}
	}
	if !l.stopped() {
		at = sooner(sooner(at, l.morning), l.tokenTime(now))
		for _, i := range l.intents {
			at = sooner(at, i.breakTime(now))
		}
		at = sooner(at, l.editTime(now))
	}
	return sooner(at, l.reachTime(now))
}

func (l *line) count() {
	waiting := 0
	for _, la := range l.lanes {
		if !la.gone {
			waiting++
		}
	}
	l.laneCount.Store(int64(waiting))
	l.callCount.Store(int64(l.out))
}

// refresh reads what may have been committed by others: subjects, holds,
// newcomers.
func (l *line) refresh(ctx context.Context, now time.Time) error {
	l.mu.Lock()
	fresh, returns := l.news, l.returns
	l.news, l.returns = news{}, nil
	l.mu.Unlock()
	if len(returns) > 0 {
		if err := l.flushAll(ctx, now); err != nil { // that one of them is gone may be under way
			return errors.Join(err, l.again(returns))
		}
	}
	for _, c := range returns {
		if err := l.restore(ctx, now, c); err != nil {
			return errors.Join(err, l.again(returns))
		}
	}
	if fresh.none() && len(returns) == 0 {
		return nil
	}
	if err := l.db().View(ctx, func(tx storage.Tx) error { return l.read(tx, fresh) }); err != nil {
		return errors.Join(err, l.again(nil))
	}
	l.allDirty()
	return nil
}

// again has refresh tried again, as it failed.
func (l *line) again(returns []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.news.add()
	l.returns = append(l.returns, returns...)
	return nil
}

// read reads what the news are about, holds and newcomers.
func (l *line) read(tx storage.Tx, fresh news) error {
	err := l.readHold(tx)
	if err != nil {
		return err
	}
	if fresh.all {
		err = l.readSubjects(tx)
	} else {
		err = l.readThese(tx, fresh.of)
	}
	if err != nil {
		return err
	}
	return l.readNewcomers(tx)
}

func (l *line) readHold(tx storage.Tx) (err error) {
	_, l.held, err = holdTable().Get(tx, holdKey(l.name))
	return err
}

// readSubjects reads all subjects that are live or that jobs are about.
func (l *line) readSubjects(tx storage.Tx) error {
	live, err := liveSubjects(tx)
	if err != nil {
		return err
	}
	all := l.working()
	for _, id := range live {
		s, err := l.subject(tx, id)
		if err != nil {
			return err
		}
		if s.out.concerns(l.name) {
			all[id] = s
		}
	}
	l.subjects, l.circles = all, newCircles()
	for _, s := range all {
		l.circles.reckon(s)
	}
	return nil
}

// readThese reads these subjects, and forgets those of them that are over.
func (l *line) readThese(tx storage.Tx, ids map[desk.Subject]bool) error {
	working := l.working()
	for id := range ids {
		s, err := l.readThis(tx, id, working[id] != nil)
		if err != nil {
			return err
		}
		if from := s.out.From; l.subjects[from] != nil && !ids[from] {
			if _, err := l.readThis(tx, from, working[from] != nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// readThis reads a subject, and forgets it where it is over and no job is about it.
func (l *line) readThis(tx storage.Tx, id desk.Subject, working bool) (*subject, error) {
	s, err := l.subject(tx, id)
	if err != nil {
		return nil, err
	}
	if l.subjects[id] = s; !working && (!s.out.live() || !s.out.concerns(l.name)) {
		delete(l.subjects, id)
		l.circles.drop(s)
		if s.out.shelved() && s.fan != (fanRecord{}) {
			l.shelf = append(l.shelf, id)
		}
		return s, nil
	}
	l.circles.reckon(s)
	return s, nil
}

// working are the subjects that jobs are about.
func (l *line) working() map[desk.Subject]*subject {
	of := map[desk.Subject]*subject{}
	for _, la := range l.lanes {
		for _, j := range la.jobs {
			of[j.of.id] = j.of
		}
	}
	return of
}

// subject returns the subject as it is on disk now.
func (l *line) subject(tx storage.Tx, id desk.Subject) (*subject, error) {
	s := l.subjects[id]
	made := s == nil
	if made {
		fan, known, err := fanTable().Get(tx, fanKey(l.name, id))
		if err != nil {
			return nil, err
		}
		s = &subject{id: id, fan: fan, young: l.loaded && !known, round: round{again: fan.N > 0 || fan.OpsN > 0}}
	}
	if _, err := s.refresh(tx, l.rendered); err != nil {
		return nil, err
	}
	return s, l.takeAhead(tx, s, made)
}

func (l *line) allDirty() {
	for _, la := range l.lanes {
		la.dirty = true
	}
}
