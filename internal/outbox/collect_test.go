package outbox

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// interrupting is a store before whose k-th commit something happens.
type interrupting struct {
	storage.DB
	k    int
	then func()
}

func (i *interrupting) Background(ctx context.Context, fn func(storage.Tx) error) error {
	if i.k--; i.k == 0 {
		i.then()
	}
	return i.DB.Background(ctx, fn)
}

// collectWith collects s with another store in place of the engine's.
func (w *world) collectWith(db storage.DB, s desk.Subject) error {
	cfg := w.engine.cfg
	cfg.DB = db
	c := &clerk{engine: &Engine{cfg: cfg, lines: w.engine.lines}}
	if err := c.remove(context.Background(), s, time.Now()); err != nil {
		return err
	}
	c.tell(news{of: map[desk.Subject]bool{s: true}})
	return nil
}

// An incident that is opened again while its records are collected, or before, is
// told as ever.
func TestReopenedWhileItIsCollected(t *testing.T) {
	for k := 1; k <= 6; k++ {
		t.Run(fmt.Sprint(k), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.subscribe("", "a", "b")
				w.start()
				s := w.declare(desk.Major, 0)
				w.pass(time.Minute)
				w.resolve(s)
				w.pass(time.Hour)
				reopen := func() {
					c, err := w.state[s].Reopen("It fails again.", w.act())
					w.announce(c, err, 0)
				}
				err := w.collectWith(&interrupting{DB: w.store, k: k, then: reopen}, s)
				if err != nil {
					t.Fatal(err)
				}
				if !w.state[s].IsOpen() {
					reopen() // it took fewer commits
				}
				w.pass(time.Minute)
				w.say(s, 0)
				w.pass(time.Minute)
				for _, id := range []string{"ops", "a", "b"} {
					switch in := w.platform.in(channel(id), s); in {
					case "post 1 shows 4; cries [2]; cries [3]; says [4]": // its post is known still,
					case "post 1 shows 2; cries [2]; post 3 shows 4; says [4]": // or forgotten
					default:
						t.Errorf("%s was told: %s", id, in)
					}
				}
				w.mustRest(s)
				w.platform.problems = nil // a second post is right where the first is forgotten
			})
		})
	}
}

// A connection that is back when what it has not heard the end of is forgotten goes on
// without it.
func TestBackWhenAllIsForgotten(t *testing.T) {
	inWorld(t, func(w *world) {
		here, away := Connection{Name: campus, Ops: []string{"ops"}}, Connection{Name: "boston", Ops: []string{"duty"}}
		w.places(here, away)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.stop()
		w.places(here)
		w.start()
		w.resolve(s)
		w.pass(32 * 24 * time.Hour)
		w.stop()
		w.places(here, away)
		w.start()
		w.pass(time.Minute)
		w.mustRest(s)
	})
}
