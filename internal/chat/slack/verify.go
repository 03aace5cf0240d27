package slack

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/config"
)

// maxAge is how far a request's time may be from ours, either way
// (docs.slack.dev/authentication/verifying-requests-from-slack).
const maxAge = 5 * time.Minute

// Why a request is not believed.
var (
	errUnsigned = errors.New("the request is not signed")
	errStale    = errors.New("the request's time is more than 5 minutes from ours: it is a replay, or a clock is wrong")
	errForged   = errors.New("the signature is wrong: check signing_secret")
)

// verify checks that Slack signed the body, with any of the secrets: "v0=" and
// the hex HMAC-SHA256 of "v0:timestamp:body". It looks at nothing in the body.
func verify(h http.Header, body []byte, secrets []config.Secret, now time.Time) error {
	stamp, signature := h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature")
	if stamp == "" || signature == "" {
		return errUnsigned
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errUnsigned
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > maxAge || age < -maxAge {
		return errStale
	}
	hexed, ok := strings.CutPrefix(signature, "v0=")
	claimed, err := hex.DecodeString(hexed)
	if !ok || err != nil {
		return errForged
	}
	for _, s := range secrets {
		if s.IsSet() && hmac.Equal(claimed, sign(s, stamp, body)) {
			return nil
		}
	}
	return errForged
}

func sign(secret config.Secret, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return mac.Sum(nil)
}
