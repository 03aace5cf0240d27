package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// page is what a reader of the status page is given.
func (b *bubble) page(path string) (status int, body string) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.bot.public().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func (b *bubble) expectPage(path, want string) {
	b.t.Helper()
	if status, body := b.page(path); status != http.StatusOK || !strings.Contains(body, want) {
		b.t.Errorf("%s (%d) has no %q:\n%s", path, status, want, body)
	}
}

const allWell = "All services are working."

// Readers of the page hear what channels hear, and not before them: what is taken back
// in its grace was never there.
func TestThePageTellsWhatChannelsAreTold(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		card := b.grace("")
		b.expectPage("/", allWell)
		b.press(card, ann, "Take INC-1 back", "INC-1 is taken back")
		pass(time.Minute)
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "it was a mistake", AnyOrder: true})
		b.expectPage("/", allWell)
		if status, _ := b.page("/incidents/INC-1"); status != http.StatusNotFound {
			t.Errorf("nobody was told of INC-1, and its page is there: %d", status)
		}

		b.ann("/incident declare learn down Login fails --next 30m")
		pass(9 * time.Second)
		b.story.Expect(ops, "INC-2")
		b.expectPage("/", allWell)
		pass(2 * time.Second)
		b.story.ExpectEverywhere(many(25), "Login fails")
		b.expectPage("/", "is not available.")
		b.ann("/incident note 2 Jim looks at it.")
		b.ann("/incident drill portal down Fire drill")
		pass(2 * time.Second)
		b.story.Expect(ops, "DRILL")
		b.ann("/incident resolve 3 --yes")
		pass(2 * time.Second)
		b.story.Expect(ops, "DRILL")
		for _, path := range []string{"/", "/incidents/INC-2"} {
			if _, body := b.page(path); strings.Contains(body, "Jim") || strings.Contains(body, "drill") {
				t.Errorf("%s holds what is for staff:\n%s", path, body)
			}
		}
		pass(30 * time.Minute)
		b.missed("INC-2")
		b.story.ExpectEverywhere(many(25), "No new information on Learn System since 4:01 AM")
		b.expectPage("/incidents/INC-2", "4:51 AM")

		b.ann("/incident retract 2 --yes")
		pass(time.Minute)
		b.story.Expect(ops, "it was a mistake")
		b.story.ExpectEverywhere(many(25), "it was a mistake")
		b.expectPage("/", allWell)
		b.expectPage("/incidents/INC-2", "it was a mistake.")
	})
}

// The link in a post leads to the incident's page.
func TestPostsLinkToThePage(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		post := b.outage()
		path := regexp.MustCompile(`https://status\.example\.edu(/incidents/INC-\d+)`).FindSubmatch(post.Blocks)
		if path == nil {
			t.Fatalf("no link in %s", post.Blocks)
		}
		b.expectPage(string(path[1]), "Learn System")
	})
}

// A kill loses no page, and SIGHUP brings services, names and languages to it at once.
func TestThePageOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.outage()
	w.kill()
	w.start()
	if status, body := w.get(w.public + "/"); status != http.StatusOK || !strings.Contains(body, "INC-1") {
		t.Fatalf("%d %s", status, body)
	}
	w.reload(strings.Replace(w.config(), `languages = ["en", "es"]`, `languages = ["es", "en"]`, 1), "loaded again")
	if _, body := w.get(w.public + "/"); !strings.Contains(body, "no está disponible") || !strings.Contains(body, "Lo estamos revisando.") {
		t.Errorf("the first language is Spanish:\n%s", body)
	}
	w.do("incident resolve 1 --yes")
	w.story.Expect(ops, "funciona de nuevo")
	w.story.Expect("CTEACH", "funciona de nuevo")
}
