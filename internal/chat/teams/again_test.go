package teams_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// presser presses a button again and again, each time as another activity.
type presser struct {
	*world
	first teamstest.Request
}

func (w *world) presser() presser {
	w.t.Helper()
	w.answerWith(func(chat.Request) chat.Reply { return withButtons("Answer.", "incident resolve 42") })
	w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
	r, err := w.fake.ClickRequest(teamstest.Click{Channel: teach, ID: w.newest(teach).ID, User: ann, Label: "Resolve INC-42"})
	if err != nil {
		w.t.Fatal(err)
	}
	return presser{w, r}
}

// presses returns the id of the request that a press makes.
func (p presser) presses() string {
	p.t.Helper()
	r, err := p.fake.Again(p.first)
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := p.fake.Send(p.t.Context(), r); err != nil {
		p.t.Fatal(err)
	}
	synctest.Wait()
	return p.last().ID
}

func TestAPressTakenAfterRunEndedIsRemembered(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.presser()
		w.stop() // the doors are still open
		id := p.presses()
		w.start()
		synctest.Wait()
		time.Sleep(30 * time.Second)
		if again := p.presses(); again != id {
			t.Errorf("one press has the ids %s and %s", id, again)
		}
	})
}

func TestThePressThatIsRememberedIsTheLast(t *testing.T) {
	for range 20 { // a memory hands its records out in any order
		inWorld(t, func(w *world) {
			p := w.presser()
			former := p.presses()
			time.Sleep(3 * time.Minute)
			id := p.presses()
			w.restart()
			synctest.Wait()
			if again := p.presses(); again != id || id == former {
				t.Errorf("after %s and %s it is %s", former, id, again)
			}
		})
	}
}

// A restart does not begin with the slots that were filled last.
func TestPressesOfManyRestartsAreRemembered(t *testing.T) {
	inWorld(t, func(w *world) {
		var all []presser
		var ids []string
		for range 5 {
			p := w.presser()
			all, ids = append(all, p), append(ids, p.presses())
			w.restart()
			time.Sleep(time.Second)
		}
		for n, p := range all {
			if again := p.presses(); again != ids[n] {
				t.Errorf("press %d was %s and is %s", n, ids[n], again)
			}
		}
	})
}
