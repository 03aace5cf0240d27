package main

import (
	"context"
	"html"
	"regexp"
	"strings"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

const (
	// settles is how long after a trouble all is told again.
	settles = 15 * time.Minute
	// telling is how long it takes to tell all channels.
	telling = time.Minute
)

// look looks at what people see, at a moment at which nothing is in trouble.
func (y *year) look() {
	if y.life == nil || len(y.outages) > 0 || time.Since(y.disturbed) < settles {
		y.in(20*time.Minute, y.look)
		return
	}
	synctest.Wait()
	y.harvest()
	y.lookAtPromises()
	for _, p := range y.places {
		y.lookAtRoots(p.ops, p, true)
		for _, h := range p.channels {
			y.lookAtRoots(h.id, p, false)
		}
	}
	y.lookAtPage()
	y.lookAtCalendar()
}

// lookAtPromises sees that none has passed, and that what was planned goes as planned.
func (y *year) lookAtPromises() {
	ctx, now := context.Background(), time.Now()
	passed := func(t time.Time) bool { return !t.IsZero() && t.Before(now.Add(-telling)) }
	open, err := y.bot.journal.Open(ctx)
	if err != nil {
		y.wrong("read what is open: %v", err)
	}
	for _, i := range open {
		switch {
		case passed(i.NextUpdateBy):
			y.wrong("%s promises news by %s", i.Subject(), i.NextUpdateBy.In(y.zone))
		case i.NextUpdateBy.IsZero() && !i.IsSilent():
			y.wrong("%s is open, and nothing is promised: %+v", i.Subject(), i)
		}
	}
	running, err := y.bot.journal.Running(ctx)
	if err != nil {
		y.wrong("read what runs: %v", err)
	}
	for _, w := range running {
		switch {
		case passed(w.NextNewsBy):
			y.wrong("%s promises news by %s", w.Subject(), w.NextNewsBy.In(y.zone))
		case passed(w.Planned.To) && w.NextNewsBy.IsZero() && !w.IsSilent():
			y.wrong("%s should have ended by %s, and nothing is promised", w.Subject(), w.Planned.To.In(y.zone))
		}
	}
	coming, err := y.bot.journal.Coming(ctx, now.Add(-telling), 0)
	if err != nil {
		y.wrong("read what comes: %v", err)
	}
	for _, w := range coming {
		if w.HeldAt.IsZero() {
			y.wrong("%s should have begun at %s", w.Subject(), w.Planned.From.In(y.zone))
		}
	}
}

// longOver is when posts of what has ended are forgotten.
const longOver = 29 * 24 * time.Hour

// lookAtRoots sees that each post shows how things stand.
func (y *year) lookAtRoots(id slacktest.ChannelID, p *campusPlace, isOps bool) {
	for _, m := range y.said(id) {
		if !m.isRoot() || m.about.Kind == desk.NoticeSubject {
			continue
		}
		s := m.about
		if into, became := y.record.became[s]; became {
			s = into
		}
		newest, any := y.record.newest(s, isOps)
		if !any {
			y.wrong("%s has a post about %s, of which nothing was to be told", id, s)
			continue
		}
		if since := time.Since(newest.At); since < telling || newest.Snapshot.Ended() && since > longOver {
			continue
		}
		d := chat.Delivery{Channel: desk.Channel{Connection: p.name, ID: string(id)}, Subject: s, N: newest.N, Ops: isOps, Snapshot: &newest.Snapshot}
		opening := y.differs(m, p.name, d)
		d.Root = chat.PostID(m.TS)
		if missing := y.differs(m, p.name, d); missing != "" && opening != "" {
			y.wrong("%s shows of %s (%d, %s):\n%s\nthere should be: %s", id, s, newest.N, newest.Kind, readable(m.Reads()), missing)
		}
	}
}

// differs is what a post does not show of a delivery.
func (y *year) differs(m post, name desk.ConnectionName, d chat.Delivery) string {
	reads := readable(m.Reads())
	for _, text := range y.words(name, d) {
		if !strings.Contains(reads, text) {
			return text
		}
	}
	return ""
}

// words are sentences that a delivery consists of, without links.
func (y *year) words(name desk.ConnectionName, d chat.Delivery) (all []string) {
	want := y.bot.words.For(name).Post(d)
	for _, text := range append([]chat.Text{want.Summary}, want.Context...) {
		if plain := text.PlainText(y.zone); !strings.Contains(plain, "http") {
			all = append(all, strings.TrimSpace(plain))
		}
	}
	return all
}

var dates = regexp.MustCompile(`<!date\^[^|>]*\|([^>]*)>`)

// readable is a text as it reads where dates cannot be shown.
func readable(text string) string { return html.UnescapeString(dates.ReplaceAllString(text, "$1")) }

var linked = regexp.MustCompile(`href="(?:incidents|windows)/((?:INC|WIN)-\d+)[?"]`)

// lookAtPage compares the status page with the record.
func (y *year) lookAtPage() {
	ctx := context.Background()
	status, body := y.page("/")
	if status != 200 {
		y.wrong("the page answers %d", status)
	}
	shown := map[string]bool{}
	for _, m := range linked.FindAllStringSubmatch(body, -1) {
		shown[m[1]] = true
	}
	open, err := y.bot.journal.Open(ctx)
	if err != nil {
		y.wrong("read what is open: %v", err)
	}
	for _, i := range open {
		if shown[i.Subject().String()] == i.Drill {
			y.wrong("the page has %s (drill: %v): %v", i.Subject(), i.Drill, !i.Drill)
		}
		if !i.Drill && strings.Contains(body, allWell) {
			y.wrong("the page says that all is well, but %s is open", i.Subject())
		}
	}
	windows, err := y.bot.journal.RecentWindows(ctx, time.Time{}, 0)
	if err != nil {
		y.wrong("read the windows: %v", err)
	}
	for _, w := range windows {
		on := shown[w.Subject().String()]
		switch {
		case w.IsRunning() && !on:
			y.wrong("%s is running, and is not on the page", w.Subject())
		case w.Status == desk.Completed && on && time.Since(w.EndedAt) > 25*time.Hour, w.Status == desk.Cancelled && on && time.Since(w.EndedAt) > 14*24*time.Hour:
			y.wrong("%s is over (%s), and is on the page", w.Subject(), w.Status)
		}
	}
	coming, err := y.bot.journal.Coming(ctx, time.Now().AddDate(0, 0, 29), 8)
	for _, w := range coming {
		if !shown[w.Subject().String()] && w.Of == 0 {
			y.wrong("%s is coming, and is not on the page", w.Subject())
		}
	}
	if err != nil {
		y.wrong("read what comes: %v", err)
	}
}
