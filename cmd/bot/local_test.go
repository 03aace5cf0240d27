package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/storage"
)

// Who gives a command on the host is told whether nobody is there, or whether what
// they gave may be done although they did not wait for the answer.
func TestNoAnswerOnTheHost(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bot.sock")
	_, err := callLocal(t.Context(), socket, localCommand{Line: "status", User: "ann"})
	if err == nil || !strings.Contains(err.Error(), "start it with: bot serve") {
		t.Errorf("without a bot: %v", err)
	}

	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, interrupt := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer interrupt()
	_, err = callLocal(ctx, socket, localCommand{Line: "status", User: "ann"})
	if err == nil || !strings.Contains(err.Error(), "may have done it") {
		t.Errorf("with a bot that does not answer: %v", err)
	}
}

// The socket takes the place of one that was left, and of nothing else: a store that is
// called like it would be gone.
func TestTheSocketTakesTheStoresPlaceNever(t *testing.T) {
	t.Parallel()
	store := filepath.Join(t.TempDir(), "bot.sock")
	if err := os.WriteFile(store, []byte("the record"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := listenLocal(store); err == nil || !strings.Contains(err.Error(), "path in [storage]") {
		t.Errorf("a store called .sock: %v, %v", l, err)
	}
	if b, err := os.ReadFile(store); string(b) != "the record" {
		t.Errorf("the store holds %q after that: %v", b, err)
	}

	store = filepath.Join(t.TempDir(), "bot.db")
	left, err := net.Listen("unix", socketPath(store))
	if err != nil {
		t.Fatal(err)
	}
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	left.Close()
	l, err := listenLocal(store)
	if err != nil {
		t.Fatalf("where one was left: %v", err)
	}
	l.Close()
}

// Nobody else may open the socket, not even before its mode is set: what is connected by
// then stays so.
func TestTheSocketIsPrivateFromItsFirstMoment(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a socket gets the umask's mode here")
	}
	path := filepath.Join(t.TempDir(), "bot.sock")
	l, err := listenPrivately(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is made with mode %s", info.Mode().Perm())
	}
}

// A shell takes quotes away: the reason that stood in them is one all the same.
func TestAReasonThatAShellUnquoted(t *testing.T) {
	for want, words := range map[string][]string{
		`incident resolve 1 Done --force "tests are wrong"`:   {"incident", "resolve", "1", "Done", "--force", "tests are wrong"},
		`window cancel 1 --urgent "they say 'now'" why --yes`: {"window", "cancel", "1", "--urgent", `they say "now"`, "why", "--yes"},
		`incident resolve 1 --force="our check = bad" Done`:   {"incident", "resolve", "1", "--force=our check = bad", "Done"},
		`incident resolve 1 --force "they say 'ja' now"`:      {"incident", "resolve", "1", "--force", "they say „ja“ now"},
		`incident resolve 1 --force "our check"`:              {`incident resolve 1 --force "our check"`},
		`incident resolve 1 --force "our check" x`:            {"incident", "resolve", "1", "--force", `"our check"`, "x"},
		`incident resolve 1 --force tests are wrong`:          {"incident", "resolve", "1", "--force", "tests", "are", "wrong"}, // refused: nobody quoted it
		`incident declare learn down It is down`:              {"incident", "declare", "learn", "down", "It is down"},
	} {
		if got := typed(words); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", words, got, want)
		}
	}
}

// Who may not open the socket is not told to start a bot that runs.
func TestASocketOfAnotherAccount(t *testing.T) {
	err := unanswered("data/bot.sock", &url.Error{Op: "Post", URL: "http://bot/do", Err: &net.OpError{Op: "dial", Net: "unix", Err: &os.SyscallError{Syscall: "connect", Err: syscall.EACCES}}})
	if said := err.Error(); !strings.Contains(said, accountName()+" may not open data/bot.sock") || !strings.Contains(said, "sudo -u") || strings.Contains(said, "bot serve") {
		t.Error(said)
	}
}

// A copy of which the end did not come is none.
func TestACopyThatBrokeOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := os.WriteFile(w.configPath(), []byte(w.config()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(w.in("data"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := listenLocal(w.in("data/belltower.db"))
	if err != nil {
		t.Fatal(err)
	}
	broken := (&bot{out: outside{log: slog.New(slog.DiscardHandler), now: time.Now}}).stream(func(_ context.Context, _ storage.DB, to io.Writer) error {
		_, _ = to.Write(bytes.Repeat([]byte("half"), 10_000))
		return errors.New("the disk fails")
	})
	srv := &http.Server{Handler: broken}
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	if said := w.fails("backup", w.in("copy.db")); !strings.Contains(said, "no backup was written") || !strings.Contains(said, "broke off") {
		t.Errorf("backup says: %s", said)
	}
	if left, _ := filepath.Glob(w.in("copy.db*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, stderr, status := w.bot("export"); status != 1 || !strings.Contains(stderr, "broke off") {
		t.Errorf("export: status %d: %s", status, stderr)
	}
}
