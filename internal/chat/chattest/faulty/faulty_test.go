package faulty_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
)

// A call is its method, which is selected by what it begins with; a fault is a word.
type plans = faulty.Plans[string, string, string]

func newPlans() *plans {
	return faulty.New[string](&sync.Mutex{}, func(on, call string) bool { return strings.HasPrefix(call, on) })
}

func draws(p *plans, calls ...string) (faults []string) {
	for _, c := range calls {
		faults = append(faults, faulty.Draw(p, c))
	}
	return faults
}

func TestTheOldestPlanWithFaultsLeftApplies(t *testing.T) {
	t.Parallel()
	p := newPlans()
	p.Faults("post", "first", "", "third")
	p.Faults("", "any")
	p.FaultsAlways("p", "always")
	got := draws(p, "post", "update", "post", "ping", "post", "post", "update")
	if want := []string{"first", "any", "", "always", "third", "always", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p.ClearFaults()
	if f := faulty.Draw(p, "post"); f != "" {
		t.Errorf("%q after all plans were forgotten", f)
	}
}

func TestOddsFallTheSameEveryTime(t *testing.T) {
	t.Parallel()
	calls := slices.Repeat([]string{"post"}, 1000)
	run := func(seed uint64) []string {
		p := newPlans()
		p.FaultsAtRandom("", faulty.Odds{Share: 0.3, Seed: seed}, "a", "b")
		return draws(p, calls...)
	}
	got := run(7)
	if !slices.Equal(got, run(7)) || slices.Equal(got, run(8)) {
		t.Error("the dice do not go by the seed")
	}
	count := map[string]int{}
	for _, f := range got {
		count[f]++
	}
	if n := count["a"] + count["b"]; n < 250 || n > 350 || count["a"] < 100 || count["b"] < 100 {
		t.Errorf("0.3 of 1000 calls are %v", count)
	}
}

func TestLingerEndsWithTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held, stopped := make(chan struct{}), make(chan struct{})
		began := time.Now()
		time.AfterFunc(3*time.Second, func() { close(held) })
		if !faulty.Linger(2*time.Second, held, stopped) || time.Since(began) != 3*time.Second {
			t.Errorf("it lingered %v", time.Since(began))
		}
		close(stopped)
		if faulty.Linger(time.Hour, nil, stopped) || faulty.Linger(0, make(chan struct{}), stopped) {
			t.Error("it outlived the server")
		}
	})
}
