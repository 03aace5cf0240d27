package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// outage is the demo with an IT person and a student who look on, and the Learn System as
// people get it.
type outage struct {
	t            *testing.T
	b            *browser
	robin, layla *tab
	people       *tab // nil: nobody went there yet
	learn        string
}

func newOutage(t *testing.T) *outage {
	t.Helper()
	demo := startDemo(t)
	s := &outage{t: t, b: newBrowser(t, hostOf(t, demo))}
	s.robin = s.b.open(seat(demo, demoAdmin, "ashford/it-ops"))
	s.layla = s.b.open(seat(demo, demoStudent, "ashford/announcements"))
	s.robin.reads("#posts", "INC-10")
	s.learn = eval[string](s.robin, "document.querySelector('#view-0 a').href")
	s.b.meets(hostOf(t, s.learn))
	return s
}

// people see this heading at the Learn System.
func (s *outage) peopleSee(heading string) {
	s.t.Helper()
	if s.people == nil {
		s.people = s.b.open(s.learn)
	}
	again := time.NewTicker(300 * time.Millisecond)
	defer again.Stop()
	for range int(patience / (300 * time.Millisecond)) {
		s.people.do(chromedp.Navigate(s.learn))
		if eval[string](s.people, "document.querySelector('h1').innerText") == heading {
			for _, v := range s.people.violations() {
				s.t.Errorf("%s: %s", heading, v)
			}
			return
		}
		<-again.C
	}
	s.t.Fatalf("people never saw %q, but:\n%s", heading, s.people.shows())
}

// picture waits until the page's picture of Learn is of a page with this title.
func (s *outage) picture(title string) {
	s.t.Helper()
	s.robin.reads("#view-0 .says", title)
}

// breakLearn presses the button, and waits until ops is told.
func (s *outage) breakLearn() {
	s.t.Helper()
	s.robin.press("#system", "Break Learn")
	s.robin.reads("#system", "Learn is broken")
	s.robin.reads("#posts", "ALR-1 – Checks see a failure of Learn System")
	s.robin.reads("#posts", "at step 2 Log in")
}

// declare presses the alert's button, and waits until everybody knows and the sorry page
// is up.
func (s *outage) declare() {
	s.t.Helper()
	s.robin.press("#posts > .post", "Declare an incident of ALR-1")
	s.robin.reads("#posts", "INC-11 – Learn System is not available.")
	s.robin.reads("#posts", "This is INC-11 now")
	s.layla.reads("#posts", "Learn System is not available.")
	s.picture("Learn System is not available.")
	s.peopleSee("Learn System is not available.")
}

// ended waits until everybody knows that tests show the end, and people get in.
func (s *outage) ended() {
	s.t.Helper()
	s.robin.reads("#posts", "Tests show that it works again.")
	s.layla.reads("#posts", "Tests show that it works again.")
	s.picture("Log in to Learn")
	s.peopleSee("Log in")
	s.robin.until("[...document.querySelectorAll('.tally dd')][1].innerText === '0'")
}

// What README says can be watched in two minutes: somebody breaks Learn, ops is told within
// seconds, declares with one button, people get the sorry page; Learn is mended, the end is
// tested, told, and people get in again.
func TestTheTwoMinutesOfTheDemo(t *testing.T) {
	t.Parallel()
	s := newOutage(t)
	s.picture("Log in to Learn")
	s.breakLearn()
	s.robin.reads("#posts", "Declaring an incident at")
	s.peopleSee("Log in") // our own check alone closes no gate
	s.declare()
	s.robin.reads("#view-1 .says", "not available")
	s.robin.line("/incident resolve 11 The database is back.")
	s.robin.reads("#posts .own", "Tests have still to pass")
	s.robin.reads("#posts", "tests have not passed")
	s.peopleSee("Learn System is not available.")
	s.robin.press("#system", "Mend Learn")
	s.robin.reads("#system", "Learn is working")
	s.ended()
}

// The bot is killed while people see the sorry page, and again while the end is tested:
// it goes on with both, and says nothing twice.
func TestTheDemosBotIsKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newOutage(t)
	s.breakLearn()
	s.declare()
	s.kill()
	s.peopleSee("Learn System is not available.") // the gate is closed again
	s.robin.line("/incident resolve 11 The database is back.")
	s.robin.reads("#posts .own", "Tests have still to pass")
	s.kill()
	s.robin.press("#system", "Mend Learn")
	s.ended()
}

// kill kills the bot, and waits for the next.
func (s *outage) kill() {
	s.t.Helper()
	before := eval[string](s.robin, "document.querySelector('.bot').innerText")
	s.robin.press("#bot", "Kill the bot now")
	s.robin.until(fmt.Sprintf("(t => t.includes('Runs') && t !== %q)(document.querySelector('.bot').innerText)", before))
}

// What nobody answers is declared by itself after half a minute. The bot alone closes no
// gate.
func TestTheDemoByItself(t *testing.T) {
	t.Parallel()
	s := newOutage(t)
	s.breakLearn()
	s.robin.within(2*patience, "document.getElementById('posts').innerText.includes('INC-11 – Learn System is not available.')")
	s.layla.reads("#posts", "Learn System is not available.")
	s.peopleSee("Log in")
}

// Slow is not down: an alert of its own, no countdown, no incident, no sorry page.
func TestTheDemosSlowLearn(t *testing.T) {
	t.Parallel()
	s := newOutage(t)
	eval[bool](s.robin, "(document.getElementById('turn-slow').focus(), true)")
	s.robin.keys("\r")
	s.robin.reads("#news", "Learn is slow") // to those who do not see it, once
	s.robin.until("document.activeElement.id === 'turn-slow' && document.activeElement.ariaDisabled === 'true'")
	s.robin.reads("#posts", "ALR-1 – Checks see Learn System slow")
	s.peopleSee("Log in")
	if text := eval[string](s.robin, "document.getElementById('posts').innerText"); strings.Contains(text, "Declaring an incident") || strings.Contains(text, "INC-11") {
		t.Errorf("slowness counts as down:\n%s", text)
	}
	s.robin.press("#system", "Mend Learn")
	s.robin.reads("#posts .thread", "Checks see Learn System quick again")
	s.robin.until("![...document.querySelectorAll('#posts button')].some(b => b.innerText.includes('ALR-1'))")
}
