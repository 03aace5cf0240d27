package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// SIGKILL while two dozen mentions of the outgoing webhook are under way, and Teams sends
// all of them again: who was answered is refused, who was not is answered as the first time,
// and each update is made once.
func TestMentionsUnderWayAtASIGKILL(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.serve()
	w.do("incident declare learn down")
	requests := make([]teamstest.Request, 24)
	for n := range requests {
		var err error
		requests[n], err = w.teams.MentionRequest(teamstest.Line{Channel: lectures, User: tess, Text: fmt.Sprintf("incident update 1 Step %02d.", n)})
		if err != nil {
			t.Fatal(err)
		}
	}
	first, answered := make([]int, len(requests)), make(chan struct{}, len(requests))
	var sent sync.WaitGroup
	const together = 4
	for lane := range together {
		sent.Go(func() {
			for n := lane; n < len(requests); n += together {
				if a, err := w.teams.Send(t.Context(), requests[n]); err == nil {
					first[n] = a.Status
					answered <- struct{}{}
				}
			}
		})
	}
	for range len(requests) / 2 {
		<-answered
	}
	w.kill()
	sent.Wait()
	w.serve()
	anew := 0
	for n, r := range requests {
		r.URL = w.public + "/teams/boston/outgoing"
		a, err := w.teams.Send(t.Context(), r)
		stored := strings.Contains(w.timeline(), fmt.Sprintf("Step %02d.", n))
		switch {
		case err != nil || !stored:
			t.Errorf("mention %d: %v, answered with %d, stored: %v", n, err, a.Status, stored)
		case first[n] == http.StatusOK && a.Status != http.StatusUnauthorized:
			t.Errorf("mention %d was answered, and is answered again: %d", n, a.Status)
		case a.Status == http.StatusOK && !strings.Contains(string(a.Body), "INC-1 is updated"):
			t.Errorf("mention %d is answered: %s", n, a.Body)
		case a.Status == http.StatusOK:
			anew++
		}
	}
	t.Logf("%d of %d were answered by the next process", anew, len(requests))
	w.settled()
	all := w.timeline()
	for n := range requests {
		if step := fmt.Sprintf("Step %02d.", n); strings.Count(all, step) != 1 {
			t.Errorf("%s stands %d times in\n%s", step, strings.Count(all, step), all)
		}
	}
	for _, id := range []teamstest.ChannelID{tOps, lectures} {
		for _, m := range w.teams.Messages(id) {
			if m.Bot == "" && m.Via != "webhook" {
				continue // typed
			}
			w.tale.ExpectClaim(id, teamstest.Claim{Where: is(m), AnyOrder: true})
		}
	}
}

// timeline is all of INC-1's.
func (w *teamsWorld) timeline() (all string) {
	for page := 1; ; page++ {
		all += w.do(fmt.Sprint("incident timeline 1 page ", page))
		if !strings.Contains(all, fmt.Sprintf("[Page %d]", page+1)) {
			return all
		}
	}
}
