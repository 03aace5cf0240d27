package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// learnSystem is a real service that can be broken and mended.
type learnSystem struct {
	*httptest.Server
	broken atomic.Bool
}

func newLearnSystem(t *testing.T) *learnSystem {
	l := &learnSystem{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if l.broken.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "Log in")
	}))
	t.Cleanup(l.Close)
	return l
}

// probed is what a configuration says of a check of it each second.
func (l *learnSystem) probed() string {
	return fmt.Sprintf(`
[[probes]]
service = "learn"
name = "login page"
kind = "http"
url = %q
every = "1s"
timeout = "1s"
slower_than = "0s"
fail_after = 2
pass_after = 2
expect_body = "Log in"

[probing]
allow = ["127.0.0.0/8", "::1/128"]

[verify]
passes = 2
`, l.URL)
}

// A real service is broken and mended under the real bot: its own check tells ops and
// who hears of checks, a button makes it an incident, and the end is told when the check
// has passed, not when somebody says so. How long it took is in the log, and asserted
// nowhere.
func TestAServiceIsBrokenAndMended(t *testing.T) {
	t.Parallel()
	learn := newLearnSystem(t)
	w := newWorld(t)
	w.more = learn.probed()
	w.start()
	w.subscribe("CTEACH")
	w.open("CHECKS")
	w.story.Type("CHECKS", ann, "/subscribe all probes")

	broken := time.Now()
	learn.broken.Store(true)
	card := w.story.Expect(ops, "ALR-1 – Checks see a failure of Learn System")
	t.Logf("from the failure to the post in ops: %s (2 failures of a check each second)", time.Since(broken).Round(time.Millisecond))
	w.story.Expect("CHECKS", "Checks see a failure of Learn System")
	if !strings.Contains(string(card.Blocks), "503") {
		t.Errorf("the card does not say why: %s", card.Blocks)
	}
	w.kill()
	w.start()

	w.story.Click(card, ann, button(t, card, "Declare an incident of ALR-1"))
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 is open", To: ann, AnyOrder: true})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – Learn System is partly not available", AnyOrder: true})
	w.story.Expect("CTEACH", "Learn System is partly not available")

	if said := w.story.Type(ops, ann, "/incident resolve 1 --yes").Reply.Reads(); !strings.Contains(said, "tests pass") {
		t.Errorf("she reads: %s", said)
	}
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – ", AnyOrder: true}) // its check fails: ops is asked
	mended := time.Now()
	learn.broken.Store(false)
	w.story.Expect("CTEACH", "Learn System is working again")
	t.Logf("from mended to the end in a channel: %s (2 passes)", time.Since(mended).Round(time.Millisecond))
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 – Learn System is working again", AnyOrder: true})
	w.story.NothingElse()
}
