package slacktest_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// witness is a testing.TB that notes failures instead of failing. Fatal ends
// the goroutine's story with a panic that caught recovers.
type witness struct {
	testing.TB
	said    []string
	cleanup []func()
}

var errFatal = errors.New("fatal")

func (w *witness) Helper()          {}
func (w *witness) Cleanup(f func()) { w.cleanup = append(w.cleanup, f) }
func (w *witness) Logf(f string, args ...any) {
	w.said = append(w.said, "log: "+fmt.Sprintf(f, args...))
}
func (w *witness) Errorf(f string, args ...any) { w.said = append(w.said, fmt.Sprintf(f, args...)) }
func (w *witness) Fatalf(f string, args ...any) { w.Errorf(f, args...); panic(errFatal) }

// caught runs a story to its end and returns what it complained of.
func (w *world) caught(t *testing.T, f func(st *Story)) string {
	wit := &witness{TB: t}
	st := NewStory(wit, w.Server)
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(errFatal) {
				panic(r)
			}
		}()
		f(st)
	}()
	for _, end := range wit.cleanup {
		end()
	}
	return strings.Join(wit.said, "\n")
}

func TestAStoryWithEverythingExpectedSaysNothing(t *testing.T) {
	w := newWorld(t)
	w.post(t, "CTEACH", "from before the story")
	got := w.caught(t, func(st *Story) {
		seen := make(chan struct{})
		go func() { // as a bot does, some time later
			root := w.post(t, "CTEACH", "Learn is not available")
			w.post(t, "CTEACH", "We found the cause", slack.MsgOptionTS(string(root)))
			<-seen
			_, _, _, _ = w.api.UpdateMessage("CTEACH", string(root), slack.MsgOptionText("Learn works again", false))
		}()
		root := st.Expect("CTEACH", "not available")
		st.ExpectClaim("CTEACH", Claim{Text: "cause", InThread: root.TS})
		close(seen)
		st.ExpectEdit(root, "works again")
		w.Say("CTEACH", "UANN", "thank you")
	})
	if got != "" {
		t.Error(got)
	}
}

func TestAStoryFailsOnWhatNobodyExpected(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		name string
		tell func(st *Story)
		want string
	}{
		{"a post", func(*Story) { w.post(t, "CPRIV", "surprise") }, "nobody expected this in CPRIV: BOT: surprise"},
		{"the same twice", func(st *Story) {
			w.post(t, "CTEACH", "down")
			w.post(t, "CTEACH", "down")
			st.Expect("CTEACH", "down")
		}, "nobody expected this in CTEACH: BOT: down"},
		{"a wrong order", func(st *Story) {
			w.post(t, "CTEACH", "first")
			w.post(t, "CTEACH", "second")
			st.Patience(time.Millisecond)
			st.Expect("CTEACH", "second")
			st.Expect("CTEACH", "first")
		}, `a message in CTEACH with "first"; the channel has:`},
		{"for another reader", func(st *Story) {
			_, _ = w.api.PostEphemeral("CEXT", "UANN", slack.MsgOptionText("psst", false))
			st.Patience(time.Millisecond)
			st.Expect("CEXT", "psst")
		}, `a message in CEXT with "psst"; the channel has:`},
		{"nothing at all", func(st *Story) { st.Patience(time.Millisecond); st.Expect("COUT", "x") }, `waited 1ms for a message in COUT with "x"`},
		{"blocks alone", func(st *Story) {
			_, _ = w.call(t, "chat.postMessage", "application/json", `{"channel":"CEXT","blocks":[{"type":"header","text":{"type":"plain_text","text":"Silent"}}]}`)
			st.Expect("CEXT", "Silent")
		}, "no notification text in CEXT"},
		{"in the middle", func(st *Story) { w.post(t, "CPRIV", "early"); st.NothingElse(); w.post(t, "CPRIV", "late") }, "BOT: early"},
	} {
		if got := w.caught(t, tc.tell); !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestAStoryTakesMessagesForOnePersonAndInAnyOrder(t *testing.T) {
	w := newWorld(t)
	got := w.caught(t, func(st *Story) {
		w.post(t, "CTEACH", "first")
		w.post(t, "CTEACH", "second")
		_, _ = w.api.PostEphemeral("CTEACH", "UANN", slack.MsgOptionText("psst", false))
		st.Expect("CTEACH", "second")
		st.ExpectClaim("CTEACH", Claim{Text: "first", AnyOrder: true})
		st.ExpectClaim("CTEACH", Claim{To: "UANN"})
		for _, id := range []ChannelID{"CPRIV", "CEXT"} {
			w.post(t, string(id), "all")
		}
		st.ExpectEverywhere([]ChannelID{"CPRIV", "CEXT"}, "all")
	})
	if got != "" {
		t.Error(got)
	}
}

func TestAStoryTypesAndClicks(t *testing.T) {
	w := newWorld(t)
	b := w.newBot(t)
	b.answer = say("text/plain", "done")
	got := w.caught(t, func(st *Story) {
		w.postBlocks(t, buttons)
		if a := st.Type("CTEACH", "UANN", "/status"); a.Reply.Reads() != "done" {
			t.Errorf("%+v", a)
		}
		st.Click(st.Expect("CTEACH", "Learn"), "UANN", "resolve")
		b.secret = "changed"
		st.Type("CTEACH", "UANN", "/status")
	})
	if !strings.HasPrefix(got, "/status: <nil>, late false, status 401") {
		t.Error(got)
	}
}

func TestTheTranscriptIsWhatAReaderSaw(t *testing.T) {
	w := newWorld(t)
	eastern, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := w.clock.Now().Unix()
	root := string(w.post(t, "CTEACH", fmt.Sprintf("Learn has been down since <!date^%d^{date_short_pretty} at {time}|Tue 11:00 PM EST>", at)))
	w.clock.Advance(4 * time.Minute)
	w.post(t, "CTEACH", "We found the cause.\nA disk is full.", slack.MsgOptionTS(root))
	w.post(t, "CTEACH", "It works again", slack.MsgOptionTS(root), slack.MsgOptionBroadcast())
	_, _, _, err = w.api.UpdateMessage("CTEACH", root, slack.MsgOptionText("Learn works again", false))
	wantError(t, err, "")
	w.postBlocks(t, buttons)
	w.Say("CTEACH", "UANN", "thank you")
	w.clock.Advance(time.Hour)
	gone := string(w.post(t, "CTEACH", "a mistake"))
	_, _, err = w.api.DeleteMessage("CTEACH", gone)
	wantError(t, err, "")

	golden(t, "testdata/transcript.txt", w.Transcript("CTEACH", eastern)+"\n"+w.TimedTranscript("CTEACH", time.UTC)+"\n"+
		w.Transcript("COLD", time.UTC)+w.Transcript("COUT", time.UTC)+w.Transcript("CNONE", time.UTC))
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestMarksAreWhatSlackActsOn(t *testing.T) {
	w := newWorld(t)
	w.post(t, "CTEACH", "ask <@UANN>, a &lt;b&gt;, 1 < 2 > 0, <!date^1764043200^{time}|5>", slack.MsgOptionBlocks(
		slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "not <!here>", false, false)),
		slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "<!channel> see <https://x.example|y> and &lt;!everyone&gt;", false, false), nil, nil),
	))
	want := []string{"<@UANN>", "<!date^1764043200^{time}|5>", "<!channel>", "<https://x.example|y>"}
	if diff := cmp.Diff(want, w.Messages("CTEACH")[0].Marks()); diff != "" {
		t.Error(diff)
	}
}

func TestDatesAreShownInTheReadersZone(t *testing.T) {
	now := time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)
	eastern := time.FixedZone("EST", -5*3600)
	for format, want := range map[string]string{
		"{date_short_pretty} at {time}":   "today at 11:00 PM",
		"{date_num} {date_slash}":         "2026-11-24 11/24/2026",
		"{date} {time_secs}":              "November 24, 2026 11:00:00 PM",
		"{date_long}":                     "Tuesday, November 24, 2026",
		"{date_short}^https://x.example/": "Nov 24, 2026",
		"{soon}":                          "{soon}",
	} {
		if got := ShowDates(fmt.Sprintf("<!date^%d^%s|x>", now.Unix(), format), eastern, now); got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
	for days, want := range map[int]string{-2: "November 22, 2026", -1: "yesterday", 1: "tomorrow", 2: "November 26, 2026"} {
		if got := ShowDates(fmt.Sprintf("<!date^%d^{date_pretty}|x>", now.AddDate(0, 0, days).Unix()), eastern, now); got != want {
			t.Errorf("%d days: %q, want %q", days, got, want)
		}
	}
}
