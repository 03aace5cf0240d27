package slack_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

var update = flag.Bool("update", false, "write the golden files anew")

// story tells one incident by the rules of the desk.
type story struct {
	t    *testing.T
	now  time.Time
	inc  desk.Incident
	said []*desk.Announcement
}

func begin(t *testing.T, d desk.Declaration) *story {
	s := &story{t: t, now: time.Date(2026, 12, 4, 8, 55, 0, 0, time.UTC)}
	d.Services = []desk.Affected{{Service: "learn", Name: "Learn System"}}
	d.Title, d.In = "Login <fails> for *everyone*", desk.Channel{Connection: "amherst", ID: "COPS"}
	d.Text, d.Next, d.Began = "The login page shows an error. <!channel> see https://learn.example.edu & wait", 20*time.Minute, s.now.Add(-3*time.Minute)
	return s.take(desk.Declare(42, d, s.act()))
}

func (s *story) act() desk.Act {
	return desk.Act{By: desk.Person{Connection: "amherst", ID: "UANN"}, At: s.now}
}

func (s *story) later() *story { s.now = s.now.Add(17 * time.Minute); return s }

func (s *story) take(c desk.Change, err error) *story {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.inc = c.Incident
	a := *c.Announce
	a.N = len(s.said) + 1
	s.said = append(s.said, &a)
	return s
}

func (s *story) update(text string) *story {
	s.later()
	return s.take(s.inc.Update(desk.Progress{Status: desk.Identified, Text: text, Next: time.Hour}, s.act()))
}

func (s *story) resolve() *story {
	s.later()
	return s.take(s.inc.Resolve("There is room on the disk again.", s.act()))
}

func (s *story) retract() *story {
	s.later()
	return s.take(s.inc.Retract("It was the test system.", s.act()))
}

// work is a window, planned by the rules of the desk.
func work(t *testing.T) *story {
	s := &story{t: t, now: time.Date(2026, 12, 4, 8, 55, 0, 0, time.UTC)}
	from := time.Date(2026, 12, 9, 9, 0, 0, 0, time.UTC)
	c, err := desk.Schedule(17, desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "New <database> *now*", Details: "See https://learn.example.edu & wait",
		Planned: desk.Period{From: from, To: from.Add(3 * time.Hour)}, In: desk.Channel{Connection: "amherst", ID: "COPS"},
	}, s.act())
	return s.plan(c, err)
}

func (s *story) plan(c desk.WindowChange, err error) *story {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	a := *c.Announce
	a.N = len(s.said) + 1
	s.said = append(s.said, &a)
	return s
}

func (s *story) moved() *story {
	w := *s.said[0].Snapshot.Window
	return s.plan(w.Move(desk.Period{From: w.Planned.From.Add(24 * time.Hour), To: w.Planned.To.Add(24 * time.Hour)}, s.later().act()))
}

// late is the question that calls people of here and of elsewhere.
func late(t *testing.T) chat.Delivery {
	s := begin(t, desk.Declaration{Impact: desk.Critical})
	q := desk.Question{
		Kind: desk.AskMissed, Incident: &s.inc, By: s.now.Add(time.Hour), Missed: 2,
		Mention: []desk.Person{{Connection: "amherst", ID: "UBOB"}, {Connection: "boston", ID: "x_y"}},
	}
	return chat.Delivery{Channel: channel("CTEACH"), Subject: desk.Subject{Kind: desk.NoticeSubject, Number: 3}, N: 1, Ops: true,
		Snapshot: &desk.Snapshot{Notice: &desk.Notice{Number: 3, At: s.now, Question: &q}}}
}

// root is the newest post, reply the newest said announcements in its thread.
func (s *story) root(ops bool) chat.Delivery {
	a := s.said[len(s.said)-1]
	return chat.Delivery{Channel: channel("CTEACH"), Subject: a.Subject, N: a.N, Ops: ops, Snapshot: &a.Snapshot}
}

func (s *story) reply(newest int) chat.Delivery {
	d := s.root(false)
	d.Said = s.said[len(s.said)-newest:]
	return d
}

func (s *story) held() chat.Delivery {
	d := s.root(true)
	snapshot := *d.Snapshot
	snapshot.Held = &desk.Held{Until: s.now.Add(10 * time.Second), Channels: 120}
	snapshot.Doubts = []string{"All probes of Learn System pass."}
	d.Snapshot = &snapshot
	return d
}

// posts are one of each kind.
func posts(t *testing.T) map[string]chat.Delivery {
	down := func() *story { return begin(t, desk.Declaration{Impact: desk.Critical}) }
	doubled := down().root(false)
	doubled.Reference = true
	return map[string]chat.Delivery{
		"opening":          down().root(false),
		"opening-ops":      down().root(true),
		"opening-held":     down().held(),
		"opening-again":    doubled,
		"drill":            begin(t, desk.Declaration{Impact: desk.Major, Drill: true}).root(true),
		"updated":          down().update("A disk is full.\nWe are making room.").root(false),
		"update-reply":     down().update("A disk is full.\nWe are making room.").reply(1),
		"folded-reply":     down().update("A disk is full.").update("There is a new disk.").reply(2),
		"ended":            down().update("A disk is full.").resolve().root(false),
		"end-reply":        down().resolve().reply(1),
		"retracted":        down().retract().root(false),
		"correction-reply": down().retract().reply(1),
		"window":           work(t).root(false),
		"window-ops":       work(t).root(true),
		"window-reply":     work(t).moved().reply(1),
		"alert":            alarm(t, 1).root(false), "alert-ops": alarm(t, 1).root(true), "alert-seen-ops": alarm(t, 2).root(true), "alert-cleared": alarm(t, 3).root(false),
		"alert-cleared-reply": alarm(t, 3).reply(1), "alert-again-ops": alarm(t, 4).root(true), "alert-flapping-reply": alarm(t, 5).reply(1),
		"question": late(t),
		"notice": {Channel: channel("CTEACH"), Subject: desk.Subject{Kind: desk.NoticeSubject, Number: 3}, N: 1, Ops: true,
			Snapshot: &desk.Snapshot{Notice: &desk.Notice{Number: 3, Text: "boston/C9 cannot be reached any more: it was archived.\nIts subscription waits until it returns."}}},
	}
}

// shown renders a message as chat.postMessage got it.
func (w *world) shown(d chat.Delivery, m chat.Message) []byte {
	w.t.Helper()
	w.words = func(chat.Delivery) chat.Message { return m }
	if _, err := w.connect(w.fake.Transport()).Post(w.t.Context(), d); err != nil {
		w.t.Fatal(err)
	}
	all := w.fake.Messages("CTEACH")
	last := all[len(all)-1]
	if faults := slacktest.CheckBlocks(last.Blocks); len(faults) > 0 {
		w.t.Error(faults)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}{last.Text, last.Blocks}); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryKindOfPostInBlockKit(t *testing.T) {
	words := wording.Context{Organization: "Example University", StatusURL: "https://status.example.edu", Zone: newYork(t),
		Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn System", AdviceOutage: "If you are in an exam, keep this page open."}})}
	w := newWorld(t)
	for name, d := range posts(t) {
		t.Run(name, func(t *testing.T) { golden(t, name, w.shown(d, words.Post(d))) })
	}
}

// everything has each part of a neutral message.
func everything() chat.Message {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	return chat.Message{
		Summary: chat.Text{{Plain: "INC-42 is "}, {Strong: "open"}, {Plain: " since "}, {Time: at}, {Plain: "."}}, Tone: chat.ToneRefused,
		Lines: []chat.Line{
			{Kind: chat.Heading, Text: chat.Plain("Open now")},
			{Kind: chat.Item, Text: chat.Text{{Plain: "Declared by "}, {Person: desk.Person{Connection: "amherst", ID: "UANN"}}, {Plain: " in "}, {Channel: channel("COPS")}}},
			{Kind: chat.Item, Text: chat.Text{{Plain: "Type "}, {Code: "incident show 42"}}},
			{Text: chat.Text{{Plain: "Planned for "}, {Time: at, Form: chat.FullDate}, {Plain: ", see "}, {Link: chat.Link{URL: "https://status.example.edu/?a=1&b=2", Label: "the page"}}}},
			{Kind: chat.Quote, Text: chat.Plain("One line,\n> and another.")},
		},
		Facts:   []chat.Fact{{Label: "Impact", Value: chat.Plain("critical")}, {Label: "Since", Value: chat.Text{{Time: at, Form: chat.DayClock}}}},
		Context: []chat.Text{chat.Plain("Next news by 10.")},
		Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42", Confirm: "Is it over?", Style: chat.Primary},
			{Label: "Take back", Command: "incident retract 42", Style: chat.Danger}, {Label: "Status page", URL: "https://status.example.edu/"},
			{Label: "Separate incident", Command: "incident declare learn down " + strings.Repeat("x", 2000) + " --separate"}},
	}
}

func TestEveryPartOfAMessageInBlockKit(t *testing.T) {
	golden(t, "everything", newWorld(t).shown(delivery("CTEACH", 1), everything()))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "posts", name+".json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got), written anew with -update:\n%s", path, diff)
	}
}

// TestTheGoldenPostsAndFormsAreValid asks a checker made of Slack's own types.
func TestTheGoldenPostsAndFormsAreValid(t *testing.T) {
	kit := os.Getenv("BELLTOWER_KIT")
	if kit == "" {
		t.Skip("BELLTOWER_KIT names no folder with validate-blockkit.mjs")
	}
	for _, kind := range []string{"posts", "views"} {
		files, err := filepath.Glob(filepath.Join("testdata", kind, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal(kind, files, err)
		}
		out, err := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(kit, "validate-blockkit.mjs")}, files...)...).CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}
