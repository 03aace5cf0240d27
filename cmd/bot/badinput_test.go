package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// What does not come from Slack, from this workspace, now, is refused before it is
// read: nothing is stored, nothing is told.
func TestForgedRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	boston := slacktest.NewWorkspace("boston")
	boston.Commands = w.amherst.Commands
	w.slack.AddWorkspace(boston)
	declare := func(f slacktest.Forgery) slacktest.Command {
		return slacktest.Command{Channel: ops, User: ann, Line: "/incident declare learn down", Forgery: f}
	}
	foreign := declare(slacktest.Forgery{Secret: w.amherst.SigningSecret})
	foreign.Team = boston.Team
	otherApp := declare(slacktest.Forgery{})
	otherApp.App = boston.App
	for name, tt := range map[string]struct {
		command slacktest.Command
		status  int
	}{
		"unsigned":            {declare(slacktest.Forgery{Unsigned: true}), 401},
		"without a time":      {declare(slacktest.Forgery{NoTimestamp: true}), 401},
		"another's secret":    {declare(slacktest.Forgery{Secret: boston.SigningSecret}), 401},
		"a wrong signature":   {declare(slacktest.Forgery{Signature: "v0=" + strings.Repeat("0", 64)}), 401},
		"no signature's form": {declare(slacktest.Forgery{Signature: "v0=zz"}), 401},
		"altered on its way":  {declare(slacktest.Forgery{Alter: func(b []byte) []byte { return bytes.Replace(b, []byte("learn"), []byte("mail"), 1) }}), 401},
		"six minutes old":     {declare(slacktest.Forgery{Skew: -6 * time.Minute}), 401},
		"six minutes ahead":   {declare(slacktest.Forgery{Skew: 6 * time.Minute}), 401},
		"another workspace":   {foreign, 403},
		"another app":         {otherApp, 403},
	} {
		a, err := w.slack.Type(t.Context(), tt.command)
		if err != nil || a.Status != tt.status {
			t.Errorf("%s: status %d, %v; want %d", name, a.Status, err, tt.status)
		}
	}
	w.rawRequests()
	if list := w.do("incident list all"); strings.Contains(list, "INC-") {
		t.Errorf("stored: %s", list)
	}
}

// rawRequests are requests that no Slack would make.
func (w *world) rawRequests() {
	w.t.Helper()
	for name, tt := range map[string]struct {
		method, path string
		body         []byte
		status       int
	}{
		"10 MB":              {"POST", "/slack/amherst/commands", bytes.Repeat([]byte("x"), 10<<20), 413},
		"a GET":              {"GET", "/slack/amherst/commands", nil, 405},
		"nobody's path":      {"POST", "/slack/amherst/elsewhere", nil, 404},
		"unknown connection": {"POST", "/slack/nowhere/commands", nil, 404},
		"nothing":            {"POST", "/slack/amherst/events", nil, 401},
	} {
		req, err := http.NewRequest(tt.method, w.public+tt.path, bytes.NewReader(tt.body))
		if err != nil {
			w.t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			w.t.Errorf("%s: %v", name, err)
			continue
		}
		res.Body.Close()
		if res.StatusCode != tt.status {
			w.t.Errorf("%s: %d, want %d", name, res.StatusCode, tt.status)
		}
	}
}

// A request that comes again, byte for byte, is answered as the first time and
// done once.
func TestARequestThatComesAgain(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		r, err := b.slack.CommandRequest(slacktest.Command{Channel: ops, User: ann, Line: "/incident declare learn down"})
		if err != nil {
			t.Fatal(err)
		}
		first, err := b.slack.Send(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		pass(time.Minute)
		again, err := b.slack.Send(t.Context(), r)
		if err != nil || again.Status != 200 || string(again.Body) != string(first.Body) {
			t.Errorf("answered otherwise: %v\n%s\n%s", err, first.Body, again.Body)
		}
		pass(time.Minute)
		b.story.Expect(ops, "INC-1")
	})
}

// What cannot be understood is answered with a sentence to its author alone.
func TestWhatCannotBeUnderstood(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		for line, want := range map[string]string{
			"/incident declare lern down":                                   "Did you mean learn",
			"/incident declare learn":                                       "slow, partly or down",
			"/incident declare learn down \xff\xfe":                         "UTF-8",
			"/incident declare learn down a\x00b":                           "hidden character",
			"/incident declare learn down a\u202eb":                         "hidden character",
			"/incident declare learn down " + strings.Repeat("t", 121):      "120",
			"/incident declare learn down T | " + strings.Repeat("m", 2001): "2000",
			"/incident update 42 Works.":                                    "no INC-42",
			"/incident resolve":                                             "give the number",
			"/incident delcare learn down":                                  "declare",
			"/incident declare learn down --next soon":                      "--next",
			"/incident declare learn down --since 25:99":                    "no time that I understand",
			"/subscribe lern":                                               "Did you mean learn",
		} {
			got := b.ann(line)
			if !strings.Contains(got, want) {
				t.Errorf("%q: she reads %q; want %q in it", line, got, want)
			}
		}
		pass(time.Minute)
		if list := b.ann("/incident list all"); strings.Contains(list, "INC-") {
			t.Errorf("stored: %s", list)
		}
	})
}

// What people type is shown as they typed it and does nothing: no mention, no
// link, no mark-up, no date.
func TestTypedTextStaysText(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		nasty := "<!channel> <!here> <@UROOT> <#COPS> <https://evil.example|click> <!date^1^{time}|x> *bold* _it_ ~no~ `code` &lt;!channel&gt; @channel @everyone :smile: [a](b)"
		b.ann("/incident declare learn down " + nasty[:100] + " | " + nasty)
		pass(5 * time.Second)
		for _, ch := range []slacktest.ChannelID{ops, "CTEACH"} {
			m := b.story.Expect(ch, "Learn System is not available")
			for _, mark := range m.Marks() {
				if strings.Contains(mark, "channel") || strings.Contains(mark, "here") || strings.Contains(mark, "UROOT") || strings.Contains(mark, "evil") || strings.Contains(mark, "everyone") {
					t.Errorf("in %s Slack would act on %s", ch, mark)
				}
			}
		}
		golden(t, "stories/typed text.txt", b.transcripts("CTEACH"))
	})
}
