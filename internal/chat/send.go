package chat

import (
	"context"
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// PostID is a platform's id of a message in its channel (Slack's ts), opaque to
// everybody but the adapter.
type PostID string

// Delivery is what one channel is to be told or shown, neutral: the adapter
// words and renders it. Deliveries of one fan-out share Announcement and Said,
// so an adapter may render once for many channels. Read only.
type Delivery struct {
	Channel desk.Channel
	Subject desk.Subject
	// N is the version: the number of the newest announcement in it. It is what a
	// later look finds.
	N int
	// Ops: the post is in an ops channel: with staff's facts and buttons.
	Ops bool
	// Snapshot is what a root shows (post and edit).
	Snapshot *desk.Snapshot
	// Said are the announcements that a reply tells, oldest first; nil for a root.
	Said []*desk.Announcement
	// Root is the post that a reply or an edit belongs to; empty for a new root.
	Root PostID
	// Broadcast: the reply is for the channel itself, not only for the thread.
	Broadcast bool
	// Continues is the earlier post in the channel that a root goes on with, as that takes
	// no more edits (EditsSpent); empty: none. The root says so, with a link to it where
	// the platform has links.
	Continues PostID
	// Reference: an earlier try may have been seen; the post names its subject so
	// that a reader recognises a double.
	Reference bool
	// Trace is the id that the log lines of its command carry.
	Trace string
}

// Sought is what a look-up looks for: messages of ours about Subject in Channel
// since Since; in the thread of Root where it is not empty, else roots, also one that
// Continues that post, and perhaps older replies to it in the channel itself.
type Sought struct {
	Channel   desk.Channel
	Subject   desk.Subject
	Root      PostID
	Continues PostID
	Since     time.Time
	Ops       bool // the channel is an ops channel
}

// Found is one message that a look-up found.
type Found struct {
	ID PostID
	// N is the version that the message was posted with.
	N int
	// At is when it was posted.
	At time.Time
	// Apart: it is a message of the channel itself, so that it could be a root, even if it
	// answers one. It is needed where the platform may say EditsSpent.
	Apart bool
}

// Sender posts to the channels of one connection. Each call is one try: no
// retries inside. Errors are *SendError; any other error counts as Unknown.
// All methods may be called from many goroutines.
type Sender interface {
	// Post sends a root (no Root) or a reply and returns its id.
	Post(ctx context.Context, d Delivery) (PostID, error)
	// Edit makes the root d.Root show d.Snapshot.
	Edit(ctx context.Context, d Delivery) error
	// Find lists our messages, oldest first. Only where Abilities.LookUp.
	Find(ctx context.Context, s Sought) ([]Found, error)
	// Reach is a harmless read: of the channel, or of the connection alone where
	// ch has no id. It answers nil, or as a Post would be refused.
	Reach(ctx context.Context, ch desk.Channel) error
}

// Placer is a Sender whose channels may have no threads, and which may say EditsSpent.
type Placer interface {
	// Apart reports whether a reply that was just posted stands in the channel itself,
	// though it is no Broadcast. It is asked once.
	Apart(PostID) bool
}

// Preparer is a Sender that does part of a call ahead.
type Preparer interface {
	// Prepare does what a Post of d needs that depends on neither the channel nor Root, so
	// that the Post has less to do. d may never be posted.
	Prepare(d Delivery)
}

// Abilities are what a connection's platform can do.
type Abilities struct {
	LookUp bool // Find works (Slack: the history scopes are granted)
	Edit   bool
	Thread bool
	// Queues: a post that was taken is queued, and nobody says whether it comes to stand
	// in the channel (Teams' workflow webhooks).
	Queues bool
}

// Outcome is how a send that did not succeed ended.
type Outcome string

// The outcomes.
const (
	// NotSent: surely not sent; may be tried again after SendError.After.
	NotSent Outcome = "not_sent"
	// Unknown: it may or may not have been sent.
	Unknown Outcome = "unknown"
	// Gone: the channel cannot be reached until somebody changes something
	// (archived, deleted, the bot removed).
	Gone Outcome = "gone"
	// Refused: this content will never be taken.
	Refused Outcome = "refused"
	// RootGone: an edit's or reply's root does not exist any more.
	RootGone Outcome = "root_gone"
	// EditsSpent: the root stands, but takes no more edits (Discord: of a message older
	// than an hour). What it was to show is shown by a fresh root, or by a broadcast reply
	// that has said it, which the platform has to let stand in the channel by itself.
	EditsSpent Outcome = "edits_spent"
	// Locked: the whole connection is refused (token revoked, app removed).
	Locked Outcome = "locked"
)

// SendError is how a send failed. Its text has no secret and no text of a post.
type SendError struct {
	Outcome Outcome
	// Limited: a rate limit said so (429).
	Limited bool
	// Wide: the limit is of the whole connection, not of this channel or method.
	Wide bool
	// After is how long to wait at least, as the platform said; 0: not said.
	After time.Duration
	// Reason is the platform's word, for people: "is_archived".
	Reason string
	Err    error
}

func (e *SendError) Error() string {
	s := fmt.Sprintf("%s: %s", e.Outcome, e.Reason)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *SendError) Unwrap() error { return e.Err }
