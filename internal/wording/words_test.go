package wording

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func TestSpanIsSaidInTwoWordsAtMost(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                          "less than a second",
		time.Second:                "1 second",
		59*time.Second + 1e8:       "59 seconds",
		time.Minute + time.Second:  "1 minute",
		39 * time.Minute:           "39 minutes",
		time.Hour:                  "1 hour",
		65 * time.Minute:           "1 hour 5 minutes",
		24*time.Hour + time.Minute: "1 day",
		51 * time.Hour:             "2 days 3 hours",
	} {
		if got := campus().Span(d); got != want {
			t.Errorf("Span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestNamesAreCountedWhenTheyAreMany(t *testing.T) {
	all := affected("learn", "portal", "mail", "wifi", "print", "library")
	for n, want := range map[int]string{
		1: "Learn System",
		2: "Learn System and Student Portal",
		4: "Learn System, Student Portal, Mail and Campus Wi-Fi",
		5: "Learn System, Student Portal, Mail, Campus Wi-Fi and 1 more service",
		6: "Learn System, Student Portal, Mail, Campus Wi-Fi and 2 more services",
	} {
		if got := campus().Names(all[:n]); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestEveryStatusHasPublicWords(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range append(desk.ServiceStatuses(), "made_up") {
		w := campus().PublicStatus(s)
		if w == "" || seen[w] || strings.Contains(w, "_") {
			t.Errorf("%s is said %q", s, w)
		}
		seen[w] = true
	}
	if got := campus().PublicImpact(desk.Critical); got != "not available" {
		t.Errorf("critical is said %q", got)
	}
}

func TestReadySentencesAreTakenByTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var services []desk.Affected
		for range rapid.IntRange(1, 60).Draw(t, "services") {
			name := strings.Repeat("n", rapid.IntRange(1, 80).Draw(t, "length"))
			services = append(services, desk.Affected{Service: "x", Name: name})
		}
		title := campus().ReadyTitle(services)
		if utf8.RuneCountInString(title) > desk.MaxTitle {
			t.Fatalf("too long: %q", title)
		}
		c, err := desk.Declare(1, desk.Declaration{Services: services, Impact: desk.Major, Title: title, Text: campus().ReadyText()}, desk.Act{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Incident.Resolve(campus().ReadyEnd(c.Incident), desk.Act{At: time.Unix(1, 0)}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAReadyTitleNamesWhatFits(t *testing.T) {
	long := desk.Affected{Name: strings.Repeat("n", 80)}
	for want, services := range map[string][]desk.Affected{
		"Problem with Learn System and Mail":                affected("learn", "mail"),
		"Problem with " + long.Name + " and 1 more service": {long, long},
		"Problem with 2 services":                           {{Name: strings.Repeat("n", 120)}, long},
	} {
		if got := campus().ReadyTitle(services); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestATitleIsSaidWhenItTellsMore(t *testing.T) {
	for title, want := range map[string]bool{
		"Problem with Learn System":          false,
		"Problem with Learn System and Mail": false, // named before a correction
		"Problem with login at Boston":       true,
		"Login fails for everyone":           true,
	} {
		i := desk.Incident{Title: title, Services: affected("learn")}
		if got := campus().tellsMore(i); got != want {
			t.Errorf("%q tells more: %v, want %v", title, got, want)
		}
	}
}

func TestASentenceEndsOnce(t *testing.T) {
	for typed, want := range map[string]string{
		"":              "Login fails.",
		"for all":       "Login fails: for all.",
		"for all.":      "Login fails: for all.",
		"why?":          "Login fails: why?",
		"more to come…": "Login fails: more to come…",
	} {
		if got := colon("Login fails", typed).PlainText(eastern); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func TestTimesOfAnotherDayNameIt(t *testing.T) {
	near := time.Date(2026, 12, 4, 23, 50, 0, 0, eastern)
	for at, want := range map[time.Time]string{
		near.Add(-time.Hour):       "10:50 PM EST",
		near.Add(30 * time.Minute): "Sat 5 Dec 12:20 AM EST",
		// 23:30 in UTC is another day there, but not here.
		time.Date(2026, 12, 4, 5, 30, 0, 0, time.UTC): "12:30 AM EST",
	} {
		if got := (chat.Text{clock{campus(), near}.at(at)}).PlainText(eastern); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
}
