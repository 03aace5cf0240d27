package chat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// RequestRefused is what the log says of a request that an adapter does not serve, first of
// which connection. Strangers can have it said: who keeps the log may leave some out.
const RequestRefused = "request refused"

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
	case errors.As(err, &op) && op.Op == "proxyconnect":
		e.Outcome, e.Reason = NotSent, "no connection through the proxy"
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
		e.Outcome, e.Reason = NotSent, "no connection"
	case errors.Is(err, context.DeadlineExceeded):
		e.Reason = "no answer in time"
	default:
		if why := insecure(err); why != "" {
			e.Outcome, e.Reason = NotSent, why
		}
	}
	return e
}

// insecure says why no secure connection came about, in which nothing is sent; empty: that
// was not it. An expired one may be our clock's fault as well; a record without its connection
// came after the handshake.
func insecure(err error) string {
	var untrusted *tls.CertificateVerificationError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "by this machine's clock its certificate is not valid now"
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "its certificate is of an authority that this machine does not trust, perhaps of a proxy that reads along"
	case errors.As(err, new(x509.HostnameError)):
		return "its certificate is of another host"
	case errors.As(err, &untrusted):
		return "its certificate is not trusted"
	case errors.As(err, &record) && record.Conn != nil, errors.Is(err, http.ErrSchemeMismatch):
		return "what answers there does not speak TLS"
	}
	return ""
}

// AnsweredByProxy is for http.Transport's OnProxyConnectResponse: a proxy that lets nobody
// through is no connection, and its status says why.
func AnsweredByProxy(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: fmt.Errorf("the proxy answers HTTP %d", res.StatusCode)}
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
	if why := insecure(err); why != "" {
		return errors.New(why)
	}
	return fmt.Errorf("%T", err)
}
