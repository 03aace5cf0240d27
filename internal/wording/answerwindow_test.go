package wording

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func windowKinds() []desk.EntryKind {
	return []desk.EntryKind{
		desk.WindowScheduled, desk.WindowStarted, desk.WindowHeld, desk.WindowMoved, desk.WindowExtended,
		desk.WindowVerifying, desk.WindowCompleted, desk.WindowCancelled, desk.WindowConverted,
	}
}

func learnWindow() desk.Window {
	from := morning().Add(24 * time.Hour)
	return desk.Window{
		Number: 17, Title: "New database", Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Effect: desk.EffectDown,
		Status: desk.Scheduled, Planned: desk.Period{From: from, To: from.Add(3 * time.Hour)}, ScheduledAt: morning(),
	}
}

func wednesdays() *desk.Recurrence {
	return &desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: 3 * time.Hour, Zone: "UTC", First: morning().Truncate(24 * time.Hour)}
}

// windowAnswers are one answer of each kind about planned work.
func windowAnswers(l *Language) (out []chat.Message) {
	c := Context{Zone: time.UTC, Organization: "UMassOnline", StatusURL: "https://status.example.edu", Language: l, Catalog: campus().Catalog}
	series := learnWindow()
	series.Rule = wednesdays()
	next := series.Rule.Between(morning(), morning().AddDate(0, 1, 0), 3)
	for _, w := range []desk.Window{learnWindow(), series} {
		for _, kind := range windowKinds() {
			d := WindowDone{Window: w, Entry: desk.Entry{Kind: kind, Text: "We look.", After: "INC-41"}, Channels: 3, Now: morning(), Next: next, Doubts: []string{"The text has what looks like a host name: a.b.c"}}
			d.Reminders = []time.Time{morning().Add(time.Hour)}
			out = append(out, c.WindowDone(d))
			if kind == desk.WindowScheduled || kind == desk.WindowCancelled {
				out = append(out, c.ConfirmWindow(d, []chat.Action{{Label: c.DoIt(kind), Command: "window"}}))
			}
		}
		out = append(out, c.WindowShown(w, next, &ForStaff{Forbidden: &desk.Objection{Kind: desk.InMoratorium, Name: "Finals", Period: w.Planned, All: next}}), c.WindowsListed(WindowsFound{Windows: 1}, Page{Lines: []chat.Line{c.WindowLine(w)}}),
			c.WindowsListed(WindowsFound{Windows: 96, More: true, Which: "Learn System"}, Page{Lines: []chat.Line{c.WindowLine(w)}}))
	}
	planning := desk.Planning{Notice: desk.LeadTime{WorkingDays: 2}, StandingNotice: 24 * time.Hour}
	for _, o := range []*desk.Objection{
		{Kind: desk.Overlapping, Other: learnWindow().Subject(), Period: learnWindow().Planned},
		{Kind: desk.InMoratorium, Name: "Finals", Period: learnWindow().Planned, Admins: true},
		{Kind: desk.ShortNotice, Earliest: morning()},
	} {
		out = append(out, c.Refused(c.Objection(o, planning, next, true), nil))
	}
	return append(out, c.WindowTimeline(learnWindow(), 3, Page{}), c.FacultyCopy(learnWindow(), "Text"))
}

// Every answer about planned work stands alone, and is short enough at 4 a.m.
func TestEveryAnswerAboutWindowsStandsAlone(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		for _, m := range windowAnswers(in.Language) {
			s := m.Summary.PlainText(time.UTC)
			if len(s) < 10 || !strings.ContainsAny(s[len(s)-1:], ".?:") || m.Tone == chat.ToneNone {
				t.Errorf("no sentence: %q", s)
			}
			for _, a := range m.Actions {
				if a.Label == "" || a.Command == "" || len([]rune(a.Label)) > maxLabel {
					t.Errorf("%q: button %+v", s, a)
				}
			}
			for _, said := range sentences(m, map[string]bool{"New database": true, "We look.": true}) {
				if n := len(strings.Fields(said)); n > 2*maxWords { // two times in full among them
					t.Errorf("%d words: %s", n, said)
				}
			}
		}
	})
}

func TestEveryChangeOfAWindowHasItsSentence(t *testing.T) {
	c := Context{Zone: time.UTC}
	var seen []string
	for _, kind := range windowKinds() {
		s := c.WindowDone(WindowDone{Window: learnWindow(), Entry: desk.Entry{Kind: kind}, Now: morning()}).Summary.PlainText(time.UTC)
		if slices.Contains(seen, s) {
			t.Errorf("%s has no sentence of its own: %s", kind, s)
		}
		seen = append(seen, s)
	}
	for _, kind := range append(windowKinds(), desk.WindowReminded, desk.WindowLate, desk.WindowNotPassed, desk.Holding, desk.NothingNew, desk.Snoozed) {
		if word := c.entryWord(desk.Entry{Kind: kind}); word == string(kind) {
			t.Errorf("%s has no word in the timeline", kind)
		}
	}
}

func TestWhatIsRepeatedIsSaid(t *testing.T) {
	days := func(d ...time.Weekday) desk.Recurrence {
		return desk.Recurrence{Every: 1, Days: d, At: 4 * 60, For: 90 * time.Minute, Zone: "UTC"}
	}
	nth := func(n, every int) desk.Recurrence {
		r := days(time.Sunday)
		r.Nth, r.Every = n, every
		return r
	}
	other, ends, elsewhere := days(time.Friday), days(time.Friday), days(time.Friday)
	other.Every, ends.Until, elsewhere.Zone = 2, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), "America/New_York"
	for _, tt := range []struct {
		rule             desk.Recurrence
		english, spanish string
	}{
		{days(time.Wednesday, time.Saturday), "every Wednesday and Saturday at 4:00 AM for 1 hour 30 minutes", "cada miércoles y sábado a las 04:00 durante 1 hora y 30 minutos"},
		{days(0, 1, 2, 3, 4, 5, 6), "every day at 4:00 AM for 1 hour 30 minutes", "cada día a las 04:00 durante 1 hora y 30 minutos"},
		{other, "every 2 weeks on Friday at 4:00 AM for 1 hour 30 minutes", "cada 2 semanas, el viernes a las 04:00 durante 1 hora y 30 minutos"},
		{nth(1, 1), "every first Sunday of the month at 4:00 AM for 1 hour 30 minutes", "el primer domingo de cada mes a las 04:00 durante 1 hora y 30 minutos"},
		{nth(-1, 3), "every 3 months on the last Sunday at 4:00 AM for 1 hour 30 minutes", "cada 3 meses, el último domingo a las 04:00 durante 1 hora y 30 minutos"},
		{ends, "every Friday at 4:00 AM for 1 hour 30 minutes, until Friday, 1 January 2027", "cada viernes a las 04:00 durante 1 hora y 30 minutos, hasta el viernes, 1 de enero de 2027"},
		{elsewhere, "every Friday at 4:00 AM for 1 hour 30 minutes (America/New_York)", "cada viernes a las 04:00 durante 1 hora y 30 minutos (America/New_York)"},
	} {
		if got := (Context{Zone: time.UTC}).repeats(tt.rule); got != tt.english {
			t.Errorf("got  %s\nwant %s", got, tt.english)
		}
		if got := (Context{Zone: time.UTC, Language: Spanish()}).repeats(tt.rule); got != tt.spanish {
			t.Errorf("got  %s\nwant %s", got, tt.spanish)
		}
	}
}

// A planned time is where a person looks first: what goes on, and what is next.
func TestAHomeShowsPlannedWork(t *testing.T) {
	running := learnWindow()
	running.Status, running.StartedAt = desk.InProgress, morning()
	got := Context{Zone: time.UTC}.Home(Home{Running: []desk.Window{running}, Coming: []desk.Window{learnWindow()}}).PlainText(time.UTC)
	for _, want := range []string{"Planned work, now\n- WIN-17: New database.", "In progress.", "Planned work\n- WIN-17: Sat 28 Nov 9:00 AM UTC to 12:00 PM UTC. To expect: Learn System not available."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestLengthsAreWrittenAsTheyAreTyped(t *testing.T) {
	for d, want := range map[time.Duration]string{
		3 * time.Hour: "3h", 90 * time.Minute: "1h30m", 45 * time.Minute: "45m", 30 * time.Second: "30s", 50 * time.Hour: "50h", 10 * time.Minute: "10m", 20*time.Hour + 5*time.Minute: "20h5m",
	} {
		if got := TypedLength(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}
