package outbox

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage/boltdb"
)

// A backup that was taken while things were due: after it was restored they are not
// told, and what is announced next is, once, to everybody.
func TestARestoredStoreTellsNothingOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.close()
		told, untold := numbered(120), []string{"later"}
		w.subscribe("", told...)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(3 * time.Minute)
		w.mustBeTold(s, told...)
		w.stop()

		w.say(s, 0) // nobody tells it
		w.subscribe("", untold...)
		held := w.declare(desk.Critical, 10*time.Second)
		over := w.declare(desk.Minor, 0)
		w.resolve(over)
		due, err := w.book.Restore(context.Background(), w.store, Gap{From: time.Now(), To: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]desk.Subject{s, held, over}, due); diff != "" {
			t.Errorf("due (-want +got):\n%s", diff)
		}

		w.start()
		w.pass(10 * time.Minute)
		for _, id := range append(append(untold, told...), "ops") {
			w.mustNotBeTold(held, id)
			w.mustNotBeTold(over, id)
		}
		w.expect("later", s, "")
		w.expect("c0000", s, "post 1 shows 2") // the text is put right, silently
		w.mustRest(s)
		w.mustRest(over)

		w.resolve(s)
		w.say(held, 0)
		w.pass(10 * time.Minute)
		w.expect("c0000", s, "post 1 shows 3; cries [3]")
		w.expect("c0119", held, "post 2")
		w.expect("later", held, "post 2")
		w.expect("ops", held, "post 2")
		w.mustRest(s)
		w.mustRest(held)
	})
}

// rewind puts a backup of the store in its place, as a restore does, and
// returns what that leaves to a person.
func (w *world) rewind(backup string, gap Gap) (due []desk.Subject) {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	store, err := boltdb.Open(backup, boltdb.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = store
	due, err = w.book.Restore(context.Background(), w.store, gap)
	if err != nil {
		w.t.Fatal(err)
	}
	return due
}

// What quiet hours keep back is told at their end if they last still after a restore;
// else it may have been told already, and somebody has to look.
func TestRestoredAtNight(t *testing.T) {
	for _, at := range []int{5, 8} {
		inWorld(t, func(w *world) {
			w.subscribeAs("night", desk.Normal, overnight())
			w.start()
			w.until(3, 0)
			over, open := w.declare(desk.Major, 0), w.declare(desk.Major, 0)
			w.pass(time.Minute)
			w.resolve(over)
			w.pass(time.Minute)
			backup, from := w.backup(), time.Now()
			w.stop()
			w.until(at, 0)
			due := w.rewind(backup, Gap{From: from, To: time.Now()})
			w.start()
			w.until(9, 0)
			if at == 5 {
				w.mustHaveMissed("night", "missed: INC-1 over; ")
				w.expect("night", open, "post 1")
				due = append(due, over, open)
			}
			if diff := cmp.Diff([]desk.Subject{over, open}, due); diff != "" {
				t.Errorf("restored at %d, due (-want +got):\n%s", at, diff)
			}
			w.mustHaveCaughtUp()
		})
	}
}

// backup copies the store, and returns where to.
func (w *world) backup() string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "backup.db")
	if err := boltdb.WriteWhole(path, w.store.(*boltdb.DB).Backup); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// A channel that an incident was opened in after the backup has one post about it all
// the same: it is found, and what is told next goes there.
func TestAPostOfTheGapGoesOn(t *testing.T) {
	for _, tc := range []struct {
		name  string
		gap   func(w *world, s desk.Subject)
		next  func(w *world, s desk.Subject)
		blind bool
		want  string // in a channel and in ops
	}{
		{"an update", nil, func(w *world, s desk.Subject) { w.say(s, 0) }, false, "post 1 shows 2; says [2]"},
		{"the end", nil, (*world).resolve, false, "post 1 shows 2; cries [2]"},
		{"taken back", nil, (*world).retract, false, "post 1 shows 2; cries [2]"},
		{"an update in the gap too", func(w *world, s desk.Subject) { w.say(s, 0) }, func(w *world, s desk.Subject) { w.say(s, 0) }, false, "post 1 shows 2; says [2]; says [2]"},
		{"a crash at once", nil, func(w *world, s desk.Subject) { w.say(s, 0); w.pass(50 * time.Millisecond); w.crash() }, false, "post 1 shows 2; says [2]"},
		{"restored twice", nil, func(w *world, s desk.Subject) {
			w.stop()
			w.rewind(w.backup(), Gap{From: time.Now(), To: time.Now()})
			w.start()
			w.say(s, 0)
		}, false, "post 1 shows 2; says [2]"},
		{"nothing can be looked up", nil, func(w *world, s desk.Subject) { w.say(s, 0) }, true, "post 1; post 2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				defer w.close()
				w.platform.abil.LookUp = !tc.blind
				w.subscribe("", "told")
				s := w.declare(desk.Major, 0)
				backup, state, from := w.backup(), w.state[s], time.Now()
				w.start()
				w.pass(time.Minute)
				if tc.gap != nil {
					tc.gap(w, s)
					w.pass(time.Minute)
				}
				w.stop()
				w.pass(24 * time.Hour)

				w.rewind(backup, Gap{From: from, To: time.Now()})
				w.state[s] = state
				w.start()
				w.pass(time.Minute)
				w.subscribe("", "new")
				w.pass(time.Minute)
				tc.next(w, s)
				w.pass(10 * time.Minute)
				w.expect("told", s, tc.want)
				w.expect("ops", s, tc.want)
				if got := w.platform.in(channel("new"), s); strings.Count(got, "post") != 1 {
					t.Errorf("who subscribed after it has: %s", got)
				}
				w.mustRest(s)
			})
		})
	}
}
