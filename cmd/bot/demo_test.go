package main

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// seat is the page of a person in a channel.
func seat(demo, person, channel string) string {
	return demo + "/?" + url.Values{"as": {person}, "in": {channel}}.Encode()
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// Two people look on: one declares, takes back, declares again, updates, kills the bot
// in the middle and resolves; the other sees all of it, once.
func TestTheDemoFromTwoTabs(t *testing.T) {
	t.Parallel()
	demo := startDemo(t)
	b := newBrowser(t, hostOf(t, demo))
	robin := b.open(seat(demo, demoAdmin, "ashford/it-ops"))
	layla := b.open(seat(demo, demoStudent, "ashford/announcements"))
	robin.reads("#posts", "INC-10")
	layla.reads("#posts", "Library Search is partly not available")

	robin.line("/incident declare learn down")
	robin.reads("#posts .own", "INC-11")
	layla.reads("#posts", "Learn System is not available")
	robin.press("#posts > .post:not(.own)", "Take INC-11 back")
	robin.press("#dialog", "Take INC-11 back")
	layla.reads("#posts .thread", "it was a mistake")

	robin.line("/incident declare portal down")
	layla.reads("#posts", "Student Portal is not available")
	robin.line("/incident update 12 identified: A cable was cut.")
	layla.reads("#posts .thread", "A cable was cut.")

	before := eval[string](robin, "document.querySelector('.bot').innerText")
	robin.line("/incident update 12 monitoring: The cable is mended.")
	robin.press("#panel", "Kill the bot now")
	robin.reads("#panel .events", "was killed")
	robin.until("document.getElementById('kill').disabled === false")
	if after := eval[string](robin, "document.querySelector('.bot').innerText"); after == before {
		t.Errorf("the bot is the same after it was killed: %s", after)
	}
	if eval[string](robin, "document.getElementById('line').value") != "" { // it was killed before it could answer
		robin.keys("\r")
		robin.until("document.getElementById('line').value === ''")
	}
	layla.reads("#posts .thread", "The cable is mended.")
	robin.line("/incident resolve 12 Everything works.")
	layla.reads("#posts .thread", "Everything works.")
	robin.until("[...document.querySelectorAll('.tally dd')][1].innerText === '0'")
	for _, said := range []string{"The cable is mended.", "A cable was cut."} {
		if n := eval[int](layla, "[...document.querySelectorAll('.thread .post')].filter(e => e.innerText.includes('"+said+"')).length"); n != 1 {
			t.Errorf("%q stands %d times in the thread:\n%s", said, n, eval[string](layla, "[...document.querySelectorAll('.thread .post')].map(e => e.innerText).join('\\n--\\n')"))
		}
	}
}

// However a demo ends, with Ctrl-C, with its terminal or killed, nothing of it is left.
func TestNothingIsLeftOfADemo(t *testing.T) {
	t.Parallel()
	for _, by := range []os.Signal{os.Interrupt, syscall.SIGHUP, os.Kill} {
		t.Run(by.String(), func(t *testing.T) {
			folder := t.TempDir()
			demo, _ := launchDemo(t, folder, "0")
			endDemo(t, demo, by)
			look := time.NewTicker(30 * time.Millisecond) // the bot outlives a demo that is killed
			defer look.Stop()
			for begun := time.Now(); ; <-look.C {
				left, err := os.ReadDir(folder)
				if err == nil && len(left) == 0 {
					return
				}
				if time.Since(begun) > patience {
					t.Fatalf("left: %v, %v", left, err)
				}
			}
		})
	}
}

// A page that was open when the demo was killed shows the next one's world when that is
// started, not the old one's under the new one's answers.
func TestAnOpenPageGoesOnWithTheNextDemo(t *testing.T) {
	t.Parallel()
	demo, address := launchDemo(t, t.TempDir(), "0")
	b := newBrowser(t, hostOf(t, address))
	x := b.open(seat(address, demoAdmin, "ashford/it-ops"))
	x.reads("#posts", "INC-10")
	x.line("/incident declare portal down")
	x.reads("#posts > .post", "INC-11 – Student Portal is not available")
	b.loses()
	endDemo(t, demo, os.Kill)
	x.reads("#status", "start it again")

	_, port, _ := strings.Cut(hostOf(t, address), ":")
	next, again := launchDemo(t, t.TempDir(), port)
	defer endDemo(t, next, os.Interrupt)
	if again != address {
		t.Fatalf("the next demo is at %s, the first was at %s", again, address)
	}
	x.until("document.body.innerText.includes('INC-10') && !document.body.innerText.includes('INC-11')")
}

// Somebody without a mouse declares with the help of what the line offers, finds the
// button of the post, fills in its form, gets out of a form, and goes to another channel.
func TestTheDemoByKeyboardAlone(t *testing.T) {
	t.Parallel()
	demo := startDemo(t)
	x := newBrowser(t, hostOf(t, demo)).open(seat(demo, demoAdmin, "ashford/it-ops"))
	x.reads("#posts", "INC-10")
	for _, part := range []string{"/inc", "dec", "le", "do"} {
		x.keys(part)
		x.until("!document.getElementById('choices').hidden && document.getElementById('choices').dataset.line === document.getElementById('line').value")
		x.keys(kb.Tab)
	}
	x.until("document.getElementById('line').value === '/incident declare learn down '")
	x.keys(kb.Enter)
	x.reads("#posts .own", "INC-11")

	x.reads("#posts > .post:not(.own)", "Update INC-11")
	x.tabTo("Update INC-11")
	x.keys(kb.Enter)
	x.until("document.getElementById('dialog').open")
	x.keys(kb.Escape)
	x.until("!document.getElementById('dialog').open && document.activeElement.innerText === 'Update INC-11'")
	x.keys(kb.Enter)
	x.until("document.getElementById('dialog').open")
	for range 10 {
		if eval[string](x, "document.activeElement.name") == "option.message" {
			break
		}
		x.keys(kb.Tab)
	}
	x.keys("The disk is full.")
	for range 10 {
		if eval[string](x, "document.activeElement.type") == "submit" {
			break
		}
		x.keys(kb.Tab)
	}
	x.keys(kb.Enter)
	x.reads("#posts", "The disk is full.")
	x.until("!document.getElementById('dialog').open")

	x.tabTo("library")
	x.keys(kb.Enter)
	x.until("document.querySelector('h1').innerText === 'library'")
	x.reads("#posts", "Library Search is partly not available")
}

// tabTo goes back from the line, element by element, until one reads so.
func (x *tab) tabTo(name string) {
	x.t.Helper()
	eval[bool](x, "(document.getElementById('line').focus(), true)")
	for range 60 {
		x.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
		if eval[bool](x, fmt.Sprintf("document.activeElement.innerText.trim().startsWith(%q)", name)) {
			return
		}
	}
	x.t.Fatalf("nobody gets to %q by keyboard", name)
}
