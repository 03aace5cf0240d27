package wording

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func learnIncident() desk.Incident {
	return desk.Incident{
		Number: 42, Title: "Login fails", Services: []desk.Affected{{Service: "learn", Name: "Learn System"}},
		Impact: desk.Critical, Peak: desk.Critical, Status: desk.Investigating,
		DeclaredAt: morning(), BeganAt: morning(), Updates: 3,
	}
}

func morning() time.Time { return time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC) }

// answers are one answer of each kind.
func answers(l *Language) []chat.Message {
	c := Context{Zone: time.UTC, Organization: "UMassOnline", StatusURL: "https://status.example.edu", Language: l}
	out := []chat.Message{c.NotStored(), c.MaybeStored(), c.Broken("t1"), c.HelpFor(""), c.TellingNow(learnIncident().Subject(), true)}
	for _, kind := range entryKinds() {
		i := learnIncident()
		d := Done{Incident: i, Entry: desk.Entry{Kind: kind, Text: "We look.", Update: 3, After: "INC-41"}, Channels: 3, Now: morning()}
		if kind == desk.Ended {
			d.Incident.Status = desk.Resolved
		}
		if kind == desk.Testing {
			d.Incident.Verify = &desk.Verification{Text: "We look.", Passes: 3, AskAt: morning().Add(time.Hour)}
		}
		d.NotTested = kind == desk.Updated
		out = append(out, c.Done(d))
		d.Held = &desk.Held{Until: morning().Add(10 * time.Second)}
		out = append(out, c.Done(d))
	}
	for _, h := range AllHelp() {
		out = append(out, c.HelpOn(h))
	}
	for role := desk.Guest; role <= desk.Admin; role++ {
		out = append(out, c.Whoami(Who{Role: role}), c.Whoami(Who{Role: role, Missing: true}))
	}
	sub := desk.Subscription{Target: desk.All()}
	return append(out, c.Subscribed(sub, true, Matching{Open: []OpenNow{{Incident: learnIncident()}, {Incident: learnIncident(), QuietUntil: morning()}}}, desk.Channel{}), c.Unsubscribed([]desk.Subscription{sub}, nil, desk.Channel{}),
		c.Held([]desk.ConnectionName{"amherst"}), c.Freed([]desk.ConnectionName{"amherst", "boston"}))
}

func entryKinds() []desk.EntryKind {
	return []desk.EntryKind{
		desk.Declared, desk.Updated, desk.Ended, desk.Retracted, desk.Reopened, desk.Worsened, desk.Eased, desk.Rescoped,
		desk.Retitled, desk.Led, desk.Redated, desk.Reworded, desk.Merged, desk.Noted, desk.Testing, desk.TestsStopped,
	}
}

func TestEveryAnswerStandsAlone(t *testing.T) {
	for _, m := range append(answers(nil), answers(Spanish())...) {
		s := m.Summary.PlainText(time.UTC)
		if len(s) < 10 || !strings.ContainsAny(s[len(s)-1:], ".?:") {
			t.Errorf("no sentence: %q", s)
		}
		if m.Tone == chat.ToneNone {
			t.Errorf("%q has no tone", s)
		}
		for _, a := range m.Actions {
			if a.Label == "" || a.Command == "" || len([]rune(a.Label)) > maxLabel {
				t.Errorf("%q: button %+v", s, a)
			}
		}
	}
}

// Staff read answers at 4 a.m.; they may be a little harder than posts.
func TestAnswersAreShort(t *testing.T) { inEach(t, answersAreShort) }

func answersAreShort(t *testing.T, in Context) {
	var all []string
	for _, m := range answers(in.Language) {
		all = append(all, sentences(m, map[string]bool{"Login fails": true, "We look.": true})...)
	}
	for _, s := range all {
		if n := len(strings.Fields(s)); n > maxWords {
			t.Errorf("%d words: %s", n, s)
		}
	}
	if hard := hardness(in, all, 1); hard != "" {
		t.Error(hard)
	}
}

func TestEveryKindOfChangeHasItsSentence(t *testing.T) {
	c := Context{Zone: time.UTC}
	var seen []string
	for _, kind := range entryKinds() {
		if kind == desk.Eased {
			continue // said as Worsened is
		}
		d := Done{Incident: learnIncident(), Entry: desk.Entry{Kind: kind, After: "INC-41"}, Now: morning()}
		s := c.Done(d).Summary.PlainText(time.UTC)
		if slices.Contains(seen, s) {
			t.Errorf("%s has no sentence of its own: %s", kind, s)
		}
		seen = append(seen, s)
		if word := c.entryWord(desk.Entry{Kind: kind}); word == string(kind) {
			t.Errorf("%s has no word in the timeline", kind)
		}
	}
}

func TestInstants(t *testing.T) {
	eastern, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := Context{Zone: eastern}
	tests := []struct {
		at     time.Duration
		reader *time.Location
		want   string
	}{
		{-8 * time.Minute, nil, "Friday, 27 November 2026, 3:52 AM EST (8 minutes ago)"},
		{45 * time.Minute, eastern, "Friday, 27 November 2026, 4:45 AM EST (in 45 minutes)"},
		{0, eastern, "Friday, 27 November 2026, 4:00 AM EST (now)"},
		{-8 * time.Minute, berlin, "Friday, 27 November 2026, 3:52 AM EST (8 minutes ago), for you Fri 9:52 AM CET"},
		{19 * time.Hour, berlin, "Friday, 27 November 2026, 11:00 PM EST (in 19 hours), for you Sat 5:00 AM CET"},
	}
	for _, tt := range tests {
		if got := c.Instant(morning().Add(tt.at), morning(), tt.reader); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567"} {
		if got := (Context{}).thousands(n); got != want {
			t.Errorf("%d is %s", n, got)
		}
	}
}

// Who was told something before is not said to have heard nothing.
func TestWhyOneWaitsForTheNewest(t *testing.T) {
	c := campus()
	inc42 := desk.Subject{Kind: desk.IncidentSubject, Number: 42}
	for _, tt := range []struct {
		st   Standing
		want string
	}{
		{Standing{State: "waiting", Why: "posts to boston are held"}, "This channel is still to be told of INC-42, because posts to boston are held."},
		{Standing{State: "waiting", At: begin(t).now}, "This channel is still to be told the newest of INC-42."},
		{Standing{State: "gone", At: begin(t).now, Why: "is_archived"}, "This channel cannot be reached, so it was not told the newest of INC-42 (is_archived)."},
		{Standing{State: "waiting", QuietUntil: begin(t).now}, "This channel is told of INC-42 when its quiet hours end, "},
		{Standing{State: "waiting", At: begin(t).now, QuietUntil: begin(t).now}, "This channel is told the newest of INC-42 when its quiet hours end, "},
		{Standing{State: "told", At: begin(t).now}, "This channel was told of INC-42 "},
	} {
		if got := c.Why(inc42, tt.st, nil).Summary.PlainText(c.Zone); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%+v reads: %s", tt.st, got)
		}
	}
}
