package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// OfStatus judges by an HTTP status alone how a send ended that was not answered with
// 200: a *SendError. 429 surely did nothing; a server's own trouble may have come after
// the deed; any other status comes from something before the platform's API.
func OfStatus(res *http.Response) error {
	e := &SendError{Outcome: NotSent, Reason: "HTTP " + strconv.Itoa(res.StatusCode), After: RetryAfter(res.Header)}
	switch code := res.StatusCode; {
	case code == http.StatusTooManyRequests:
		e.Limited, e.Reason = true, "ratelimited"
	case code >= 500 || code == http.StatusRequestTimeout || code < 400:
		e.Outcome = Unknown
	case code == http.StatusRequestEntityTooLarge:
		e.Outcome = Refused
	}
	return e
}

// LongestWait is the most that a platform is believed to want to wait: what stands before
// one may say anything, and a channel would be silent for as long.
const LongestWait = time.Hour

// RetryAfter reads whole seconds, at most LongestWait; 0 where there are none.
func RetryAfter(h http.Header) time.Duration {
	seconds, _ := strconv.ParseInt(h.Get("Retry-After"), 10, 64) // 0: no number; of too long a one the nearest
	return time.Duration(min(max(seconds, 0), int64(LongestWait/time.Second))) * time.Second
}

// Unreached judges an error of the transport, as a *SendError: where no connection came
// about nothing was sent; else it may have been. It shows nothing of the request.
func Unreached(err error) error {
	e := &SendError{Outcome: Unknown, Reason: "no answer", Err: Bare(err)}
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns), errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"):
		e.Outcome, e.Reason = NotSent, "no connection"
	case errors.Is(err, context.DeadlineExceeded):
		e.Reason = "no answer in time"
	}
	return e
}

// Bare says what went wrong without anything of the request.
func Bare(err error) error {
	for _, known := range []error{context.DeadlineExceeded, context.Canceled, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, known) {
			return known
		}
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	return fmt.Errorf("%T", err)
}
