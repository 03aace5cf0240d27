package slacktest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// Slack's own Socket Mode client understands the fake, and the fake it.
func TestSlacksOwnClientByASocket(t *testing.T) {
	kit := os.Getenv("BELLTOWER_KIT")
	if kit == "" {
		t.Skip("BELLTOWER_KIT names no folder with socketmode-oracle.mjs")
	}
	fake, at := socketFake(t)
	if err := fake.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	node := exec.CommandContext(ctx, "node", filepath.Join(kit, "socketmode-oracle.mjs"), fake.APIURL())
	var out bytes.Buffer
	node.Stdout, node.Stderr = &out, &out
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	if err := fake.Wait(ctx, func() bool { return fake.Sockets(at.Team).Open == 1 }); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if a, err := fake.Type(ctx, slacktest.Command{Channel: "COPS", User: "UANN", Line: "/incident list"}); err != nil || a.Reply.Text != "ok" {
		t.Errorf("%+v %v", a, err)
	}
	if a, err := fake.Tell(ctx, slacktest.Event{Team: at.Team, Inner: map[string]any{"type": "channel_unarchive", "channel": "COPS"}}); err != nil || a.Status != http.StatusOK {
		t.Errorf("%+v %v", a, err)
	}
	if err := node.Wait(); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"connected", "EVENT slash_commands", "EVENT events_api"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}

// socketFake is a fake with one app in Socket Mode, which does not listen yet.
func socketFake(t *testing.T) (*slacktest.Server, slacktest.Workspace) {
	t.Helper()
	fake := slacktest.New()
	t.Cleanup(func() { fake.Close() })
	at := slacktest.NewWorkspace("amherst").BySocket()
	at.AppToken = "xapp-1" // the kit's
	fake.AddWorkspace(at)
	fake.AddChannel(at.Team, slacktest.Channel{ID: "COPS", Name: "ops", Member: true})
	fake.AddUser(at.Team, slacktest.User{ID: "UANN", Name: "ann"})
	return fake, at
}

// inSocketBubble runs a fake in this process, on fake time.
func inSocketBubble(t *testing.T, tell func(*testing.T, *slacktest.Server, slacktest.Workspace)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake, at := socketFake(t)
		if err := fake.StartInProcess(); err != nil {
			t.Fatal(err)
		}
		tell(t, fake, at)
		if err := fake.Close(); err != nil {
			t.Error(err)
		}
	})
}

// address asks for the address of a socket.
func address(t *testing.T, fake *slacktest.Server, token slacktest.Secret) (url, code string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fake.APIURL()+"apps.connections.open", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	res, err := fake.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var a struct{ URL, Error string }
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a.URL, a.Error
}

func dial(t *testing.T, fake *slacktest.Server, url string) (*websocket.Conn, error) {
	t.Helper()
	d := websocket.Dialer{NetDialContext: fake.Transport().DialContext}
	conn, res, err := d.DialContext(t.Context(), url, nil)
	if res != nil {
		res.Body.Close()
	}
	return conn, err
}

// open opens a socket and returns it with its first frame.
func open(t *testing.T, fake *slacktest.Server, at slacktest.Workspace) (*websocket.Conn, map[string]any) {
	t.Helper()
	url, code := address(t, fake, at.AppToken)
	if code != "" {
		t.Fatal(code)
	}
	conn, err := dial(t, fake, url)
	if err != nil {
		t.Fatal(err)
	}
	return conn, next(t, conn)
}

func next(t *testing.T, conn *websocket.Conn) (frame map[string]any) {
	t.Helper()
	if err := conn.ReadJSON(&frame); err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestAnAddressIsGoodForOneSocket(t *testing.T) {
	inSocketBubble(t, func(t *testing.T, fake *slacktest.Server, at slacktest.Workspace) {
		for token, want := range map[slacktest.Secret]string{at.Token: "invalid_auth", at.AppToken: ""} {
			if _, code := address(t, fake, token); code != want {
				t.Errorf("%q, want %q", code, want)
			}
		}
		url, _ := address(t, fake, at.AppToken)
		conn, err := dial(t, fake, url)
		if err != nil || next(t, conn)["type"] != "hello" {
			t.Fatal(err)
		}
		if _, err := dial(t, fake, url); err == nil {
			t.Error("a ticket was taken twice")
		}
		conn.Close()
	})
}

func TestTenSocketsAreTheMost(t *testing.T) {
	inSocketBubble(t, func(t *testing.T, fake *slacktest.Server, at slacktest.Workspace) {
		for n := range 11 {
			conn, first := open(t, fake, at)
			defer conn.Close()
			if n < 10 && first["num_connections"] != float64(n+1) || n == 10 && first["reason"] != "too_many_websockets" {
				t.Errorf("socket %d: %v", n+1, first)
			}
			synctest.Wait()
		}
	})
}

// What is not acknowledged, or with a frame that is too long, comes again, three times.
func TestWhatIsNotAcknowledgedComesAgain(t *testing.T) {
	inSocketBubble(t, func(t *testing.T, fake *slacktest.Server, at slacktest.Workspace) {
		conn, _ := open(t, fake, at)
		defer conn.Close()
		synctest.Wait()
		go fake.Type(t.Context(), slacktest.Command{Channel: "COPS", User: "UANN", Line: "/incident list"})
		var id any
		for attempt := range 4 {
			f := next(t, conn)
			if f["type"] != "slash_commands" || f["retry_attempt"] != float64(attempt) || f["accepts_response_payload"] != true || attempt > 0 && f["envelope_id"] != id {
				t.Errorf("attempt %d: %v", attempt, f)
			}
			id = f["envelope_id"]
			if err := conn.WriteJSON(map[string]any{"envelope_id": id, "payload": strings.Repeat("x", 20<<10)}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		if got := fake.Sockets(at.Team); got.Retries != 3 || got.TooLong != 4 {
			t.Errorf("%+v", got)
		}
	})
}

func TestNobodyHearsACommandWithoutASocket(t *testing.T) {
	inSocketBubble(t, func(t *testing.T, fake *slacktest.Server, at slacktest.Workspace) {
		if _, err := fake.Type(t.Context(), slacktest.Command{Channel: "COPS", User: "UANN", Line: "/incident list"}); err == nil || !strings.Contains(err.Error(), "dispatch_failed") {
			t.Errorf("%v", err)
		}
	})
}

// A warned socket is told once more after ten seconds, and then closed.
func TestAWarnedSocketIsClosedInTenSeconds(t *testing.T) {
	inSocketBubble(t, func(t *testing.T, fake *slacktest.Server, at slacktest.Workspace) {
		conn, _ := open(t, fake, at)
		defer conn.Close()
		synctest.Wait()
		begun := time.Now()
		go fake.Disconnect(at.Team, "warning") // a pipe holds nothing: it waits for the reader
		for _, want := range []string{"warning", "refresh_requested"} {
			if f := next(t, conn); f["type"] != "disconnect" || f["reason"] != want {
				t.Errorf("%v, want %s", f, want)
			}
		}
		if _, _, err := conn.ReadMessage(); err == nil || time.Since(begun) != 10*time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
	})
}
