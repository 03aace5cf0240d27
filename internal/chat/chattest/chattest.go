// Package chattest is the suite that every adapter of a chat platform passes,
// whatever the platform: what it believes, what it refuses and with which
// status, how it tells the ways that a send can end apart, that it sends once,
// finds again what it sent, keeps within the platform's limits, makes nothing
// typed into mark-up, and shows no secret.
//
//	func TestTheAdapterKeepsTheContract(t *testing.T) {
//		chattest.Run(t, func(t *testing.T) chattest.Adapter { ... })
//	}
//
// Each test runs on fake time (testing/synctest) against an adapter of its own,
// which must not use a real network.
package chattest

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Adapter is an adapter under test and the fake platform it is connected to.
type Adapter struct {
	// Transport leads to the fake platform.
	Transport http.RoundTripper
	// Connect makes the adapter, ready to send, over a transport: the suite's own
	// that breaks things on the way to Transport. nil: it does not send.
	Connect func(over http.RoundTripper, words Words) chat.Sender
	// Abilities are those of what Connect makes.
	Abilities chat.Abilities

	// Channel can be posted to; Others too. Closed was, but cannot any more.
	Channel, Closed desk.Channel
	Others          []desk.Channel
	// Seen lists the bot's posts in a channel, oldest first.
	Seen func(desk.Channel) []Post
	// Chatter lets somebody else say something in a channel.
	Chatter func(desk.Channel, string)
	// LostRoot is a post's id as the platform writes them, of no post.
	LostRoot chat.PostID
	// SpendEdits has a channel's posts, which are old by now, take no more edits; nil: the
	// platform has no such rule.
	SpendEdits func(desk.Channel)
	// Doubted is how often the platform says falsely that something is gone: only once more
	// is the end, and until then nothing was sent.
	Doubted int

	// Inbound is left empty by an adapter that only sends: it is not asked about requests.
	Inbound Inbound
	// Mute: of a post the platform says nothing but that it took it, by the status 202 and
	// no id, and it lets nothing be read.
	Mute bool
	// Secrets are what must never be shown, Log what was logged so far.
	Secrets []string
	Log     func() string
}

// Words puts deliveries into words.
type Words func(chat.Delivery) chat.Message

// Post is what a channel shows of a post.
type Post struct {
	ID   chat.PostID
	Root chat.PostID // in a reply
	Text string      // all that is read, the notification first
	// Acts are what the platform would act on: mentions, links, formatting.
	Acts []string
	// Faults are what the platform would not have taken.
	Faults []string
}

// Inbound is how requests reach the adapter.
type Inbound struct {
	// Handler makes the adapter's handler.
	Handler func(chat.Handler) http.Handler
	// Command makes the signed request of somebody who types "/incident" and the
	// text; each is a request of its own.
	Command func(text string) *http.Request
	// Once: a request that comes again is taken for a replay, and refused with 401.
	Once bool
	// Sign makes a signed request to the same address with any body.
	Sign func(body []byte) *http.Request
	// Unbelieved are requests of commands that the platform did not make, or long
	// ago; Strangers those that it made for others.
	Unbelieved, Strangers map[string]*http.Request
	// Nowhere is a signed request to an address below the adapter's that it has not.
	Nowhere *http.Request
	// Carries is how the platform's requests bring what was typed; nil: as it is. Those in
	// JSON bring no invalid UTF-8.
	Carries func(typed string) string
	// BodyUnsigned: the platform signs who and when, not the body, so that one that was
	// put in its place is believed, and cannot be read.
	BodyUnsigned bool
}

// Run runs the suite. make is called for each test.
func Run(t *testing.T, make func(*testing.T) Adapter) {
	for _, tc := range []struct {
		name    string
		test    func(*suite)
		inbound bool
	}{
		{"a command is handed over as typed", commandAsTyped, true},
		{"a command that comes again is the same", commandAgain, true},
		{"what the platform did not sign is refused", unbelieved, true},
		{"what is for others is refused", strangers, true},
		{"what cannot be read is refused", unreadable, true},
		{"answers keep to the limits", hostileAnswers, true},
		{"a late answer does not keep the platform waiting", lateAnswer, true},
		{"a command that breaks leaves its response alone", brokenCommand, true},
		{"posts, replies and edits arrive", arrive, false},
		{"posts keep to the limits", hostilePosts, false},
		{"nothing typed becomes mark-up", injection, false},
		{"every status is told apart", statuses, false},
		{"every way to get no answer is told apart", noAnswers, false},
		{"answers that are none leave doubt", strangeAnswers, false},
		{"what was sent is found again", foundAgain, false},
		{"nothing else is found", nothingElse, false},
		{"a closed channel is gone", closed, false},
		{"a lost root is told", lostRoot, false},
		{"a post goes on with another", goesOn, false},
		{"many send at once", manyAtOnce, false},
		{"what was prepared is posted", prepared, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &suite{T: t, Adapter: make(t)}
				if tc.inbound && s.Inbound.Handler == nil || !tc.inbound && s.Connect == nil {
					return // it only sends, or only answers
				}
				tc.test(s)
				s.shows(s.Log())
			})
		})
	}
}

// suite is one test of an adapter.
type suite struct {
	*testing.T
	Adapter
}

// shows fails when a text that is shown holds a secret.
func (s *suite) shows(text string) {
	s.Helper()
	for _, secret := range s.Secrets {
		if strings.Contains(text, secret) {
			s.Errorf("a secret is shown in %q", text)
		}
	}
}

// delivery is a root about INC-7 in a channel.
func delivery(ch desk.Channel, n int) chat.Delivery {
	return chat.Delivery{Channel: ch, Subject: desk.Subject{Kind: desk.IncidentSubject, Number: 7}, N: n, Snapshot: &desk.Snapshot{}}
}

// reply is the announcement n as a reply to a root.
func reply(root chat.PostID, ch desk.Channel, n int) chat.Delivery {
	d := delivery(ch, n)
	d.Root, d.Said = root, []*desk.Announcement{{Subject: d.Subject, N: n}}
	return d
}

// said are words that no error may repeat.
const said = "Learn System is not available"

// plainly words every delivery with what was said and its version.
func plainly(d chat.Delivery) chat.Message {
	return chat.Message{Summary: chat.Plain(said + ", version " + string(rune('0'+d.N%10)) + ".")}
}
