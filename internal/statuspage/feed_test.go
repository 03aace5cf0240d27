package statuspage_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"

	"github.com/umassonline/belltower/internal/desk"
)

// feedForms are the forms of feeds, and how each is sent.
var feedForms = map[string]string{
	"atom": "application/atom+xml; charset=utf-8", "rss": "application/rss+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8",
}

// feed reads a feed by a program that has nothing to do with ours, and where it is XML as
// strictly as that can be read.
func (c *campus) feed(path string) *gofeed.Feed {
	c.t.Helper()
	c.wait(10 * time.Second) // feeds may be as old
	body := c.get(path)
	if !strings.Contains(path, ".json") {
		d := xml.NewDecoder(strings.NewReader(body))
		for {
			_, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				c.t.Fatalf("%s: %v", path, err)
			}
		}
	}
	f, err := gofeed.NewParser().ParseString(body)
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", path, err, body)
	}
	return f
}

// titles are what a list of a feed's entries shows, the newest first.
func titles(f *gofeed.Feed) (out []string) {
	for _, one := range f.Items {
		out = append(out, one.Title)
	}
	return out
}

// TestWhatFeedsSay keeps a feed of each form, word for word.
func TestWhatFeedsSay(t *testing.T) {
	bare := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&#xA;", "\n") // to be read
	for name, one := range map[string]struct {
		path string
		make func(testing.TB) *campus
	}{
		"incident corrected.atom":    {"/feed.atom", corrected},
		"window now an incident.rss": {"/feed.rss?lang=es", workFailed},
		"series.json":                {"/services/learn/feed.json", workRepeated},
	} {
		kept(t, name, bare.Replace(one.make(t).get(one.path)))
	}
}

// A list of entries tells by itself what happened, to what and, of what is to come, when.
func TestTheTitlesOfAFeed(t *testing.T) {
	for name, one := range map[string]struct {
		make func(testing.TB) *campus
		path string
		want []string
	}{
		"nothing": {allWell, "/feed.atom", nil},
		"resolved": {resolved, "/feed.atom", []string{
			"[Resolved] Printing is slow", "[Investigating] Printing is slow",
			"[Resolved] Learn System and Lecture Video: Login fails for everyone",
			"[Identified] Learn System and Lecture Video: Login fails for everyone",
			"[Investigating] Learn System and Lecture Video: Login fails for everyone",
		}},
		"in Spanish": {oneOpen, "/feed.rss?lang=es", []string{
			"[Causa identificada] Learn System y Lecture Video: Login fails for everyone", "[En investigación] Learn System y Lecture Video: Login fails for everyone",
		}},
		"nobody has news": {missed(3), "/feed.atom", []string{
			"[Identified] Learn System and Lecture Video: Login fails for everyone", "[Investigating] Learn System and Lecture Video: Login fails for everyone",
		}},
		"taken back": {retracted, "/feed.json", []string{
			"Please ignore our message about Learn System: it was a mistake", "Please ignore our message about Learn System: it was a mistake",
		}},
		"one problem": {merged, "/feed.atom", []string{
			"[Now under INC-1] Lecture Video: Video does not play", "[Investigating] Learn System and Lecture Video: Learn fails at times",
			"[Investigating] Lecture Video: Video does not play", "[Investigating] Learn System: Learn fails at times",
		}},
		"about many": {twoHundred, "/feed.atom", []string{
			"[Investigating] Service 1 of the campus, Service 10 of the campus, Service 19 of the campus, Service 28 of the campus and 19 more services: A power failure in the machine room",
		}},
		"moved work": {workMoved, "/feed.atom", []string{
			"[Moved: Mon, Dec 7, 3:00 AM] Learn System: New database", "[Extended] Learn System: New database",
			"[Moved: Sun, Dec 6, 3:00 AM] Learn System: New database", "[Planned: Sat, Dec 5, 4:00 AM] Learn System: New database",
		}},
		"late work": {workForgotten, "/feed.atom", []string{
			"[Takes longer] Learn System: New database", "[Begun] Learn System: New database", "[Planned: Sat, Dec 5, 4:00 AM] Learn System: New database",
		}},
		"tested work": {workVerified, "/feed.atom", []string{
			"[Completed] Learn System: New database", "[Work done] Learn System: New database",
			"[Begun] Learn System: New database", "[Planned: Sat, Dec 5, 4:00 AM] Learn System: New database",
		}},
		"cancelled work": {workCancelled, "/feed.atom", []string{
			"[Cancelled: Sat, Dec 5, 4:00 AM] Learn System: New database", "[Planned: Sat, Dec 5, 4:00 AM] Learn System: New database",
		}},
		"held work": {workHeld, "/feed.atom", []string{
			"[Start held back: Sat, Dec 5, 4:00 AM] Learn System: New database", "[Planned: Sat, Dec 5, 4:00 AM] Learn System: New database",
		}},
		"a series that ends": {workNeverAgain, "/feed.atom", []string{ // its times are not said to be cancelled too
			"[Cancelled] Learn System: Weekly patches", "[Moved: Thu, Dec 10, 6:00 AM] Learn System: Weekly patches",
			"[Cancelled: Wed, Dec 16, 4:00 AM] Learn System: Weekly patches", "[Planned] Learn System: Weekly patches",
		}},
	} {
		got := titles(one.make(t).feed(one.path))
		if name == "a series that ends" { // all in one moment
			slices.Sort(got)
			slices.Sort(one.want)
		}
		if diff := cmp.Diff(one.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// All forms say the same, under the same ids.
func TestFeedsAgree(t *testing.T) {
	for _, make := range []func(testing.TB) *campus{corrected, workFailed, workMoved, longWords, retracted} {
		c := make(t)
		atom := c.feed("/feed.atom")
		if len(atom.Items) == 0 || atom.FeedLink != "https://status.example.edu/feed.atom" || atom.Link != "https://status.example.edu/" || atom.Authors[0].Name != "Example University" {
			t.Errorf("%+v", atom)
		}
		for path, language := range map[string]string{"/feed.rss": "en", "/feed.json": "en", "/feed.atom?lang=es": "es"} {
			f := c.feed(path)
			if f.Language != language || f.FeedLink != "https://status.example.edu"+path || f.Title == "" || f.Description == "" {
				t.Errorf("%s: %s, %s, %q, %q", path, f.Language, f.FeedLink, f.Title, f.Description)
			}
			for k, one := range f.Items {
				a := atom.Items[k]
				if one.GUID != a.GUID || !one.PublishedParsed.Equal(*a.PublishedParsed) || !one.UpdatedParsed.Equal(*a.UpdatedParsed) {
					t.Errorf("%s: %s of %s, %s, want %s of %s, %s", path, one.GUID, one.Published, one.Updated, a.GUID, a.Published, a.Updated)
				}
				if language == "en" && (one.Title != a.Title || one.Link != a.Link || !slices.Equal(one.Categories, a.Categories) || one.Content+one.Description != a.Content && one.Content != a.Content) {
					t.Errorf("%s: %+v\nwant %+v", path, one, a)
				}
				if want := a.Link + map[string]string{"es": "?lang=es"}[language]; one.Link != want || !strings.HasPrefix(want, "https://status.example.edu/") {
					t.Errorf("%s leads to %s, want %s", path, one.Link, want)
				}
			}
		}
	}
}

// What is put right keeps its id, and is newer; nothing that is said later has that id.
func TestAnEntryKeepsItsID(t *testing.T) {
	c := oneOpen(t)
	before := c.feed("/feed.atom")
	c.reword(1, 2, "A disk of the database is broken.")
	c.wait(time.Minute)
	c.apply(1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetTitle("Nobody can log in", act) })
	after := c.feed("/feed.atom")
	if len(after.Items) != len(before.Items)+1 {
		t.Fatalf("%v", titles(after))
	}
	seen := map[string]bool{}
	for _, one := range after.Items {
		if seen[one.GUID] {
			t.Errorf("two are %s", one.GUID)
		}
		seen[one.GUID] = true
		if strings.Contains(one.Title, "Login fails") || strings.Contains(one.Content, "full") {
			t.Errorf("what was put right is still said: %s, %s", one.Title, one.Content)
		}
	}
	for k, one := range before.Items {
		got := after.Items[k+1]
		if got.GUID != one.GUID || !got.PublishedParsed.Equal(*one.PublishedParsed) || !got.UpdatedParsed.After(*one.UpdatedParsed) {
			t.Errorf("%s of %s, %s was %s of %s, %s", got.GUID, got.Published, got.Updated, one.GUID, one.Published, one.Updated)
		}
	}
	if text := after.Items[1].Description; !strings.Contains(text, "A disk of the database is broken.\n\nCorrected Dec 2, 4:13 AM.") {
		t.Error(text)
	}
	if after.Updated != after.Items[0].Updated {
		t.Errorf("the feed is of %s, its newest entry of %s", after.Updated, after.Items[0].Updated)
	}
}

// What was taken back leaves no word of it in feeds: who reads them again has the same
// entries, saying so.
func TestWhatWasTakenBackIsSaidInItsPlace(t *testing.T) {
	c := newCampus(t, services())
	c.declare(desk.Critical, "Login fails for Jane Roe", "Jane Roe cannot log in.", "learn")
	before := c.feed("/feed.atom")
	c.apply(1, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.Retract("Our own check was wrong.", act)
	})
	after := c.feed("/feed.atom")
	if len(after.Items) != 2 || after.Items[1].GUID != before.Items[0].GUID || !after.Items[1].UpdatedParsed.After(*before.Items[0].UpdatedParsed) {
		t.Errorf("%+v", after.Items)
	}
	for _, one := range after.Items {
		if one.Description != "Please ignore our message about Learn System: it was a mistake.\n\nThere was no such problem. We are sorry for the trouble.\n\nOur own check was wrong." {
			t.Error(one.Description)
		}
	}
}

// The feed of a service has what was said about it: nothing of others, and of what turned
// out not to be about it that much.
func TestTheFeedOfAService(t *testing.T) {
	c := newCampus(t, services())
	n := c.declare(desk.Major, "Logins fail", "We are looking into it.", "learn", "mail:degraded_performance")
	c.wait(time.Minute)
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		return i.SetServices(desk.Rescope{Remove: []desk.ServiceID{"learn"}, Add: []desk.Affected{{Service: "net", Name: "Campus Network"}}}, act)
	})
	c.wait(time.Minute)
	c.update(n, desk.Identified, "A switch is broken.")
	c.plan("Cable", 24*time.Hour, time.Hour, "net")
	for path, want := range map[string][]string{
		"/services/learn/feed.atom": {"[Correction] Mail and Campus Network: Logins fail", "[Investigating] Learn System and Mail: Logins fail"},
		"/services/net/feed.atom": {"[Identified] Mail and Campus Network: Logins fail", "[Planned: Thu, Dec 3, 4:02 AM] Campus Network: Cable",
			"[Correction] Mail and Campus Network: Logins fail", "[Investigating] Learn System and Mail: Logins fail"},
		"/services/print/feed.atom": nil,
	} {
		f := c.feed(path)
		if diff := cmp.Diff(want, titles(f)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	f := c.feed("/services/learn/feed.rss")
	if f.Title != "Learn System – Service status of Example University" || f.FeedLink != "https://status.example.edu/services/learn/feed.rss" {
		t.Errorf("%q at %s", f.Title, f.FeedLink)
	}
	if got := f.Items[1].Categories; !slices.Equal(got, []string{"learn", "mail"}) {
		t.Errorf("at first it was about %v", got)
	}
	if got := c.feed("/feed.json").Items[0].Categories; !slices.Equal(got, []string{"mail", "net", "partly not available"}) {
		t.Errorf("then about %v", got)
	}
}

func TestFeedsHoldNothingOfTheStaff(t *testing.T) {
	for _, s := range states() {
		c := s.make(t)
		for form := range feedForms {
			for _, lang := range []string{"en", "es"} {
				if found := neverPublic.FindString(c.get("/feed." + form + "?lang=" + lang)); found != "" {
					t.Errorf("%s (%s, %s): %q is in the feed", s.name, form, lang, found)
				}
			}
		}
	}
}

// Nobody reads of a drill, of proposed work, nor of what may still be taken back.
func TestWhatWasNeverToldIsInNoFeed(t *testing.T) {
	c := newCampus(t, services())
	drill := desk.Declaration{Impact: desk.Critical, Title: "Fire drill", Text: "An exercise.", Drill: true, Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}}
	if _, err := c.journal.Declare(t.Context(), c.by(), drill, false); err != nil {
		t.Fatal(err)
	}
	c.plan("A proposal", 24*time.Hour, time.Hour, "learn")
	c.windows[0].Status = desk.Proposed
	if got := titles(c.feed("/feed.atom")); got != nil {
		t.Error(got)
	}
	sub := desk.Subscription{Channel: desk.Channel{Connection: "amherst", ID: "C1"}, Target: desk.All()}
	if _, err := c.journal.Subscribe(t.Context(), c.by(), sub, func(desk.Subscription) error { return nil }); err != nil {
		t.Fatal(err)
	}
	c.declare(desk.Critical, "Login fails", "We are looking into it.", "learn")
	c.wait(6 * time.Second)
	first := c.ask(http.MethodGet, "/feed.atom")
	if strings.Contains(first.body, "Login fails") {
		t.Error("what is in its grace is told")
	}
	c.wait(6 * time.Second)
	for _, header := range []string{"If-None-Match: " + first.Header.Get("ETag"), "If-Modified-Since: " + first.Header.Get("Last-Modified")} {
		if a := c.ask(http.MethodGet, "/feed.atom", header); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "Login fails") {
			t.Errorf("after it, %s: %s", header, a.Status)
		}
	}
}

func TestFeedsAsTheyAreSent(t *testing.T) {
	c := oneOpen(t)
	for form, media := range feedForms {
		path := "/feed." + form
		a := c.ask(http.MethodGet, path)
		tag, changed := a.Header.Get("ETag"), a.Header.Get("Last-Modified")
		if changed != "Wed, 02 Dec 2026 09:13:00 GMT" || tag == "" {
			t.Errorf("%s: ETag %s, changed %s", path, tag, changed)
		}
		for _, one := range []struct {
			method, path, header string
			status               int
			want                 string
		}{
			{"GET", path, "", 200, "Content-Type: " + media},
			{"GET", path, "", 200, "Cache-Control: public, max-age=15"},
			{"GET", path, "", 200, "X-Content-Type-Options: nosniff"},
			{"HEAD", path, "", 200, "ETag: " + tag},
			{"GET", path, "If-None-Match: " + tag, 304, "ETag: " + tag},
			{"HEAD", path, "If-None-Match: " + tag, 304, ""},
			{"GET", path, "If-Modified-Since: " + changed, 304, ""},
			{"GET", path, "If-Modified-Since: Wed, 02 Dec 2026 09:12:59 GMT", 200, ""},
			{"GET", path, "Accept-Encoding: gzip", 200, "Content-Encoding: gzip"},
			{"GET", path, "Accept-Language: es", 200, "Content-Language: en"},
			{"GET", path + "?lang=es", "", 200, "Content-Language: es"},
			{"GET", path + "?lang=xx", "", 200, "Content-Language: en"},
			{"GET", "/services/learn" + path, "", 200, "Content-Type: " + media},
			{"GET", "/services/LEARN" + path, "", 404, "Content-Type: text/html; charset=utf-8"},
			{"GET", "/services/lern" + path, "", 404, ""},
			{"GET", "/services//feed." + form, "", 307, ""},
			{"POST", path, "", 405, "Allow: GET, HEAD"},
			{"GET", path + "x", "", 404, ""},
		} {
			var headers []string
			if one.header != "" {
				headers = append(headers, one.header)
			}
			got := c.ask(one.method, one.path, headers...)
			if key, value, _ := strings.Cut(one.want, ": "); got.StatusCode != one.status || got.Header.Get(key) != value {
				t.Errorf("%s %s, %s: %s, %s is %q, want %d, %q", one.method, one.path, one.header, got.Status, key, got.Header.Get(key), one.status, value)
			}
			if one.want == "Content-Encoding: gzip" && unzip(t, got.body) != a.body {
				t.Errorf("%s: other bytes", path)
			}
		}
	}
}

func TestAFeedIsWrittenOnceForAChange(t *testing.T) {
	c := oneOpen(t)
	before := c.get("/feed.atom")
	reads := c.reads.Load()
	for range 20 {
		c.get("/feed.atom")
		c.get("/feed.rss?lang=es")
		c.get("/services/learn/feed.json")
	}
	if n := c.reads.Load(); n != reads || c.dug != 1 {
		t.Errorf("for 61 readers the incidents were read %d times more, windows %d times", n-reads, c.dug)
	}
	c.apply(1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Note("Ticket 8842.", act) })
	c.wait(10 * time.Second)
	if c.get("/feed.atom") != before {
		t.Error("a note changes it")
	}
	c.update(1, desk.Monitoring, "The disk has room again.")
	c.wait(10 * time.Second)
	if c.get("/feed.atom") == before {
		t.Error("an update does not")
	}
}

// A feed says nothing of the time at which it is asked for, nor is it forgotten soon.
func TestTheClockDoesNotChangeAFeed(t *testing.T) {
	c := resolved(t)
	c.plan("New database", 40*24*time.Hour, time.Hour, "learn")
	before := map[string]answer{}
	for form := range feedForms {
		before[form] = c.ask(http.MethodGet, "/feed."+form)
	}
	for range 8 { // into another year
		c.wait(9 * 24 * time.Hour)
		for form := range feedForms {
			a := c.ask(http.MethodGet, "/feed."+form)
			if a.body != before[form].body || a.Header.Get("Last-Modified") != before[form].Header.Get("Last-Modified") {
				t.Errorf("%s: %s", c.now(), cmp.Diff(before[form].body, a.body))
			}
		}
	}
	c.wait(30 * 24 * time.Hour)
	if got := titles(c.feed("/feed.atom")); !slices.Equal(got, []string{"[Planned: Thu, Jan 14, 2027, 12:39 PM] Learn System: New database"}) {
		t.Errorf("after a season: %v", got)
	}
}

// A feed has the newest, and not more than programs like to read.
func TestAFeedHasTheNewest(t *testing.T) {
	c := oneOpen(t)
	for n := range 60 {
		c.wait(time.Minute)
		c.update(1, "", strings.Repeat("It goes on. ", n+1))
	}
	for form := range feedForms {
		f := c.feed("/feed." + form)
		if len(f.Items) != 50 || !strings.Contains(f.Items[0].Content+f.Items[0].Description, strings.Repeat("It goes on. ", 59)) {
			t.Errorf("%s: %d entries, the first: %s", form, len(f.Items), f.Items[0].Content)
		}
		if !slices.IsSortedFunc(f.Items, func(a, b *gofeed.Item) int { return b.PublishedParsed.Compare(*a.PublishedParsed) }) {
			t.Errorf("%s: the newest is not the first", form)
		}
	}
}

func TestFeedsWhenTheRecordCannotBeRead(t *testing.T) {
	c := oneOpen(t)
	c.get("/")
	c.broken.Store(true)
	if a := c.ask(http.MethodGet, "/feed.atom"); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Error(a.Status)
	}
	c.broken.Store(false)
	if got := titles(c.feed("/feed.atom")); len(got) != 2 {
		t.Error(got)
	}
}

// The feed of a quiet service is not pushed out by others.
func TestAQuietServiceKeepsItsFeed(t *testing.T) {
	c := newCampus(t, services())
	n := c.declare(desk.Minor, "Printing is slow", "Jobs wait some minutes.", "print")
	c.resolve(n, "Printing is working again.")
	c.wait(time.Hour)
	n = c.declare(desk.Major, "Learn fails at times", "We are looking into it.", "learn", "video")
	for range 120 {
		c.wait(time.Minute)
		c.update(n, "", "It goes on.")
	}
	c.plan("New database", 24*time.Hour, time.Hour, "learn")
	for path, want := range map[string]int{"/feed.atom": 50, "/services/print/feed.atom": 2, "/services/learn/feed.atom": 50, "/services/video/feed.atom": 50, "/services/mail/feed.atom": 0} {
		if got := c.feed(path).Items; len(got) != want {
			t.Errorf("%s has %d entries, want %d", path, len(got), want)
		}
	}
	if got := titles(c.feed("/services/print/feed.atom")); !slices.Equal(got, []string{"[Resolved] Printing is slow", "[Investigating] Printing is slow"}) {
		t.Error(got)
	}
}
