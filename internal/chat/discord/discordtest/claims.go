package discordtest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// Story checks that everything posted while it runs was expected. Make it before the bot
// is started, so that its check at the end of the test runs after the bot has stopped.
type Story struct {
	s        *Server
	t        testing.TB
	patience time.Duration

	mu      sync.Mutex
	began   uint64 // ids before are none of its business
	claimed map[ID]bool
	reached map[ID]uint64 // by channel: where the last claim in order was
}

// Claim describes a message that is expected. All that is set must hold.
type Claim struct {
	Text     string             // part of what it reads
	Where    func(Message) bool // anything else
	To       ID                 // seen by this person alone; "" = by everybody
	AnyOrder bool               // it may stand before messages that were claimed already
}

// NewStory begins a story: at the end of the test it fails if a message was stored that
// no [Story.Expect] claimed, and shows the channel. Answers that only the person who
// asked sees need no claim.
func NewStory(t testing.TB, s *Server) *Story {
	t.Helper()
	st := &Story{s: s, t: t, patience: 30 * time.Second, claimed: map[ID]bool{}, reached: map[ID]uint64{}}
	s.mu.Lock()
	st.began = s.last
	s.mu.Unlock()
	t.Cleanup(st.NothingElse)
	return st
}

// Patience sets how long Expect waits, in real time (in a synctest bubble: the
// bubble's); the default is 30 s.
func (st *Story) Patience(d time.Duration) { st.patience = d }

// Type types a line and ends the test if the bot is unreachable, late or answers with
// something that Discord would not show as meant.
func (st *Story) Type(channel, user ID, line string) Answer {
	st.t.Helper()
	a, err := st.s.Type(st.t.Context(), Command{Channel: channel, User: user, Line: line})
	return st.sound(line, a, err)
}

// Click presses a button of a message, as strictly as [Story.Type].
func (st *Story) Click(m Message, user ID, button string) Answer {
	st.t.Helper()
	a, err := st.s.Click(st.t.Context(), Click{Channel: m.Channel, Message: m.ID, User: user, Button: button})
	return st.sound("click "+button, a, err)
}

// Submit fills in and sends the form that a person sees, as strictly.
func (st *Story) Submit(user ID, fill Fill) Answer {
	st.t.Helper()
	a, err := st.s.Submit(st.t.Context(), user, fill)
	return st.sound("submit a form", a, err)
}

// Form is the form that a person sees; the test ends where they see none.
func (st *Story) Form(user ID) Form {
	st.t.Helper()
	f, ok := st.s.Form(user)
	if !ok {
		st.t.Fatalf("%s sees no form", user)
	}
	return f
}

func (st *Story) sound(what string, a Answer, err error) Answer {
	st.t.Helper()
	if err != nil || a.Late || a.Status != 0 && a.Status != 200 && a.Status != 202 || len(a.Problems) > 0 {
		st.t.Fatalf("%s: %v, late %v, status %d, %s %q", what, err, a.Late, a.Status, a.Problems, a.Body)
	}
	return a
}

// Expect waits for a message with the text and claims it. Within a channel messages are
// claimed in the order they were posted in.
func (st *Story) Expect(channel ID, text string) Message {
	st.t.Helper()
	return st.ExpectClaim(channel, Claim{Text: text})
}

// ExpectClaim waits for a message as described and claims it; the test ends with the
// channel's transcript if none comes. A thread is a channel by its root's id.
func (st *Story) ExpectClaim(channel ID, c Claim) Message {
	st.t.Helper()
	var found Message
	st.wait(channel, fmt.Sprintf("a message in %s with %q", channel, c.Text), func() bool {
		var ok bool
		found, ok = st.take(channel, c)
		return ok
	})
	return found
}

// ExpectEdit waits until a claimed message reads text, after an edit or as it was posted.
func (st *Story) ExpectEdit(m Message, text string) Message {
	st.t.Helper()
	var found Message
	st.wait(m.Channel, fmt.Sprintf("message %s in %s to read %q", m.ID, m.Channel, text), func() bool {
		for _, now := range st.s.Messages(m.Channel) {
			if now.ID == m.ID && strings.Contains(now.Reads(), text) {
				found = now
				return true
			}
		}
		return false
	})
	return found
}

// ExpectEverywhere claims one message with the text in each channel.
func (st *Story) ExpectEverywhere(channels []ID, text string) {
	st.t.Helper()
	for _, id := range channels {
		st.Expect(id, text)
	}
}

func (st *Story) wait(channel ID, what string, cond func() bool) {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), st.patience)
	defer cancel()
	if st.s.Wait(ctx, cond) != nil {
		st.t.Fatalf("waited %v for %s; the channel has:\n%s", st.patience, what, st.s.Transcript(channel))
	}
}

// take claims the first fitting message that is not claimed yet.
func (st *Story) take(channel ID, c Claim) (Message, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, m := range st.s.Messages(channel) {
		early := !c.AnyOrder && m.ID.number() < st.reached[channel]
		if early || !st.concerns(m) || st.claimed[m.ID] || !c.fits(m) {
			continue
		}
		st.claimed[m.ID] = true
		st.reached[channel] = max(st.reached[channel], m.ID.number())
		return m, true
	}
	return Message{}, false
}

func (c Claim) fits(m Message) bool {
	return m.To == c.To && strings.Contains(m.Reads(), c.Text) && (c.Where == nil || c.Where(m))
}

// concerns says whether a message must be claimed: the bot stored it during the story,
// and not as a private answer.
func (st *Story) concerns(m Message) bool {
	return m.Bot && (m.Via != "answer" || m.To == "") && m.ID.number() > st.began
}

// Unclaimed returns what nobody has expected so far.
func (st *Story) Unclaimed() (out []Message) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, id := range st.s.channelIDs() {
		for _, m := range st.s.Messages(id) {
			if st.concerns(m) && !st.claimed[m.ID] {
				out = append(out, m)
			}
		}
	}
	return out
}

// NothingElse fails the test if there is by now a message that nobody expected. The end
// of the test checks it, too.
func (st *Story) NothingElse() {
	st.t.Helper()
	shown := map[ID]bool{}
	for _, m := range st.Unclaimed() {
		st.t.Errorf("nobody expected this in %s: %s", m.Channel, line(m))
		if !shown[m.Channel] {
			st.t.Logf("%s", st.s.Transcript(m.Channel))
		}
		shown[m.Channel] = true
	}
}
