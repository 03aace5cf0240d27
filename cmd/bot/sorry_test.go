package main

import (
	"os"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

const grades = `
[[services]]
id = "grades"
name = "Grades"
sorry_page = true
sorry_hosts = ["grades.example.edu"]
`

// A responder puts up the sorry page in ops: its post shows so at once, students hear
// nothing of it, and after SIGKILL it is as it was; the end of the incident takes it down.
func TestASorryPageFromOps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.more = grades
	w.start()
	w.subscribe("CTEACH")
	w.do("incident declare grades down")
	post := w.story.Expect(ops, "INC-1")
	w.story.Expect("CTEACH", "Grades is not available")
	gate := func(want int) {
		t.Helper()
		if got, body := w.get(w.public + "/gate/grades"); got != want {
			t.Errorf("%d %s, want %d", got, body, want)
		}
		if got, _ := w.get(w.public + "/sorry/grades/a/b"); (got == 503) != (want == 503) {
			t.Errorf("the page: %d", got)
		}
	}
	gate(204) // a declared word alone closes nothing
	said := w.story.Type(ops, ann, "/service sorry grades on The database is gone.").Reply.Reads()
	if !strings.Contains(said, "The sorry page of Grades is up.") {
		t.Error(said)
	}
	w.story.ExpectEdit(post, "Up: Grades")
	gate(503)
	w.kill()
	w.start()
	gate(503)
	if out := w.do("status grades"); !strings.Contains(out, "Sorry page up") {
		t.Error(out)
	}
	w.do("incident resolve 1")
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "working again", AnyOrder: true})
	w.story.Expect("CTEACH", "working again")
	gate(204)
	w.settled()
	w.story.NothingElse()
	for _, m := range w.posts("CTEACH") {
		if strings.Contains(m.Reads(), "orry page") {
			t.Error(m.Reads())
		}
	}
}

// What is printed to paste needs no secret and holds none.
func TestBotSorryIsSaidWithoutSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.more = grades + `
[[probes]]
service = "grades"
name = "login"
kind = "http"
url = "https://grades.example.edu/"
bypass_header = "X-Let-Me-In: hush-hush"
`
	if err := os.WriteFile(w.configPath(), []byte(w.config()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"--nginx", "--haproxy", "--html", "--errorfile"} {
		out, stderr, status := w.bot("sorry", "grades", what)
		if status != 0 || strings.Contains(out+stderr, "hush") || strings.Contains(out, "{{") {
			t.Errorf("%s: %d %s\n%s", what, status, stderr, out)
		}
		if named := strings.Contains(out, "X-Let-Me-In") || strings.Contains(out, "$http_x_let_me_in"); named != (what == "--nginx" || what == "--haproxy") {
			t.Errorf("%s: %s", what, out)
		}
		if what == "--errorfile" && (len(out) > 14<<10 || !strings.HasPrefix(out, "HTTP/1.1 503 ")) {
			t.Errorf("%d bytes: %.30s", len(out), out)
		}
	}
	for args, want := range map[string]string{
		"sorry xyz --html":     "has no service xyz; it has learn, portal, grades",
		"sorry learn --nginx":  "learn has no sorry page: write sorry_page = true",
		"sorry grades":         "missing flags",
		"sorry --html --nginx": "expected",
	} {
		_, stderr, status := w.bot(strings.Fields(args)...)
		if status == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%s: %d %s", args, status, stderr)
		}
	}
}
