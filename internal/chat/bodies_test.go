package chat_test

import (
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// A body is kept while others are told, but not for ever.
func TestBodiesAreKeptForAFanOut(t *testing.T) {
	var bodies chat.Bodies[chat.BodyKey, string]
	of := func(number int) *string {
		return bodies.Get(chat.BodyKeyOf(chat.Delivery{Subject: desk.Subject{Kind: desk.IncidentSubject, Number: number}}, false))
	}
	*of(1) = "rendered"
	for number := 2; number <= 64; number++ {
		if *of(number) != "" {
			t.Fatalf("INC-%d has the body of another: %q", number, *of(number))
		}
	}
	if *of(1) != "rendered" {
		t.Error("the first body is rendered again among 64")
	}
	of(65)
	if *of(1) != "" {
		t.Error("the first of 65 bodies is kept")
	}
}

// What says something different has a body of its own.
func TestWhatSaysSomethingDifferentHasItsOwnBody(t *testing.T) {
	keys := map[chat.BodyKey]string{}
	for name, d := range map[string]chat.Delivery{
		"a post":            {N: 1},
		"a newer one":       {N: 2},
		"for ops":           {N: 1, Ops: true},
		"in the channel":    {N: 1, Broadcast: true},
		"with its number":   {N: 1, Reference: true},
		"of a commit":       {N: 1, Snapshot: &desk.Snapshot{}},
		"of one that fails": {N: 1, Snapshot: &desk.Snapshot{}},
		"an update":         {N: 1, Said: []*desk.Announcement{{N: 2}}},
		"two updates":       {N: 1, Said: []*desk.Announcement{{N: 2}, {N: 3}}},
		"of something else": {N: 1, Subject: desk.Subject{Kind: desk.IncidentSubject, Number: 2}},
	} {
		for _, edit := range []bool{false, true} {
			k := chat.BodyKeyOf(d, edit)
			if other, taken := keys[k]; taken {
				t.Errorf("%s has the body of %s", name, other)
			}
			keys[k] = name
		}
	}
}
