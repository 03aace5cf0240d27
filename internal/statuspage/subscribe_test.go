package statuspage_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

// calendarLinks are the links of a page to calendars: their targets, and how they are
// called where only they are read out.
func (c *campus) calendarLinks(path string) (out []string) {
	c.t.Helper()
	base, err := url.Parse(path)
	if err != nil {
		c.t.Fatal(err)
	}
	link := regexp.MustCompile(`<a href="([^"]*windows\.ics)"(?: aria-label="([^"]*)")?>(.*?)</a>`)
	tags := regexp.MustCompile(`<[^>]*>`)
	for _, found := range link.FindAllStringSubmatch(c.get(path), -1) {
		name := tags.ReplaceAllString(found[3], "")
		if found[2] != "" && !strings.Contains(found[2], name) {
			c.t.Errorf("who says %q does not reach %q", name, found[2])
		}
		if found[2] != "" {
			name = found[2]
		}
		to, err := base.Parse(found[1])
		if err != nil {
			c.t.Fatal(err)
		}
		if to.Scheme == "" {
			a := c.ask(http.MethodGet, to.String())
			if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/calendar") {
				c.t.Errorf("%s: %s, %s", to, a.Status, a.Header.Get("Content-Type"))
			}
		}
		out = append(out, to.String()+": "+name)
	}
	return out
}

// Where planned work is shown it can be put into a calendar, that of one service too.
func TestPlannedWorkCanBePutIntoACalendar(t *testing.T) {
	all := []string{"webcal://status.example.edu/windows.ics: Add planned work to your calendar", "/windows.ics: Calendar file (.ics)"}
	services := []string{
		"/services/learn/windows.ics: Planned work on Learn System (.ics)", "/services/video/windows.ics: Planned work on Lecture Video (.ics)",
		"/services/mail/windows.ics: Planned work on Mail (.ics)", "/services/net/windows.ics: Planned work on Campus Network (.ics)",
	}
	for _, tc := range []struct {
		make func(testing.TB) *campus
		path string
		want []string
	}{
		{allWell, "/", all},
		{workToCome, "/", slices.Concat(all, services)},
		{workNow, "/", slices.Concat(all, services[:1])},
		{workNow, "/windows/WIN-1", slices.Concat(all, services[:1])},
		{workRepeated, "/windows/WIN-1", slices.Concat(all, services[:1])},
		{workCancelled, "/windows/WIN-1", nil},
		{workUnverified, "/windows/WIN-1", nil},
	} {
		c := tc.make(t)
		if diff := cmp.Diff(tc.want, c.calendarLinks(tc.path)); diff != "" {
			t.Errorf("%s: %s", tc.path, diff)
		}
	}
	if got := workNow(t).calendarLinks("/?lang=es"); len(got) != 3 || got[2] != "/services/learn/windows.ics: Trabajos programados en Learn System (.ics)" {
		t.Errorf("in Spanish: %v", got)
	}
}

// A service that is gone from the configuration has no calendar, and one that is not
// reached by https no address of its own kind.
func TestACalendarThatIsNotThereIsNotLinked(t *testing.T) {
	c := workNow(t)
	c.settings.Words.Catalog = desk.NewCatalog(services()[1:])
	c.settings.Words.StatusURL = ""
	c.show(c.settings)
	if diff := cmp.Diff([]string{"/windows.ics: Calendar file (.ics)"}, c.calendarLinks("/")); diff != "" {
		t.Error(diff)
	}
}
