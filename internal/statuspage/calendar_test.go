package statuspage_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apognu/gocal"
	"github.com/emersion/go-ical"

	"github.com/umassonline/belltower/internal/desk"
)

// TestTheCalendarHasTheTimesOfTheDesk expands rules over two years, with both days of
// daylight saving, by another's reader.
func TestTheCalendarHasTheTimesOfTheDesk(t *testing.T) {
	first := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, one := range []struct {
		name string
		rule desk.Recurrence
	}{
		{"weekly", wednesdays()},
		{"in the hour that daylight saving skips and repeats", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 2*60 + 30, For: time.Hour, Zone: "America/New_York", First: first}},
		{"in the hour that it repeats", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 60 + 30, For: 3 * time.Hour, Zone: "America/New_York", First: first}},
		{"every other week", desk.Recurrence{Every: 2, Days: []time.Weekday{time.Monday, time.Thursday}, At: 22 * 60, For: 4 * time.Hour, Zone: "America/New_York", First: first}},
		{"monthly", desk.Recurrence{Every: 1, Nth: 2, Days: []time.Weekday{time.Tuesday}, At: 5 * 60, For: 90 * time.Minute, Zone: "America/Chicago", First: first}},
		{"the last Sunday, where that is the day", desk.Recurrence{Every: 1, Nth: -1, Days: []time.Weekday{time.Sunday}, At: 2*60 + 30, For: 40 * time.Minute, Zone: "Europe/Berlin", First: first}},
		{"with an end", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 23 * 60, For: 2 * time.Hour, Zone: "America/New_York", First: first, Until: time.Date(2027, 6, 30, 0, 0, 0, 0, time.UTC)}},
		{"but for some days, one on which the clocks are changed", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 2*60 + 30, For: time.Hour, Zone: "America/New_York", First: first, Except: []time.Time{
			time.Date(2026, 12, 13, 0, 0, 0, 0, time.UTC), time.Date(2027, 3, 14, 0, 0, 0, 0, time.UTC), time.Date(2027, 11, 7, 0, 0, 0, 0, time.UTC),
		}}},
		{"where the clocks are changed by half an hour", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 60 + 45, For: time.Hour, Zone: "Australia/Lord_Howe", First: first}},
		{"at midnight, which is skipped, and before that, which is repeated", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday, time.Saturday}, At: 0, For: 2 * time.Hour, Zone: "America/Santiago", First: first}},
		{"in the last hour of a day, which is repeated", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Saturday}, At: 23*60 + 30, For: time.Hour, Zone: "America/Santiago", First: first}},
		{"where summer is the standard", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 60 + 30, For: time.Hour, Zone: "Europe/Dublin", First: first}},
		{"where the clocks follow the moon", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 2*60 + 30, For: time.Hour, Zone: "Africa/Casablanca", First: first}},
		{"in UTC", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Friday}, At: 0, For: time.Hour, Zone: "UTC", First: first}},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := newCampus(t, services())
			c.repeat("Patches", one.rule, "learn")
			two := twoYears()
			c.diary("/windows.ics").expect(two, one.rule.Between(two.From, two.To, 1000))
			c.wait(173 * 24 * time.Hour) // and when its first times have left it
			c.repeat("More", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Monday}, For: time.Hour, Zone: "UTC", First: first, Until: first.AddDate(1, 0, 0)}, "mail")
			since := desk.Period{From: c.now().Add(-89 * 24 * time.Hour), To: two.To}
			c.diary("/services/learn/windows.ics").expect(since, one.rule.Between(since.From, since.To, 1000))
		})
	}
}

// TestTimesThatHoldAChangeOfTheClocks reads a calendar as Thunderbird does, which counts how
// long a time of a rule lasts by the clock on the wall and not in hours.
func TestTimesThatHoldAChangeOfTheClocks(t *testing.T) {
	for _, one := range []struct {
		name string
		at   desk.DayTime
		days []time.Weekday
		long time.Duration
	}{
		{"the night", 0, []time.Weekday{time.Sunday}, 6 * time.Hour},
		{"until the hour that is skipped", 60 + 30, []time.Weekday{time.Sunday}, time.Hour},
		{"from the day before", 22 * 60, []time.Weekday{time.Saturday}, 8 * time.Hour},
		{"all days", 4 * 60, []time.Weekday{0, 1, 2, 3, 4, 5, 6}, 24 * time.Hour},
		{"from days before", 8 * 60, []time.Weekday{time.Thursday}, 5 * 24 * time.Hour},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := newCampus(t, services())
			rule := desk.Recurrence{Every: 1, Days: one.days, At: one.at, For: one.long, Zone: "America/New_York", First: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
			c.repeat("Patches", rule, "learn")
			c.make(1, 0) // as the rule has it
			c.make(1, 14*len(one.days))
			two, d := twoYears(), c.diary("/windows.ics")
			d.wall = true
			d.expect(two, rule.Between(two.From, two.To, 1000))
		})
	}
}

// TestMovedAndDroppedTimesOfASeries reads what was changed by itself.
func TestMovedAndDroppedTimesOfASeries(t *testing.T) {
	c := newCampus(t, services())
	c.repeat("Patches", wednesdays(), "learn")
	moved, dropped, both, longer := c.make(1, 1), c.make(1, 2), c.make(1, 30), c.make(1, 4)
	c.make(1, 5) // as the rule has it
	c.move(moved, 26*time.Hour)
	c.cancel(dropped, "Nothing to patch.")
	c.move(both, time.Hour)
	c.move(both, time.Hour)
	c.extend(longer, time.Hour)
	two := twoYears()
	want := wednesdays().Between(two.From, two.To, 1000)
	want[1], want[30], want[4] = c.windows[moved-1].Planned, c.windows[both-1].Planned, c.windows[longer-1].Planned
	want = slices.Delete(want, 2, 3)
	d := c.diary("/windows.ics")
	d.expect(two, want)

	var overrides []string
	for _, e := range d.events {
		if d.text(e, ical.PropUID) != "win-1@status.example.edu" {
			t.Errorf("UID %s", d.text(e, ical.PropUID))
		}
		if id := d.text(e, ical.PropRecurrenceID); id != "" {
			overrides = append(overrides, id+" "+d.text(e, ical.PropStatus)+" "+d.text(e, ical.PropSequence))
		}
	}
	wantOverrides := []string{"20261209T040000 CONFIRMED 2", "20261212T040000 CANCELLED 2", "20270320T040000 CONFIRMED 3", "20261219T040000 CONFIRMED 2"}
	if !slices.Equal(overrides, wantOverrides) {
		t.Errorf("%v, want %v", overrides, wantOverrides)
	}
}

// What became of a time of a series leaves the calendar after a season; the time itself,
// which took place otherwise or not at all, does with it.
func TestWhatIsLongPastLeavesASeries(t *testing.T) {
	c := newCampus(t, services())
	c.repeat("Patches", wednesdays(), "learn")
	dropped := c.make(1, 2)
	c.cancel(dropped, "Nothing to patch.")
	held := c.make(1, 20)
	c.move(held, 24*time.Hour)
	c.wait(130 * 24 * time.Hour)
	times := c.diary("/windows.ics").times(desk.Period{From: four, To: c.now()})
	if len(times) == 0 || times[0].From.Before(c.now().AddDate(0, 0, -91)) {
		t.Errorf("130 days later it has %v", times)
	}
	if !slices.Contains(times, c.windows[held-1].Planned) {
		t.Errorf("what was moved is not in %v", times)
	}
	c.wait(100 * 24 * time.Hour)
	c.cancel(1, "The old system is gone.")
	for _, e := range c.diary("/windows.ics").events {
		if at, err := e.DateTimeStart(nil); err != nil || at.Before(c.now().AddDate(0, 0, -91)) {
			t.Errorf("what took place 91 days before and earlier is cancelled: %v %v", at, err)
		}
	}
}

func TestACancelledSeriesKeepsWhatTookPlace(t *testing.T) {
	c := newCampus(t, services())
	c.repeat("Patches", wednesdays(), "learn")
	took, ahead := c.make(1, 0), c.make(1, 3)
	c.wait(74 * time.Hour)
	c.tick(took)
	c.done(took, "", false)
	c.wait(time.Hour)
	c.cancel(1, "The old system is gone.")
	if _, swept := c.windows[ahead-1].Due(c.now(), desk.Around{Sweep: "The old system is gone."}); !swept {
		t.Fatal("its times stay")
	}
	c.diary("/windows.ics").expect(twoYears(), []desk.Period{{From: c.windows[took-1].Planned.From, To: c.windows[took-1].EndedAt}})
}

// A parameter of a property stands once: RFC 5545, 3.2, leaves no more than one VALUE.
func TestNoParameterOfACalendarStandsTwice(t *testing.T) {
	for line := range strings.Lines(workPlanned(t).get("/windows.ics")) {
		if head, _, _ := strings.Cut(line, ":"); strings.Count(head, "VALUE=") > 1 {
			t.Error(line)
		}
		if strings.HasPrefix(line, "REFRESH") && strings.TrimSpace(line) != "REFRESH-INTERVAL;VALUE=DURATION:PT1H" {
			t.Error(line)
		}
	}
}

// Work that is over shows its real end, in the past tense; so does one time of a series.
func TestACalendarShowsTheRealEnd(t *testing.T) {
	c := newCampus(t, services())
	c.repeat("Patches", wednesdays(), "learn")
	took := c.make(1, 0)
	c.wait(72*time.Hour + time.Minute)
	c.tick(took)
	c.wait(70 * time.Minute)
	c.done(took, "", false)
	c.plan("Cable", 24*time.Hour, 2*time.Hour, "mail")
	c.wait(24*time.Hour + time.Minute)
	c.tick(3)
	c.wait(30 * time.Minute)
	c.done(3, "", false)
	d := c.diary("/windows.ics")
	ended := 0
	for _, e := range d.events {
		text := d.text(e, "DESCRIPTION")
		if !strings.Contains(text, "is completed") {
			continue
		}
		ended++
		if strings.Contains(text, "will not be available") || d.lasts(e) > 90*time.Minute || d.lasts(e) < 30*time.Minute {
			t.Errorf("%s, lasting %s: %s", d.text(e, "SUMMARY"), d.lasts(e), text)
		}
	}
	if ended != 2 {
		t.Errorf("%d events have ended: %v", ended, d.events)
	}
}

// TestWhatACalendarSaysOfAWindow reads every property of events.
func TestWhatACalendarSaysOfAWindow(t *testing.T) {
	c := workPlanned(t)
	c.wait(time.Hour)
	c.move(1, 24*time.Hour)
	d := c.diary("/windows.ics")
	want := map[string]string{
		"UID": "win-1@status.example.edu", "SEQUENCE": "2", "STATUS": "CONFIRMED", "DTSTAMP": "20261202T100100Z", "LAST-MODIFIED": "20261202T100100Z",
		"CREATED": "20261202T090000Z", "DTSTART": "20261206T040000", "DTEND": "20261206T070000", "SUMMARY": "Learn System: New database",
		"CATEGORIES": "Learn System", "URL": "https://status.example.edu/windows/WIN-1", "TRANSP": "TRANSPARENT", "CLASS": "PUBLIC",
		"DESCRIPTION": `Learn System will not be available.\nPlease treat this time as lab closed: no exams\, no course meetings. Unsaved work may be lost.\nThe database moves to a faster machine.\nPrices stay as they are.`,
	}
	got := map[string]string{}
	for name, all := range d.events[0].Props {
		got[name] = all[0].Value
	}
	if len(d.events) != 1 || !maps.Equal(got, want) {
		t.Errorf("%d events, %q\nwant %q", len(d.events), got, want)
	}
	if zone := d.events[0].Props.Get("DTSTART").Params.Get("TZID"); zone != "America/New_York" {
		t.Errorf("TZID %q", zone)
	}
	c.cancel(1, "The vendor is not ready.")
	c.wait(time.Minute)
	d = c.diary("/windows.ics")
	if e := d.events[0]; d.text(e, "STATUS") != "CANCELLED" || d.text(e, "SEQUENCE") != "3" || !strings.Contains(d.text(e, "DESCRIPTION"), "The vendor is not ready.") {
		t.Errorf("cancelled: %v", e.Props)
	}
	if got := d.text(d.events[0], "SUMMARY"); got != "Cancelled: Learn System: New database" {
		t.Errorf("cancelled: %s", got)
	}
	c.wait(89 * 24 * time.Hour)
	if len(c.diary("/windows.ics").events) != 1 {
		t.Error("it is forgotten within 90 days")
	}
	c.wait(2 * 24 * time.Hour)
	if len(c.diary("/windows.ics").events) != 0 {
		t.Error("it is kept for ever")
	}
}

// TestTheZonesOfACalendar compares what a VTIMEZONE says with the zone, over twelve years.
func TestTheZonesOfACalendar(t *testing.T) {
	for zone, want := range map[string]string{
		"America/New_York": "STANDARD 20261101T020000 -0400 -0500 FREQ=YEARLY;BYMONTH=11;BYDAY=1SU, DAYLIGHT 20270314T020000 -0500 -0400 FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
		"Europe/Berlin":    "STANDARD 20261025T030000 +0200 +0100 FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU, DAYLIGHT 20270328T020000 +0100 +0200 FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
		"Australia/Sydney": "DAYLIGHT 20261004T020000 +1000 +1100 FREQ=YEARLY;BYMONTH=10;BYDAY=1SU, STANDARD 20270404T030000 +1100 +1000 FREQ=YEARLY;BYMONTH=4;BYDAY=1SU",
		"Asia/Kolkata":     "STANDARD 19451015T000000 +0630 +0530 ",
		"America/St_Johns": "STANDARD 20261101T020000 -0230 -0330 FREQ=YEARLY;BYMONTH=11;BYDAY=1SU, DAYLIGHT 20270314T020000 -0330 -0230 FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
	} {
		c := newCampus(t, services())
		r := wednesdays()
		r.Zone = zone
		c.repeat("Patches", r, "learn")
		var got []string
		d := c.diary("/windows.ics")
		for _, z := range d.cal.Children {
			if z.Name != ical.CompTimezone {
				continue
			}
			if id, _ := z.Props.Text(ical.PropTimezoneID); id != zone {
				t.Errorf("TZID %s", id)
			}
			for _, o := range z.Children {
				text := o.Name
				for _, name := range []string{ical.PropDateTimeStart, ical.PropTimezoneOffsetFrom, ical.PropTimezoneOffsetTo, ical.PropRecurrenceRule} {
					if text += " "; o.Props.Get(name) != nil {
						text += o.Props.Get(name).Value
					}
				}
				got = append(got, text)
			}
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("%s:\n%s\nwant\n%s", zone, text, want)
		}
	}
}

// TestAnotherReaderOfCalendars reads the same by a second one, which expands by itself.
func TestAnotherReaderOfCalendars(t *testing.T) {
	c := newCampus(t, services())
	c.repeat("Patches", desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday}, At: 4 * 60, For: 3 * time.Hour, Zone: "America/New_York", First: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Except: []time.Time{time.Date(2026, 12, 23, 0, 0, 0, 0, time.UTC)}}, "learn")
	c.plan(`Backslash \ comma , semicolon ; "quotes" ñ `+strings.Repeat("ünïcödé ", 8), 30*time.Hour, time.Hour, "mail")
	c.move(c.make(1, 1), 26*time.Hour)
	from, to := twoYears().From, twoYears().To
	cal := gocal.NewParser(strings.NewReader(c.get("/windows.ics")))
	cal.Start, cal.End = &from, &to
	cal.Strict.Mode = gocal.StrictModeFailFeed
	if err := cal.Parse(); err != nil {
		t.Fatal(err)
	}
	var got []time.Time
	for _, e := range cal.Events {
		got = append(got, e.Start.UTC())
		if e.End.Sub(*e.Start) != 3*time.Hour && e.Uid != "win-2@status.example.edu" {
			t.Errorf("%s lasts %s", e.Start, e.End.Sub(*e.Start))
		}
		if e.Uid == "win-2@status.example.edu" && e.Summary != "Mail: "+c.windows[1].Title {
			t.Errorf("%q", e.Summary)
		}
	}
	slices.SortFunc(got, time.Time.Compare)
	want := []time.Time{c.windows[1].Planned.From, c.windows[2].Planned.From}
	for k, p := range c.windows[0].Rule.Between(from, to, 1000) {
		if k != 1 {
			want = append(want, p.From)
		}
	}
	slices.SortFunc(want, time.Time.Compare)
	if !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Errorf("%d times, want %d:\n%v\n%v", len(got), len(want), got, want)
	}
}

func TestCalendarsAsTheyAreSent(t *testing.T) {
	c := workToCome(t)
	a := c.ask("GET", "/windows.ics")
	for line := range strings.SplitSeq(strings.TrimSuffix(a.body, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	for key, want := range map[string]string{
		"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "public, max-age=15", "Content-Language": "en",
		"Last-Modified": "Wed, 02 Dec 2026 10:01:00 GMT",
	} {
		if got := a.Header.Get(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	for _, one := range []struct {
		path, header string
		status       int
	}{
		{"/windows.ics", "If-None-Match: " + a.Header.Get("ETag"), 304},
		{"/windows.ics", "If-Modified-Since: " + a.Header.Get("Last-Modified"), 304},
		{"/windows.ics", "If-Modified-Since: Wed, 02 Dec 2026 10:00:59 GMT", 200},
		{"/windows.ics", "If-Modified-Since: yesterday", 200},
		{"/windows.ics", "Accept-Language: es", 200},
		{"/services/mail/windows.ics", "", 200},
		{"/services/MAIL/windows.ics", "", 404},
		{"/services/lern/windows.ics", "", 404},
	} {
		var headers []string
		if one.header != "" {
			headers = append(headers, one.header)
		}
		if got := c.ask("GET", one.path, headers...); got.StatusCode != one.status {
			t.Errorf("%s, %s: %s", one.path, one.header, got.Status)
		} else if got.StatusCode == 200 && one.path == "/windows.ics" && got.body != a.body {
			t.Errorf("%s: another calendar", one.header)
		}
	}
	if a := c.ask("POST", "/windows.ics"); a.StatusCode != http.StatusMethodNotAllowed {
		t.Error("POST:", a.Status)
	}
	for _, e := range c.diary("/services/mail/windows.ics").events {
		if !strings.Contains(e.Props.Get("SUMMARY").Value, "Mail") {
			t.Errorf("it has %s", e.Props.Get("SUMMARY").Value)
		}
	}
	for _, name := range []string{"Ann", "Archer", "UANN", "amherst"} {
		if strings.Contains(a.body, name) {
			t.Errorf("%s is in it", name)
		}
	}
}

func TestACalendarIsWrittenOnceForAChange(t *testing.T) {
	c := workToCome(t)
	before := c.get("/windows.ics")
	for range 20 {
		c.get("/windows.ics")
		c.get("/services/learn/windows.ics")
	}
	if c.dug != 1 {
		t.Errorf("windows were read %d times for 41 readers", c.dug)
	}
	c.declare(desk.Minor, "Printing is slow", "Jobs wait some minutes.", "print")
	c.wait(20 * time.Second)
	if c.get("/windows.ics") != before {
		t.Error("an incident changes it")
	}
	c.move(2, time.Hour)
	c.wait(20 * time.Second)
	if c.get("/windows.ics") == before {
		t.Error("a window that was moved does not")
	}
}

// TestATimeThatTheClockShowsTwice is written in UTC: readers do not agree which it is.
func TestATimeThatTheClockShowsTwice(t *testing.T) {
	c := newCampus(t, services())
	second := time.Date(2027, 11, 7, 6, 30, 0, 0, time.UTC) // 1:30 again
	c.planned(desk.Plan{Title: "Clocks", Planned: desk.Period{From: second, To: second.Add(time.Hour)}}, "net")
	d := c.diary("/windows.ics")
	d.expect(twoYears(), []desk.Period{{From: second, To: second.Add(time.Hour)}})
	if got := d.text(d.events[0], "DTSTART"); got != "20271107T063000Z" {
		t.Error(got)
	}
}
