package discord

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// flagCrossposted marks a message that was published (resources/message, "Message Flags").
const flagCrossposted = 1 << 0

// pageSize is the most messages that Discord lists at once.
const pageSize = 100

// listed is a message of a channel, as far as a look-up reads it.
type listed struct {
	ID     snowflake `json:"id"`
	Author struct {
		ID snowflake `json:"id"`
	} `json:"author"`
	Embeds []struct {
		Footer struct {
			Text string `json:"text"`
		} `json:"footer"`
	} `json:"embeds"`
	Flags     int `json:"flags"`
	Reference struct {
		Message snowflake `json:"message_id"`
	} `json:"message_reference"`
}

// Find lists our messages about s.Subject by the reference in their footers, oldest
// first: roots in the channel, also those that continue s.Continues, or, where s.Root is
// set, replies to it in its thread and in the channel. A root that does not exist has no
// replies.
func (c *Connection) Find(ctx context.Context, s chat.Sought) ([]chat.Found, error) {
	me, err := c.self(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.list(ctx, s.Channel.ID, s.Since)
	if err == nil && len(all) == 0 {
		err = c.mayRead(ctx, s.Channel.ID)
	}
	if err != nil {
		return nil, unfindable(err)
	}
	all = slices.DeleteFunc(all, func(m listed) bool {
		about := m.Reference.Message
		return about != snowflake(s.Root) && (s.Root != "" || about != snowflake(s.Continues))
	})
	apart := len(all)
	if s.Root != "" {
		below, err := c.list(ctx, string(s.Root), s.Since)
		if err != nil && codeOf(err) != codeUnknownChannel {
			return nil, unfindable(err)
		}
		all = append(all, below...)
	}
	var found []chat.Found
	for i, m := range all {
		if n, ours := m.about(s.Subject.String()); ours && m.Author.ID == me {
			found = append(found, chat.Found{ID: chat.PostID(m.ID), N: n, At: timeOf(m.ID), Apart: i < apart})
			if i < apart && m.Flags&flagCrossposted == 0 {
				c.publishFound(ctx, s, chat.PostID(m.ID))
			}
		}
	}
	slices.SortFunc(found, func(a, b chat.Found) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// about tells the version that a footer says a message is of.
func (m listed) about(subject string) (n int, ours bool) {
	for _, e := range m.Embeds {
		about, version, ok := strings.Cut(e.Footer.Text, " #")
		if n, err := strconv.Atoi(version); ok && err == nil && about == subject {
			return n, true
		}
	}
	return 0, false
}

// list reads the messages of a channel or thread since a time, in no order. Messages of
// ours are listed whole without the privileged intent for contents.
func (c *Connection) list(ctx context.Context, id string, since time.Time) (all []listed, err error) {
	after := floor(since)
	for {
		u := c.address("channels", id, "messages")
		u.RawQuery = "limit=" + strconv.Itoa(pageSize) + "&after=" + strconv.FormatUint(after, 10)
		var page []listed
		if err := c.get(ctx, u, &page); err != nil {
			return nil, err
		}
		for _, m := range page {
			after = max(after, number(m.ID))
		}
		all = append(all, page...)
		if len(page) < pageSize {
			return all, nil
		}
	}
}

// mayRead tells a history that is empty from one that we may not read, which Discord
// shows as empty (developers/resources/message, "Get Channel Messages").
func (c *Connection) mayRead(ctx context.Context, id string) error {
	may, err := c.permissions(ctx, id)
	if err == nil && !may.all(mayRead) {
		err = &chat.SendError{Outcome: chat.Refused, Reason: "the bot may not read the message history"}
	}
	return err
}

// unfindable judges the error of a look-up: a history that we may not read is refused
// to us, but the channel may be there.
func unfindable(err error) error {
	var e *chat.SendError
	if errors.As(err, &e) && (codeOf(err) == codeMissingAccess || codeOf(err) == codeMissingPermission) {
		return &chat.SendError{Outcome: chat.Refused, Reason: e.Reason, Err: e.Err}
	}
	return err
}

// epoch is where Discord's ids count from, in ms of Unix time; the time stands above
// shift bits (developers/reference, "Snowflakes").
const (
	epoch = 1420070400000
	shift = 22
)

// floor is below every id that was made at t or later.
func floor(t time.Time) uint64 {
	ms := t.UnixMilli() - epoch
	if ms <= 0 {
		return 0
	}
	return uint64(ms)<<shift - 1
}

func number(id snowflake) uint64 {
	n, err := strconv.ParseUint(string(id), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// timeOf is when what has the id was made.
func timeOf(id snowflake) time.Time { return time.UnixMilli(int64(number(id)>>shift) + epoch).UTC() }
