package outbox

import (
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// incident makes announcements 1 (declared), 2 (updated), 3 (updated), 4
// (impact, corrected in place) of an incident, and 5, which resolves or retracts.
func incident(t *testing.T, retract bool) *subject {
	t.Helper()
	act := desk.Act{At: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	var changes []desk.Change
	add := func(c desk.Change, err error) desk.Incident {
		if err != nil {
			t.Fatal(err)
		}
		changes = append(changes, c)
		return c.Incident
	}
	i := add(desk.Declare(1, desk.Declaration{
		Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Impact: desk.Major, Title: "Learn", Text: "We look.",
	}, act))
	i = add(i.Update(desk.Progress{Text: "We work."}, act))
	i = add(i.Update(desk.Progress{Text: "We still work."}, act))
	i = add(i.SetTitle("Learn is down", act))
	if retract {
		add(i.Retract("", act))
	} else {
		add(i.Resolve("It works.", act))
	}
	s := &subject{id: i.Subject()}
	for k, c := range changes {
		a := *c.Announce
		a.N = k + 1
		s.anns = append(s.anns, &a)
	}
	return s
}

// Each line of the protocol's table, in its order.
func TestNext(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 10, 0, 0, time.UTC)
	later, earlier := now.Add(3*time.Second), now.Add(-time.Minute)
	full := chat.Abilities{LookUp: true, Edit: true, Thread: true}
	blind := chat.Abilities{Edit: true, Thread: true}
	posted := Post{Root: "m1", Told: 1, Shown: 1}
	for _, tt := range []struct {
		name    string
		rel     int
		retract bool
		abil    chat.Abilities
		lane    func(l *lane, j *job)
		do      action
		until   time.Time
		n       int
		said    []int
		cries   bool
		mark    bool
	}{
		{name: "1 a call is outstanding", rel: 1, abil: full, do: wait,
			lane: func(l *lane, j *job) { l.busy, j.open, j.mine = true, 1, 1 }},
		{name: "1 the connection is held or down", rel: 1, abil: full, do: wait,
			lane: func(l *lane, j *job) { l.stopped, j.open, j.mine = true, 1, 1 }},
		{name: "1 the platform said to wait", rel: 1, abil: full, do: wait, until: later,
			lane: func(l *lane, j *job) { l.notBefore, j.open, j.mine = later, 1, 1 }},
		{name: "1 one message a second", rel: 1, abil: full, do: wait, until: later,
			lane: func(l *lane, j *job) { l.nextPost, j.open, j.mine = later, 1, 1 }},
		{name: "2 the channel is gone", rel: 1, abil: full, do: suspend,
			lane: func(l *lane, j *job) { l.gone, j.open, j.mine = true, 1, 1 }},
		{name: "3 a receipt is not yet on disk", rel: 2, abil: full, do: wait,
			lane: func(l *lane, j *job) { j.pending, j.open, j.mine = true, 2, 2 }},
		{name: "4 a doubt is young", rel: 1, abil: full, do: wait, until: later,
			lane: func(l *lane, j *job) { j.doubt, j.look, j.open, j.mine = doubtful, later, 1, 1 }},
		{name: "5 a doubt has aged", rel: 1, abil: full, do: lookUp,
			lane: func(l *lane, j *job) { j.doubt, j.look, j.open, j.mine = doubtful, earlier, 1, 1 }},
		{name: "5 it was absent once", rel: 1, abil: full, do: lookUp,
			lane: func(l *lane, j *job) { j.doubt, j.look, j.open, j.mine = lookedOnce, earlier, 1, 1 }},
		{name: "6 no root, and nobody can look", rel: 1, abil: blind, do: repeat,
			lane: func(l *lane, j *job) { j.doubt, j.look, j.open, j.mine = doubtful, earlier, 1, 1 }},
		{name: "6 looking is refused", rel: 1, abil: full, do: repeat,
			lane: func(l *lane, j *job) { j.blind, j.doubt, j.look, j.open, j.mine = true, doubtful, earlier, 1, 1 }},
		{name: "7 a routine reply that nobody can look up", rel: 3, abil: blind, do: forget, n: 2,
			lane: func(l *lane, j *job) {
				j.post, j.doubt, j.look, j.open, j.mine = posted, doubtful, earlier, 2, 2
			}},
		{name: "7 an end that nobody can look up", rel: 5, abil: blind, do: repeat,
			lane: func(l *lane, j *job) {
				j.post, j.doubt, j.look, j.open, j.mine = posted, doubtful, earlier, 5, 5
			}},
		{name: "8 open as due, or under an earlier process", rel: 1, abil: full, do: sendRoot, n: 1, mark: true,
			lane: func(l *lane, j *job) { j.open = 1 }},
		{name: "9 no root: the newest state", rel: 3, abil: full, do: sendRoot, n: 3,
			lane: func(l *lane, j *job) { j.open, j.mine = 1, 1 }},
		{name: "9 begun and ended meanwhile: one post", rel: 5, abil: full, do: sendRoot, n: 5,
			lane: func(l *lane, j *job) { j.open, j.mine = 1, 1 }},
		{name: "9 it matches no more", rel: 1, abil: full, do: drop,
			lane: func(l *lane, j *job) { j.unmatched, j.open, j.mine = true, 1, 1 }},
		{name: "9 nothing was released", rel: 0, abil: full, do: drop,
			lane: func(l *lane, j *job) { j.open, j.mine = 1, 1 }},
		{name: "9 ops hears in the grace", rel: 0, abil: full, do: sendRoot, n: 5,
			lane: func(l *lane, j *job) { l.ops, j.open, j.mine = true, 5, 5 }},
		{name: "9 retracted, and a copy may be there", rel: 5, retract: true, abil: blind, do: sendRoot, n: 5, said: []int{5}, cries: true,
			lane: func(l *lane, j *job) { j.unmatched, j.copies, j.open, j.mine = true, 1, 1, 1 }},
		{name: "10 all that is unsaid in one reply", rel: 3, abil: full, do: sendReply, n: 3, said: []int{2, 3},
			lane: func(l *lane, j *job) { j.post, j.open, j.mine = posted, 2, 2 }},
		{name: "10 the end is for the channel", rel: 5, abil: full, do: sendReply, n: 5, said: []int{2, 3, 5}, cries: true,
			lane: func(l *lane, j *job) { j.post, j.open, j.mine = posted, 5, 5 }},
		{name: "10 a retraction stands alone", rel: 5, retract: true, abil: full, do: sendReply, n: 5, said: []int{5}, cries: true,
			lane: func(l *lane, j *job) { j.post, j.open, j.mine = posted, 5, 5 }},
		{name: "10 nobody can look: no fold beyond what is on disk", rel: 3, abil: blind, do: sendReply, n: 2, said: []int{2},
			lane: func(l *lane, j *job) { j.post, j.open, j.mine = posted, 2, 2 }},
		{name: "10 nothing to say", rel: 4, abil: full, do: skip, n: 4,
			lane: func(l *lane, j *job) { j.post, j.open, j.mine = Post{Root: "m1", Told: 3, Shown: 3}, 4, 4 }},
		{name: "10 no threads: only what is for the channel", rel: 5, abil: chat.Abilities{}, do: sendReply, n: 5, said: []int{5}, cries: true,
			lane: func(l *lane, j *job) { j.post, j.open, j.mine = posted, 5, 5 }},
		{name: "10 before it the wait of the last try", rel: 3, abil: full, do: wait, until: later,
			lane: func(l *lane, j *job) { j.post, j.open, j.mine, j.notBefore = posted, 2, 2, later }},
		{name: "11 all is said, the text is old", rel: 3, abil: full, do: sendEdit, n: 3,
			lane: func(l *lane, j *job) { j.post, j.editing = Post{Root: "m1", Told: 3, Shown: 1}, true }},
		{name: "11 ops needs no round", rel: 3, abil: full, do: sendEdit, n: 5,
			lane: func(l *lane, j *job) { l.ops, j.post = true, Post{Root: "m1", Told: 5, Shown: 1} }},
		{name: "11 an older edit may take effect late", rel: 3, abil: full, do: wait, until: later,
			lane: func(l *lane, j *job) {
				j.post, j.editing, j.noEdit = Post{Root: "m1", Told: 3, Shown: 1}, true, later
			}},
		{name: "11 nothing can be edited", rel: 3, abil: chat.Abilities{LookUp: true}, do: leave,
			lane: func(l *lane, j *job) { j.post, j.editing = Post{Root: "m1", Told: 3, Shown: 1}, true }},
		{name: "12 nothing is left", rel: 3, abil: full, do: leave,
			lane: func(l *lane, j *job) { j.post = Post{Root: "m1", Told: 3, Shown: 3} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := incident(t, tt.retract)
			s.out = outRecord{N: 5, Rel: tt.rel}
			l := &lane{abil: tt.abil}
			l.jobs = []*job{{lane: l, of: s}}
			tt.lane(l, l.jobs[0])
			v := next(now, l)
			var said []int
			for _, a := range v.anns {
				said = append(said, a.N)
			}
			if v.do != tt.do || !v.until.Equal(tt.until) || v.n != tt.n || !slices.Equal(said, tt.said) || v.broadcast != tt.cries || v.mark != tt.mark {
				t.Errorf("got do %d until %v n %d said %v broadcast %v mark %v,\nwant do %d until %v n %d said %v broadcast %v mark %v",
					v.do, v.until, v.n, said, v.broadcast, v.mark, tt.do, tt.until, tt.n, tt.said, tt.cries, tt.mark)
			}
		})
	}
}

// Of two subjects in one lane, what reaches the channel goes before what is said
// in a thread, and what waits does not stand in the way.
func TestNextOfTwo(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 10, 0, 0, time.UTC)
	l := &lane{abil: chat.Abilities{LookUp: true, Edit: true, Thread: true}}
	reply := &job{lane: l, of: incident(t, false), post: Post{Root: "m1", Told: 1, Shown: 1}, open: 2, mine: 2, since: now.Add(-time.Hour)}
	reply.of.out = outRecord{N: 5, Rel: 2}
	opening := &job{lane: l, of: incident(t, false), open: 1, mine: 1, since: now}
	opening.of.out = outRecord{N: 5, Rel: 1}
	l.jobs = []*job{reply, opening}
	if v := next(now, l); v.job != opening || v.do != sendRoot {
		t.Errorf("got %d of %v, want the opening", v.do, v.job == opening)
	}
	opening.doubt, opening.look = doubtful, now.Add(settleTime)
	if v := next(now, l); v.job != reply || v.do != sendReply {
		t.Errorf("got %d, want the reply while the opening is in doubt", v.do)
	}
}

// A limit of one method delays what that method does: posts wait for none but their
// own. A limit of all, or a pause that no limit asks for, stops the channel.
func TestWhatALimitDelays(t *testing.T) {
	until := time.Date(2026, 11, 22, 4, 0, 30, 0, time.UTC)
	for _, tt := range []struct {
		do       action
		ofMethod bool
		all      bool
	}{
		{sendRoot, true, true}, {sendReply, true, true}, {sendEdit, true, false}, {lookUp, true, false},
		{sendEdit, false, true}, {lookUp, false, true},
	} {
		j := &job{lane: &lane{}}
		c := &call{job: j, plan: verdict{do: tt.do}}
		c.rest(until, tt.ofMethod)
		if all := j.lane.notBefore.Equal(until); all != tt.all || !all && j.noEdit != until && j.look != until {
			t.Errorf("%d, of its method: %v: the channel waits: %v, edits until %v, looks until %v", tt.do, tt.ofMethod, all, j.noEdit, j.look)
		}
	}
}
