package outbox

import (
	"context"
	"fmt"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// recorder keeps what went wrong instead of ending the test.
type recorder struct {
	testing.TB
	problems []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

func (r *recorder) Error(args ...any) { r.problems = append(r.problems, fmt.Sprint(args...)) }

// expect compares what stands in a channel.
func (w *world) expect(id string, s desk.Subject, want string) {
	w.t.Helper()
	if got := w.platform.in(channel(id), s); got != want {
		w.t.Errorf("%s about %s:\n got %s\nwant %s", id, s, got, want)
	}
}

// mustBeSound fails on what the platform noticed.
func (w *world) mustBeSound() {
	w.t.Helper()
	w.platform.mu.Lock()
	defer w.platform.mu.Unlock()
	for _, p := range w.platform.problems {
		w.t.Error(p)
	}
}

// mustRest fails unless nothing is left to do (I9), and the subject is settled.
func (w *world) mustRest(s desk.Subject) {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		out, _, err := outTable().Get(tx, outKey(s))
		if err != nil {
			return err
		}
		if !out.settled() {
			w.t.Errorf("%s is not settled: %+v", s, out)
		}
		err = intentTable().Scan(tx, nil, nil, 0, func(k storage.Key, i intentRecord) (bool, error) {
			w.t.Errorf("an intent is left: %v %+v", k, i)
			return true, nil
		})
		if err != nil {
			return err
		}
		return rowTable().Scan(tx, nil, nil, 0, func(k storage.Key, r rowRecord) (bool, error) {
			if r.State != failed {
				w.t.Errorf("a row is left: %v %+v", k, r)
			}
			return true, nil
		})
	})
	if err != nil {
		w.t.Error(err)
	}
}

// mustBeTold fails unless a channel was told all that it may be told, once, and
// its post shows the newest of it (I1, I2, I4, I7).
func (w *world) mustBeTold(s desk.Subject, ids ...string) {
	w.t.Helper()
	sub := w.read(s)
	for _, id := range ids {
		ch := channel(id)
		w.platform.mu.Lock()
		root := w.rootOf(ch, sub)
		shown, told := map[int]bool{}, 0
		var said []int
		for _, m := range w.platform.rooms[ch] {
			if m.subject == s {
				said = append(said, m.said...)
				for n := told + 1; n <= m.n && m.root == ""; n++ {
					shown[n] = true // by a post, the first or a fresh one
				}
				told = max(told, m.n)
			}
		}
		w.platform.mu.Unlock()
		want := sub.out.want(w.book.Places().isOps(ch))
		if root == nil {
			w.t.Errorf("%s was not told of %s", id, s)
			continue
		}
		if root.shown != want {
			w.t.Errorf("%s shows version %d of %s, want %d: %s", id, root.shown, s, want, w.platform.in(ch, s))
		}
		w.mustHaveSaid(sub, id, shown, said)
	}
}

// mustHaveSaid fails unless replies said, once each, what no post showed as it was made.
func (w *world) mustHaveSaid(s *subject, id string, shown map[int]bool, said []int) {
	w.t.Helper()
	heard := map[int]int{}
	for _, n := range said {
		heard[n]++
	}
	want := s.out.want(w.book.Places().isOps(channel(id)))
	void := s.scopeAt(want).Retracted
	for n := 1; n <= want; n++ {
		if shown[n] {
			continue
		}
		least := len(s.reply(n-1, n, true, desk.Normal).anns)
		if (void && n < want) || w.nights.sometimes[id] {
			least = 0
		}
		if heard[n] < least || heard[n] > 1 {
			w.t.Errorf("%s heard announcement %d of %s %d times: %s", id, n, s.id, heard[n], w.platform.in(channel(id), s.id))
		}
	}
}

// mustNotBeTold fails where a channel has anything about s.
func (w *world) mustNotBeTold(s desk.Subject, ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		w.expect(id, s, "")
	}
}

func (w *world) read(s desk.Subject) *subject {
	w.t.Helper()
	sub := &subject{id: s}
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		_, err := sub.refresh(tx, nil)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return sub
}
