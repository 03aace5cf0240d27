package desk_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
)

// slowWatch is the rule as it is told: it keeps every result and counts anew each time.
type slowWatch struct {
	failing bool
	results []slowResult // since the last turn
}

type slowResult struct {
	at   time.Time
	good bool
}

func (w *slowWatch) observe(r desk.WatchRule, at time.Time, good bool) (desk.Turn, bool) {
	w.results = append(w.results, slowResult{at, good})
	if w.failing {
		last := w.results[max(0, len(w.results)-r.PassAfter):]
		for _, one := range last {
			if !one.good {
				return desk.Turn{}, false
			}
		}
		if len(last) < r.PassAfter {
			return desk.Turn{}, false
		}
		*w = slowWatch{}
		return desk.Turn{State: desk.Passing, Since: last[0].at}, true
	}
	var since time.Time
	bad := 0
	for _, one := range w.results[max(0, len(w.results)-r.OutOf):] {
		if !one.good {
			bad++
			if bad == 1 {
				since = one.at
			}
		}
	}
	if bad < r.FailAfter {
		return desk.Turn{}, false
	}
	*w = slowWatch{failing: true}
	return desk.Turn{State: desk.Failing, Since: since}, true
}

func TestAWatchDoesAsTheRuleIsTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := desk.WatchRule{FailAfter: rapid.IntRange(1, 5).Draw(t, "fail after"), PassAfter: rapid.IntRange(1, 4).Draw(t, "pass after")}
		rule.OutOf = rapid.IntRange(rule.FailAfter, 9).Draw(t, "out of")
		failing := rapid.Bool().Draw(t, "was failing")
		model, w := slowWatch{failing: failing}, desk.Resume(failing)
		for k, good := range rapid.SliceOfN(rapid.Bool(), 0, 80).Draw(t, "results") {
			at := time.Unix(int64(k), 0)
			want, wantTurned := model.observe(rule, at, good)
			got, turned := w.Observe(rule, at, good)
			if got != want || turned != wantTurned || (w.State() == desk.Failing) != model.failing {
				t.Fatalf("result %d: turned %v %v, want %v %v", k, turned, got, wantTurned, want)
			}
		}
	})
}

func TestARecoveryIsNotUndoneByTheFailuresBeforeIt(t *testing.T) {
	w, rule := desk.Watch{}, desk.WatchRule{FailAfter: 3, OutOf: 5, PassAfter: 2}
	for k, good := range []bool{false, false, false, true, true, false, false, true, true} {
		turn, turned := w.Observe(rule, time.Unix(int64(k), 0), good)
		switch want := map[int]desk.Turn{2: {State: desk.Failing, Since: time.Unix(0, 0)}, 4: {State: desk.Passing, Since: time.Unix(3, 0)}}[k]; {
		case turn != want, turned != (want != desk.Turn{}):
			t.Errorf("result %d: %v %v, want %v", k, turned, turn, want)
		}
	}
}

func TestFailuresFarApartRaiseNothing(t *testing.T) {
	w, rule := desk.Watch{}, desk.WatchRule{FailAfter: 2, OutOf: 2, PassAfter: 1}
	for k := range 20 {
		if turn, turned := w.Observe(rule, time.Unix(int64(k), 0), k%2 == 0); turned {
			t.Errorf("result %d: %v", k, turn)
		}
	}
}

func TestQuickness(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name         string
		q            desk.Quickness
		took, usual  time.Duration
		slow, judged bool
	}{
		{"no expectation", desk.Quickness{}, 9 * s, s, false, false},
		{"at the limit", desk.Quickness{SlowerThan: 3 * s}, 3 * s, 0, false, true},
		{"over the limit", desk.Quickness{SlowerThan: 3 * s}, 3*s + 1, 0, true, true},
		{"half more than usual", desk.Quickness{OverUsual: 50}, 3 * s / 2, s, false, true},
		{"over that", desk.Quickness{OverUsual: 50}, 3*s/2 + 1, s, true, true},
		{"nobody knows the usual", desk.Quickness{OverUsual: 50}, 9 * s, 0, false, false},
		{"then the limit alone", desk.Quickness{SlowerThan: 3 * s, OverUsual: 50}, 2 * s, 0, false, true},
		{"either is enough", desk.Quickness{SlowerThan: 3 * s, OverUsual: 50}, 2 * s, s, true, true},
	} {
		if slow, judged := c.q.Judge(c.took, c.usual); slow != c.slow || judged != c.judged {
			t.Errorf("%s: slow %v, judged %v", c.name, slow, judged)
		}
	}
}
