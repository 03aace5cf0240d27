package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage/boltdb"
)

// Whoever is first counts: tests that pass while somebody says that it is not over, and the
// other way round, on a store that notices only at its commit.
func TestTestsPassWhileSomebodySaysMore(t *testing.T) {
	for name, c := range map[string]struct {
		first, second func(o *office, j *journal.Journal) error
		want          string
	}{
		"told, then it goes on": {
			func(o *office, _ *journal.Journal) error { return o.Verified(t.Context(), at(90), incident(1)) },
			func(o *office, j *journal.Journal) error { return second(j.Apply(t.Context(), o.by(90), 1, goesOn)) },
			"declared, testing, resolved",
		},
		"it goes on, then told": {
			func(o *office, _ *journal.Journal) error { return second(o.Apply(t.Context(), o.by(90), 1, goesOn)) },
			func(_ *office, j *journal.Journal) error { return j.Verified(t.Context(), at(90), incident(1)) },
			"declared, testing, not resolved yet",
		},
		"told now, then told": {
			func(o *office, _ *journal.Journal) error {
				return second(o.Apply(t.Context(), o.by(90), 1, forced(o.Journal)))
			},
			func(_ *office, j *journal.Journal) error { return j.Verified(t.Context(), at(90), incident(1)) },
			"declared, testing, resolved",
		},
		"retracted, then fails": {
			func(o *office, _ *journal.Journal) error {
				retract := func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("Wrong.", act) }
				return second(o.Apply(t.Context(), o.by(90), 1, retract))
			},
			func(_ *office, j *journal.Journal) error {
				return j.NotVerified(t.Context(), at(90), incident(1), []string{"login page"})
			},
			"declared, testing, retracted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			l := newLab(o)
			o.declare(0)
			o.apply(60, 1, ends(o.Journal, "It works again."))
			db := &hopeful{DB: o.db}
			other := journal.New(db, o.book, func(...desk.Subject) {}, l.tested())
			db.meanwhile = func() {
				if err := c.first(o, o.Journal); err != nil {
					t.Error(err)
				}
			}
			var no *desk.Refusal
			if err := c.second(o, other); err != nil && !errors.As(err, &no) {
				t.Error(err)
			}
			o.expectCourse(1, c.want)
			if len(l.runs) > 0 {
				t.Errorf("still tested: %v", l.runs)
			}
			o.sound()
		})
	}
}

// Killed between any two steps of a verification, it comes to the same, and after a start
// just that is tested which waits for it.
func TestKilledBetweenAnyTwoStepsOfAVerification(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	o.declare(0)
	n := o.plan(0, "Portal moves", 1000*time.Hour, time.Hour)
	if _, err := o.Start(t.Context(), o.by(30), n, desk.Override{Force: "now"}); err != nil {
		t.Fatal(err)
	}
	by := o.by(60)
	deeds := []func(ctx context.Context, j *journal.Journal) error{
		func(ctx context.Context, j *journal.Journal) error {
			return second(j.Apply(ctx, by, 1, ends(j, "It works again.")))
		},
		func(ctx context.Context, j *journal.Journal) error {
			return j.NotVerified(ctx, at(80), incident(1), []string{"login page"})
		},
		func(ctx context.Context, j *journal.Journal) error { return second(j.WorkDone(ctx, by2(by), n, "")) },
		func(ctx context.Context, j *journal.Journal) error {
			return j.NotVerified(ctx, at(100), window(n), nil)
		},
		func(ctx context.Context, j *journal.Journal) error { return j.Verified(ctx, at(120), incident(1)) },
		func(ctx context.Context, j *journal.Journal) error { return j.Verified(ctx, at(130), window(n)) },
	}
	steps := 0
	for k, deed := range deeds {
		var file bytes.Buffer
		if err := o.db.(*boltdb.DB).Backup(&file); err != nil {
			t.Fatal(err)
		}
		if err := deed(t.Context(), o.Journal); err != nil {
			t.Fatal(k, err)
		}
		want, wantRuns := o.dump(), slices.Sorted(runs(t, o.Journal))
		for step, died := 0, true; died; step++ {
			one := o.copied(file.Bytes())
			weak := &frail{DB: one.db, steps: step}
			err := deed(t.Context(), journal.New(weak, one.book, func(...desk.Subject) {}, l.tested()))
			if died = errors.Is(err, errDied); err != nil && !died {
				t.Fatal(err)
			}
			back := journal.New(one.db, one.book, func(...desk.Subject) {}, l.tested())
			if err := deed(t.Context(), back); err != nil {
				t.Fatalf("deed %d, killed after %d steps: %v", k, step, err)
			}
			if diff := cmp.Diff(want, one.dump()); diff != "" {
				t.Fatalf("deed %d, killed after %d steps (-want +got):\n%s", k, step, diff)
			}
			if got := slices.Sorted(runs(t, back)); !slices.Equal(got, wantRuns) {
				t.Errorf("deed %d, killed after %d steps: %v is tested, want %v", k, step, got, wantRuns)
			}
			one.db.Close()
			steps++
		}
	}
	if steps < 40 {
		t.Errorf("there are only %d steps", steps)
	}
	o.expectCourse(1, "declared, testing, tests fail, resolved")
	o.expectTold(n, "scheduled, started, verifying, not passed, completed")
}

// by2 is another request of the same person.
func by2(by journal.By) journal.By {
	by.Request += "b"
	by.At = by.At.Add(30 * time.Second)
	return by
}

// runs lists what a bot that starts now has tested.
func runs(t *testing.T, j *journal.Journal) func(yield func(string) bool) {
	all, err := j.Verifying(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string) bool) {
		for _, v := range all {
			if !yield(fmt.Sprint(v.About, v.Services)) {
				return
			}
		}
	}
}

// Several people begin and end the tests of an incident at once: afterwards just that is
// tested which waits for it.
func TestTestsFollowTheRecord(t *testing.T) {
	o := newOffice(t)
	l := newLab(o)
	o.declare(0)
	j := journal.New(o.db, o.book, func(...desk.Subject) {}, l.tested())
	var people sync.WaitGroup
	for who := range 4 {
		people.Go(func() {
			for k := range 25 {
				by := journal.By{Request: fmt.Sprint(who, "/", k), At: at(60 + k), Person: ann, From: ops}
				rule := goesOn
				if (who+k)%2 == 0 {
					rule = ends(j, fmt.Sprintf("It works again (%d).", k))
				}
				var refused *desk.Refusal
				if _, err := j.Apply(t.Context(), by, 1, rule); err != nil && !errors.As(err, &refused) {
					t.Error(err)
				}
			}
		})
	}
	people.Wait()
	on, err := j.Verifying(t.Context())
	if err != nil || len(on) != len(l.runs) {
		t.Errorf("waiting: %v, tested: %v (%v)", on, l.runs, err)
	}
	o.sound()
}
