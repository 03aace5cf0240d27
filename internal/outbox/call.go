package outbox

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// callTimeout is how long an answer is waited for. A platform answers within a
// second or has trouble; after it the outcome counts as unknown.
const callTimeout = 10 * time.Second

// lookBack is how long before a send a look-up begins, as our clock may be ahead of
// the platform's: five minutes at most, else Slack's requests are refused as too old
// or new (docs.slack.dev/authentication/verifying-requests-from-slack), and a minute.
const lookBack = 6 * time.Minute

// call is one call to the platform. A call without a job is a harmless read.
type call struct {
	method method
	job    *job
	plan   verdict
	d      chat.Delivery
	sought chat.Sought
	at     time.Time
	batch  *batch

	id    chat.PostID
	apart bool // a reply that stands in the channel itself
	found []chat.Found
	err   error
}

// batch is calls that are started together. They share what limits how long an answer is
// waited for: a timer for each would cost a thirtieth of a fan-out.
type batch struct {
	ctx    context.Context
	cancel context.CancelFunc
	left   atomic.Int64 // calls that have not ended
}

func newBatch(ctx context.Context, calls int) *batch {
	b := &batch{}
	b.ctx, b.cancel = context.WithTimeout(ctx, callTimeout)
	b.left.Store(int64(calls))
	return b
}

// leave says that a call has ended.
func (b *batch) leave() {
	if b.left.Add(-1) == 0 {
		b.cancel()
	}
}

// perform makes the call.
func (c *call) perform(s chat.Sender) {
	ctx := c.batch.ctx
	defer c.batch.leave()
	switch c.method {
	case methodPost:
		c.id, c.err = s.Post(ctx, c.d)
		if c.err == nil && c.id == "" {
			c.err = &chat.SendError{Outcome: chat.Unknown, Reason: "the answer names no message"}
		}
		c.apart = c.plan.broadcast
		if p, ok := s.(chat.Placer); ok && c.err == nil {
			c.apart = p.Apart(c.id) || c.apart
		}
	case methodEdit:
		c.err = s.Edit(ctx, c.d)
	case methodFind:
		c.found, c.err = s.Find(ctx, c.sought)
	case methodReach:
		c.err = s.Reach(ctx, c.d.Channel)
	}
}

// channel is the one that the call is about.
func (c *call) channel() desk.Channel {
	if c.job != nil {
		return c.job.lane.ch
	}
	return c.d.Channel
}

// failure returns how the call failed, nil if it did not.
func (c *call) failure() *chat.SendError {
	if c.err == nil {
		return nil
	}
	var f *chat.SendError
	if errors.As(c.err, &f) {
		return f
	}
	return &chat.SendError{Outcome: chat.Unknown, Reason: "no answer", Err: c.err}
}

// start makes the call beside the line.
func (l *line) start(c *call) {
	l.out++
	l.pace[c.method].take()
	l.turns[c.method]++
	select {
	case l.work <- c:
	default:
		work := l.work
		l.calling.Go(func() { l.serve(c, work) })
	}
}

// serve makes a call, and then those that come while it is kept.
func (l *line) serve(c *call, work <-chan *call) {
	for ok := true; ok; c, ok = <-work {
		c.perform(l.sender)
		l.mu.Lock()
		l.ended = append(l.ended, c)
		wake := len(l.ended) >= l.enough || c.err != nil || c.method != methodPost
		l.mu.Unlock()
		if wake {
			signal(l.wake)
		}
	}
}

// dismiss ends the goroutines that wait for calls. A fan-out keeps them, as new
// ones would have to grow their stacks for each call.
func (l *line) dismiss() {
	close(l.work)
	l.work = make(chan *call)
}

// send starts the call that a lane's plan asks for, of a batch.
func (l *line) send(b *batch, now time.Time, v verdict) {
	j, la := v.job, v.job.lane
	c := &call{method: v.method(), job: j, plan: v, at: now, batch: b}
	switch c.method {
	case methodFind:
		since := sooner(j.since, now)
		if j.lost() {
			since = sooner(since, j.of.out.Lost.From)
		}
		c.sought = chat.Sought{Channel: la.ch, Subject: j.of.id, Root: j.post.Root, Since: since.Add(-lookBack), Ops: la.ops}
		if j.post.owed() {
			c.sought.Continues = j.post.Before
		}
	default:
		c.d = v.delivery()
	}
	if c.method == methodPost {
		la.nextPost = now.Add(time.Second)
		for _, i := range j.intents {
			if i.sent.IsZero() {
				i.sent = now
			}
		}
	}
	la.busy, la.ready = true, false
	l.start(c)
}

func (v verdict) method() method {
	switch v.do {
	case sendEdit:
		return methodEdit
	case lookUp:
		return methodFind
	}
	return methodPost
}

// delivery is what the platform's adapter is handed.
func (v verdict) delivery() chat.Delivery {
	j := v.job
	a := j.of.at(v.n)
	d := chat.Delivery{
		Channel: j.lane.ch, Subject: j.of.id, N: v.n, Ops: j.lane.ops, Snapshot: &a.Snapshot,
		Said: v.anns, Broadcast: v.broadcast, Reference: j.copies > 0, Trace: a.Trace,
	}
	if v.do != sendRoot {
		d.Root = j.post.Root
	}
	if v.do != sendReply {
		d.Continues = j.post.Before
	}
	return d
}

// absorb takes in what calls came to. It reports whether something has to be
// done about them beside writing receipts.
func (l *line) absorb(now time.Time) (urgent bool) {
	l.mu.Lock()
	ended := l.ended
	l.ended, l.enough = nil, 0
	l.mu.Unlock()
	for _, c := range ended {
		l.out--
		f := c.failure()
		urgent = urgent || f != nil || c.method != methodPost || l.health.trial
		l.note(now, c, f)
		if c.job == nil {
			l.reached(now, c, f)
			continue
		}
		c.job.lane.busy, c.job.lane.dirty = false, true
		if f != nil {
			l.failedCall(now, c, f)
		} else {
			l.succeeded(now, c)
		}
	}
	return urgent
}

// note tells pace, health, metrics and log how a call ended.
func (l *line) note(now time.Time, c *call, f *chat.SendError) {
	p, result := l.pace[c.method], "ok"
	switch {
	case f == nil:
		p.answered(now)
	case f.Limited:
		result = "limited"
		p.refused(now, c.channel().ID, f.After, f.Wide)
	default:
		result = string(f.Outcome)
	}
	if f != nil && f.Outcome == chat.Locked && !l.health.locked {
		l.health.locked = true
		l.receive(now, &receipt{notice: l.words().ConnectionRefused(l.name, f.Reason)})
	}
	l.health.note(now, c, f)
	if sent := l.engine.cfg.Observe.Sent; sent != nil {
		sent(l.name, result)
	}
	if c.job == nil || (f == nil && !l.log.Enabled(context.Background(), -4)) {
		return
	}
	log := l.log.With("channel", c.job.lane.ch.ID, "subject", c.job.of.id.String(), "n", c.plan.n, "trace", c.d.Trace)
	if f != nil {
		log.Warn("a call to the platform failed", "result", result, "error", f)
		return
	}
	log.Debug("called the platform", "took", now.Sub(c.at))
}

// succeeded takes in the answer to a call about a job.
func (l *line) succeeded(now time.Time, c *call) {
	j, n := c.job, c.plan.n
	p := j.post
	switch c.plan.do {
	case lookUp:
		l.looked(now, c)
		return
	case sendRoot:
		if !p.owed() { // else it was told before
			l.engine.watch.posted(j.of, n, now)
		}
		p = Post{Root: c.id, Told: n, Shown: n, At: now, Ops: j.lane.ops, Manner: j.lasting(), Before: p.Before}
	case sendReply:
		p.Told, p.At = n, now
		if !j.lane.abil.Edit {
			p.Shown = n
		}
		if c.apart {
			p.Cried = cry{c.id, n}
		}
		l.engine.watch.posted(j.of, n, now)
	case sendEdit:
		p.Shown = n
	}
	if c.plan.do != sendEdit {
		p.Queued = j.lane.abil.Queues
	}
	j.calm()
	l.receive(now, &receipt{job: j, post: &p, said: c.plan.do != sendEdit})
}

// calm forgets the trouble of earlier tries.
func (j *job) calm() {
	j.doubt, j.copies, j.tries = sure, 0, 0
	j.first, j.notBefore, j.why = time.Time{}, time.Time{}, ""
}

// looked takes in what a look found: any message of ours about the subject that
// was not known is what the send in doubt made, whatever its version.
func (l *line) looked(now time.Time, c *call) {
	j := c.job
	p := j.post
	for _, f := range c.found {
		told, shown := f.N, f.N
		if past := j.of.out.Lost; j.lost() && f.At.Before(past.To) {
			told, shown = past.N, 0 // its number is of an announcement that was lost
		}
		if !p.mayBe(f) {
			continue
		}
		if p.Root == "" {
			p.Root, p.Shown, p.Ops = f.ID, shown, j.lane.ops
		}
		if told > p.Told {
			p.Told, p.At = told, f.At
			if f.Apart && j.post.Root != "" {
				p.Cried = cry{f.ID, told}
			}
		}
	}
	switch {
	case p != j.post:
		if !j.lane.abil.Edit {
			p.Shown = p.Told
		}
		j.calm()
		l.receive(now, &receipt{job: j, post: &p, said: true})
	case j.doubt == doubtful:
		j.doubt, j.look = lookedOnce, now.Add(secondLook)
	default:
		j.doubt = sure
	}
}

// failedCall takes in how a call about a job failed.
func (l *line) failedCall(now time.Time, c *call, f *chat.SendError) {
	j, la := c.job, c.job.lane
	if f.After > 0 || f.Limited {
		c.rest(now.Add(max(f.After, leastAfter)), f.Limited && !f.Wide)
	}
	switch {
	case f.Outcome == chat.Gone:
		l.vanished(now, la, f.Reason)
	case f.Outcome == chat.RootGone:
		l.rootGone(now, c)
	case f.Outcome == chat.EditsSpent && c.plan.do == sendEdit:
		l.spent(now, c)
	case f.Outcome == chat.Refused && c.plan.do == lookUp:
		j.blind = true
	case f.Outcome == chat.Refused && c.plan.do == sendEdit:
		p := j.post
		p.Shown = c.plan.n // it will never be shown; the next edit may
		l.receive(now, &receipt{job: j, post: &p, notice: l.failureNotice(j, l.words().EditFailed, f.Reason)})
	case f.Outcome == chat.Refused:
		l.giveUp(now, j, f.Reason)
	case f.Limited, f.Outcome == chat.Locked:
		j.why = f.Reason
	default:
		l.trouble(now, c, f)
	}
}

// rest has no call made until then: none at all in the channel, but where a limit said
// so that is of one method by itself, posts do not wait for edits and look-ups
// (docs.slack.dev/apis/web-api/rate-limits).
func (c *call) rest(until time.Time, ofMethod bool) {
	switch {
	case ofMethod && c.plan.do == sendEdit:
		c.job.noEdit = until
	case ofMethod && c.plan.do == lookUp:
		c.job.look = until
	default:
		c.job.lane.notBefore = until
	}
}

// rootGone: somebody deleted the post. It is not made again unless there is
// something to say.
func (l *line) rootGone(now time.Time, c *call) {
	j := c.job
	p := j.post
	p.Root, p.Before, p.Cried = "", "", cry{}
	if c.plan.do == sendEdit {
		p.Shown = c.plan.n
	}
	j.doubt = sure
	l.receive(now, &receipt{job: j, post: &p})
}
