package wording

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func TestSpanishSpans(t *testing.T) {
	c := campusIn(Spanish())
	for d, want := range map[time.Duration]string{
		0:                "menos de un segundo",
		time.Second:      "1 segundo",
		39 * time.Minute: "39 minutos",
		65 * time.Minute: "1 hora y 5 minutos",
		51 * time.Hour:   "2 días y 3 horas",
	} {
		if got := c.Span(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestSpanishEnumerations(t *testing.T) {
	c := campusIn(Spanish())
	for want, parts := range map[string][]string{
		"Mail":                   {"Mail"},
		"Mail y Portal":          {"Mail", "Portal"},
		"Mail, Portal e Ingreso": {"Mail", "Portal", "Ingreso"},
		"Mail e Historia":        {"Mail", "Historia"},
		"Mail y Hielo":           {"Mail", "Hielo"},
		"Mail y iClicker":        {"Mail", "iClicker"},
		"Mail y Yammer":          {"Mail", "Yammer"},
		"Mail e Índice":          {"Mail", "Índice"},
		"Mail e I":               {"Mail", "I"},
	} {
		if got := c.and(parts); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSpanishNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 9999: "9999", 12345: "12\u00a0345", 1234567: "1\u00a0234\u00a0567"} {
		if got := spanishThousands(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

func TestSpanishTimes(t *testing.T) {
	at := time.Date(2026, 1, 3, 16, 5, 30, 0, eastern)
	for form, want := range map[chat.TimeForm]string{
		chat.Clock: "16:05 EST", chat.DayClock: "sáb 3 ene 16:05 EST", chat.FullDate: "sábado, 3 de enero de 2026, 16:05 EST",
		chat.Seconds: "16:05:30 EST", weekClock: "sáb 16:05 EST", dayTime: "16:05",
	} {
		if got := campusIn(Spanish()).written(at, form); got != want {
			t.Errorf("%s: %q, want %q", form, got, want)
		}
	}
}

// How services do, in each state and each way of speaking of it.
func TestSpanishConditions(t *testing.T) {
	c := campusIn(Spanish())
	for status, want := range map[string][]string{
		"operational":          {"funciona con normalidad", "funcionó con normalidad", "funciona con normalidad", "funciona con normalidad", "funciona con normalidad"},
		"under_maintenance":    {"tiene trabajo programado", "tuvo trabajo programado", "de nuevo tiene trabajo programado", "ahora tiene trabajo programado", "todavía tiene trabajo programado"},
		"degraded_performance": {"funciona con lentitud", "funcionó con lentitud", "de nuevo funciona con lentitud", "ahora funciona con lentitud", "todavía funciona con lentitud"},
		"partial_outage":       {"está disponible solo en parte", "estuvo disponible solo en parte", "de nuevo está disponible solo en parte", "ahora está disponible solo en parte", "todavía está disponible solo en parte"},
		"major_outage":         {"no está disponible", "no estuvo disponible", "de nuevo no está disponible", "ahora no está disponible", "todavía no está disponible"},
	} {
		for in, says := range want {
			got := c.conditions(desk.Incident{Services: affected("learn:" + status)}, tense(in))
			if got != "Learn System "+says {
				t.Errorf("%s: %q, want %q", status, got, says)
			}
		}
	}
	two := c.conditions(desk.Incident{Services: affected("learn", "portal"), Impact: desk.Critical}, past)
	if want := "Learn System y Student Portal no estuvieron disponibles"; two != want {
		t.Errorf("%q, want %q", two, want)
	}
}

// What the bot put in people's place is said to each reader in their language; what
// people typed stays theirs.
func TestReadySentencesCrossLanguages(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		other := campusIn(Spanish())
		if in.Language != nil {
			other = campus()
		}
		told := beginIn(t, in).learnDown().at("4:31").resolve("")
		own := beginIn(t, other).learnDown().at("4:31").resolve("")
		for k, a := range told.said {
			d := chat.Delivery{Subject: a.Subject, N: a.N, Snapshot: &a.Snapshot}
			mine := chat.Delivery{Subject: a.Subject, N: a.N, Snapshot: &own.said[k].Snapshot}
			if got, want := transcript(other.Post(d)), transcript(other.Post(mine)); got != want {
				t.Errorf("reads\n%s\nwant\n%s", got, want)
			}
			d.Said, mine.Said, d.Root = told.said[k:k+1], own.said[k:k+1], "root"
			if got, want := transcript(other.Post(d)), transcript(other.Post(mine)); got != want {
				t.Errorf("reply reads\n%s\nwant\n%s", got, want)
			}
		}
		if got := other.Pick(told.inc); got != other.Pick(own.inc) {
			t.Errorf("picks %q", got)
		}
		still := in.ReadyAgain(told.inc.Services, desk.Critical)
		if got := other.Said(told.inc, still); got != other.ReadyAgain(told.inc.Services, desk.Critical) {
			t.Errorf("still reads %q", got)
		}
		typed := beginIn(t, in).loginFails().inc.Latest[0].Text
		if got := other.Said(told.inc, typed); got != typed {
			t.Errorf("typed %q reads %q", typed, got)
		}
	})
}

// A form's title and buttons have at most 24 characters, with a number of four digits.
func TestSpanishFormsFit(t *testing.T) {
	c := campusIn(Spanish())
	i := begin(t).loginFails().inc
	i.Number = 1042
	for _, f := range forms(c, i) {
		for _, s := range []string{f.Title, f.Submit} {
			if n := len([]rune(s)); n == 0 || n > 24 {
				t.Errorf("%d characters: %q", n, s)
			}
		}
	}
}

// All answers as a Spanish campus reads them.
func TestSpanishAnswers(t *testing.T) {
	var b strings.Builder
	for _, m := range append(answers(Spanish()), lists(t, campusIn(Spanish()))...) {
		b.WriteString(transcript(m))
		b.WriteByte('\n')
	}
	golden(t, campusIn(Spanish()), "answers", b.String())
}

// lists are the answers that hold lists, a home and refusals.
func lists(t *testing.T, c Context) []chat.Message {
	s := beginIn(t, c).loginFails().at("4:31")
	over := beginIn(t, c).learnDown().at("4:31").resolve("").inc
	who, ch := desk.Person{Connection: "mayaguez", ID: "UEVA"}, desk.Channel{Connection: "mayaguez", ID: "CAULA"}
	sub := desk.Subscription{Channel: ch, Target: desk.Target{Kind: desk.TargetService, Name: "learn"}, Least: desk.Major, Manner: desk.Quiet,
		Hours: &desk.Hours{From: 22 * 60, To: 7 * 60, Least: desk.Critical}}
	several := Page{Lines: []chat.Line{c.ListLine(s.inc), c.ListLine(over)}, Number: 1, Of: 2, Next: chat.Action{Label: c.NextPage(2), Command: "incident list page 2"}}
	timeline := Page{Lines: []chat.Line{
		c.TimelineLine(desk.Entry{At: s.now, By: who, Kind: desk.Updated, Status: desk.Identified, Text: "Un disco está lleno."}),
		c.TimelineLine(desk.Entry{At: s.now, By: who, Kind: desk.Led}), c.TimelineLine(desk.Entry{At: s.now, Kind: desk.Reworded, Update: 2, Before: "a", After: "b"}),
		c.TimelineLine(desk.Entry{At: s.now, By: who, Kind: desk.Eased, Before: string(desk.Critical), After: string(desk.Minor)}),
	}}
	standings := Page{Lines: []chat.Line{
		c.StandingLine(Standing{Channel: ch, State: "told", At: s.now}),
		c.StandingLine(Standing{Channel: ch, State: "waiting", Why: "posts to mayaguez are held: nos lo pidieron", Unsure: true}),
		c.StandingLine(Standing{Channel: ch, State: "failed", Why: "invalid_blocks", Tries: 2}),
		c.StandingLine(Standing{Channel: ch, State: "not told", Why: "it hears of worse incidents only"}),
		c.StandingLine(Standing{Channel: ch, Ops: true, State: "gone", Why: "is_archived", Next: s.now}),
	}}
	health := []desk.Health{{Service: desk.Service{Name: "Learn System"}, Status: desk.PartialOutage, Since: s.now, Because: []desk.Incident{s.inc}}, {Service: desk.Service{Name: "Mail"}, Status: desk.Operational}}
	audit := Page{Lines: []chat.Line{c.AuditLine(Audited{At: s.now, By: who, From: ch, Did: "hold", About: "mayaguez", Reason: "nos lo pidieron"})}}
	return []chat.Message{
		c.Listed(2, "open", several), c.Listed(0, "all", Page{}), c.Listed(1, c.Span(30*24*time.Hour), Page{}), c.Timeline(s.inc, 3, timeline),
		c.Delivered(s.inc.Subject(), map[string]int{"told": 1, "failed": 12345}, s.now, standings), c.Forgotten(over.Subject(), over.EndedAt, 30*24*time.Hour),
		c.Why(s.inc.Subject(), Standing{State: "waiting", At: s.now}, []desk.Subscription{sub}),
		c.Status(health, Page{Lines: []chat.Line{c.ServiceLine(health[0]), c.ServiceLine(health[1])}}, Plans{}, chat.Action{Label: c.ShowHere(), Command: "status here"}),
		c.Hears(0, Page{}, []chat.Action{{Label: c.Offer(desk.All()), Command: "subscribe all"}}, desk.Channel{}),
		c.Home(Home{Mine: []desk.Incident{s.inc}, Promised: []desk.Incident{s.inc}, Subscriptions: []desk.Subscription{sub}, Staff: true, At: s.now}),
		c.Home(Home{}), c.AuditList(1, audit), c.Refused(c.NotSubscribed(sub.Target, nil), nil), c.Refused(c.NoPage(2), nil),
		c.Refused(desk.Refuse(desk.Unknown, "There is no %s %q.", desk.Term("service"), "message").WithHint("Did you mean %s?", "learn"), nil),
		c.Refused(desk.Refuse(desk.Forbidden, "Only %s may %s.", desk.Term("responders"), desk.Term("change incidents and planned work")), nil),
		c.Refused(desk.Refuse(desk.Conflict, "%s is %s already.", s.inc.Subject(), desk.Major), nil), c.TestSent(), c.TestOnce("subscribe test"),
		c.Refused(c.TestFailed(chat.SendError{Outcome: chat.Gone, Reason: "not_in_channel"}, "subscribe test"), nil),
	}
}

// All forms as a Spanish campus reads them.
func TestSpanishForms(t *testing.T) {
	c := campusIn(Spanish())
	i := beginIn(t, c).loginFails().inc
	var b strings.Builder
	for _, f := range forms(c, i) {
		fmt.Fprintf(&b, "== %s [%s] %s\n", f.Title, f.Submit, f.Command)
		for _, l := range f.Intro {
			fmt.Fprintf(&b, "    %s\n", l.Text.PlainText(eastern))
		}
		for _, field := range f.Fields {
			fmt.Fprintf(&b, "    %s (%s)\n", field.Label, field.Hint)
			for _, choice := range field.Choices {
				fmt.Fprintf(&b, "        %s = %s\n", choice.Label, choice.Value)
			}
		}
	}
	golden(t, c, "forms", b.String())
}

// forms are one of each.
func forms(c Context, i desk.Incident) []chat.Form {
	tested := i
	tested.Verify = &desk.Verification{Text: "x", Passes: 3}
	alerts := []desk.Alert{
		{Number: 7, Since: i.BeganAt, ChangedAt: i.BeganAt, Services: []desk.Alerted{{Service: "learn", Name: "Learn System", Failing: 1}}},
		{Number: 8, Since: i.BeganAt, Services: []desk.Alerted{{Service: "mail", Name: "Mail", Failing: 1}}},
	}
	return []chat.Form{
		c.TellNowForm("incident resolve --force 42"), c.ResolveForm(tested), c.ReopenForm(tested),
		c.DeclareForm("incident declare"), c.DeclareForm("incident drill"), c.UpdateForm(i), c.ResolveForm(i), c.RetractForm(i), c.ReopenForm(i),
		c.EditForm(i, 1, "x"), c.ChangeForm(i, "x", true), c.NoteForm([]desk.Incident{i}, "", ""), c.SubscribeForm(nil), c.ImpactForm(i),
		c.ServicesForm(i), c.TitleForm(i), c.LeadForm(i, desk.Person{Connection: "amherst", ID: "U1"}), c.BeganForm(i), c.EndedForm(i),
		c.DeclareAlertForm(alerts[:1], desk.Major), c.DeclareAlertForm(alerts, desk.Major), c.MuteForm(nil), c.UnmuteForm(alerts[0].Affected()), c.SorryForm([]desk.Service{{ID: "learn", Name: "Learn System"}}),
	}
}
