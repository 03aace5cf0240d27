package statuspage_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// state is a campus in a state that readers meet, and the page of it to look at.
type state struct {
	name string
	path string
	make func(t testing.TB) *campus
}

func states() []state {
	return append(windowStates(), []state{
		{"all well", "/", allWell},
		{"nothing yet", "/", func(t testing.TB) *campus { return newCampus(t, nil) }},
		{"one open", "/", oneOpen},
		{"one open in Spanish", "/?lang=es", oneOpen},
		{"incident open", "/incidents/INC-1", oneOpen},
		{"incident in Spanish", "/incidents/INC-1?lang=es", oneOpen},
		{"several open", "/", severalOpen},
		{"long words and other scripts", "/", longWords},
		{"two hundred services", "/", twoHundred},
		{"incident about many", "/incidents/INC-1", twoHundred},
		{"resolved", "/", resolved},
		{"promise missed", "/", missed(1)},
		{"promise missed in Spanish", "/?lang=es", missed(1)},
		{"no more promised", "/incidents/INC-1", missed(3)},
		{"no more promised in Spanish", "/incidents/INC-1?lang=es", missed(3)},
		{"incident resolved", "/incidents/INC-1", resolved},
		{"incident verified", "/incidents/INC-1", verified(desk.Incident.Passed)},
		{"incident verified in Spanish", "/incidents/INC-1?lang=es", verified(desk.Incident.Passed)},
		{"incident untested", "/incidents/INC-1", verified(func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.End(desk.Ending{Text: "The disk has room again.", Untested: true}, desk.Proving{Gated: true}, act)
		})},
		{"incident being tested", "/incidents/INC-1", verified(func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.NothingNew(act) })},
		{"incident corrected", "/incidents/INC-1", corrected},
		{"incident retracted", "/incidents/INC-1", retracted},
		{"incident of a merge", "/incidents/INC-1", merged},
		{"watched", "/", watched},
		{"service", "/services/learn", badWeeks},
		{"service in Spanish", "/services/learn?lang=es", badWeeks},
		{"service all well", "/services/mail", badWeeks},
		{"service long after", "/services/learn", longAfter},
		{"service missing", "/services/lms-99", allWell},
		{"history", "/history", badWeeks},
		{"history of a month", "/history/2026-12", badWeeks},
		{"history of a month in Spanish", "/history/2026-12?lang=es", badWeeks},
		{"history of a quiet month", "/history", quietMonth},
		{"history missing", "/history/2026-99", badWeeks},
		{"missing", "/incidents/INC-99", allWell},
	}...)
}

func allWell(t testing.TB) *campus { return newCampus(t, services()) }

func oneOpen(t testing.TB) *campus {
	c := newCampus(t, services())
	n := c.declare(desk.Critical, "Login fails for everyone", "We are looking into it.", "learn", "video:degraded_performance")
	c.wait(12 * time.Minute)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Note("Ticket 8841 with the vendor; ask Jim Beam.", act)
	})
	c.update(n, desk.Identified, "A disk of the database is full.\nWe are making room, which takes about half an hour.")
	c.wait(time.Minute)
	return c
}

// verified is an incident that was said to be resolved, and then what end makes of it.
func verified(end journal.Rule) func(testing.TB) *campus {
	return func(t testing.TB) *campus {
		c := oneOpen(t)
		c.apply(1, func(i desk.Incident, act desk.Act) (desk.Change, error) {
			return i.End(desk.Ending{Text: "The disk has room again."}, desk.Proving{Gated: true, Passes: 3}, act)
		})
		c.wait(2 * time.Minute)
		c.apply(1, end)
		return c
	}
}

func severalOpen(t testing.TB) *campus {
	c := newCampus(t, services())
	c.declare(desk.Minor, "Lecture recordings start late", "Recordings take up to a minute to start.", "video")
	c.wait(30 * time.Minute)
	c.declare(desk.Critical, "Login fails for everyone", "We are looking into it.", "learn")
	c.wait(5 * time.Minute)
	n := c.declare(desk.Major, "Some students cannot register", "Students whose name begins with M to Z cannot register.", "portal", "mail:degraded_performance")
	c.wait(5 * time.Minute)
	c.update(n, desk.Monitoring, "Registration works again for most. We are watching it.")
	return c
}

func longAfter(t testing.TB) *campus {
	c := badWeeks(t)
	c.resolve(3, "It was the cache.")
	c.wait(89 * 24 * time.Hour)
	return c
}

func quietMonth(t testing.TB) *campus {
	c := badWeeks(t)
	c.resolve(3, "It was the cache.")
	c.wait(40 * 24 * time.Hour)
	return c
}

// badWeeks are some weeks in which Learn System had trouble, and planned work, at the end of
// which something goes on.
func badWeeks(t testing.TB) *campus {
	c := newCampus(t, services())
	n := c.declare(desk.Critical, "Login fails for everyone", "We are looking into it.", "learn")
	c.wait(40 * time.Minute)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(desk.Minor, act) })
	c.wait(24 * time.Hour)
	c.resolve(n, "The database runs on a new machine.")
	c.plan("Faster disks", 10*24*time.Hour, 3*time.Hour, "learn", "video")
	c.wait(10*24*time.Hour + time.Minute)
	c.tick(1)
	c.wait(2 * time.Hour)
	c.done(1, "", false)
	n = c.declare(desk.Major, "Nobody knows", "It was a mistake.", "learn")
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("", act) })
	c.wait(20 * 24 * time.Hour)
	c.repeat("Patches", wednesdays(), "learn")
	c.declare(desk.Minor, "Pages load slowly", "We are looking into it.", "learn", "mail:operational")
	c.wait(10 * time.Minute)
	return c
}

func longWords(t testing.TB) *campus {
	c := newCampus(t, []desk.Service{
		{ID: "a", Name: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", Group: "Verwaltung"},
		{ID: "b", Name: "نظام التعلم", Group: "التعليم", Description: "للدورات والامتحانات", AdviceOutage: "إذا كنت في امتحان، أبق هذه الصفحة مفتوحة."},
		{ID: "c", Name: `<b>"R&D"</b> {{.}} Grid`, Group: "التعليم"},
	})
	c.declare(desk.Critical, "لا يمكن لأحد تسجيل الدخول (login)", "نحن نبحث في الأمر. We are looking into it: https://example.edu/"+strings.Repeat("x", 120), "b", "a:partial_outage")
	c.declare(desk.Minor, "<script>alert(1)</script> & co", "</p><img src=x onerror=alert(1)> 'quoted' \"text\"", "c")
	return c
}

func twoHundred(t testing.TB) *campus {
	var all []desk.Service
	var down []string
	for n := range 200 {
		s := desk.Service{ID: desk.ServiceID(fmt.Sprintf("s%03d", n)), Name: fmt.Sprintf("Service %d of the campus", n+1), Group: desk.GroupName(fmt.Sprintf("Group %d", n/20+1)),
			Description: "What people use each day, for courses, exams and grades"}
		all = append(all, s)
		if n%9 == 0 {
			down = append(down, string(s.ID))
		}
	}
	c := newCampus(t, all)
	c.declare(desk.Critical, "A power failure in the machine room", "Power is out in the machine room of the library.", down...)
	c.wait(time.Minute)
	return c
}

// missed is an incident of which so many promises passed.
func missed(times int) func(testing.TB) *campus {
	return func(t testing.TB) *campus {
		c := oneOpen(t)
		c.wait(10 * time.Minute)
		c.apply(1, desk.Incident.NothingNew)
		for range times {
			c.wait(20 * time.Minute)
			if _, err := c.journal.Fire(t.Context(), c.now()); err != nil {
				t.Fatal(err)
			}
		}
		c.wait(time.Minute)
		return c
	}
}

func resolved(t testing.TB) *campus {
	c := oneOpen(t)
	c.wait(26 * time.Minute)
	c.resolve(1, "There is room again, and our tests pass.")
	c.wait(30 * time.Hour)
	n := c.declare(desk.Minor, "Printing is slow", "Jobs wait some minutes.", "print")
	c.wait(49 * time.Hour)
	c.resolve(n, "Printing is working again.")
	c.wait(time.Hour)
	return c
}

func corrected(t testing.TB) *campus {
	c := newCampus(t, services())
	n := c.declare(desk.Minor, "Learn is slwo", "We are looking into it.", "learn")
	c.wait(10 * time.Minute)
	c.update(n, desk.Identified, "It is the network.")
	c.wait(5 * time.Minute)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(desk.Critical, act) })
	c.wait(5 * time.Minute)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetTitle("Learn is not there", act) })
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.SetServices(desk.Rescope{Add: []desk.Affected{{Service: "mail", Name: "Mail"}}}, act)
	})
	c.wait(11 * time.Minute)
	c.reword(n, 2, "It is the database, not the network.")
	c.wait(time.Minute)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.SetBegan(four.Add(-8*time.Minute), act)
	})
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(desk.Major, act) })
	c.resolve(n, "The database is back.")
	c.wait(time.Hour)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Reopen("The database is gone again.", act)
	})
	c.resolve(n, "The database is back, on another machine.")
	c.wait(time.Hour)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(desk.Minor, act) })
	return c
}

func retracted(t testing.TB) *campus {
	c := newCampus(t, services())
	n := c.declare(desk.Critical, "Login fails for Jane Roe", "Jane Roe cannot log in.", "learn")
	c.wait(12 * time.Minute)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Retract("Our own check was wrong.", act)
	})
	return c
}

func merged(t testing.TB) *campus {
	c := newCampus(t, services())
	c.declare(desk.Major, "Learn fails at times", "We are looking into it.", "learn")
	c.wait(5 * time.Minute)
	c.declare(desk.Critical, "Video does not play", "We are looking into this too.", "video")
	c.wait(5 * time.Minute)
	if _, err := c.journal.Merge(t.Context(), c.by(), 2, 1); err != nil {
		t.Fatal(err)
	}
	return c
}

func watched(t testing.TB) *campus {
	c := newCampus(t, services())
	c.declare(desk.Minor, "Learn was slow", "It is fast again; we are watching it.", "learn:operational")
	return c
}

// TestWhatReadersSee keeps every state, word for word. What all pages share is cut out.
func TestWhatReadersSee(t *testing.T) {
	shared := regexp.MustCompile(`(?s)<style>.*?</style>|<svg class="store".*?</svg>|<link rel="icon"[^>]*>|<link rel="alternate" type=[^>]*>`)
	for _, s := range states() {
		t.Run(s.name, func(t *testing.T) {
			a := s.make(t).ask(http.MethodGet, s.path)
			if len(a.body) > 100<<10 {
				t.Errorf("%d bytes; a page has less than 100 KB", len(a.body))
			}
			golden(t, s.name+".html", shared.ReplaceAllString(a.body, ""))
		})
	}
}

// neverPublic is what readers are never shown.
var neverPublic = regexp.MustCompile(`(?i)\b(minor|major|critical|degraded_performance|partial_outage|major_outage|under_maintenance|operational|in_progress|at_risk|degraded)\b|8841|\bJim\b|\bAnn\b|Archer|UANN|\bJane\b|slwo|<script`)

// TestPagesHoldNothingOfTheStaff looks at every page for what must not be on any.
func TestPagesHoldNothingOfTheStaff(t *testing.T) {
	for _, s := range states() {
		for _, lang := range []string{"en", "es"} {
			path, _, _ := strings.Cut(s.path, "?")
			if found := neverPublic.FindString(s.make(t).ask(http.MethodGet, path+"?lang="+lang).body); found != "" {
				t.Errorf("%s (%s): %q is on the page", s.name, lang, found)
			}
		}
	}
}

// element is where one begins that stands by itself, or such a group of them ends.
var element = regexp.MustCompile(`<(?:(?:html|head|meta|title|link|body|div|header|nav|main|section|article|footer|h[1-4]|p|[uod]l|li)\b|/(?:html|head|body|div|header|main|section|article|footer|[uod]l)>)`)

// golden compares a page with the one that was kept, an element a line so that both can
// be read; the page itself is one line.
func golden(t *testing.T, name, got string) {
	t.Helper()
	kept(t, name, element.ReplaceAllString(got, "\n$0")+"\n")
}

// kept compares a text with the one that was kept.
func kept(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); go test -update writes it anew:\n%s", path, diff)
	}
}
