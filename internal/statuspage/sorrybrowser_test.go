package statuspage_test

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/umassonline/belltower/internal/desk"
)

// TestSorryInABrowser looks at every state as people do, as TestInABrowser does.
func TestSorryInABrowser(t *testing.T) {
	b := open(t)
	folder := os.Getenv("BELLTOWER_PICTURES")
	for _, s := range sorryStates() {
		c := s.make(t)
		on := screens()
		if folder == "" {
			on = on[:2]
		}
		path := "/sorry/learn"
		next := c.mux
		c.mux = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // a browser has no such headers or methods of itself
			r.Method = s.method
			for _, h := range s.headers {
				name, value, _ := strings.Cut(h, ": ")
				r.Header.Set(name, value)
			}
			next.ServeHTTP(w, r)
		})
		for _, screen := range on {
			wrong := b.look(c.url+path, screen)
			wrong = slices.DeleteFunc(wrong, func(w string) bool { return strings.Contains(w, "503 (Service Unavailable)") })
			for _, w := range wrong {
				t.Errorf("%s, %s: %s", s.name, screen.name, w)
			}
			if folder != "" {
				b.keep(folder, s.name+", "+screen.name)
			}
		}
	}
	if b.axe == "" {
		lacks(t, noAxe)
	}
}

// The page says by itself what is new, and that the service is back; it moves nobody.
func TestTheSorryPageLooksByItself(t *testing.T) {
	b := open(t)
	c := closed(oneOpen)(t)
	const hurry = `window.setTimeout = (f => (g, ms) => f(g, ms / 500))(window.setTimeout)`
	screen := screens()[1]
	hurried := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hurry})
		return err
	})
	if err := chromedp.Do(b.ctx, hurried); err != nil {
		t.Fatal(err)
	}
	b.look(c.url+"/sorry/learn", screen)
	await := func(what, script string) {
		t.Helper()
		if !run[bool](b, `new Promise(done => { const look = () => `+script+` ? done(true) : requestAnimationFrame(look); look() })`) {
			t.Error(what)
		}
	}
	run[chromedp.Void](b, `document.querySelector("a").focus()`)
	c.update(1, desk.Monitoring, "It is back for most.")
	c.wait(time.Second)
	await("news", `document.querySelector(".live").textContent.includes("It is back for most.")`)
	c.resolve(1, "It works again.")
	c.wait(time.Second)
	await("the end", `document.getElementById("back").textContent === "Learn System works again."`)
	const again = `new Promise(done => {
		let looks = 0, said = 0
		const fetched = window.fetch
		new MutationObserver(() => said++).observe(document.getElementById("back"), {childList: true})
		window.fetch = (...what) => { if (++looks > 3) done(said); return fetched(...what) }
	})`
	if said := run[int](b, again); said > 0 {
		t.Errorf("who listens hears the end %d times more", said)
	}
	if at := run[string](b, `document.activeElement.tagName`); at != "A" {
		t.Errorf("the focus is on %s", at)
	}
}
