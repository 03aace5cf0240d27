package discord_test

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
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

var update = flag.Bool("update", false, "write the golden files anew")

// story tells one incident or window by the rules of the desk.
type story struct {
	t    *testing.T
	now  time.Time
	inc  desk.Incident
	said []*desk.Announcement
}

func begin(t *testing.T, d desk.Declaration) *story {
	s := &story{t: t, now: time.Date(2026, 12, 4, 8, 55, 0, 0, time.UTC)}
	d.Services = []desk.Affected{{Service: "learn", Name: "Learn System"}}
	d.Title, d.In = "Login <fails> for *everyone*", channel(ops)
	d.Text, d.Next, d.Began = "The login page shows an error. @everyone see https://learn.example.edu & wait\n# now", 20*time.Minute, s.now.Add(-3*time.Minute)
	return s.take(desk.Declare(42, d, s.act()))
}

func (s *story) act() desk.Act {
	return desk.Act{By: desk.Person{Connection: "lowell", ID: ann}, At: s.now}
}

func (s *story) later() *story { s.now = s.now.Add(17 * time.Minute); return s }

func (s *story) take(c desk.Change, err error) *story {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.inc = c.Incident
	return s.announce(*c.Announce)
}

func (s *story) announce(a desk.Announcement) *story {
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
	t.Helper()
	s := &story{t: t, now: time.Date(2026, 12, 4, 8, 55, 0, 0, time.UTC)}
	from := time.Date(2026, 12, 9, 9, 0, 0, 0, time.UTC)
	c, err := desk.Schedule(17, desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "New <database> *now*", Details: "See https://learn.example.edu & wait",
		Planned: desk.Period{From: from, To: from.Add(3 * time.Hour)}, In: channel(ops),
	}, s.act())
	if err != nil {
		t.Fatal(err)
	}
	return s.announce(*c.Announce)
}

func (s *story) moved() *story {
	w := *s.said[0].Snapshot.Window
	c, err := w.Move(desk.Period{From: w.Planned.From.Add(24 * time.Hour), To: w.Planned.To.Add(24 * time.Hour)}, s.later().act())
	if err != nil {
		s.t.Fatal(err)
	}
	return s.announce(*c.Announce)
}

// late is the question that calls people of here and of elsewhere.
func late(t *testing.T) chat.Delivery {
	s := begin(t, desk.Declaration{Impact: desk.Critical})
	q := desk.Question{
		Kind: desk.AskMissed, Incident: &s.inc, By: s.now.Add(time.Hour), Missed: 2,
		Mention: []desk.Person{{Connection: "lowell", ID: bob}, {Connection: "boston", ID: "x_y"}},
	}
	return chat.Delivery{Channel: channel(ops), Subject: desk.Subject{Kind: desk.NoticeSubject, Number: 3}, N: 1, Ops: true,
		Snapshot: &desk.Snapshot{Notice: &desk.Notice{Number: 3, At: s.now, Question: &q}}}
}

// root is the newest post, reply the newest said announcements below it.
func (s *story) root(inOps bool) chat.Delivery {
	a := s.said[len(s.said)-1]
	return chat.Delivery{Channel: channel(teaching), Subject: a.Subject, N: a.N, Ops: inOps, Snapshot: &a.Snapshot}
}

func (s *story) reply(newest int, broadcast bool) chat.Delivery {
	d := s.root(false)
	d.Said, d.Broadcast = s.said[len(s.said)-newest:], broadcast
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
		"opening": down().root(false), "opening-ops": down().root(true), "opening-held": down().held(), "opening-again": doubled,
		"drill":   begin(t, desk.Declaration{Impact: desk.Major, Drill: true}).root(true),
		"updated": down().update("A disk is full.\nWe are making room.").root(false), "update-reply": down().update("A disk is full.\nWe are making room.").reply(1, false),
		"folded-reply": down().update("A disk is full.").update("There is a new disk.").reply(2, false),
		"ended":        down().update("A disk is full.").resolve().root(false), "end-reply": down().resolve().reply(1, true),
		"retracted": down().retract().root(false), "correction-reply": down().retract().reply(1, true),
		"window": work(t).root(false), "window-ops": work(t).root(true), "window-reply": work(t).moved().reply(1, true),
		"alert": alarm(t, 1).root(false), "alert-ops": alarm(t, 1).root(true), "alert-seen-ops": alarm(t, 2).root(true), "alert-cleared": alarm(t, 3).root(false),
		"alert-cleared-reply": alarm(t, 3).reply(1, true), "alert-again-ops": alarm(t, 4).root(true), "alert-flapping-reply": alarm(t, 5).reply(1, true),
		"question": late(t),
		"notice": {Channel: channel(ops), Subject: desk.Subject{Kind: desk.NoticeSubject, Number: 3}, N: 1, Ops: true,
			Snapshot: &desk.Snapshot{Notice: &desk.Notice{Number: 3, Text: "boston/C9 cannot be reached any more: it was archived.\nIts subscription waits until it returns."}}},
	}
}

func words(t *testing.T) wording.Context {
	return wording.Context{Organization: "Example University", StatusURL: "https://status.example.edu", Zone: newYork(t),
		Catalog: desk.NewCatalog([]desk.Service{
			{ID: "learn", Name: "Learn System", Group: "Teaching", AdviceOutage: "If you are in an exam, keep this page open."}, {ID: "portal", Name: "Student <Portal>", Group: "Campus"},
		})}
}

// body is what the newest call of a route sent.
func (w *world) body(route string) []byte {
	w.t.Helper()
	calls := w.fake.Log()
	for i := len(calls) - 1; i >= 0; i-- {
		if calls[i].Route == route {
			return calls[i].Body
		}
	}
	w.t.Fatalf("no call of %s", route)
	return nil
}

func TestEveryKindOfPostInDiscordsForm(t *testing.T) {
	w := newWorld(t)
	for name, d := range posts(t) {
		t.Run(name, func(t *testing.T) {
			w.words = func(chat.Delivery) chat.Message { return chat.Message{Summary: chat.Plain("The root.")} }
			if len(d.Said) > 0 {
				d.Root = w.post(delivery(d.Channel.ID, 1))
			}
			w.words = words(t).Post
			id, err := w.connect(w.fake.Transport()).Post(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "posts/"+name, withoutIDs(w.body("message.create"), d))
			if len(d.Said) > 0 {
				return
			}
			d.Root = id
			if err := w.connect(w.fake.Transport()).Edit(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			golden(t, "edits/"+name, w.body("message.edit"))
		})
	}
}

// withoutIDs puts a fixed id in the place of one that is new each time.
func withoutIDs(body []byte, d chat.Delivery) []byte {
	if d.Root == "" {
		return body
	}
	body = bytes.ReplaceAll(body, []byte(d.Root), []byte("1234567890123456789"))
	var nonce struct{ Nonce string }
	_ = json.Unmarshal(body, &nonce)
	return bytes.ReplaceAll(body, []byte(nonce.Nonce), []byte("of-a-reply-it-is-new-each"[:24]))
}

// everything has each part of a neutral message.
func everything() chat.Message {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	return chat.Message{
		Summary: chat.Text{{Plain: "INC-42 is "}, {Strong: "open"}, {Plain: " since "}, {Time: at}, {Plain: "."}}, Tone: chat.ToneRefused,
		Lines: []chat.Line{
			{Kind: chat.Heading, Text: chat.Plain("Open now")},
			{Kind: chat.Item, Text: chat.Text{{Plain: "Declared by "}, {Person: desk.Person{Connection: "lowell", ID: ann}}, {Plain: " in "}, {Channel: channel(ops)}}},
			{Kind: chat.Item, Text: chat.Text{{Plain: "Type "}, {Code: "incident show 42"}}},
			{Text: chat.Text{{Plain: "Planned for "}, {Time: at, Form: chat.FullDate}, {Plain: ", see "}, {Link: chat.Link{URL: "https://status.example.edu/?a=1&b=2", Label: "the page"}}}},
			{Kind: chat.Quote, Text: chat.Plain("One line,\n> and another.")},
		},
		Facts:   []chat.Fact{{Label: "Impact", Value: chat.Plain("critical")}, {Label: "Since", Value: chat.Text{{Time: at, Form: chat.DayClock}}}, {Label: "Seen", Value: chat.Text{{Time: at, Form: chat.Seconds}}}},
		Context: []chat.Text{chat.Plain("Next news by 10.")},
		Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42", Confirm: "Is it over?", Style: chat.Primary},
			{Label: "Take back", Command: "incident retract 42", Style: chat.Danger}, {Label: "Status page", URL: "https://status.example.edu/"},
			{Label: "Separate incident", Command: "incident declare learn down " + strings.Repeat("x", 2000) + " --separate"}},
	}
}

func TestEveryAnswerInDiscordsForm(t *testing.T) {
	w := newWorld(t)
	c := words(t)
	inc := begin(t, desk.Declaration{Impact: desk.Critical}).inc
	refusal := chat.Reply{Failed: true, Message: chat.Message{Tone: chat.ToneRefused, Summary: chat.Plain(`There is no service "lern": did you mean learn?`),
		Actions: []chat.Action{{Label: "incident declare learn", Command: "incident declare learn down"}}}}
	list := chat.Reply{Message: c.Listed(1, "open", wording.Page{Lines: []chat.Line{c.ListLine(inc)}})}
	public := list
	public.Public = true
	for name, reply := range map[string]chat.Reply{
		"everything": {Message: everything()}, "list": list, "list-public": public, "shown": {Message: c.Shown(inc, true)}, "refusal": refusal, "nothing": {},
	} {
		t.Run(name, func(t *testing.T) {
			w.answerWith(func(chat.Request) chat.Reply { return reply })
			golden(t, "responses/"+name, w.types(typed("/incident list")).Body)
		})
	}
	t.Run("refused-form", func(t *testing.T) {
		w.opens(updateForm(), refusal)
		w.types(typed("/incident update"))
		golden(t, "responses/refused-form", w.submits(discordtest.Fill{"message": "A disk is full."}).Body)
	})
}

// forms are one of each kind.
func forms(t *testing.T) map[string]chat.Form {
	c := words(t)
	inc := begin(t, desk.Declaration{Impact: desk.Critical}).update("A disk is full.").inc
	over := inc
	over.Status, over.EndedAt = desk.Resolved, inc.BeganAt.Add(time.Hour)
	win := *work(t).said[0].Snapshot.Window
	return map[string]chat.Form{
		"declare": c.DeclareForm("incident declare"), "drill": c.DeclareForm("incident drill"), "update": c.UpdateForm(inc), "resolve": c.ResolveForm(inc),
		"retract": c.RetractForm(inc), "edit": c.EditForm(inc, 2, "A disk is full."), "change": c.ChangeForm(inc, "We look.", true),
		"note": c.NoteForm([]desk.Incident{inc}, "42", "Error 500 & <b>"), "impact": c.ImpactForm(inc), "services": c.ServicesForm(inc), "title": c.TitleForm(inc),
		"began": c.BeganForm(inc), "lead": c.LeadForm(inc, desk.Person{Connection: "lowell", ID: ann}), "reopen": c.ReopenForm(over), "ended": c.EndedForm(over),
		"declare-alert": c.DeclareAlertForm([]desk.Alert{*alarm(t, 2).root(true).Snapshot.Alert}, desk.Critical),
		"mute":          c.MuteForm([]desk.Affected{{Service: "learn"}}), "unmute": c.UnmuteForm([]desk.Affected{{Service: "portal", Name: "Student <Portal>"}}),
		"sorry":     c.SorryForm([]desk.Service{{ID: "learn", Name: "Learn System"}, {ID: "portal", Name: "Student <Portal>"}}),
		"subscribe": c.SubscribeForm([]desk.Subscription{{Channel: channel(teaching), Target: desk.ServiceTarget("learn"), Least: desk.Major}}),
		"schedule":  c.ScheduleForm(nil), "move": c.MoveForm(win), "extend": c.ExtendForm(win), "cancel": c.CancelForm(win), "complete": c.CompleteForm(win),
		"convert": c.ConvertForm(win), "override": c.OverrideForm("window schedule learn friday 02:00 for 3h " + strings.Repeat("Work ", 30)),
	}
}

func TestEveryFormInDiscordsForm(t *testing.T) {
	w := newWorld(t)
	for name, f := range forms(t) {
		t.Run(name, func(t *testing.T) {
			w.opens(f, saying("Done."))
			golden(t, "forms/"+name, w.types(typed("/incident update")).Body)
			fill := discordtest.Fill{}
			form, _ := w.fake.Form(ann)
			for _, in := range form.Inputs {
				switch {
				case !in.Required || in.Value != "":
				case len(in.Choices) > 0:
					fill[in.Name] = in.Choices[0]
				default:
					fill[in.Name] = "learn"
				}
			}
			w.submits(fill)
			if got := w.heard()[len(w.heard())-1]; !got.Filled || got.Command+" "+got.Text != f.Command && got.Command != f.Command {
				t.Errorf("%q came as %+v", f.Command, got)
			}
		})
	}
}

func golden(t *testing.T, name string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got), written anew with -update:\n%s", path, diff)
	}
}

// The golden files are as Discord's own description of its API says.
func TestTheGoldenFilesAreValid(t *testing.T) {
	for folder, route := range map[string]string{"posts": "message.create", "edits": "message.edit", "responses": "callback", "forms": "callback"} {
		files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal(folder, files, err)
		}
		for _, file := range files {
			body, err := os.ReadFile(file)
			if err == nil {
				err = discordtest.CheckRequest(route, body)
			}
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// So say validators of others.
func TestTheGoldenFilesAreValidElsewhere(t *testing.T) {
	kit := os.Getenv("BELLTOWER_KIT")
	if kit == "" {
		t.Skip("BELLTOWER_KIT names no folder with validate-discord.mjs")
	}
	for _, c := range [][2]string{
		{"posts", "message"}, {"posts", "POST /channels/{channel_id}/messages"}, {"edits", "edit"}, {"edits", "PATCH /channels/{channel_id}/messages/{message_id}"},
		{"responses", "response"}, {"responses", "POST /interactions/{interaction_id}/{interaction_token}/callback"},
		{"forms", "modal"}, {"forms", "POST /interactions/{interaction_id}/{interaction_token}/callback"},
	} {
		files, err := filepath.Glob(filepath.Join("testdata", c[0], "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal(c, files, err)
		}
		script := "validate-discord.mjs"
		if strings.Contains(c[1], " ") {
			script = "validate-discord-openapi.mjs"
		}
		out, err := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(kit, script), c[1]}, files...)...).CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v\n%s", c, err, out)
		}
	}
}
