package outbox

import (
	"cmp"
	"slices"

	"github.com/umassonline/belltower/storage"
)

// circles are the subjects whose circles have still to go round, by whom they have
// still to look at: a storm's many that wait for their turn in ops cost others nothing.
type circles struct{ ops, others map[*subject]bool }

func newCircles() circles { return circles{map[*subject]bool{}, map[*subject]bool{}} }

// reckon brings a subject's places in line with its circle.
func (c circles) reckon(s *subject) {
	place(c.ops, s, s.owesOps())
	place(c.others, s, s.owesOthers())
}

// drop takes out a subject that is over.
func (c circles) drop(s *subject) {
	delete(c.ops, s)
	delete(c.others, s)
}

func place(set map[*subject]bool, s *subject, in bool) {
	if in {
		set[s] = true
		return
	}
	delete(set, s)
}

// room is how many more chunks may be open, of ops channels and of others.
type room struct{ ops, others int }

// room is how many more chunks may be open, without those that have ended.
func (l *line) room(ended []*intent) room {
	r := room{opsOpen, chunksOpen}
	for _, i := range l.intents {
		switch {
		case i.Boot != l.boot || slices.Contains(ended, i):
		case i.ops:
			r.ops--
		default:
			r.others--
		}
	}
	return r
}

// nextTurns chooses whose circles make a step where there is room, at most so many:
// ops channels first, then urgent subjects, then whose last turn is longest ago; every
// fourth goes by that alone.
func (l *line) nextTurns(r room, most int) (turns []*subject) {
	if l.stopped() {
		return nil
	}
	consider := func(s *subject) {
		at := len(turns)
		for at > 0 && l.sooner(s, turns[at-1], r) {
			at--
		}
		if at < most {
			turns = slices.Insert(turns, at, s)
			turns = turns[:min(len(turns), most)]
		}
	}
	if r.ops > 0 {
		for s := range l.circles.ops {
			consider(s)
		}
	}
	if r.others > 0 {
		for s := range l.circles.others {
			if r.ops <= 0 || !l.circles.ops[s] { // else it was considered
				consider(s)
			}
		}
	}
	return turns
}

// turnsAtOnce bounds the circles that make a step in one transaction: each takes up to
// two writes, and reads three records and up to two posts of each ops channel.
func (l *line) turnsAtOnce() int {
	ops := l.engine.cfg.Book.Places().connection(l.name).Ops
	return max(1, min(storage.MaxWrites/4, storage.MaxReads/(3+2*len(ops))))
}

func (l *line) sooner(a, b *subject, r room) bool {
	if x, y := a.owesOps(), b.owesOps(); x != y && r.ops > 0 {
		return x
	}
	if x, y := a.urgent(), b.urgent(); x != y && l.chunks%oldestTurn != oldestTurn-1 {
		return x
	}
	return cmp.Or(a.turn-b.turn, noticeFirst(a.id, b.id), a.id.Number-b.id.Number) < 0
}
