package slacktest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Story checks that everything posted while it runs was expected. Make it
// before the bot is started, so that its check at the end of the test runs
// after the bot has stopped (cleanups run in reverse order).
type Story struct {
	s        *Server
	t        testing.TB
	patience time.Duration

	mu      sync.Mutex
	began   map[ChannelID]TS // what was there before is none of its business
	claimed map[ChannelID]map[TS]bool
	reached map[ChannelID]TS // where the last claim in order was
}

// Claim describes a message that is expected. All that is set must hold.
type Claim struct {
	Text     string             // part of what it reads, notification text or blocks
	Where    func(Message) bool // anything else
	To       UserID             // seen by this person alone; "" = by everybody
	InThread TS                 // a reply to this root; "" = no matter
	AnyOrder bool               // it may stand before messages that were claimed already
}

// NewStory begins a story: at the end of the test it fails if a message was
// stored that no [Story.Expect] claimed, or one without a notification text,
// and shows the channel. Answers that only the person who typed a command sees
// are the business of that command's caller and need no claim.
func NewStory(t testing.TB, s *Server) *Story {
	t.Helper()
	st := &Story{s: s, t: t, patience: 30 * time.Second, began: map[ChannelID]TS{},
		claimed: map[ChannelID]map[TS]bool{}, reached: map[ChannelID]TS{}}
	s.mu.Lock()
	for id, ch := range s.channels {
		st.began[id] = formatTS(ch.lastTS)
	}
	s.mu.Unlock()
	t.Cleanup(st.NothingElse)
	return st
}

// Patience sets how long Expect waits, in real time (in a synctest bubble: the
// bubble's); the default is 30 s.
func (st *Story) Patience(d time.Duration) { st.patience = d }

// Type types a line and ends the test if the bot is unreachable, late or
// answers with other than 200 or something that Slack would not show as meant.
func (st *Story) Type(channel ChannelID, user UserID, line string) Answer {
	st.t.Helper()
	a, err := st.s.Type(st.t.Context(), Command{Channel: channel, User: user, Line: line})
	return st.sound(line, a, err)
}

// Click presses a button of a message, as strictly as [Story.Type].
func (st *Story) Click(m Message, user UserID, action string) Answer {
	st.t.Helper()
	a, err := st.s.Click(st.t.Context(), Click{Channel: m.Channel, TS: m.TS, User: user, Action: action})
	return st.sound("click "+action, a, err)
}

// Submit fills in and sends the form that a person sees on top, as strictly.
func (st *Story) Submit(user UserID, fill Fill) Answer {
	st.t.Helper()
	a, err := st.s.Submit(st.t.Context(), user, fill)
	return st.sound("submit a form", a, err)
}

// Form is the form that a person sees on top; the test ends where they see none.
func (st *Story) Form(user UserID) View {
	st.t.Helper()
	v, ok := st.s.Form(user)
	if !ok {
		st.t.Fatalf("%s sees no form", user)
	}
	return v
}

func (st *Story) sound(what string, a Answer, err error) Answer {
	st.t.Helper()
	if err != nil || a.Late || a.Status != http.StatusOK || len(a.Problems) > 0 {
		st.t.Fatalf("%s: %v, late %v, status %d, %s %q", what, err, a.Late, a.Status, a.Problems, a.Body)
	}
	return a
}

// Expect waits for a message with the text and claims it. Within a channel
// messages are claimed in the order they were posted in.
func (st *Story) Expect(id ChannelID, text string) Message {
	st.t.Helper()
	return st.ExpectClaim(id, Claim{Text: text})
}

// ExpectClaim waits for a message as described and claims it; the test ends
// with the channel's transcript if none comes.
func (st *Story) ExpectClaim(id ChannelID, c Claim) Message {
	st.t.Helper()
	var found Message
	st.wait(id, fmt.Sprintf("a message in %s with %q", id, c.Text), func() bool {
		var ok bool
		found, ok = st.take(id, c)
		return ok
	})
	return found
}

// ExpectEdit waits until a claimed message reads text, after an edit or as it
// was posted.
func (st *Story) ExpectEdit(m Message, text string) Message {
	st.t.Helper()
	var found Message
	st.wait(m.Channel, fmt.Sprintf("message %s in %s to read %q", m.TS, m.Channel, text), func() bool {
		for _, now := range st.s.Messages(m.Channel) {
			if now.TS == m.TS && strings.Contains(now.Reads(), text) {
				found = now
				return true
			}
		}
		return false
	})
	return found
}

// ExpectEverywhere claims one message with the text in each channel.
func (st *Story) ExpectEverywhere(channels []ChannelID, text string) {
	st.t.Helper()
	for _, id := range channels {
		st.Expect(id, text)
	}
}

func (st *Story) wait(id ChannelID, what string, cond func() bool) {
	st.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), st.patience)
	defer cancel()
	if st.s.Wait(ctx, cond) != nil {
		st.t.Fatalf("waited %v for %s; the channel has:\n%s", st.patience, what, st.s.TimedTranscript(id, time.UTC))
	}
}

// take claims the first fitting message that is not claimed yet.
func (st *Story) take(id ChannelID, c Claim) (Message, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, m := range st.s.Messages(id) {
		early := !c.AnyOrder && before(m.TS, st.reached[id])
		if early || !st.concerns(m) || st.claimed[id][m.TS] || !c.fits(m) {
			continue
		}
		if st.claimed[id] == nil {
			st.claimed[id] = map[TS]bool{}
		}
		st.claimed[id][m.TS] = true
		if before(st.reached[id], m.TS) {
			st.reached[id] = m.TS
		}
		return m, true
	}
	return Message{}, false
}

func (c Claim) fits(m Message) bool {
	return m.To == c.To && (c.InThread == "" || m.ThreadTS == c.InThread) &&
		strings.Contains(m.Reads(), c.Text) && (c.Where == nil || c.Where(m))
}

// concerns says whether a message must be claimed: the bot stored it during
// the story, and not as a private answer to a command.
func (st *Story) concerns(m Message) bool {
	private := m.Via == viaAnswer && m.To != ""
	return m.Bot != "" && !private && before(st.began[m.Channel], m.TS)
}

func before(a, b TS) bool {
	x, _ := parseTS(string(a))
	y, _ := parseTS(string(b))
	return x < y
}

// Unclaimed returns what nobody has expected so far.
func (st *Story) Unclaimed() []Message {
	st.mu.Lock()
	defer st.mu.Unlock()
	var out []Message
	for _, id := range st.s.channelIDs() {
		for _, m := range st.s.Messages(id) {
			if st.concerns(m) && !st.claimed[id][m.TS] {
				out = append(out, m)
			}
		}
	}
	return out
}

// NothingElse fails the test if there is by now a message that nobody expected,
// or one without a notification text. The end of the test checks it, too.
func (st *Story) NothingElse() {
	st.t.Helper()
	shown := map[ChannelID]bool{}
	for _, m := range st.Unclaimed() {
		st.t.Errorf("nobody expected this in %s: %s", m.Channel, line(m))
		if !shown[m.Channel] {
			st.t.Logf("%s", st.s.TimedTranscript(m.Channel, time.UTC))
		}
		shown[m.Channel] = true
	}
	for _, id := range st.s.channelIDs() {
		for _, m := range st.s.Messages(id) {
			if st.concerns(m) && m.Text == "" {
				st.t.Errorf("no notification text in %s: %s", id, line(m))
			}
		}
	}
}
