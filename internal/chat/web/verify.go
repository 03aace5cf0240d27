package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/config"
)

// The headers that prove a request, and how far its time may be from ours.
const (
	timeHeader      = "X-Web-Timestamp"
	signatureHeader = "X-Web-Signature"
	maxAge          = 5 * time.Minute
)

// Why a request is not believed.
var (
	errUnsigned = errors.New("the request is not signed")
	errStale    = errors.New("the request's time is more than 5 minutes from ours")
	errForged   = errors.New("the signature is wrong")
)

// Sign sets the headers that prove a request of the platform: its time in whole
// seconds and the hex HMAC-SHA256 of "time:body".
func Sign(h http.Header, secret config.Secret, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set(timeHeader, stamp)
	h.Set(signatureHeader, hex.EncodeToString(sum(secret, stamp, body)))
}

// verify checks what Sign set. It looks at nothing in the body.
func verify(h http.Header, secret config.Secret, now time.Time, body []byte) error {
	stamp := h.Get(timeHeader)
	claimed, err := hex.DecodeString(h.Get(signatureHeader))
	if err != nil || len(claimed) == 0 || stamp == "" {
		return errUnsigned
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errUnsigned
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > maxAge || age < -maxAge {
		return errStale
	}
	if !secret.IsSet() || !hmac.Equal(claimed, sum(secret, stamp, body)) {
		return errForged
	}
	return nil
}

func sum(secret config.Secret, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(stamp + ":"))
	mac.Write(body)
	return mac.Sum(nil)
}
