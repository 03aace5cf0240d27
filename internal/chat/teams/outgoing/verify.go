package outgoing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
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

// seen remembers activities for as long as their time would be believed. After a restart or
// a reload of the configuration it knows none of them. What changes anything is done once
// all the same, by its request's ID, which a replay shares; what only reads tells who
// replays it, within the 5 minutes, what all in the channel may read.
type seen struct {
	mu       sync.Mutex
	now, old map[string]bool
	turned   time.Time // when now was begun
}

// first reports whether an activity comes for the first time.
func (s *seen) first(id string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Sub(s.turned) > 2*maxAge {
		if at.Sub(s.turned) > 4*maxAge {
			s.now = nil
		}
		s.now, s.old, s.turned = map[string]bool{}, s.now, at
	}
	if s.now[id] || s.old[id] {
		return false
	}
	s.now[id] = true
	return true
}
