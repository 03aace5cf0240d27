package teams

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"sync"
	"time"
)

// A button's activity that was not answered in time comes again: with its id after 15 s,
// and about 30 s later with another one (BotBuilder-dotnet issue 5005). The same person,
// card and data within pressedKept are the same press.
const pressedKept = 2 * time.Minute

// pressedSlots is how many presses outlast a restart, the newest.
const pressedSlots = 256

// press is one press of a button, by what tells it apart.
type press struct {
	Key string // of person, card and data
	ID  string // of the activity that brought it first
	At  time.Time
}

type presses struct {
	mu    sync.Mutex
	byKey map[string]press
	slot  int // filled last
	last  time.Time
}

func newPresses() presses { return presses{byKey: map[string]press{}} }

// once is the id of a press: that of the activity which brought it first. It is kept
// before it is carried out, as it may come again to who starts next.
func (c *Connection) once(ctx context.Context, a activity) string {
	sum := sha256.New()
	for _, part := range []string{a.From.ID, a.Conversation.ID, a.ReplyTo, a.Name, string(a.Value)} {
		_, _ = sum.Write([]byte(part + "\x00")) // never fails
	}
	key := hex.EncodeToString(sum.Sum(nil)[:16])
	one, slot := c.pressed.once(press{key, cmp.Or(a.ID, key), c.opt.Now().UTC()})
	if slot != "" {
		c.keep(ctx, pressedTable, slot, one)
	}
	return one.ID
}

// once returns the press as it came first, and where it is to be kept if that is now.
func (p *presses) once(one press) (first press, slot string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was, ok := p.byKey[one.Key]; ok && one.At.Sub(was.At) < pressedKept {
		return was, ""
	}
	for key, was := range p.byKey {
		if one.At.Sub(was.At) >= pressedKept {
			delete(p.byKey, key)
		}
	}
	p.byKey[one.Key] = one
	p.slot = (p.slot + 1) % pressedSlots
	return one, strconv.Itoa(p.slot)
}

// restore takes in a press as known before a restart. A button may have been pressed more
// than once: the last time counts.
func (p *presses) restore(slot string, one press) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n, err := strconv.Atoi(slot); err == nil && one.At.After(p.last) {
		p.slot, p.last = n, one.At
	}
	if was, known := p.byKey[one.Key]; !known || one.At.After(was.At) {
		p.byKey[one.Key] = one
	}
}
