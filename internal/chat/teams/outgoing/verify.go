package outgoing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// maxAge is how far an activity's time may be from ours, either way. Teams signs no time
// of its own, so this is a rule of ours about the one in the body.
const maxAge = 5 * time.Minute

// Why a request is not believed.
var (
	errUnsigned = errors.New("the request is not signed")
	errForged   = errors.New("the signature is wrong: check outgoing_secret")
	errStale    = errors.New("the activity's time is more than 5 minutes from ours: it is a replay, or a clock is wrong")
	errReplay   = errors.New("the activity was received before: it is a replay")
)

// verify checks that Teams signed the body, with any of the keys: "HMAC " and the base64
// HMAC-SHA256 of the body. It looks at nothing in the body.
func verify(authorization string, body []byte, keys [][]byte) error {
	scheme, signature, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "HMAC") || signature == "" {
		return errUnsigned
	}
	claimed, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return errForged
	}
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write(body)
		if hmac.Equal(claimed, mac.Sum(nil)) {
			return nil
		}
	}
	return errForged
}
