package commands_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Whoever comes first of two people who extend and cancel the same work, the record
// holds what both were told.
func TestTwoPeopleAtOnce(t *testing.T) {
	for range 20 {
		o := newOffice(t)
		o.planned()
		var wait sync.WaitGroup
		var replies [2]chat.Reply
		for k, text := range []string{"extend 2 --yes 1h", "cancel 2 --yes The pages are broken."} {
			req := o.req
			req.ID, req.Command, req.Text = text, "window", text
			wait.Go(func() { replies[k] = o.Do(t.Context(), req) })
		}
		wait.Wait()
		timeline := plain(o.typed("window timeline 2"))
		extended := strings.Contains(timeline, "Extended by")
		if replies[1].Failed || !strings.Contains(timeline, "Cancelled by") || replies[0].Failed == extended {
			t.Fatalf("%s\n%s\n%s", plain(replies[0]), plain(replies[1]), timeline)
		}
		if replies[0].Failed && !strings.Contains(plain(replies[0]), "WIN-2 was cancelled.") {
			t.Fatal(plain(replies[0]))
		}
	}
}

// A button to schedule that is pressed after somebody else took the time says so, and
// offers the override.
func TestATimeThatWasTakenMeanwhile(t *testing.T) {
	o := newOffice(t)
	ask := o.typed("window schedule learn dec 5 04:00 for 3h New database")
	o.typed("window schedule learn dec 5 05:00 for 1h Patches --yes")
	if got := plain(o.presses(ask, "Schedule it")); !strings.HasPrefix(got, "WIN-1 is planned for this time already") || !strings.Contains(got, "[Do it all the same, and say why]") {
		t.Error(got)
	}
}

// A person's Home has the planned work that goes on, and what is next.
func TestHomeHasPlannedWork(t *testing.T) {
	o := newOffice(t)
	o.planned()
	m, err := o.Home(t.Context(), o.req)
	if err != nil {
		t.Fatal(err)
	}
	got := m.PlainText(o.settings.Words.Zone)
	for _, want := range []string{"Planned work, now\n- WIN-2: New pages.", "Planned work\n- WIN-3: Wed 2 Dec", "EST to 7:00 AM EST. To expect: Library Catalog not available. Patches.\n- WIN-1: Sat 5 Dec"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// Work that goes on changes what a status says, and a reserved time in which work is
// planned is not said to be free.
func TestStatusKnowsPlannedWork(t *testing.T) {
	o := newOffice(t)
	o.planned()
	if got := plain(o.typed("status")); !strings.HasPrefix(got, "All services are working, but for planned work.\n- Portal: planned work since ") || !strings.Contains(got, "WIN-2: New pages. It is planned until ") {
		t.Error(got)
	}
	o.typed("window schedule learn saturday 04:00 for 1h Patches --yes")
	got := plain(o.typed("status learn"))
	_, reserved, _ := strings.Cut(got, "Reserved for work, none is planned\n")
	if !strings.HasPrefix(reserved, "- Wed 2 Dec 9:00 AM UTC") || strings.Contains(reserved, "Sat 28 Nov") {
		t.Error(got)
	}
}

// Why is about a channel; where there is none, it says what else to type.
func TestWhyWantsAChannel(t *testing.T) {
	o := newOffice(t)
	o.planned()
	o.req.Channel = desk.Channel{}
	if got := plain(o.typed("belltower why win-1")); !strings.Contains(got, "There is no channel here.\nLike: window deliveries 1") {
		t.Error(got)
	}
}
