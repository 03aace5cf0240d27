package chattest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
)

// trouble is a transport that breaks the calls that send, and lets others pass.
type trouble struct {
	to http.RoundTripper

	mu    sync.Mutex
	next  func(*http.Request) (*http.Response, error) // nil: pass
	calls int
	hosts map[string]bool
}

func (s *suite) trouble() *trouble { return &trouble{to: s.Transport, hosts: map[string]bool{}} }

// RoundTrip counts a call and passes it on, or breaks it.
func (x *trouble) RoundTrip(r *http.Request) (*http.Response, error) {
	x.mu.Lock()
	x.calls++
	x.hosts[r.URL.Host] = true
	do := x.next
	x.mu.Unlock()
	if do == nil {
		return x.to.RoundTrip(r)
	}
	return do(r)
}

// set breaks all calls from now on, and counts anew; nil ends it.
func (x *trouble) set(do func(*http.Request) (*http.Response, error)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.next, x.calls = do, 0
}

func (x *trouble) count() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.calls
}

// instead answers without passing the call on.
func instead(status int, header http.Header, body string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		return response(r, status, header, body), nil
	}
}

func response(r *http.Request, status int, header http.Header, body string) *http.Response {
	if header == nil {
		header = http.Header{"Content-Type": {"text/html"}}
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: header, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), ProtoMajor: 1, ProtoMinor: 1}
}

// after passes the call on and answers otherwise than the platform did.
func (x *trouble) after(res func(*http.Request) (*http.Response, error)) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		true_, err := x.to.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_, _ = io.Copy(io.Discard, true_.Body)
		_ = true_.Body.Close()
		return res(r)
	}
}

// The errors of a transport.
func noConnection(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

func noName(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: r.URL.Host, IsNotFound: true}}
}

func reset(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
}

func cutOff(r *http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func strange(r *http.Request) (*http.Response, error) {
	return nil, errors.New("cannot do " + r.URL.String() + " with " + r.Header.Get("Authorization"))
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// halfAnswer answers 200 and breaks off in the body.
func halfAnswer(r *http.Request) (*http.Response, error) {
	res := response(r, http.StatusOK, http.Header{"Content-Type": {"application/json"}}, "")
	res.Body, res.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(`{"ok":true,`), broken{})), 100
	return res, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
