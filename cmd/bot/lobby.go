package main

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// What chat platforms send is signed as a whole, so it is read before it is known who sent
// it, and a stranger may send 1 MiB on each of a thousand connections. So a lobby bounds
// what of that is in memory at a time. What people type, press and fill in has some kB, and
// is read however full the lobby is.

const (
	// smallBody is how much is read of every request, in bytes.
	smallBody = 32 << 10
	// lobbyMost is how much may have been read of the requests in a lobby, in bytes, until
	// no more is read than that of any.
	lobbyMost = 32 << 20
)

// lobby is the requests that doors of chat platforms have let in and not answered yet. The
// zero lobby is empty. It may be used by many goroutines.
type lobby struct{ bytes atomic.Int64 }

func (l *lobby) isFull() bool { return l.bytes.Load() >= lobbyMost }

// door has the requests to a handler wait in the lobby. While it is full one that announces
// to be large is answered with 503, and what turns out to be large breaks off.
func (l *lobby) door(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > smallBody && l.isFull() {
			w.Header().Set("Retry-After", "5")
			http.Error(w, "Too much is being sent at once. Please try again in a few seconds.", http.StatusServiceUnavailable)
			return
		}
		body := &lobbyBody{ReadCloser: r.Body, lobby: l}
		defer func() { l.bytes.Add(-body.read) }()
		inside := *r
		inside.Body = body
		next.ServeHTTP(w, &inside)
	})
}

// lobbyBody is the body of a request in a lobby.
type lobbyBody struct {
	io.ReadCloser
	lobby *lobby
	read  int64
}

var errLobbyFull = errors.New("too much is being sent at once")

// Read implements io.Reader.
func (b *lobbyBody) Read(p []byte) (int, error) {
	if b.read > smallBody && b.lobby.isFull() {
		return 0, errLobbyFull
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	b.lobby.bytes.Add(int64(n))
	return n, err
}
