package teams

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// failure is what the Connector answers when it refuses: {"error":{"code","message"}}, or
// {"errorCode":209,"message":"..."} whose message is JSON with a subCode.
type failure struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Message string `json:"message"`
}

// subCode is the word in the older form.
func (f failure) subCode() string {
	var inner struct {
		SubCode string `json:"subCode"`
	}
	_ = json.Unmarshal([]byte(f.Message), &inner) // mostly it is no JSON
	return inner.SubCode
}

// outcome judges an answer that is an error, as a *chat.SendError. What the Connector's
// REST reference and send-proactive-messages say of a code counts before its status.
func outcome(res *http.Response, body []byte) error {
	code := codeOf(body)
	e, _ := chat.OfStatus(res).(*chat.SendError)
	if e.Limited || e.Outcome == chat.Unknown || code == "" {
		return e
	}
	e.Reason = code
	switch {
	case slices.Contains([]string{"BotDisabledByAdmin", "BotNotRegistered", "BotIsDisabled"}, code):
		e.Outcome = chat.Locked
	case code == "ActivityNotFoundInConversation":
		e.Outcome = chat.RootGone
	case res.StatusCode == http.StatusRequestEntityTooLarge, res.StatusCode == http.StatusBadRequest:
		e.Outcome = chat.Refused
	case res.StatusCode == http.StatusForbidden, res.StatusCode == http.StatusNotFound:
		e.Outcome = chat.Gone
	}
	return e
}

// known are words that stand in messages of the Connector and say more than the code
// beside them.
func known() []string {
	return []string{"MessageWritesBlocked", "BotDisabledByAdmin", "BotNotInConversationRoster", "ConversationNotFound",
		"ActivityNotFoundInConversation", "MessageSizeTooBig", "ConversationBlockedByUser"}
}

// word is how a code looks: nothing else of an answer is shown, as it may repeat the post.
var word = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{1,60}$`)

// codeOf finds the Connector's word for an error; "" where the answer is not its.
func codeOf(body []byte) string {
	var f failure
	if json.Unmarshal(body, &f) != nil {
		return ""
	}
	for _, k := range known() {
		if f.Error.Code == k || strings.Contains(f.Error.Message, k) || strings.Contains(f.Message, k) {
			return k
		}
	}
	if strings.Contains(f.Error.Message, "Message does not exist in the thread") {
		return "ActivityNotFoundInConversation"
	}
	for _, code := range []string{f.Error.Code, f.subCode()} {
		if word.MatchString(code) {
			return code
		}
	}
	return ""
}
