package wording

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// stroll tells a window by random deeds and the clock; what the rules refuse does not
// happen.
func stroll(t *rapid.T, all []desk.Affected) *plan {
	p := &plan{now: day(4, 10, 0)}
	begin := p.now.Add(time.Duration(rapid.IntRange(1, 10_000).Draw(t, "ahead")) * time.Minute)
	length := time.Duration(rapid.IntRange(1, 20_000).Draw(t, "length")) * time.Minute
	take := func(c desk.WindowChange, err error) {
		if err == nil {
			p.keep(c)
		}
	}
	take(desk.Schedule(17, desk.Plan{
		Services: all[:rapid.IntRange(1, len(all)).Draw(t, "services")], Effect: rapid.SampledFrom(desk.Effects()).Draw(t, "effect"),
		Title: typed(desk.MaxTitle).Draw(t, "title"), Details: typed(desk.MaxText).Draw(t, "details"),
		Planned: desk.Period{From: begin, To: begin.Add(length)}, In: desk.Channel{Connection: "amherst", ID: "C0OPS"},
	}, p.act()))
	for range rapid.IntRange(0, 25).Draw(t, "deeds") {
		switch rapid.IntRange(0, 9).Draw(t, "deed") {
		case 0, 1, 2, 3:
			for due, more := p.w.Due(p.now, desk.Around{Planning: planning()}); more; due, more = p.w.Due(p.now, desk.Around{Planning: planning()}) {
				take(due, nil)
			}
			if next := p.w.NextDue(p.now, planning()); next.After(p.now) {
				p.now = next
			}
		case 4:
			p.now = p.now.Add(time.Duration(rapid.IntRange(1, 100_000).Draw(t, "seconds")) * time.Second)
		case 5:
			from := p.now.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "to")) * time.Minute)
			take(p.w.Move(desk.Period{From: from, To: from.Add(length)}, p.act()))
		case 6:
			take(p.w.Extend(30*time.Minute, p.act()))
		case 7:
			take(p.w.HoldStart(p.act()))
		case 8:
			take(p.w.Done(typed(desk.MaxReason).Draw(t, "remark"), rapid.Bool().Draw(t, "gated"), p.act()))
		case 9:
			take(p.w.NotPassed([]string{typed(80).Draw(t, "test"), "sid1"}, p.act()))
			take(p.w.Passed(p.act()))
			if rapid.IntRange(0, 5).Draw(t, "cancel") == 0 {
				take(p.w.Cancel(typed(desk.MaxReason).Draw(t, "why"), p.act()))
			}
		}
	}
	return p
}

func TestPostsAboutWindowsKeepTheirPromises(t *testing.T) { inEach(t, keepWindowPromises) }

func keepWindowPromises(t *testing.T, c Context) {
	var all []desk.Affected
	c.Catalog, all = wildCatalog()
	rapid.Check(t, func(t *rapid.T) {
		p := stroll(t, all)
		newest := p.said[len(p.said)-1]
		for _, d := range deliveries(t, p.said) {
			public := c.Post(d)
			d.Ops = true
			for _, m := range []chat.Message{public, c.Post(d)} {
				checkLimits(t, m)
				checkTypedIsPlain(t, m)
			}
			checkPublic(t, public)
			if d.Said != nil {
				checkNews(t, public, newest)
			}
		}
		for _, q := range p.asks {
			m := askedIn(c, q, newest.At)
			checkLimits(t, m)
			checkTypedIsPlain(t, m)
		}
		checkFaculty(t, c, p.w)
	})
}

// checkNews: what is told of a window promises nothing that has passed by then, and
// nothing but the promise as it stands.
func checkNews(t rapid.TB, m chat.Message, a *desk.Announcement) {
	checkPromise(t, m, a.At)
	for _, text := range m.Context {
		for _, s := range text {
			if !s.Time.IsZero() && !s.Time.Equal(a.Snapshot.Window.NextNewsBy) {
				t.Errorf("promises %v, and %v was promised", s.Time, a.Snapshot.Window.NextNewsBy)
			}
		}
	}
}

// checkFaculty: what teachers read is plain, in every language, and names nobody.
func checkFaculty(t rapid.TB, c Context, w desk.Window) {
	w.Title, w.Details, w.Remark, w.Why = "New database", "", "", ""
	text := c.Faculty(w, FacultyCampus{Languages: []*Language{nil, Spanish()}, HelpDesk: "+1 555 0100"})
	if staffWords.MatchString(text) || strings.Count(text, "+1 555 0100") != 2 {
		t.Errorf("teachers read %q", text)
	}
}
