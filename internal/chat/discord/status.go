package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// The codes of errors that are told apart (developers/topics/opcodes-and-status-codes,
// "JSON Error Codes").
const (
	codeUnknownChannel    = 10003
	codeUnknownGuild      = 10004
	codeUnknownMember     = 10007
	codeUnknownMessage    = 10008
	codeUnknownUser       = 10013
	codeUnknownAsk        = 10062
	codeSlowmode          = 20016
	codeEdits             = 30046 // a message older than an hour was edited too often
	codeAcknowledged      = 40060
	codeCrossposted       = 40033
	codeMissingAccess     = 50001
	codeNotInDMs          = 50003
	codeNotOurs           = 50005
	codeCannotDM          = 50007
	codeNotText           = 50008
	codeMissingPermission = 50013
	codeWrongChannel      = 50024
	codeInvalid           = 50035
	codeTooLarge          = 40005
	codeEmpty             = 50006
	codeArchived          = 50083
	codeNoReply           = 160002 // not without Read Message History
	codeNoReference       = 160009 // the same
	codeThreadExists      = 160004
	codeThreadLocked      = 160005
	codeThreadsFull       = 160006
	codeNewsThreadsFull   = 160007 // of announcements
)

// apiError is what Discord says of a call that it refused.
type apiError struct {
	Status int
	Code   int             `json:"code"`
	Says   string          `json:"message"`
	After  float64         `json:"retry_after"` // seconds, of a limit
	Global bool            `json:"global"`
	Errors json.RawMessage `json:"errors"`
	scope  string
}

// Error shows the code and where something was invalid, but nothing of what was sent.
func (e *apiError) Error() string {
	if where := invalidAt("", e.Errors); len(where) > 0 {
		return fmt.Sprintf("HTTP %d, code %d at %s", e.Status, e.Code, strings.Join(where, ", "))
	}
	return fmt.Sprintf("HTTP %d, code %d", e.Status, e.Code)
}

// invalidAt lists the places of an error of validation, as "embeds.0.description".
func invalidAt(path string, raw json.RawMessage) (out []string) {
	var below map[string]json.RawMessage
	if json.Unmarshal(raw, &below) != nil {
		return nil
	}
	for key, value := range below {
		if key == "_errors" {
			return []string{strings.Trim(path, ".")}
		}
		if strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_0123456789") == "" {
			out = append(out, invalidAt(path+"."+key, value)...)
		}
	}
	return out
}

// codeOf is the code of an error, 0 where Discord's API said none.
func codeOf(err error) int {
	var e *apiError
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

// ofStatus judges an answer that is no success. What is no JSON of the API's comes from
// something before it, and is judged by its status alone.
func ofStatus(res *http.Response, body []byte) error {
	e := &apiError{Status: res.StatusCode, scope: res.Header.Get("X-RateLimit-Scope")}
	byStatus := chat.OfStatus(res)
	var out *chat.SendError
	errors.As(byStatus, &out)
	if json.Unmarshal(body, e) != nil || e.Says == "" {
		out.Wide = out.Limited // a ban of our address, by what stands before the API
		return out
	}
	e.Status, out.Err = res.StatusCode, e
	out.Reason = e.reason()
	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		out.Wide = e.Global || e.scope == "global"
		out.After = max(out.After, roundUp(e.After))
	case res.StatusCode == http.StatusUnauthorized:
		out.Outcome = chat.Locked
	case res.StatusCode >= 400 && res.StatusCode < 500 && res.StatusCode != http.StatusRequestTimeout:
		out.Outcome = e.outcome()
	}
	if e.Code == codeSlowmode {
		out.Limited, out.After = true, max(out.After, roundUp(e.After))
	}
	return out
}

// roundUp makes whole seconds, so that nothing is sent a moment too early.
func roundUp(seconds float64) time.Duration {
	if seconds <= 0 || math.IsNaN(seconds) {
		return 0
	}
	return time.Duration(math.Ceil(min(seconds, 24*3600))) * time.Second
}

// outcome judges by the code. One that is not listed is a refusal all the same, so
// nothing was sent; it may be tried again.
func (e *apiError) outcome() chat.Outcome {
	switch e.Code {
	case codeUnknownChannel, codeUnknownGuild, codeMissingAccess, codeMissingPermission, codeCannotDM, codeNotText, codeNotInDMs,
		codeArchived, codeThreadLocked: // a post would open a thread that is not locked
		return chat.Gone
	case codeUnknownMessage, codeNotOurs:
		return chat.RootGone
	case codeEdits:
		return chat.EditsSpent
	case codeInvalid, codeTooLarge, codeEmpty:
		return chat.Refused
	}
	return chat.NotSent
}

// reason is Discord's word for people. What it says of a text might repeat it, so that
// of an error of validation is ours.
func (e *apiError) reason() string {
	if e.Code == codeInvalid || len(e.Says) > maxReason {
		return fmt.Sprintf("invalid form body (%d)", e.Code)
	}
	if e.Code == 0 {
		return e.Says
	}
	return fmt.Sprintf("%s (%d)", e.Says, e.Code)
}

// maxReason is the longest word of Discord's that is worth repeating.
const maxReason = 120
