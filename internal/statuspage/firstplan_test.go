package statuspage_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// plain is a page as it is read, without its tags.
func (c *campus) plain(path string) string {
	c.t.Helper()
	text := regexp.MustCompile(`(?s)<style>.*?</style>|</?(p|d[ltd]|div|li|h[1-3])\b[^>]*>`).ReplaceAllString(c.get(path), " ")
	text = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, "")
	return strings.Join(strings.Fields(text), " ")
}

// Readers who know the time that was announced first find it beside the one that counts.
func TestThePlanOfThePastStandsBesideTheOneThatCounts(t *testing.T) {
	for _, tc := range []struct {
		name, path, want string
		make             func(testing.TB) *campus
	}{
		{"running", "/", "It is planned until 7:50 AM. At first it was planned until 7:00 AM.", workExtended},
		{"its page", "/windows/WIN-1", "Planned until 7:50 AM at first 7:00 AM Began 4:00 AM", workExtended},
		{"late", "/", "It was planned until 7:50 AM. At first it was planned until 7:00 AM. It is taking longer than planned.", workExtendedInVain},
		{"late as planned", "/", "The work began Dec 5, 4:00 AM. It was planned until 7:00 AM. It is taking longer than planned.", workLate},
		{"begun days before", "/", "The work began Dec 2, 5:01 AM. It is planned until 8:01 AM. At first it was planned for Sat, Dec 5, 4:00 AM to 7:00 AM.", workEarly},
		{"moved", "/", "Moved. At first it was planned for Sat, Dec 5, 4:00 AM to 7:00 AM.", workMoved},
		{"moved, its page", "/windows/WIN-1", "Planned from Mon, Dec 7, 3:00 AM at first Sat, Dec 5, 4:00 AM Planned until 7:00 AM at first Sat, Dec 5, 7:00 AM", workMoved},
	} {
		if got := tc.make(t).plain(tc.path); !strings.Contains(got, tc.want) {
			t.Errorf("%s: no %q in\n%s", tc.name, tc.want, got)
		}
	}
	for _, path := range []string{"/", "/windows/WIN-1"} {
		if got := workMovedBack(t).plain(path); strings.Contains(strings.ToLower(got), "at first") {
			t.Errorf("%s: it is planned as at first:\n%s", path, got)
		}
	}
}

// Where more is planned than is read, what may be planned beyond is not said to be free.
func TestWhatMayBePlannedIsNotSaidToBeFree(t *testing.T) {
	c := workReserved(t)
	c.expect("/", "Wed, Dec 9, 4:00 AM")
	for n := range 40 {
		c.plan("Small work", time.Duration(n+1)*3*time.Hour, time.Hour, "print")
	}
	c.planned(desk.Plan{Title: "New database", Planned: desk.Period{From: four.AddDate(0, 0, 7), To: four.Add(7*24*time.Hour + 3*time.Hour)}}, "learn")
	c.wait(time.Minute)
	c.expect("/", "More is planned: it is in the calendar.")
	c.expect("/", "Sat, Dec 5, 4:00 AM")
	if strings.Contains(c.get("/"), "Wed, Dec 9, 4:00 AM") {
		t.Error("a time with planned work is said to be free")
	}
}

// Who looks at the page after work that disturbed them finds that it is over.
func TestCompletedWorkStandsOnThePageForADay(t *testing.T) {
	for _, tc := range []struct {
		make func(testing.TB) *campus
		want string
	}{
		{workVerified, "New database WIN-1 The planned work on Learn System is completed and verified. It ended Dec 5, 6:21 AM."},
		{workUnverified, "New database WIN-1 The planned work on Learn System is completed. Not verified by tests. It ended Dec 5, 7:10 AM."},
	} {
		c := tc.make(t)
		if got := c.plain("/"); !strings.Contains(got, "Planned work that is done "+tc.want) {
			t.Errorf("no %q in\n%s", tc.want, got)
		}
		c.wait(24 * time.Hour)
		if got := c.plain("/"); strings.Contains(got, "New database") {
			t.Errorf("a day later:\n%s", got)
		}
	}
}

// Work whose start is held does not begin as planned: channels are told so at once, and
// readers find it before its time and after.
func TestWorkThatIsHeldIsNotSaidToBeginAsPlanned(t *testing.T) {
	const held, heldEs = "It does not begin as planned. We will say when it begins.", "No empieza según lo previsto. Diremos cuándo empieza."
	c := workPlanned(t)
	series := c.repeat("Patches", wednesdays(), "video")
	c.amend(1, desk.Window.HoldStart)
	c.amend(c.make(series, 1), desk.Window.HoldStart)
	for _, wait := range []time.Duration{time.Minute, 73 * time.Hour} {
		c.wait(wait)
		for path, want := range map[string]string{"/": held, "/?lang=es": heldEs, "/windows/WIN-1": held, "/windows/WIN-1?lang=es": heldEs, "/windows/WIN-2": held} {
			if got := c.plain(path); !strings.Contains(got, want) {
				t.Errorf("after %s %s does not say so:\n%s", wait, path, got)
			}
		}
	}
}
