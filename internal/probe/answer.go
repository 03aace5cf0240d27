package probe

import (
	"net/http"
	"net/url"
	"time"
)

// answer is what a request was answered with.
type answer struct {
	status   int
	header   http.Header
	body     []byte   // at most maxBody
	at       *url.URL // where it came from, after redirects
	transfer time.Duration
}
