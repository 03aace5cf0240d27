package slack

import (
	"context"
	"net/url"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Post sends a root, or a reply in the thread of d.Root, and returns its ts. It
// is one try. Errors are *chat.SendError.
func (w *Workspace) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	body, err := w.postBody(d)
	if err != nil {
		return "", &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	var a answer
	if err := w.callURL(ctx, w.hot.post, body, &a); err != nil {
		return "", err
	}
	if a.TS == "" {
		return "", &chat.SendError{Outcome: chat.Unknown, Reason: "ok without an id"}
	}
	return chat.PostID(a.TS), nil
}

// Edit makes the root d.Root show d.Snapshot. An edit notifies nobody, and with
// blocks shows no "edited" (docs of chat.update).
func (w *Workspace) Edit(ctx context.Context, d chat.Delivery) error {
	body, err := w.editBody(d)
	if err != nil {
		return &chat.SendError{Outcome: chat.Refused, Reason: "cannot be written", Err: err}
	}
	return w.callURL(ctx, w.hot.update, body, &answer{})
}

// Reach reads the channel, or asks who we are where ch has no id.
func (w *Workspace) Reach(ctx context.Context, ch desk.Channel) error {
	if ch.ID == "" {
		_, _, err := w.whoAmI(ctx)
		return err
	}
	var info struct {
		answer
		Channel struct {
			Archived bool `json:"is_archived"`
			Member   bool `json:"is_member"`
			Private  bool `json:"is_private"`
			Direct   bool `json:"is_im"`
		} `json:"channel"`
	}
	if _, err := w.callForm(ctx, "conversations.info", url.Values{"channel": {ch.ID}}, &info); err != nil {
		return err
	}
	switch c := info.Channel; {
	case c.Archived:
		return &chat.SendError{Outcome: chat.Gone, Reason: "is_archived"}
	case !c.Member && !c.Direct && (c.Private || !w.granted("chat:write.public")):
		return &chat.SendError{Outcome: chat.Gone, Reason: "not_in_channel"}
	}
	return nil
}
