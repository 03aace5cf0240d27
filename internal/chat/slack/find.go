package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// pageSize is what Slack recommends at most (docs.slack.dev/apis/web-api/pagination).
const pageSize = "200"

// found is a message of a history, as far as a look-up reads it.
type found struct {
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts"`
	BotID    string `json:"bot_id"`
	Metadata struct {
		EventType string          `json:"event_type"`
		Payload   json.RawMessage `json:"event_payload"` // of any shape, in others' messages
	} `json:"metadata"`
}

type history struct {
	answer
	Messages []found `json:"messages"`
	Next     struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// Find lists our messages about s.Subject by their metadata, oldest first: roots
// in the channel, or, where s.Root is set, replies in its thread. A root that
// does not exist has no replies.
func (w *Workspace) Find(ctx context.Context, s chat.Sought) ([]chat.Found, error) {
	method := "conversations.history"
	args := url.Values{"channel": {s.Channel.ID}, "oldest": {formatTS(s.Since)}, "inclusive": {"true"},
		"limit": {pageSize}, "include_all_metadata": {"true"}}
	if s.Root != "" {
		method = "conversations.replies"
		args.Set("ts", string(s.Root))
	}
	var all []chat.Found
	for {
		var page history
		if _, err := w.callForm(ctx, method, args, &page); err != nil {
			return nil, w.unfindable(s, err)
		}
		for _, m := range page.Messages {
			if n, ours := w.sought(m, s); ours {
				all = append(all, chat.Found{ID: chat.PostID(m.TS), N: n, At: parseTS(m.TS)})
			}
		}
		if page.Next.Cursor == "" {
			break
		}
		args.Set("cursor", page.Next.Cursor)
	}
	slices.SortFunc(all, func(a, b chat.Found) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// unfindable judges the error of a look-up: a thread that is not there holds
// nothing, and a history that we may not read is refused to us, not the channel
// or the connection.
func (w *Workspace) unfindable(s chat.Sought, err error) error {
	var e *chat.SendError
	switch {
	case !errors.As(err, &e):
	case e.Outcome == chat.RootGone && s.Root != "":
		return nil
	case strings.HasPrefix(e.Reason, "missing_scope"), e.Reason == "not_in_channel" && w.granted("chat:write.public"):
		return &chat.SendError{Outcome: chat.Refused, Reason: e.Reason}
	}
	return err
}

// sought tells the version of a message of ours about the subject: a root, or a
// reply where a thread is looked through.
func (w *Workspace) sought(m found, s chat.Sought) (n int, ours bool) {
	reply := m.ThreadTS != "" && m.ThreadTS != m.TS
	id := w.known.Load()
	if m.Metadata.EventType != eventType || reply != (s.Root != "") || id != nil && m.BotID != id.Bot {
		return 0, false
	}
	var p payload
	err := json.Unmarshal(m.Metadata.Payload, &p)
	return p.N, err == nil && p.S == s.Subject.String()
}

// formatTS writes a time as Slack's message ids are written.
func formatTS(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// parseTS reads the time of a message's id; the zero time where it is none.
func parseTS(ts string) time.Time {
	seconds, micros, _ := strings.Cut(ts, ".")
	s, err1 := strconv.ParseInt(seconds, 10, 64)
	us, err2 := strconv.ParseInt(micros, 10, 64)
	if err1 != nil || err2 != nil {
		return time.Time{}
	}
	return time.Unix(s, us*1000).UTC()
}
