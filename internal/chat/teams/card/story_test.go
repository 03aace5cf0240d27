package card_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/card"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

func newYork(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func style(t *testing.T) card.Style {
	return card.Style{Zone: newYork(t), Connection: "boston",
		Person: func(p desk.Person) string {
			return map[string]string{"4d3c-ann": "Ann Lee", "4d3c-bob": "Bob O'Hara (IT)"}[p.ID]
		},
		Channel: func(c desk.Channel) string { return map[string]string{"19:ops@thread.tacv2": "IT > Ops"}[c.ID] },
	}
}

func words(t *testing.T) wording.Context {
	return wording.Context{Organization: "Example University", StatusURL: "https://status.example.edu", Zone: newYork(t),
		Catalog: desk.NewCatalog([]desk.Service{
			{ID: "learn", Name: "Learn System", Group: "Teaching", AdviceOutage: "If you are in an exam, keep this page open."},
			{ID: "portal", Name: "Student <Portal>", Group: "Campus"},
		})}
}

var (
	ann = desk.Person{Connection: "boston", ID: "4d3c-ann"}
	ops = desk.Channel{Connection: "boston", ID: "19:ops@thread.tacv2"}
)

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
	d.Title, d.In = "Login <fails> for *everyone*", ops
	d.Text, d.Next, d.Began = "The login page shows an error. @everyone see https://learn.example.edu & wait", 20*time.Minute, s.now.Add(-3*time.Minute)
	return s.take(desk.Declare(42, d, s.act()))
}

func (s *story) act() desk.Act { return desk.Act{By: ann, At: s.now} }

func (s *story) take(c desk.Change, err error) *story {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.inc = c.Incident
	return s.told(*c.Announce)
}

func (s *story) told(a desk.Announcement) *story {
	a.N = len(s.said) + 1
	s.said = append(s.said, &a)
	s.now = s.now.Add(17 * time.Minute)
	return s
}

func (s *story) update(text string) *story {
	return s.take(s.inc.Update(desk.Progress{Status: desk.Identified, Text: text, Next: time.Hour}, s.act()))
}

func (s *story) resolve() *story {
	return s.take(s.inc.Resolve("There is room on the disk again.", s.act()))
}

// work is a window, planned by the rules of the desk.
func work(t *testing.T) *story {
	s := &story{t: t, now: time.Date(2026, 12, 4, 8, 55, 0, 0, time.UTC)}
	from := time.Date(2026, 12, 9, 9, 0, 0, 0, time.UTC)
	c, err := desk.Schedule(17, desk.Plan{
		Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Title: "New <database> *now*", Details: "See https://learn.example.edu & wait",
		Planned: desk.Period{From: from, To: from.Add(3 * time.Hour)}, In: ops,
	}, s.act())
	if err != nil {
		t.Fatal(err)
	}
	return s.told(*c.Announce)
}

// root is the newest post, reply the newest said announcements in its thread.
func (s *story) root(ops bool) chat.Delivery {
	a := s.said[len(s.said)-1]
	return chat.Delivery{Subject: a.Subject, N: a.N, Ops: ops, Snapshot: &a.Snapshot}
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

// late is the question that calls people of here and of elsewhere.
func late(t *testing.T) chat.Delivery {
	s := begin(t, desk.Declaration{Impact: desk.Critical})
	q := desk.Question{
		Kind: desk.AskMissed, Incident: &s.inc, By: s.now.Add(time.Hour), Missed: 2,
		Mention: []desk.Person{{Connection: "boston", ID: "4d3c-bob"}, {Connection: "amherst", ID: "U_X"}},
	}
	return notice(desk.Notice{Number: 3, At: s.now, Question: &q})
}

func notice(n desk.Notice) chat.Delivery {
	return chat.Delivery{Subject: desk.Subject{Kind: desk.NoticeSubject, Number: n.Number}, N: 1, Ops: true, Snapshot: &desk.Snapshot{Notice: &n}}
}

// posts are one of each kind.
func posts(t *testing.T) map[string]chat.Delivery {
	down := func() *story { return begin(t, desk.Declaration{Impact: desk.Critical}) }
	doubled := down().root(false)
	doubled.Reference = true
	return map[string]chat.Delivery{
		"opening": down().root(false), "opening-ops": down().root(true), "opening-held": down().held(), "opening-again": doubled,
		"drill":   begin(t, desk.Declaration{Impact: desk.Major, Drill: true}).root(true),
		"updated": down().update("A disk is full.\nWe are making room.").root(false), "update-reply": down().update("A disk is full.\nWe are making room.").reply(1),
		"folded-reply": down().update("A disk is full.").update("There is a new disk.").reply(2),
		"ended":        down().update("A disk is full.").resolve().root(false), "ended-ops": down().resolve().root(true), "end-reply": down().resolve().reply(1),
		"window": work(t).root(false), "window-ops": work(t).root(true), "alert": alarm(t, 1).root(false), "alert-ops": alarm(t, 1).root(true), "alert-seen-ops": alarm(t, 2).root(true), "alert-cleared": alarm(t, 3).root(false),
		"alert-cleared-reply": alarm(t, 3).reply(1), "alert-again-ops": alarm(t, 4).root(true), "alert-flapping-reply": alarm(t, 5).reply(1),
		"question": late(t),
		"notice":   notice(desk.Notice{Number: 3, Text: "boston/library cannot be reached any more: it was archived.\nIts subscription waits until it returns."}),
	}
}

// answers are what people are answered, and a message with each part that there is.
func answers(t *testing.T) map[string]chat.Message {
	w := words(t)
	a := begin(t, desk.Declaration{Impact: desk.Critical}).inc
	b := begin(t, desk.Declaration{Impact: desk.Minor}).update("A disk is full.").inc
	b.Number = 43
	list := chat.Message{Summary: chat.Plain("2 incidents are open."), Tone: chat.ToneInfo, Lines: []chat.Line{w.ListLine(a), w.ListLine(b)}}
	for _, n := range []string{"INC-42", "INC-43"} {
		list.Actions = append(list.Actions, chat.Action{Label: "Update " + n, Command: "incident update " + n}, chat.Action{Label: "Show " + n, Command: "incident show " + n},
			chat.Action{Label: "Resolve " + n, Command: "incident resolve " + n, Style: chat.Primary}, chat.Action{Label: "Who was told of " + n, Command: "incident deliveries " + n})
	}
	return map[string]chat.Message{
		"list": list, "everything": everything(),
		"refusal": {
			Summary: chat.Plain("There is no service \"lern\": did you mean learn?"), Tone: chat.ToneRefused,
			Lines:   []chat.Line{{Text: chat.Text{{Plain: "Say it like "}, {Code: "incident declare learn down"}, {Plain: ". Nothing was stored and nobody was told."}}}},
			Actions: []chat.Action{{Label: "Declare for Learn System", Command: "incident declare", Options: map[string]string{"services": "learn", "impact": "down"}}},
		},
	}
}

// everything has each part of a neutral message.
func everything() chat.Message {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	return chat.Message{
		Summary: chat.Text{{Plain: "INC-42 is "}, {Strong: "open"}, {Plain: " since "}, {Time: at}, {Plain: "."}}, Tone: chat.ToneRefused,
		Lines: []chat.Line{
			{Kind: chat.Heading, Text: chat.Plain("Open now")},
			{Kind: chat.Item, Text: chat.Text{{Plain: "Declared by "}, {Person: ann}, {Plain: " in "}, {Channel: ops}}},
			{Kind: chat.Item, Text: chat.Text{{Plain: "Type "}, {Code: "incident show 42"}, {Plain: ", "}, {Person: ann, Notify: true}}},
			{Text: chat.Text{{Plain: "Planned for "}, {Time: at, Form: chat.FullDate}, {Plain: ", told at "}, {Time: at, Form: chat.Seconds}, {Plain: ", see "}, {Link: chat.Link{URL: "https://status.example.edu/?a=(1)&b=2", Label: "the [page]"}}}},
			{Kind: chat.Quote, Text: chat.Plain("One line,\n> and another.\n\n- and_a_third *one*")},
		},
		Facts:   []chat.Fact{{Label: "Impact", Value: chat.Plain("critical")}, {Label: "Since", Value: chat.Text{{Time: at, Form: chat.DayClock}}}},
		Context: []chat.Text{chat.Plain("Next news by 10.")},
		Actions: []chat.Action{{Label: "Resolve INC-42", Command: "incident resolve 42", Confirm: "Is it over?", Style: chat.Primary},
			{Label: "Take back", Command: "incident retract 42", Style: chat.Danger}, {Label: "Status page", URL: "https://status.example.edu/"},
			{Label: "Separate incident", Command: "incident declare learn down " + string(make([]byte, 3000)) + " --separate"}},
	}
}

func forms(t *testing.T) map[string]chat.Form {
	w := words(t)
	inc := begin(t, desk.Declaration{Impact: desk.Critical}).update("A disk is full.").inc
	over := inc
	over.Status, over.EndedAt = desk.Resolved, inc.BeganAt.Add(time.Hour)
	win := *work(t).said[0].Snapshot.Window
	return map[string]chat.Form{
		"declare": w.DeclareForm("incident declare"), "drill": w.DeclareForm("incident drill"),
		"update": w.UpdateForm(inc), "resolve": w.ResolveForm(inc), "retract": w.RetractForm(inc),
		"edit": w.EditForm(inc, 2, "A disk is full."), "change": w.ChangeForm(inc, "We look.", true),
		"note":   w.NoteForm([]desk.Incident{inc}, "42", "Error 500 & <b>\nhttps://learn.example.edu"),
		"impact": w.ImpactForm(inc), "services": w.ServicesForm(inc), "title": w.TitleForm(inc), "began": w.BeganForm(inc),
		"lead": w.LeadForm(inc, ann), "reopen": w.ReopenForm(over), "ended": w.EndedForm(over),
		"declare-alert": w.DeclareAlertForm([]desk.Alert{*alarm(t, 2).root(true).Snapshot.Alert}, desk.Critical),
		"mute":          w.MuteForm([]desk.Affected{{Service: "learn"}}), "unmute": w.UnmuteForm([]desk.Affected{{Service: "portal", Name: "Student <Portal>"}}),
		"sorry":     w.SorryForm([]desk.Service{{ID: "learn", Name: "Learn System"}, {ID: "portal", Name: "Student <Portal>"}}),
		"subscribe": w.SubscribeForm([]desk.Subscription{{Channel: ops, Target: desk.ServiceTarget("learn"), Least: desk.Major}}),
		"schedule":  w.ScheduleForm(wording.WindowFields{"when": "saturday 04:00"}), "move": w.MoveForm(win), "extend": w.ExtendForm(win),
		"cancel": w.CancelForm(win), "complete": w.CompleteForm(win),
	}
}
