package statuspage_test

import (
	"fmt"
	"time"

	"testing"

	"github.com/umassonline/belltower/internal/desk"
)

// windowStates are states of planned work, and the pages of it to look at.
func windowStates() []state {
	return []state{
		{"work now", "/", workNow},
		{"work now in Spanish", "/?lang=es", workNow},
		{"work late", "/", workLate},
		{"work extended", "/", workExtended},
		{"work extended and late in Spanish", "/?lang=es", workExtendedInVain},
		{"window extended", "/windows/WIN-1", workExtended},
		{"window moved back", "/windows/WIN-1", workMovedBack},
		{"work late without a promise", "/", workForgotten},
		{"work tested", "/", workTested},
		{"work and an incident", "/", workAndIncident},
		{"work done", "/", workUnverified},
		{"work done in Spanish", "/?lang=es", workVerified},
		{"work to come", "/", workToCome},
		{"work to come in Spanish", "/?lang=es", workToCome},
		{"much work", "/", muchWork},
		{"work reserved", "/", workReserved},
		{"window planned", "/windows/WIN-1", workPlanned},
		{"window moved", "/windows/WIN-1", workMoved},
		{"window moved in Spanish", "/windows/WIN-1?lang=es", workMoved},
		{"window running", "/windows/WIN-1", workNow},
		{"window late", "/windows/WIN-1", workLate},
		{"window completed", "/windows/WIN-1", workVerified},
		{"window completed in Spanish", "/windows/WIN-1?lang=es", workVerified},
		{"window not verified", "/windows/WIN-1", workUnverified},
		{"window cancelled", "/windows/WIN-1", workCancelled},
		{"window held", "/windows/WIN-1", workHeld},
		{"window now an incident", "/windows/WIN-1", workFailed},
		{"incident of a window", "/incidents/INC-1", workFailed},
		{"window about many", "/windows/WIN-1", workOnMany},
		{"series", "/windows/WIN-1", workRepeated},
		{"series in Spanish", "/windows/WIN-1?lang=es", workRepeated},
		{"series cancelled", "/windows/WIN-1", workNeverAgain},
		{"work never again", "/", workNeverAgain},
		{"occurrence moved", "/windows/WIN-2", workRepeated},
		{"window missing", "/windows/WIN-99", allWell},
	}
}

// wednesdays is a rule: every Wednesday and Saturday at 4:00 for three hours.
func wednesdays() desk.Recurrence {
	return desk.Recurrence{
		Every: 1, Days: []time.Weekday{time.Wednesday, time.Saturday}, At: 4 * 60, For: 3 * time.Hour,
		Zone: "America/New_York", First: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
	}
}

func workPlanned(t testing.TB) *campus {
	c := newCampus(t, services())
	c.planned(desk.Plan{
		Title: "New database", Details: "The database moves to a faster machine.\nPrices stay as they are.",
		Planned: desk.Period{From: four.Add(72 * time.Hour), To: four.Add(75 * time.Hour)},
	}, "learn")
	c.wait(time.Minute)
	return c
}

func workMoved(t testing.TB) *campus {
	c := workPlanned(t)
	c.move(1, 23*time.Hour)
	c.wait(time.Hour)
	c.extend(1, time.Hour)
	c.wait(time.Hour)
	c.move(1, 24*time.Hour)
	c.wait(time.Minute)
	return c
}

func workEarly(t testing.TB) *campus {
	c := workPlanned(t)
	c.wait(time.Hour)
	c.amend(1, desk.Window.Start)
	c.wait(time.Minute)
	return c
}

func workNow(t testing.TB) *campus {
	c := workPlanned(t)
	c.wait(72*time.Hour - time.Minute)
	c.tick(1)
	c.wait(20 * time.Minute)
	return c
}

func workLate(t testing.TB) *campus {
	c := workNow(t)
	c.wait(2*time.Hour + 40*time.Minute)
	c.tick(1)
	c.wait(10 * time.Minute)
	return c
}

// workExtended is to end at 7:00, at last at 7:50.
func workExtended(t testing.TB) *campus {
	c := workNow(t)
	c.extend(1, 30*time.Minute)
	c.wait(time.Hour)
	c.extend(1, 20*time.Minute)
	c.wait(time.Minute)
	return c
}

func workExtendedInVain(t testing.TB) *campus {
	c := workExtended(t)
	c.wait(2*time.Hour + 29*time.Minute)
	c.tick(1)
	c.wait(time.Minute)
	return c
}

func workMovedBack(t testing.TB) *campus {
	c := workPlanned(t)
	c.move(1, 24*time.Hour)
	c.wait(time.Hour)
	c.move(1, -24*time.Hour)
	c.wait(time.Minute)
	return c
}

func workForgotten(t testing.TB) *campus {
	c := workLate(t)
	for range 4 {
		c.wait(30 * time.Minute)
		c.tick(1)
	}
	return c
}

func workTested(t testing.TB) *campus {
	c := workNow(t)
	c.wait(2 * time.Hour)
	c.done(1, "", true)
	c.wait(time.Minute)
	return c
}

func workVerified(t testing.TB) *campus {
	c := workTested(t)
	c.amend(1, desk.Window.Passed)
	c.wait(time.Hour)
	return c
}

func workUnverified(t testing.TB) *campus {
	c := workLate(t)
	c.done(1, "Old bookmarks lead to the start page once.", false)
	c.wait(time.Hour)
	return c
}

func workCancelled(t testing.TB) *campus {
	c := workPlanned(t)
	c.cancel(1, "The vendor is not ready.")
	c.wait(time.Minute)
	return c
}

func workHeld(t testing.TB) *campus {
	c := workPlanned(t)
	c.amend(1, desk.Window.HoldStart)
	c.wait(73 * time.Hour)
	return c
}

func workFailed(t testing.TB) *campus {
	c := workLate(t)
	n := c.declare(desk.Critical, "The new database does not start", "We are going back to the old one.", "learn")
	c.apply(n, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		i.Window = 1
		return i.Update(desk.Progress{Text: "The old database is starting.", Next: 20 * time.Minute}, act)
	})
	c.amend(1, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Convert(n, act) })
	c.wait(time.Minute)
	return c
}

func workAndIncident(t testing.TB) *campus {
	c := workNow(t)
	c.declare(desk.Major, "Some students cannot register", "We are looking into it.", "portal")
	c.wait(time.Minute)
	return c
}

func workOnMany(t testing.TB) *campus {
	c := newCampus(t, services())
	c.planned(desk.Plan{
		Title: "Network switches", Effect: desk.EffectDegraded, Planned: desk.Period{From: four.Add(24 * time.Hour), To: four.Add(50 * time.Hour)},
	}, "learn", "video", "portal", "mail", "print", "net")
	c.wait(25 * time.Hour)
	c.tick(1)
	return c
}

func workRepeated(t testing.TB) *campus {
	c := newCampus(t, services())
	c.repeat("Weekly patches", wednesdays(), "learn")
	c.wait(time.Minute)
	c.move(c.make(1, 1), 26*time.Hour)
	c.cancel(c.make(1, 3), "Nothing to patch.")
	c.make(1, 0)
	return c
}

func workNeverAgain(t testing.TB) *campus {
	c := workRepeated(t)
	c.cancel(1, "The old system is gone.")
	for _, w := range c.windows {
		if swept, due := w.Due(c.now(), desk.Around{Sweep: "The old system is gone."}); due {
			c.put(swept.Window, swept.Entry)
		}
	}
	return c
}

func workReserved(t testing.TB) *campus {
	c := newCampus(t, services())
	c.settings.Planning = desk.Planning{Zone: c.settings.Words.Zone, Standing: []desk.Standing{
		{Services: []desk.ServiceID{"learn", "video"}, Rule: wednesdays()},
		{Services: []desk.ServiceID{"mail"}, Rule: desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 23 * 60, For: 2 * time.Hour, Zone: "America/New_York", First: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
	}}
	c.show(c.settings)
	c.wait(time.Hour)
	return c
}

func workToCome(t testing.TB) *campus {
	c := workReserved(t)
	c.repeat("Weekly patches", wednesdays(), "learn")
	c.planned(desk.Plan{Title: "Network switches", Effect: desk.EffectAtRisk, Planned: desk.Period{From: four.Add(90 * time.Hour), To: four.Add(92 * time.Hour)}}, "net", "mail")
	c.plan("Certificates", 30*time.Hour, time.Hour, "mail")
	c.planned(desk.Plan{Title: "New rooms", Effect: desk.EffectDegraded, Planned: desk.Period{From: four.Add(200 * time.Hour), To: four.Add(230 * time.Hour)}}, "video")
	c.wait(time.Minute)
	c.move(c.make(1, 1), 26*time.Hour)
	c.cancel(c.make(1, 3), "Nothing to patch.")
	c.cancel(3, "The certificates are good for another year.")
	c.move(2, 2*time.Hour)
	c.wait(time.Minute)
	return c
}

func muchWork(t testing.TB) *campus {
	c := newCampus(t, services())
	for n := range 60 {
		c.plan(fmt.Sprintf("Work number %d on a machine that nobody knows", n+1), time.Duration(n+1)*7*time.Hour, time.Hour, string(services()[n%6].ID))
	}
	c.wait(20*time.Hour + 30*time.Minute)
	for n := range 60 {
		c.tick(n + 1)
	}
	return c
}
