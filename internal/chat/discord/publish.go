package discord

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

const (
	// publishFor is how long it is tried to publish a post: what is older is no news.
	publishFor = 3 * time.Hour
	// publishMost is how many posts of a channel may wait, the newest: Discord lets a
	// channel publish about ten an hour (unconfirmed).
	publishMost = 50
	// publishPatience is how long a post waits for the disk to take that it is to be
	// published.
	publishPatience = 2 * time.Second
	// recallAgain is how soon a disk is read again that did not tell what waits.
	recallAgain = time.Minute
)

// publisher publishes posts of announcement channels to the servers that follow them, one
// after the other, beside the posting: Discord lets it be done more rarely than posting, and
// no post waits for it. That a post is to be published is on disk before its receipt is, so
// that whoever comes after a crash finds it there, or by the look-up.
type publisher struct {
	c    *Connection
	wake chan struct{}

	recalling sync.Mutex
	recalled  bool // what waited before a restart is known

	mu     sync.Mutex
	queues map[string]*queue // by channel
}

// queue is what waits in one channel, and its record.
type queue struct {
	unpublished
	onDisk  bool          // the record of the channel may have posts
	writing chan struct{} // holds one while a record is written, so that the newest is the last
}

// unpublished is what waits in one channel.
type unpublished struct {
	Posts []waiting     `json:"posts"`           // oldest first
	Next  time.Time     `json:"next"`            // not before
	Pause time.Duration `json:"pause,omitempty"` // the last one that was of our own choice
}

func (u unpublished) has(id chat.PostID) bool {
	return slices.ContainsFunc(u.Posts, func(w waiting) bool { return w.Post == id })
}

// waiting is a post that is to be published.
type waiting struct {
	Post  chat.PostID `json:"post"`
	Since time.Time   `json:"since"`
	Trace string      `json:"trace,omitempty"`
}

// publish has a post of an announcement channel be published, where that is wanted.
func (c *Connection) publish(ctx context.Context, d chat.Delivery, id chat.PostID) {
	if c.publishes(d.Channel.ID) && !d.Ops {
		c.publisher.add(ctx, d.Channel.ID, waiting{id, c.opt.Now().UTC(), d.Trace})
	}
}

// publishFound has a post be published that a look-up found and that was not: whoever made
// it died before it could.
func (c *Connection) publishFound(ctx context.Context, s chat.Sought, id chat.PostID) {
	at := timeOf(snowflake(id))
	if c.publishes(s.Channel.ID) && !s.Ops && c.opt.Now().Sub(at) < publishFor {
		c.publisher.add(ctx, s.Channel.ID, waiting{id, at.UTC(), ""})
	}
}

// publishes reports whether posts of a channel are to be published, as far as is known.
func (c *Connection) publishes(channel string) bool {
	kind, known := c.threads.kindOf(channel)
	return c.opt.Crosspost && (!known || kind == channelAnnouncement)
}

// add has a post wait, on disk when it returns, unless the disk takes nothing.
func (p *publisher) add(ctx context.Context, channel string, w waiting) {
	p.mu.Lock()
	r := p.queue(channel)
	if !r.has(w.Post) {
		p.wait(channel, r, w)
	}
	p.mu.Unlock()
	p.keep(ctx, channel)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// wait has posts wait behind what does, the newest of all of them. The caller holds p.mu.
func (p *publisher) wait(channel string, r *queue, posts ...waiting) {
	r.Posts = append(r.Posts, posts...)
	if over := len(r.Posts) - publishMost; over > 0 {
		r.Posts = r.Posts[over:]
		p.c.opt.Log.Warn("too many posts wait to be published to the servers that follow their channel: the oldest are not", "connection", p.c.name, "channel", channel)
	}
}

// queue is what waits in a channel. The caller holds p.mu.
func (p *publisher) queue(channel string) *queue {
	r := p.queues[channel]
	if r == nil {
		r = &queue{writing: make(chan struct{}, 1)}
		p.queues[channel] = r
	}
	return r
}

// run publishes until ctx ends, and begins with what waited before a restart.
func (p *publisher) run(ctx context.Context) {
	for ctx.Err() == nil {
		pause, known := time.Duration(0), p.recall(ctx)
		next := p.due(ctx)
		if again := p.c.opt.Now().Add(recallAgain); !known && (next.IsZero() || again.Before(next)) {
			next = again
		}
		if !next.IsZero() {
			pause = max(next.Sub(p.c.opt.Now()), time.Millisecond)
		}
		p.rest(ctx, pause)
	}
}

// rest waits for the next post, for d (0: for ever), or for the end of ctx.
func (p *publisher) rest(ctx context.Context, d time.Duration) {
	if d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	select {
	case <-p.wake:
	case <-ctx.Done():
	}
}

func (p *publisher) channels() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.queues))
}

// due publishes what may be now, and says when the next may; zero: nothing waits.
func (p *publisher) due(ctx context.Context) (next time.Time) {
	for _, channel := range p.channels() {
		for ctx.Err() == nil {
			w, at, ok := p.first(channel)
			if !ok {
				break
			}
			if p.c.opt.Now().Before(at) {
				if next.IsZero() || at.Before(next) {
					next = at
				}
				break
			}
			p.settle(ctx, channel, w, p.c.tryPublish(ctx, channel, w))
		}
	}
	return next
}

// first is the post that is next in a channel, and when.
func (p *publisher) first(channel string) (w waiting, at time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.queue(channel)
	if len(r.Posts) == 0 {
		return w, at, false
	}
	return r.Posts[0], r.Next, true
}

// tryPublish is one try; nil: it is published, or is none of an announcement channel. Done
// again it changes nothing, so it may be where the answer to it was lost.
func (c *Connection) tryPublish(ctx context.Context, channel string, w waiting) error {
	announces, err := c.isAnnouncement(ctx, channel)
	if err != nil || !announces {
		return err
	}
	err = c.post(ctx, c.address("channels", channel, "messages", string(w.Post), "crosspost"), nil, &sent{})
	if codeOf(err) == codeCrossposted {
		return nil
	}
	return err
}

// settle takes in how a try ended: what can never be published does not wait, and all else
// waits as long as Discord says, or 1 s doubling to 10 minutes.
func (p *publisher) settle(ctx context.Context, channel string, w waiting, err error) {
	var f *chat.SendError
	if ctx.Err() != nil {
		return
	}
	now := p.c.opt.Now()
	hopeless := errors.As(err, &f) && slices.Contains([]chat.Outcome{chat.Gone, chat.RootGone, chat.Refused}, f.Outcome)
	done := err == nil || hopeless || now.Sub(w.Since) > publishFor
	p.mu.Lock()
	r := p.queue(channel)
	if done {
		r.Posts = slices.DeleteFunc(r.Posts, func(o waiting) bool { return o.Post == w.Post })
		r.Pause = 0
	} else if f != nil && f.Limited && f.After > 0 {
		p.limit(r, f.Wide, now.Add(f.After))
	} else {
		r.Pause = min(max(2*r.Pause, firstPause), longestPause)
		r.Next = now.Add(r.Pause)
	}
	write := !done || r.onDisk
	p.mu.Unlock()
	if write {
		p.keep(ctx, channel)
	}
	switch {
	case err != nil && done:
		p.c.opt.Log.Warn("a post was not published to the servers that follow its channel", "connection", p.c.name, "channel", channel, "trace", w.Trace, "error", err)
	case err != nil:
		p.c.opt.Log.Info("a post waits to be published to the servers that follow its channel", "connection", p.c.name, "channel", channel, "trace", w.Trace, "error", err)
	}
}

// limit has a channel wait, and all others that wait where the limit is the bot's. The
// caller holds p.mu.
func (p *publisher) limit(r *queue, wide bool, until time.Time) {
	r.Next = until
	if !wide {
		return
	}
	for _, other := range p.queues {
		if other.Next.Before(until) {
			other.Next = until
		}
	}
}

// keep writes down what waits in a channel. Where it cannot, a restart forgets it; where it
// is not known what is there, it is written when that is.
func (p *publisher) keep(ctx context.Context, channel string) {
	known, unwritten := p.read(ctx)
	if known && !slices.Contains(unwritten, channel) {
		unwritten = append(unwritten, channel)
	}
	for _, one := range unwritten {
		p.write(ctx, one)
	}
}

func (p *publisher) write(ctx context.Context, channel string) {
	p.mu.Lock()
	r := p.queue(channel)
	p.mu.Unlock()
	err := chat.Within(ctx, publishPatience, func(ctx context.Context) error {
		select {
		case r.writing <- struct{}{}:
			defer func() { <-r.writing }()
			return chat.KeepAs(ctx, p.c.opt.Memory, publishTable, channel, p.record(r))
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil {
		p.c.opt.Log.Warn("cannot keep what waits to be published", "connection", p.c.name, "channel", channel, "error", err)
	}
}

// record is what is to be on disk of a queue.
func (p *publisher) record(r *queue) unpublished {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.onDisk = len(r.Posts) > 0
	record := r.unpublished
	record.Posts = slices.Clone(r.Posts)
	return record
}

// recall takes in what waited before a restart, and reports whether that is known: until it
// is, nothing is written in its place. What came meanwhile waits behind it.
func (p *publisher) recall(ctx context.Context) bool {
	known, unwritten := p.read(ctx)
	for _, channel := range unwritten {
		p.write(ctx, channel)
	}
	return known
}

// read takes in what waited before a restart, once, and lists the channels where something
// waits that is not on disk yet.
func (p *publisher) read(ctx context.Context) (known bool, unwritten []string) {
	p.recalling.Lock()
	defer p.recalling.Unlock()
	if p.recalled {
		return true, nil
	}
	before := map[string]unpublished{}
	err := chat.RecallEach(context.WithoutCancel(ctx), p.c.opt.Memory, publishTable, func(channel string, was unpublished) { before[channel] = was })
	if err != nil {
		p.c.opt.Log.Warn("cannot recall what waited to be published", "connection", p.c.name, "error", err)
	}
	if err != nil && !errors.Is(err, chat.ErrUnread) {
		return false, nil
	}
	p.recalled = true
	return true, p.putBefore(before)
}

// putBefore has what waited before a restart wait before what came since, and lists the
// channels where something did.
func (p *publisher) putBefore(before map[string]unpublished) (unwritten []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for channel, r := range p.queues {
		if len(r.Posts) > 0 {
			unwritten = append(unwritten, channel)
		}
	}
	for channel, was := range before {
		r := p.queue(channel)
		since := slices.DeleteFunc(r.Posts, func(w waiting) bool { return was.has(w.Post) })
		r.Posts, r.onDisk = was.Posts, len(was.Posts) > 0
		p.wait(channel, r, since...)
		r.Pause = max(r.Pause, was.Pause)
		if was.Next.After(r.Next) {
			r.Next = was.Next
		}
	}
	return unwritten
}

// isAnnouncement asks once what kind of channel it is.
func (c *Connection) isAnnouncement(ctx context.Context, id string) (bool, error) {
	if kind, known := c.threads.kindOf(id); known {
		return kind == channelAnnouncement, nil
	}
	var ch channel
	if err := c.get(ctx, c.address("channels", id), &ch); err != nil {
		return false, err
	}
	c.threads.noteKind(id, ch.Type)
	return ch.Type == channelAnnouncement, nil
}
