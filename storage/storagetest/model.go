package storagetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/storage"
)

// testManyCallers lets callers commit at once, some in vain, and compares.
func testManyCallers(t *testing.T, s *store) {
	const callers, rounds = 32, 20
	var want []string
	var wg sync.WaitGroup
	for i := range callers {
		run := s.Update
		if i%2 == 1 {
			run = s.Background
		}
		for j := range rounds {
			if j%3 != 0 {
				want = append(want, fmt.Sprintf("%02d-%02d", i, j), "v")
			}
		}
		wg.Go(func() {
			for j := range rounds {
				refuse := errors.New("refused")
				err := run(context.Background(), func(tx storage.Tx) error {
					if err := putAll(tx, fmt.Sprintf("%02d-%02d", i, j), "v"); err != nil || j%3 != 0 {
						return err
					}
					return refuse
				})
				if j%3 == 0 && err != refuse || j%3 != 0 && err != nil {
					t.Errorf("caller %d, round %d: %v", i, j, err)
				}
			}
		})
	}
	wg.Wait()
	s.want(want...)
	s.reopen()
	s.want(want...)
}

// model is what a store should hold.
type model map[string]string

func (m model) scan(from, to string, limit int) (pairs []string) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if key >= from && (to == "" || key < to) && (limit == 0 || len(pairs) < 2*limit) {
			pairs = append(pairs, key, m[key])
		}
	}
	return pairs
}

// testModel runs random transactions on one store and on a map.
func testModel(t *testing.T, s *store) {
	committed := model{}
	refuse := errors.New("refused")
	rapid.Check(t, func(t *rapid.T) {
		s.t = t
		for range rapid.IntRange(1, 5).Draw(t, "transactions") {
			now := maps.Clone(committed)
			steps := rapid.SliceOfN(rapid.Custom(drawStep), 0, 20).Draw(t, "steps")
			var fail error
			if rapid.IntRange(0, 3).Draw(t, "refused") == 0 {
				fail = refuse
			}
			for _, step := range steps {
				step.onModel(now)
			}
			err := s.Update(context.Background(), func(tx storage.Tx) error {
				now := maps.Clone(committed)
				for _, step := range steps {
					step.onModel(now)
					if err := step.run(t, tx, now); err != nil {
						return err
					}
				}
				return fail
			})
			if err != fail {
				t.Fatalf("Update = %v, want %v", err, fail)
			}
			if fail == nil {
				committed = now
			}
		}
		if rapid.IntRange(0, 9).Draw(t, "reopen") == 0 {
			s.reopen()
		}
		s.want(committed.scan("", "", 0)...)
	})
	s.t = t
}

// step is one operation of a transaction.
type step struct {
	kind     string
	key, arg string
	limit    int
}

func drawStep(t *rapid.T) step {
	// Few, short keys, so that they meet; a long value now and then, so that
	// pages split and merge.
	key := rapid.StringMatching(`[a-c]{1,3}`)
	arg := key.Draw(t, "arg")
	return step{
		kind:  rapid.SampledFrom([]string{"put", "put", "long", "delete", "get", "scan"}).Draw(t, "kind"),
		key:   key.Draw(t, "key"),
		arg:   arg,
		limit: rapid.IntRange(0, 4).Draw(t, "limit"),
	}
}

func (s step) value() string {
	if s.kind == "long" {
		return strings.Repeat(s.arg, 700)
	}
	return s.arg
}

func (s step) onModel(m model) {
	switch s.kind {
	case "put", "long":
		m[s.key] = s.value()
	case "delete":
		delete(m, s.key)
	}
}

// run does the step and compares what it shows with m, the state after it.
func (s step) run(t *rapid.T, tx storage.Tx, m model) error {
	switch s.kind {
	case "put", "long":
		return tx.Put([]byte(s.key), []byte(s.value()))
	case "delete":
		return tx.Delete([]byte(s.key))
	case "get":
		got, err := tx.Get([]byte(s.key))
		if want, ok := m[s.key]; string(got) != want || (got != nil) != ok {
			t.Errorf("Get(%s) = %q, want %q", s.key, got, want)
		}
		return err
	}
	got, err := scanAll(tx, []byte(s.key), []byte(s.arg), s.limit)
	if want := m.scan(s.key, s.arg, s.limit); !slices.Equal(got, want) {
		t.Errorf("Scan(%s, %s, %d) = %.20q, want %.20q", s.key, s.arg, s.limit, got, want)
	}
	return err
}
