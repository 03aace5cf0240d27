package slack

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/umassonline/belltower/internal/chat"
)

// maxAnswer bounds what is read of an answer: a page of history with 200 long
// messages is about 3 MB.
const maxAnswer = 8 << 20

// paper is what an answer is read into, up to maxAnswer; what is decoded of it is copied.
type paper struct {
	bytes.Buffer
	rest io.LimitedReader
}

// papers lie ready for the next answers: a fan-out has thousands, of a few hundred bytes.
type papers struct{ pool sync.Pool }

func (p *papers) take(from io.Reader) *paper {
	one, ok := p.pool.Get().(*paper)
	if !ok {
		one = &paper{}
	}
	one.rest = io.LimitedReader{R: from, N: maxAnswer}
	return one
}

// maxPaper is how large one is that is kept: pages of history are not.
const maxPaper = 16 << 10

func (p *papers) giveBack(one *paper) {
	if one.Cap() <= maxPaper {
		one.Reset()
		one.rest.R = nil
		p.pool.Put(one)
	}
}

// answer is what every method answers (docs.slack.dev/apis/web-api, "Evaluating
// responses"): HTTP 200 also for errors, but for limits and outages.
type answer struct {
	OK     bool   `json:"ok"`
	Error  string `json:"error"`
	Needed string `json:"needed"` // the scope missing
	TS     string `json:"ts"`
}

func (a answer) status() answer { return a }

// answered is what call decodes into: an answer, alone or embedded.
type answered interface{ status() answer }

// read decodes an HTTP response and tells how the call ended: nil, or a
// *chat.SendError.
func (p *papers) read(res *http.Response, into answered) error {
	defer res.Body.Close()
	body := p.take(res.Body)
	defer p.giveBack(body)
	_, err := body.ReadFrom(&body.rest)
	if res.StatusCode != http.StatusOK {
		return chat.OfStatus(res)
	}
	if err != nil {
		return &chat.SendError{Outcome: chat.Unknown, Reason: "the answer broke off", Err: err}
	}
	if err := jsonv2.Unmarshal(body.Bytes(), into, jsonv1.DefaultOptionsV1()); err != nil {
		return &chat.SendError{Outcome: chat.Unknown, Reason: "the answer is no JSON"}
	}
	if a := into.status(); !a.OK {
		return ofCode(a, res.Header)
	}
	return nil
}

// ofCode judges by the code of an ok:false. A code that is not in the lists is a
// refusal all the same, so nothing was sent; it may be tried again.
func ofCode(a answer, h http.Header) error {
	e := &chat.SendError{Outcome: chat.NotSent, Reason: a.Error}
	switch {
	case a.Error == "":
		e.Outcome, e.Reason = chat.Unknown, "ok:false without an error"
	case a.Error == "ratelimited" || a.Error == "rate_limited":
		e.Limited, e.After = true, chat.RetryAfter(h)
	case slices.Contains(unclear(), a.Error):
		e.Outcome = chat.Unknown
	case slices.Contains(gone(), a.Error):
		e.Outcome = chat.Gone
	case slices.Contains(rootGone(), a.Error):
		e.Outcome = chat.RootGone
	case slices.Contains(locked(), a.Error):
		e.Outcome = chat.Locked
	case slices.Contains(refused(), a.Error) || strings.HasPrefix(a.Error, "invalid_"):
		e.Outcome = chat.Refused
	}
	if a.Needed != "" {
		e.Reason += " (" + a.Needed + ")"
	}
	return e
}

// The codes are those of docs.slack.dev/reference/methods: chat.postMessage,
// chat.update, conversations.history and .info, "Errors".

// unclear: "some aspect of the operation may have succeeded before the error".
func unclear() []string {
	return []string{"fatal_error", "internal_error", "request_timeout", "service_unavailable"}
}

// gone: this channel takes nothing from us until somebody changes something.
func gone() []string {
	return []string{"channel_not_found", "not_in_channel", "is_archived", "is_inactive", "channel_type_not_supported",
		"messages_tab_disabled", "user_disabled", "user_not_found", "restricted_action", "restricted_action_read_only_channel",
		"restricted_action_thread_only_channel"}
}

// rootGone: the message that is to be edited or replied to is not there or not ours.
func rootGone() []string {
	return []string{"message_not_found", "thread_not_found", "cannot_reply_to_message", "invalid_thread_ts",
		"cant_update_message", "edit_window_closed"}
}

// locked: the token or app is refused altogether.
func locked() []string {
	return []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
		"no_permission", "not_allowed_token_type", "org_login_required", "ekm_access_denied", "access_denied",
		"team_access_not_granted", "team_not_found", "two_factor_setup_required", "enterprise_is_restricted", "deprecated_endpoint",
		"method_deprecated"}
}

// refused: this content is never taken ("invalid_..." all mean so, too, but for
// invalid_auth).
func refused() []string {
	return []string{"msg_too_long", "msg_blocks_too_long", "no_text", "too_many_attachments", "metadata_too_large",
		"metadata_must_be_sent_from_app", "json_not_object", "missing_post_type", "unknown_method",
		"restricted_action_thread_locked", "restricted_action_non_threadable_channel"}
}
