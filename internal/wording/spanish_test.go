package wording

import (
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
	who := desk.Person{Connection: "amherst", ID: "U1"}
	for _, f := range []chat.Form{
		c.DeclareForm("incident declare"), c.DeclareForm("incident drill"), c.UpdateForm(i), c.ResolveForm(i), c.RetractForm(i), c.ReopenForm(i),
		c.EditForm(i, 1, "x"), c.ChangeForm(i, "x", true), c.NoteForm([]desk.Incident{i}, "", ""), c.SubscribeForm(nil), c.ImpactForm(i),
		c.ServicesForm(i), c.TitleForm(i), c.LeadForm(i, who), c.BeganForm(i), c.EndedForm(i),
	} {
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
	for _, m := range answers(Spanish()) {
		b.WriteString(transcript(m))
		b.WriteByte('\n')
	}
	golden(t, campusIn(Spanish()), "answers", b.String())
}
