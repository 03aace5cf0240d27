package wording

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// typedMark begins every text that the made-up people type, so that it is found
// wherever it ends up.
const typedMark = "¤"

func typed(limit int) *rapid.Generator[string] {
	words := rapid.SampledFrom([]string{
		"login", "fails", "<!channel>", "<@U0RESPONDER>", "@everyone", "*bold*", "_it_", "`code`", "&amp;", "a<b>c",
		"https://evil.example/", "[x](https://evil.example/)", "|", "\n", "\n\n", "minor", "critical", "…", "’", "—",
		"Straße", "数据库", "شبكة", "👩‍🔧", "é", strings.Repeat("x", 100),
	})
	return rapid.Custom(func(t *rapid.T) string {
		s := typedMark + strings.Join(rapid.SliceOfN(words, 1, 60).Draw(t, "words"), " ")
		if r := []rune(s); len(r) > limit {
			s = string(r[:limit])
		}
		return strings.TrimSpace(s)
	})
}

// wildCatalog has long names and advice, as long as the configuration allows.
func wildCatalog() (*desk.Catalog, []desk.Affected) {
	var services []desk.Service
	var all []desk.Affected
	for n := range 40 {
		name := fmt.Sprintf("Service %c %s", 'A'+n%26, strings.Repeat("n", 60))
		advice := fmt.Sprintf("%d %s", n, strings.Repeat("a", 490))
		s := desk.Service{ID: desk.ServiceID(fmt.Sprintf("sid%d", n)), Name: name, Advice: advice, AdviceOutage: advice}
		services = append(services, s)
		all = append(all, desk.Affected{Service: s.ID, Name: name})
	}
	return desk.NewCatalog(services), all
}

// walk tells an incident by random deeds; what the rules refuse does not happen.
func walk(t *rapid.T, all []desk.Affected) []*desk.Announcement {
	now := time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC)
	act := func() desk.Act {
		now = now.Add(time.Duration(rapid.IntRange(1, 30_000).Draw(t, "seconds")) * time.Second)
		return desk.Act{By: desk.Person{Connection: "amherst", ID: "U0RESPONDER"}, At: now}
	}
	impact := rapid.SampledFrom([]desk.Impact{desk.Minor, desk.Major, desk.Critical})
	status := rapid.SampledFrom([]desk.ServiceStatus{"", desk.Operational, desk.UnderMaintenance, desk.DegradedPerformance, desk.PartialOutage, desk.MajorOutage})
	some := func() []desk.Affected {
		out := append([]desk.Affected(nil), all[:rapid.IntRange(1, len(all)).Draw(t, "services")]...)
		for k := range out {
			out[k].Status = status.Draw(t, "status")
		}
		return out
	}
	next := rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour})
	var inc desk.Incident
	var said []*desk.Announcement
	take := func(c desk.Change, err error) {
		if err != nil {
			return
		}
		inc = c.Incident
		if c.Announce != nil {
			a := *c.Announce
			a.N = len(said) + 1
			said = append(said, &a)
		}
	}
	take(desk.Declare(42, desk.Declaration{Services: some(), Impact: impact.Draw(t, "impact"), Title: typed(desk.MaxTitle).Draw(t, "title"),
		Text: typed(desk.MaxText).Draw(t, "text"), Next: next.Draw(t, "next")}, act()))
	for range rapid.IntRange(0, 25).Draw(t, "deeds") {
		switch rapid.IntRange(0, 8).Draw(t, "deed") {
		case 0, 1, 2:
			st := rapid.SampledFrom([]desk.IncidentStatus{"", desk.Identified, desk.Monitoring}).Draw(t, "to")
			take(inc.Update(desk.Progress{Status: st, Text: typed(desk.MaxText).Draw(t, "text"), Next: next.Draw(t, "next")}, act()))
		case 3:
			take(inc.Resolve(typed(desk.MaxText).Draw(t, "text"), act()))
		case 4:
			take(inc.Reopen(typed(desk.MaxText).Draw(t, "text"), act()))
		case 5:
			take(inc.SetImpact(impact.Draw(t, "impact"), act()))
		case 6:
			take(inc.SetServices(desk.Rescope{Add: some()}, act()))
		case 7:
			old := inc.Latest[len(inc.Latest)-1]
			take(inc.Reword(desk.Entry{Kind: desk.Updated, Update: old.Number, Text: old.Text}, typed(desk.MaxText).Draw(t, "text"), act()))
		case 8:
			if rapid.IntRange(0, 5).Draw(t, "retract") == 0 {
				take(inc.Retract(typed(desk.MaxReason).Draw(t, "why"), act()))
			}
		}
	}
	return said
}

func deliveries(t *rapid.T, said []*desk.Announcement) []chat.Delivery {
	newest := said[len(said)-1]
	root := chat.Delivery{Subject: newest.Subject, N: newest.N, Snapshot: &newest.Snapshot, Reference: rapid.Bool().Draw(t, "reference"),
		Continues: rapid.SampledFrom([]chat.PostID{"", "earlier"}).Draw(t, "continues")}
	edit := root
	edit.Root = "root"
	reply := edit
	reply.Said = said[rapid.IntRange(0, len(said)-1).Draw(t, "from"):]
	reply.Broadcast = rapid.Bool().Draw(t, "broadcast")
	return []chat.Delivery{root, edit, reply}
}

func TestPostsKeepTheirPromisesWhateverHappens(t *testing.T) { inEach(t, keepTheirPromises) }

func keepTheirPromises(t *testing.T, c Context) {
	var all []desk.Affected
	c.Catalog, all = wildCatalog()
	rapid.Check(t, func(t *rapid.T) {
		said := walk(t, all)
		for _, d := range deliveries(t, said) {
			public := c.Post(d)
			d.Ops = true
			staff := c.Post(d)
			for _, m := range []chat.Message{public, staff} {
				checkLimits(t, m)
				checkTypedIsPlain(t, m)
				if d.Said != nil {
					checkPromise(t, m, said[len(said)-1].At)
				}
			}
			checkPublic(t, public)
			checkNewestIsWhole(t, public, d, said)
		}
	})
}

// texts are all the texts of a message but its buttons.
func texts(m chat.Message) []chat.Text {
	out := []chat.Text{m.Summary}
	for _, l := range m.Lines {
		out = append(out, l.Text)
	}
	for _, f := range m.Facts {
		out = append(out, f.Value)
	}
	return append(out, m.Context...)
}

// checkLimits: Slack holds 3,000 characters a section, 10 fields and context
// elements, 300 in a confirmation, 75 on a button, about 13,200 in all.
func checkLimits(t rapid.TB, m chat.Message) {
	total := 0
	for _, text := range texts(m) {
		n := utf8.RuneCountInString(text.PlainText(eastern))
		total += n
		if n == 0 || n > 2800 {
			t.Errorf("a text has %d characters", n)
		}
	}
	if total > 10_000 || len(m.Lines) > 40 || len(m.Facts) > 10 || len(m.Context) > 5 || len(m.Actions) > 5 {
		t.Errorf("too big: %d characters, %d lines, %d facts, %d context, %d actions", total, len(m.Lines), len(m.Facts), len(m.Context), len(m.Actions))
	}
	for _, a := range m.Actions {
		if len(a.Label) > 75 || len(a.Confirm) > 300 || !namesObject.MatchString(a.Label) {
			t.Errorf("button %+v", a)
		}
	}
}

// namesObject finds what a button must name.
var namesObject = regexp.MustCompile(`\b(INC-42|WIN-1[78])\b`)

func checkTypedIsPlain(t rapid.TB, m chat.Message) {
	for _, text := range texts(m) {
		for _, s := range text {
			if strings.Contains(s.Strong+s.Code+s.Link.URL+s.Link.Label, typedMark) {
				t.Errorf("typed text is more than plain: %+v", s)
			}
			if at := strings.LastIndex(s.Plain, typedMark); at > 0 {
				t.Errorf("typed text shares a span: %q", s.Plain)
			}
		}
	}
	if strings.Contains(fmt.Sprint(m.Actions), typedMark) {
		t.Errorf("typed text in a button: %v", m.Actions)
	}
}

// checkPromise: a reply promises nothing that has passed when it is made.
func checkPromise(t rapid.TB, m chat.Message, now time.Time) {
	for _, text := range m.Context {
		for _, s := range text {
			if !s.Time.IsZero() && !s.Time.After(now) {
				t.Errorf("promises %v at %v", s.Time, now)
			}
		}
	}
}

var staffWords = regexp.MustCompile(`(?i)\b(minor|major|critical|leve|grave|crítico|maintenance|mantenimiento|window|ventana|sid\d+|\w+_\w+|U0\w+|amherst)\b`)

func checkPublic(t rapid.TB, m chat.Message) {
	for _, text := range texts(m) {
		for _, s := range text {
			if !s.Person.IsZero() || !s.Channel.IsZero() {
				t.Errorf("names somebody: %+v", s)
			}
			ours := s.Plain + s.Strong + s.Code + s.Link.Label
			if !strings.HasPrefix(ours, typedMark) && staffWords.MatchString(ours) {
				t.Errorf("says a staff's word: %q", ours)
			}
		}
	}
	if len(m.Actions)+len(m.Facts) > 0 {
		t.Errorf("shows staff's facts or buttons: %+v", m)
	}
}

// checkNewestIsWhole: the newest text of a standing incident is said verbatim.
func checkNewestIsWhole(t rapid.TB, m chat.Message, d chat.Delivery, said []*desk.Announcement) {
	i := said[len(said)-1].Snapshot.Incident
	want := i.Latest[len(i.Latest)-1].Text
	if d.Said != nil {
		want = ""
		if heard := audible(d.Said); len(heard) > 0 {
			want = heard[len(heard)-1].Text
		}
	}
	if want == "" || d.Said == nil && i.IsRetracted() {
		return
	}
	for _, text := range texts(m) {
		for _, s := range text {
			if s.Plain == want {
				return
			}
		}
	}
	t.Errorf("%q is not said in %s", want, transcript(m))
}
