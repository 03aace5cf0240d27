package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// Strangers who send much at a time take no more memory than is set, and keep nobody from a
// command.
func TestAFullLobby(t *testing.T) {
	t.Parallel()
	var l lobby
	arrived, leave := make(chan bool), make(chan bool)
	door := l.door(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); errors.Is(err, errLobbyFull) {
			w.WriteHeader(http.StatusBadRequest)
		}
		if r.URL.Path == "/stranger" {
			arrived <- true
			<-leave
		}
	}))
	send := func(path string, length int64, body []byte) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body)), httptest.NewRecorder()
		r.ContentLength = length
		door.ServeHTTP(w, r)
		return w
	}
	large := make([]byte, 1<<20)
	var strangers sync.WaitGroup
	for range lobbyMost / len(large) {
		strangers.Go(func() { send("/stranger", int64(len(large)), large) })
		<-arrived
	}

	if got := send("/", int64(len(large)), large); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("a large request is answered with %d, come again in %q", got.Code, got.Header().Get("Retry-After"))
	}
	if got := send("/", -1, large); got.Code != http.StatusBadRequest {
		t.Errorf("a large request of no announced length is answered with %d", got.Code)
	}
	if got := send("/", smallBody, large[:smallBody]); got.Code != http.StatusOK {
		t.Errorf("a command is answered with %d", got.Code)
	}

	close(leave)
	strangers.Wait()
	if got := send("/", int64(len(large)), large); got.Code != http.StatusOK {
		t.Errorf("a large request is answered with %d when the strangers have left", got.Code)
	}
	if left := l.bytes.Load(); left != 0 {
		t.Errorf("%d bytes count of requests that were answered", left)
	}
}

// The doors of chat platforms have a lobby: strangers who send more than it holds are turned
// away, and a command is carried out beside them.
func TestStrangersAtTheDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	host := strings.TrimPrefix(w.public, "http://")
	much := make([]byte, 1<<20-1) // of 1 MiB
	turnedAway := make(chan bool, 2*lobbyMost/len(much))
	for range cap(turnedAway) {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, "POST /slack/amherst/commands HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", host, len(much)+1)
		go func() {
			_, _ = c.Write(much)           // it fails where it is not read
			_, _ = c.Read(make([]byte, 1)) // there is no answer while the rest is awaited
			turnedAway <- true
		}()
	}
	select {
	case <-turnedAway:
	case <-time.After(5 * time.Second):
		t.Error("the bot reads whatever strangers send")
	}
	a, err := w.slack.Type(t.Context(), slacktest.Command{Channel: ops, User: ann, Line: "/status"})
	if err != nil || a.Status != http.StatusOK {
		t.Errorf("a command is answered with %d, %v", a.Status, err)
	}
}
