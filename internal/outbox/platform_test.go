package outbox

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// platform is a chat platform in memory. It keeps what stands in its channels,
// fails as it is told to, and notes every post that should not have been made.
type platform struct {
	abil chat.Abilities
	// ables are the channels that can less or more than that.
	ables map[string]chat.Abilities
	now   func() time.Time
	// fault says what goes wrong with a call; nil: nothing ever does.
	fault func(kind string, d chat.Delivery) fault
	// allowed says why a post may not be made now; nil or empty: it may.
	allowed func(d chat.Delivery) string

	mu       sync.Mutex
	rooms    map[desk.Channel][]*message
	calls    map[string]int
	ids      int
	lag      time.Duration // how far the history is behind
	takes    int           // how many edits a post takes; 0: any number
	flat     string        // the channel that has no threads
	problems []string
	prepared map[*desk.Snapshot]bool
	checked  map[*desk.Snapshot]bool // it is what is stored
}

// message is one message in a channel.
type message struct {
	id        chat.PostID
	root      chat.PostID // of a reply
	subject   desk.Subject
	continues chat.PostID  // of a root: the post that it goes on with
	spent     bool         // it takes no more edits
	leads     bool         // a reply that has become the root
	n         int          // the version it was posted with
	shown     int          // the version a root's text shows,
	shows     desk.Subject // and of what
	said      []int        // what a reply says
	at        time.Time
	broadcast bool
	apart     bool // it stands in the channel itself
	reference bool
	edits     int
	ops       bool
}

// can is what can be done in a channel.
func (p *platform) can(ch desk.Channel) chat.Abilities {
	if one, ok := p.ables[ch.ID]; ok {
		return one
	}
	return p.abil
}

// fault is what goes wrong with one call; the zero fault is nothing.
type fault struct {
	err *chat.SendError
	// lost: the call takes effect although it fails; late: so long after.
	lost bool
	late time.Duration
	// hang: no answer comes.
	hang bool
}

func newPlatform(now func() time.Time) *platform {
	return &platform{
		abil: chat.Abilities{LookUp: true, Edit: true, Thread: true}, now: now,
		rooms: map[desk.Channel][]*message{}, calls: map[string]int{}, prepared: map[*desk.Snapshot]bool{}, checked: map[*desk.Snapshot]bool{},
	}
}

var ( // what platforms answer
	unknown  = &chat.SendError{Outcome: chat.Unknown, Reason: "connection lost"}
	notSent  = &chat.SendError{Outcome: chat.NotSent, Reason: "connection refused"}
	spent    = &chat.SendError{Outcome: chat.EditsSpent, Reason: "too many edits"}
	archived = &chat.SendError{Outcome: chat.Gone, Reason: "is_archived"}
	tooLong  = &chat.SendError{Outcome: chat.Refused, Reason: "msg_too_long"}
	revoked  = &chat.SendError{Outcome: chat.Locked, Reason: "token_revoked"}
)

func limited(after time.Duration) *chat.SendError {
	return &chat.SendError{Outcome: chat.NotSent, Limited: true, After: after, Reason: "ratelimited"}
}

// process is the platform as one process of ours reaches it: a dead one does not.
type process struct {
	*platform
	dead func() bool
	// boundary is called before and after a post or edit takes effect.
	boundary func()
	// stored is what the store holds of an announcement.
	stored func(s desk.Subject, n int) desk.Announcement
}

// Prepare notes what is rendered ahead.
func (p process) Prepare(d chat.Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prepared[d.Snapshot] = true
}

// checkStored notes a post of what is not stored, and counts roots that were rendered ahead.
func (p process) checkStored(d chat.Delivery) {
	p.mu.Lock()
	known := p.checked[d.Snapshot] && !p.prepared[d.Snapshot] // an earlier post of the same fan-out
	p.mu.Unlock()
	if p.dead() || known {
		return
	}
	is := p.stored(d.Subject, d.N)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checked[d.Snapshot] = true
	if !reflect.DeepEqual(*d.Snapshot, is.Snapshot) {
		p.problem("%s: %s at version %d says what is not stored: %+v, not %+v", d.Channel, d.Subject, d.N, *d.Snapshot, is.Snapshot)
	}
	if p.prepared[d.Snapshot] && d.Root == "" {
		p.calls["foreseen"]++
	}
}

func (p process) Post(ctx context.Context, d chat.Delivery) (chat.PostID, error) {
	p.checkStored(d)
	var id chat.PostID
	if err := p.call(ctx, "post", d, func() { id = p.store(d) }); err != nil {
		return "", err // it may yet be stored
	}
	return id, nil
}

func (p process) Apart(id chat.PostID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ch, room := range p.rooms {
		for _, m := range room {
			if m.id == id {
				return ch.ID == p.flat && m.root != ""
			}
		}
	}
	return false
}

func (p process) Edit(ctx context.Context, d chat.Delivery) error {
	return p.call(ctx, "edit", d, func() { p.edit(d) })
}

func (p process) Find(ctx context.Context, s chat.Sought) ([]chat.Found, error) {
	var found []chat.Found
	if err := p.call(ctx, "find", chat.Delivery{Channel: s.Channel, Subject: s.Subject}, func() { found = p.find(s) }); err != nil {
		return nil, err
	}
	return found, nil
}

func (p process) Reach(ctx context.Context, ch desk.Channel) error {
	return p.call(ctx, "reach", chat.Delivery{Channel: ch}, func() {})
}

// call makes a call go through, or fail as the platform's plan says.
func (p process) call(ctx context.Context, kind string, d chat.Delivery, effect func()) error {
	p.boundary()
	if p.dead() {
		return notSent
	}
	p.mu.Lock()
	p.calls[kind]++
	if p.allowed != nil && kind == "post" {
		if why := p.allowed(d); why != "" {
			p.problem("%s: %s at version %d: %s", d.Channel, d.Subject, d.N, why)
		}
	}
	var f fault
	if p.fault != nil {
		f = p.fault(kind, d)
	}
	f = p.spends(kind, d, f)
	switch {
	case f.late > 0:
		time.AfterFunc(f.late, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			effect()
		})
	case f.err == nil && !f.hang, f.lost:
		effect()
	}
	p.mu.Unlock()
	if f.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	p.boundary()
	if f.err != nil {
		return f.err
	}
	if p.dead() {
		return unknown
	}
	return nil
}

// spends has the root of an edit take no more edits where the fault says so, or once did.
func (p *platform) spends(kind string, d chat.Delivery, f fault) fault {
	if kind != "edit" {
		return f
	}
	m := p.message(d.Channel, d.Root)
	if m != nil && (f.err == spent || p.takes > 0 && m.edits >= p.takes) {
		m.spent = true
	}
	if m != nil && m.spent && (f.err == nil || f.lost || f.late > 0) && !f.hang {
		return fault{err: spent}
	}
	f.lost = f.lost && (m == nil || !m.spent)
	return f
}

func (p *platform) problem(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// store puts a post into its channel, and notes what is wrong with it.
func (p *platform) store(d chat.Delivery) chat.PostID {
	p.ids++
	m := &message{
		id: chat.PostID(fmt.Sprintf("m%d", p.ids)), root: d.Root, subject: d.Subject, n: d.N, shown: d.N, shows: d.Subject,
		at: p.now(), broadcast: d.Broadcast, apart: d.Root == "" || d.Broadcast || d.Channel.ID == p.flat, reference: d.Reference, ops: d.Ops, continues: d.Continues,
	}
	for _, a := range d.Said {
		m.said = append(m.said, a.N)
	}
	switch {
	case d.Reference: // a double that can be recognised
	case d.Root == "" && d.Continues != "":
		p.checkFresh(d)
	case d.Root == "":
		p.checkRoot(d)
	default:
		p.checkReply(d, m)
	}
	p.rooms[d.Channel] = append(p.rooms[d.Channel], m)
	return m.id
}

func (p *platform) checkRoot(d chat.Delivery) {
	if root := p.root(d.Channel, d.Subject); root != nil {
		p.problem("%s: a second post about %s at version %d; the first has %d", d.Channel, d.Subject, d.N, root.n)
	}
}

// checkFresh notes a fresh root for which there is no need.
func (p *platform) checkFresh(d chat.Delivery) {
	old := p.message(d.Channel, d.Continues)
	if old == nil || !old.spent {
		p.problem("%s: a fresh post about %s after %q, which takes edits", d.Channel, d.Subject, d.Continues)
		return
	}
	for _, m := range p.rooms[d.Channel] {
		switch {
		case m.continues == d.Continues:
			p.problem("%s: a second fresh post about %s at version %d; the first has %d", d.Channel, d.Subject, d.N, m.n)
		case m.subject == d.Subject && m.root == d.Continues && m.apart && m.n > old.shown && !m.spent:
			p.problem("%s: %s at version %d is posted, which was cried", d.Channel, d.Subject, d.N)
		}
	}
}

func (p *platform) checkReply(d chat.Delivery, m *message) {
	root := p.message(d.Channel, d.Root)
	if root == nil {
		p.problem("%s: a reply about %s without a post", d.Channel, d.Subject)
		return
	}
	told := 0
	for _, x := range p.rooms[d.Channel] {
		if x.subject == d.Subject {
			told = max(told, x.n)
		}
	}
	if len(m.said) == 0 || m.said[0] <= told || !slices.IsSorted(m.said) {
		p.problem("%s: a reply about %s says %v after %d was told", d.Channel, d.Subject, m.said, told)
	}
}

// message returns the root with an id, which may be a reply in the channel itself to one
// that takes no more edits; nil: there is none.
func (p *platform) message(ch desk.Channel, id chat.PostID) *message {
	for _, m := range p.rooms[ch] {
		if m.id != id {
			continue
		}
		if m.root == "" {
			return m
		}
		if old := p.message(ch, m.root); m.apart && old != nil && old.spent {
			m.leads = true
			return m
		}
	}
	return nil
}

func (p *platform) edit(d chat.Delivery) {
	if m := p.message(d.Channel, d.Root); m != nil {
		m.shown, m.shows = d.N, d.Subject
		m.edits++
		if d.Continues == "" && (m.leads || m.continues != "") {
			p.problem("%s: an edit of %q does not say what it goes on with", d.Channel, d.Root)
		}
		return
	}
	p.problem("%s: an edit of %q, which is not there", d.Channel, d.Root)
}

func (p *platform) find(s chat.Sought) (found []chat.Found) {
	for _, m := range p.rooms[s.Channel] {
		if m.subject == s.Subject && m.root == s.Root && (m.continues == "" || m.continues == s.Continues) && !m.at.Before(s.Since) && !m.at.After(p.now().Add(-p.lag)) {
			found = append(found, chat.Found{ID: m.id, N: m.n, At: m.at, Apart: m.apart})
		}
	}
	return found
}

// root returns the post about s in a channel: the first, or the last that goes on with
// it; nil: there is none.
func (p *platform) root(ch desk.Channel, s desk.Subject) (root *message) {
	for _, m := range p.rooms[ch] {
		fresh := root != nil && (m.leads || m.continues != "")
		if m.subject == s && (m.root == "" || m.leads) && (root == nil || fresh) {
			root = m
		}
	}
	return root
}

// in returns what stands in a channel about s, as people would retell it:
// "post 1 shows 3; says 2 3".
func (p *platform) in(ch desk.Channel, s desk.Subject) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := ""
	for _, m := range p.rooms[ch] {
		switch {
		case m.subject != s:
			continue
		case out != "":
			out += "; "
		}
		switch {
		case m.leads && m.edits > 0 && m.broadcast:
			out += fmt.Sprintf("cries %v, shows %d", m.said, m.shown)
		case m.leads && m.edits > 0:
			out += fmt.Sprintf("says %v, shows %d", m.said, m.shown)
		case m.root != "" && m.broadcast:
			out += fmt.Sprintf("cries %v", m.said)
		case m.root != "":
			out += fmt.Sprintf("says %v", m.said)
		case m.continues != "" && m.shown != m.n:
			out += fmt.Sprintf("fresh post %d shows %d", m.n, m.shown)
		case m.continues != "":
			out += fmt.Sprintf("fresh post %d", m.n)
		case m.shown != m.n:
			out += fmt.Sprintf("post %d shows %d", m.n, m.shown)
		default:
			out += fmt.Sprintf("post %d", m.n)
		}
		if m.reference {
			out += " (with reference)"
		}
	}
	return out
}
