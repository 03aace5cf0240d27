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
	mu     sync.Mutex
	byKey  map[string]press
	next   int // slot
	unkept []press
	wake   chan struct{}
}

func newPresses() presses { return presses{byKey: map[string]press{}, wake: make(chan struct{}, 1)} }

// once is the id of a press: that of the activity which brought it first.
func (c *Connection) once(a activity) string {
	sum := sha256.New()
	for _, part := range []string{a.From.ID, a.Conversation.ID, a.ReplyTo, a.Name, string(a.Value)} {
		_, _ = sum.Write([]byte(part + "\x00")) // never fails
	}
	key := hex.EncodeToString(sum.Sum(nil)[:16])
	return c.pressed.once(press{key, cmp.Or(a.ID, key), c.opt.Now().UTC()})
}

func (p *presses) once(one press) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was, ok := p.byKey[one.Key]; ok && one.At.Sub(was.At) < pressedKept {
		return was.ID
	}
	for key, was := range p.byKey {
		if one.At.Sub(was.At) >= pressedKept {
			delete(p.byKey, key)
		}
	}
	p.byKey[one.Key] = one
	p.unkept = append(p.unkept, one)
	signal(p.wake)
	return one.ID
}

// restore takes in a press as known before a restart.
func (p *presses) restore(_ string, one press) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, newer := p.byKey[one.Key]; !newer {
		p.byKey[one.Key] = one
	}
}

func (p *presses) take() (slot string, one press, some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.unkept) == 0 {
		return "", press{}, false
	}
	one, p.unkept = p.unkept[0], p.unkept[1:]
	p.next = (p.next + 1) % pressedSlots
	return strconv.Itoa(p.next), one, true
}

// keepPressed keeps what was pressed, beside carrying it out.
func (c *Connection) keepPressed(ctx context.Context) {
	for ctx.Err() == nil {
		wait(ctx, c.pressed.wake, time.Hour)
		for slot, one, some := c.pressed.take(); some; slot, one, some = c.pressed.take() {
			c.keep(ctx, pressedTable, slot, one)
		}
	}
}
