package statuspage_test

import (
	"cmp"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every page says to programs where the feeds are, and to people, in its language.
func TestPagesLeadToFeeds(t *testing.T) {
	hidden := regexp.MustCompile(`<link rel="alternate" type="([^"]*)" title="([^"]*)" href="([^"]*)">`)
	shown := regexp.MustCompile(`<a href="([^"]*feed\.[a-z]*[^"]*)"(?: type="([^"]*)")?(?: aria-label="([^"]*)")?>(.*?)</a>`)
	for _, one := range []struct {
		make  func(testing.TB) *campus
		path  string
		names []string // of the links
	}{
		{oneOpen, "/", []string{"Atom", "RSS", "JSON Feed"}},
		{allWell, "/?lang=es", []string{"Atom", "RSS", "JSON Feed"}},
		{oneOpen, "/incidents/INC-1", []string{"Atom", "RSS", "JSON Feed", "News of Learn System (Atom)", "News of Lecture Video (Atom)"}},
		{oneOpen, "/incidents/INC-1?lang=es", []string{"Atom", "RSS", "JSON Feed", "Novedades de Learn System (Atom)", "Novedades de Lecture Video (Atom)"}},
		{workNow, "/windows/WIN-1", []string{"Atom", "RSS", "JSON Feed"}},
		{oneOpen, "/services/learn", []string{"Atom", "RSS", "JSON Feed"}},
		{oneOpen, "/services/learn?lang=es", []string{"Atom", "RSS", "JSON Feed"}},
		{oneOpen, "/history", nil},
		{oneOpen, "/history/2026-12", nil},
		{workVerified, "/windows/WIN-1", nil},
		{retracted, "/incidents/INC-1", nil},
	} {
		c := one.make(t)
		base, err := url.Parse(one.path)
		if err != nil {
			t.Fatal(err)
		}
		leads := func(to, media string) {
			at, err := base.Parse(to)
			if err != nil {
				t.Fatal(err)
			}
			a := c.ask(http.MethodGet, at.String())
			if got, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";"); a.StatusCode != http.StatusOK || got != media {
				t.Errorf("%s: %s leads to %s, %s", one.path, to, a.Status, got)
			}
			if at.RawQuery != base.RawQuery {
				t.Errorf("%s: %s is in another language", one.path, to)
			}
			if of, is := strings.CutPrefix(base.Path, "/services/"); is && !strings.HasPrefix(at.Path, "/services/"+of+"/") {
				t.Errorf("%s: %s is of others", one.path, to)
			}
		}
		page := c.get(one.path)
		found := hidden.FindAllStringSubmatch(page, -1)
		for _, link := range found {
			leads(link[3], link[1])
		}
		if len(found) != 3 || !strings.Contains(found[0][2], "Example University (Atom)") {
			t.Errorf("%s: %v", one.path, found)
		}
		var names []string
		for _, link := range shown.FindAllStringSubmatch(page, -1) {
			leads(link[1], cmp.Or(link[2], "application/atom+xml"))
			names = append(names, cmp.Or(link[3], link[4]))
		}
		if !slices.Equal(names, one.names) {
			t.Errorf("%s: %q, want %q", one.path, names, one.names)
		}
	}
	if page := allWell(t).ask(http.MethodGet, "/nowhere").body; strings.Contains(page, "feed.") {
		t.Error("what is no page leads to feeds")
	}
}
