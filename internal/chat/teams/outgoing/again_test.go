package outgoing_test

import "testing"

// A reload makes another webhook, which remembers no activities: then the ID of the request
// is what keeps a replay from being done twice.
func TestAReplayAfterAReloadIsTheSameRequest(t *testing.T) {
	first := newWorld(t)
	f := first.mentions("incident declare learn down")
	first.ask(f)
	second := newWorld(t)
	second.ask(f)
	if a, b := first.asked[0].ID, second.asked[0].ID; a != b || a == "" {
		t.Errorf("%q and %q", a, b)
	}
}
