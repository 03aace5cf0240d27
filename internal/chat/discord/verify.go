package discord

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// maxAge is how far a request's time may be from ours, either way. Discord documents
// no such rule; a replay of older age is refused all the same.
const maxAge = 5 * time.Minute

// Why a request is not believed.
var (
	errUnsigned = errors.New("the request is not signed")
	errStale    = errors.New("the request's time is more than 5 minutes from ours: it is a replay, or a clock is wrong")
	errForged   = errors.New("the signature is wrong: check public_key")
)

// verify checks that Discord signed the time and the raw body with any of the keys
// (developers/interactions/overview, "Validating Security Request Headers"). It looks
// at nothing in the body.
func verify(h http.Header, body []byte, keys []ed25519.PublicKey, now time.Time) error {
	stamp := h.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if stamp == "" || err != nil || len(signature) != ed25519.SignatureSize {
		return errUnsigned
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errUnsigned
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > maxAge || age < -maxAge {
		return errStale
	}
	signed := append([]byte(stamp), body...)
	for _, k := range keys {
		if ed25519.Verify(k, signed, signature) {
			return nil
		}
	}
	return errForged
}
