package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
)

// Strangers who have requests refused have few lines written, which hide neither those of
// another connection nor anything else, and it is said how many there were.
func TestStrangersDoNotFillTheLog(t *testing.T) {
	var out bytes.Buffer
	h := newLog(config.Log{Format: "json"}, process{stderr: &out}).Handler()
	begin := time.Date(2026, 12, 7, 4, 0, 0, 0, time.UTC)
	say := func(at time.Duration, message, connection string) {
		r := slog.NewRecord(begin.Add(at), slog.LevelWarn, message, 0)
		r.AddAttrs(slog.String("connection", connection))
		if err := h.WithAttrs(nil).Handle(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	lines := func(of string) int { return strings.Count(out.String(), of) }

	for k := range 500 {
		say(time.Duration(k)*100*time.Millisecond, chat.RequestRefused, "amherst")
		say(time.Duration(k)*100*time.Millisecond, "a post failed", "amherst")
	}
	say(50*time.Second, chat.RequestRefused, "boston")
	if refused, boston, others := lines(`refused","connection":"amherst"`), lines("boston"), lines("a post failed"); refused != refusedMost || boston != 1 || others != 500 {
		t.Errorf("%d refused, %d of another connection, %d others; want %d, 1, 500", refused, boston, others, refusedMost)
	}
	say(time.Minute, chat.RequestRefused, "amherst")
	if !strings.HasSuffix(out.String(), fmt.Sprintf("\"more_before_not_logged\":%d}\n", 500-refusedMost)) {
		t.Errorf("a minute later it is not said how many there were: %s", out.String()[out.Len()-300:])
	}
	out.Reset()
	say(-time.Hour, chat.RequestRefused, "amherst")
	if lines(chat.RequestRefused) != 1 {
		t.Error("nothing is logged after the clock was set back")
	}
}

// What libraries log is of the same form, and can be read by what reads the log: here net/http,
// when strangers took all files that the process may open.
func TestTheWholeLogIsJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := os.WriteFile(w.configPath(), []byte(w.config()), 0o600); err != nil {
		t.Fatal(err)
	}
	bot := w.command("serve")
	few := exec.Command("sh", append([]string{"-c", `ulimit -n 64; exec "$0" "$@"`}, bot.Args...)...)
	few.Env = bot.Env
	w.launch(few)

	for range 80 {
		c, err := net.Dial("tcp", strings.TrimPrefix(w.public, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	late := time.After(patience)
	for more := w.logged.next(); !strings.Contains(w.logged.text(), "too many open files"); more = w.logged.next() {
		select {
		case <-more:
		case <-late:
			t.Fatalf("too many files were never open:\n%s", w.logged.text())
		}
	}
	for line := range strings.Lines(w.logged.text()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line that is no JSON: %s", line)
		}
	}
}
