package outbox

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// An incident is one post in each channel, an update is said in its thread and
// shown in the post, the end is cried to the channel.
func TestStoryOneIncident(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribe("", "math", "physics")
		w.subscribe(desk.Critical, "dean")
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(time.Second)
		w.expect("ops", s, "post 1")
		w.expect("math", s, "post 1")
		w.expect("physics", s, "post 1")
		w.expect("dean", s, "")
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 2; says [2]")
		w.expect("ops", s, "post 1 shows 2; says [2]")
		w.resolve(s)
		w.pass(20 * time.Second)
		w.expect("math", s, "post 1 shows 3; says [2]; cries [3]")
		w.expect("dean", s, "")
		w.mustRest(s)
	})
}
