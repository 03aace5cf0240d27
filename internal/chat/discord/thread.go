package discord

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

const (
	// archiveAfter is after how many minutes without a message a thread is folded
	// away: a day. A later message opens it again.
	archiveAfter = 24 * 60
	// withoutFor is how long no thread is tried in a channel that could have none: its
	// server has too many, or we may not.
	withoutFor = time.Hour
	// threadsKept is of how many roots it is remembered that they have a thread.
	threadsKept = 4096
	maxThread   = 100 // of a thread's name
)

// threads are what is known of threads and channels since the start.
type threads struct {
	mu      sync.Mutex
	begun   map[chat.PostID]bool
	without map[string]time.Time // by channel: since when
	kinds   map[string]int       // by channel
	apart   map[chat.PostID]bool // replies in the channel itself that nobody has asked for yet
}

// noteApart notes that a reply stands in the channel itself.
func (t *threads) noteApart(reply chat.PostID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.apart == nil || len(t.apart) >= threadsKept {
		t.apart = map[chat.PostID]bool{}
	}
	t.apart[reply] = true
}

// Apart reports whether a reply that was just posted stands in the channel itself, as
// there was no thread for it.
func (c *Connection) Apart(reply chat.PostID) bool {
	c.threads.mu.Lock()
	defer c.threads.mu.Unlock()
	was := c.threads.apart[reply]
	delete(c.threads.apart, reply)
	return was
}

func (t *threads) hasBegun(root chat.PostID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.begun[root]
}

func (t *threads) note(root chat.PostID, begun bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.begun == nil || len(t.begun) >= threadsKept {
		t.begun = map[chat.PostID]bool{} // to ask again costs one call each
	}
	if begun {
		t.begun[root] = true
	} else {
		delete(t.begun, root)
	}
}

func (t *threads) isWithout(channel string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	since, known := t.without[channel]
	if known && now.Sub(since) >= withoutFor {
		delete(t.without, channel)
		return false
	}
	return known
}

func (t *threads) noteWithout(channel string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.without == nil {
		t.without = map[string]time.Time{}
	}
	t.without[channel] = now
}

func (t *threads) kindOf(channel string) (kind int, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kind, known = t.kinds[channel]
	return kind, known
}

func (t *threads) noteKind(channel string, kind int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kinds == nil {
		t.kinds = map[string]int{}
	}
	t.kinds[channel] = kind
}

// Changed says that something about a channel changed, maybe its kind, which is asked for
// again when it matters.
func (c *Connection) Changed(ch desk.Channel) {
	c.threads.mu.Lock()
	defer c.threads.mu.Unlock()
	delete(c.threads.kinds, ch.ID)
}

// inThread posts a reply in the thread of its root, which has the root's id, and
// begins the thread where there is none yet.
func (c *Connection) inThread(ctx context.Context, d chat.Delivery, r *renderedBody) (chat.PostID, error) {
	known := c.threads.hasBegun(d.Root)
	if !known {
		if err := c.begin(ctx, d); err != nil {
			return c.unbegun(ctx, d, r, err)
		}
	}
	id, err := c.create(ctx, string(d.Root), d, r)
	switch codeOf(err) {
	case codeUnknownChannel: // somebody deleted the thread
		c.threads.note(d.Root, false)
		return c.inChannel(ctx, d, r)
	case codeArchived, codeThreadLocked, codeMissingAccess, codeMissingPermission:
		return c.inChannel(ctx, d, r) // and if we may not there either, the channel is gone
	}
	return id, err
}

// unbegun answers that a thread could not begin. Where there can be none, the reply
// stands in the channel.
func (c *Connection) unbegun(ctx context.Context, d chat.Delivery, r *renderedBody, err error) (chat.PostID, error) {
	switch codeOf(err) {
	case codeThreadsFull, codeNewsThreadsFull, codeMissingPermission, codeWrongChannel, codeNotInDMs:
		c.threads.noteWithout(d.Channel.ID, c.opt.Now())
		return c.inChannel(ctx, d, r)
	}
	var e *chat.SendError
	if errors.As(err, &e) && e.Outcome == chat.Unknown {
		return "", &chat.SendError{Outcome: chat.NotSent, Reason: e.Reason, After: e.After, Err: e.Err} // the reply itself surely was not
	}
	if isGone(err) {
		c.lost.add(d.Channel.ID)
	}
	return "", err
}

// begin starts the thread of a root; one that there is already is as good
// (developers/resources/channel, "Start Thread from Message").
func (c *Connection) begin(ctx context.Context, d chat.Delivery) error {
	body, err := encode(struct {
		Name    string `json:"name"`
		Archive int    `json:"auto_archive_duration"`
	}{threadName(d), archiveAfter})
	if err != nil {
		return &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	err = c.post(ctx, c.address("channels", d.Channel.ID, "messages", string(d.Root), "threads"), body, &sent{})
	if err != nil && codeOf(err) != codeThreadExists {
		return err
	}
	c.threads.note(d.Root, true)
	return nil
}

// threadName is the subject and its title. In a name nothing becomes mark-up.
func threadName(d chat.Delivery) string {
	name := d.Subject.String()
	if s := d.Snapshot; s != nil {
		switch {
		case s.Incident != nil && s.Incident.Title != "":
			name += ": " + s.Incident.Title
		case s.Window != nil && s.Window.Title != "":
			name += ": " + s.Window.Title
		}
	}
	return cutPlain(oneLine(name), maxThread)
}
