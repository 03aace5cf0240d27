package teamstest

import (
	"context"
	"fmt"
	"net/http"
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
	began   map[ChannelID]int // what was there before is none of its business
	claimed map[ChannelID]map[MessageID]bool
	reached map[ChannelID]int // where the last claim in order was
}

// Claim describes a message that is expected. All that is set must hold.
type Claim struct {
	Text     string             // part of what it reads, notification or card
	Where    func(Message) bool // anything else
	To       UserID             // seen by this person alone; "": by everybody
	InThread MessageID          // a reply to this root; "": no matter
	AnyOrder bool               // it may stand before messages that were claimed already
}

// NewStory begins a story: at the end of the test it fails if a message was stored that no
// [Story.Expect] claimed, or one without a notification, or with a card that Teams would
// not show as meant. Answers that one person alone sees in a channel need no claim.
func NewStory(t testing.TB, s *Server) *Story {
	t.Helper()
	st := &Story{s: s, t: t, patience: 30 * time.Second, began: map[ChannelID]int{},
		claimed: map[ChannelID]map[MessageID]bool{}, reached: map[ChannelID]int{}}
	for _, id := range s.channelIDs() {
		st.began[id] = len(s.Messages(id))
	}
	t.Cleanup(st.NothingElse)
	return st
}

// Patience sets how long Expect waits, in real time (in a synctest bubble: the bubble's);
// the default is 30 s.
func (st *Story) Patience(d time.Duration) { st.patience = d }

// Type types a line and ends the test if the bot is unreachable, late or answers with
// other than an empty 200.
func (st *Story) Type(channel ChannelID, who UserID, line string) Answer {
	st.t.Helper()
	a, err := st.s.Type(st.t.Context(), Line{Channel: channel, User: who, Text: line})
	return st.sound(line, a, err)
}

// Click presses a button of a message, as strictly as [Story.Type].
func (st *Story) Click(m Message, who UserID, label string) Answer {
	st.t.Helper()
	return st.Fill(m, who, label, nil)
}

// Fill fills in the fields of a card and presses its button, as strictly.
func (st *Story) Fill(m Message, who UserID, label string, fill Fill) Answer {
	st.t.Helper()
	a, err := st.s.Click(st.t.Context(), Click{Channel: m.Channel, ID: m.ID, User: who, Label: label, Fill: fill})
	return st.sound("press "+label, a, err)
}

func (st *Story) sound(what string, a Answer, err error) Answer {
	st.t.Helper()
	if err != nil || a.Late || a.Status != http.StatusOK || len(a.Problems) > 0 {
		st.t.Fatalf("%s: %v, late %v, status %d, %s %q", what, err, a.Late, a.Status, a.Problems, a.Body)
	}
	return a
}

// Expect waits for a message with the text and claims it. Within a channel messages are
// claimed in the order they were posted in.
func (st *Story) Expect(id ChannelID, text string) Message {
	st.t.Helper()
	return st.ExpectClaim(id, Claim{Text: text})
}

// ExpectClaim waits for a message as described and claims it; the test ends with the
// channel's transcript if none comes.
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
	for i, m := range st.s.Messages(id) {
		early := !c.AnyOrder && i < st.reached[id]
		mine := st.concerns(i, m) || m.Bot != "" && c.To != ""
		if early || !mine || st.claimed[id][m.ID] || !c.fits(m) {
			continue
		}
		if st.claimed[id] == nil {
			st.claimed[id] = map[MessageID]bool{}
		}
		st.claimed[id][m.ID] = true
		if !c.AnyOrder { // an answer may come after a post that its command made
			st.reached[id] = max(st.reached[id], i)
		}
		return m, true
	}
	return Message{}, false
}

func (c Claim) fits(m Message) bool {
	return m.To == c.To && (c.InThread == "" || m.Root == c.InThread) &&
		strings.Contains(m.Reads(), c.Text) && (c.Where == nil || c.Where(m))
}

// concerns says whether a message must be claimed: the bot stored it during the story, for
// everybody.
func (st *Story) concerns(i int, m Message) bool {
	return m.Bot != "" && m.To == "" && i >= st.began[m.Channel]
}

// Unclaimed returns what nobody has expected so far.
func (st *Story) Unclaimed() []Message {
	st.mu.Lock()
	defer st.mu.Unlock()
	var out []Message
	for _, id := range st.s.channelIDs() {
		for i, m := range st.s.Messages(id) {
			if st.concerns(i, m) && !st.claimed[id][m.ID] {
				out = append(out, m)
			}
		}
	}
	return out
}

// NothingElse fails the test if there is by now a message that nobody expected, one
// without a notification, or a card with faults. The end of the test checks it, too.
func (st *Story) NothingElse() {
	st.t.Helper()
	shown := map[ChannelID]bool{}
	for _, m := range st.Unclaimed() {
		st.t.Errorf("nobody expected this in %s: %s", m.Channel, m.line())
		if !shown[m.Channel] {
			st.t.Logf("%s", st.s.TimedTranscript(m.Channel, time.UTC))
		}
		shown[m.Channel] = true
	}
	for _, id := range st.s.channelIDs() {
		for i, m := range st.s.Messages(id) {
			if faults := m.Faults(); st.concerns(i, m) && len(faults) > 0 {
				st.t.Errorf("%v in %s: %s", faults, id, m.line())
			}
		}
	}
}

// Faults are what Teams would not show of a bot's message as meant.
func (m Message) Faults() (faults []string) {
	if m.Summary == "" && m.Text == "" && m.Via != "workflow" { // whose notifications are the workflow's own
		faults = append(faults, "no notification")
	}
	if m.Card != nil {
		faults = append(faults, CheckCard(m.Card)...)
	}
	return faults
}
