package chat

import (
	"crypto/rand"
	"encoding/hex"
)

// NewTrace makes an id for the log lines of one request: 16 hex digits.
func NewTrace() string {
	var b [8]byte
	rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}
