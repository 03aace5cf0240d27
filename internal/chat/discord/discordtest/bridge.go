package discordtest

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// bridge is a transport to a handler in this process. A response is there when the
// handler returns or flushes it; one that panics with http.ErrAbortHandler has cut the
// connection.
type bridge struct {
	to      http.Handler
	running *sync.WaitGroup // the handlers
}

// RoundTrip serves the request in a goroutine, which ends with the handler.
func (b bridge) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	in := r.Clone(r.Context())
	in.Body, in.RequestURI = io.NopCloser(bytes.NewReader(body)), r.URL.RequestURI()
	w := &bridged{header: http.Header{}, sent: make(chan struct{})}
	b.running.Go(func() {
		defer w.end()
		b.to.ServeHTTP(w, in)
	})
	select {
	case <-w.sent:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: w.header.Clone(),
		Body: io.NopCloser(bytes.NewReader(bytes.Clone(w.body.Bytes()))), ContentLength: int64(w.body.Len()), Request: r,
	}, nil
}

// bridged is the response on its way.
type bridged struct {
	mu     sync.Mutex
	header http.Header
	status int
	body   bytes.Buffer
	cut    bool
	once   sync.Once
	sent   chan struct{}
}

func (w *bridged) Header() http.Header { return w.header }

func (w *bridged) WriteHeader(status int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.status == 0 {
		w.status = status
	}
}

func (w *bridged) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.body.Write(p)
}

// Flush sends what there is as the whole response.
func (w *bridged) Flush() {
	w.WriteHeader(http.StatusOK)
	w.once.Do(func() { close(w.sent) })
}

// end sends the response when the handler has returned, or cuts the connection.
func (w *bridged) end() {
	if broke := recover(); broke != nil {
		if broke != any(http.ErrAbortHandler) {
			panic(broke)
		}
		w.mu.Lock()
		w.cut = true
		w.mu.Unlock()
	}
	w.Flush()
}
