package journal_test

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// What must hold of alerts at any time, said as plainly as can be.

type expectation struct {
	service desk.ServiceID
	of      desk.Expectation
}

// holds compares what is stored with what checks said last.
func (c *course) holds() {
	fails, alerts, incidents := map[expectation]int{}, everyOf[desk.Alert](c, "alert"), everyOf[desk.Incident](c, "incident")
	for _, r := range everyOf[desk.Report](c, "sighting") {
		if r.Failed() {
			fails[expectation{r.Service, r.Expectation}]++
		}
	}
	told := map[expectation]int{}
	for _, a := range alerts {
		c.holdsOf(a)
		for _, s := range a.Services {
			if e := (expectation{s.Service, a.Expectation}); a.Into == 0 && s.Failing > 0 {
				if told[e] += s.Failing; told[e] != fails[e] {
					c.Fatalf("%s: %d fail, counted in %s and others: %d", e, fails[e], a.Subject(), told[e])
				}
			}
		}
		c.belongs(a, incidents)
	}
	for e, n := range fails {
		if told[e] != n {
			c.Fatalf("%s: %d fail, %d are counted", e, n, told[e])
		}
	}
	c.marksOf(alerts)
	c.declared(incidents)
}

// holdsOf says what holds of one alert.
func (c *course) holdsOf(a desk.Alert) {
	fails := slices.ContainsFunc(a.Services, func(s desk.Alerted) bool { return s.Failing > 0 })
	switch {
	case a.Into == 0 && fails != a.IsFailing():
		c.Fatalf("%s fails %t, its witnesses %t", a.Subject(), a.IsFailing(), fails)
	case a.Into != 0 && a.Told != "" && a.Told != desk.ToldElsewhere:
		c.Fatalf("%s is told to be %s beside %d", a.Subject(), a.Told, a.Into)
	case !a.DeclareAt.IsZero() && (a.Incident != 0 || !a.AckedAt.IsZero() || !a.IsFailing() || a.Into != 0):
		c.Fatalf("%s counts down", a.Subject())
	}
	for _, s := range a.Services {
		if a.Into == 0 && len(s.Seen) > s.Failing {
			c.Fatalf("%s shows %d who see %s, %d do", a.Subject(), len(s.Seen), s.Service, s.Failing)
		}
	}
}

// belongs says which incident an alert belongs to.
func (c *course) belongs(a desk.Alert, incidents []desk.Incident) {
	var about []int
	mine := false
	for _, i := range incidents {
		for _, s := range a.Failing() {
			if i.IsOpen() && !i.Drill && i.Concerns(s.Service) && (len(about) == 0 || about[len(about)-1] != i.Number) {
				about = append(about, i.Number)
			}
		}
		mine = mine || i.Number == a.Incident && i.IsOpen() && !i.Drill && slices.Contains(i.Alerts, a.Number)
	}
	switch {
	case a.Into != 0:
	case a.Incident != 0 && !mine:
		c.Fatalf("%s belongs to INC-%d, which is over or does not know it", a.Subject(), a.Incident)
	case a.Incident == 0 && a.IsFailing() && len(about) > 0:
		c.Fatalf("%s belongs to none of %v", a.Subject(), about)
	}
}

// marksOf says that the clock looks at each alert when it has to, and at nothing else.
func (c *course) marksOf(alerts []desk.Alert) {
	want := map[desk.Subject]time.Time{}
	for _, a := range alerts {
		if !a.WakeAt.IsZero() {
			want[a.Subject()] = a.WakeAt
		}
	}
	for _, m := range c.marks(func(time.Time) bool { return true }) {
		switch m.about.Kind {
		case desk.AlertSubject:
			if !m.at.Equal(want[m.about]) {
				c.Fatalf("the clock looks at %s at %s, not at %s", m.about, m.at, want[m.about])
			}
			delete(want, m.about)
		case desk.IncidentSubject, desk.WindowSubject, desk.NoticeSubject:
		default:
			c.Fatalf("%s is left", m.about)
		}
	}
	if len(want) > 0 {
		c.Fatalf("the clock does not look at %v", want)
	}
}

// declared says that the bot declares only what really fails.
func (c *course) declared(incidents []desk.Incident) {
	for _, i := range incidents {
		if _, known := c.heard[i.Subject()]; known || i.DeclaredBy != (desk.Person{}) {
			continue
		}
		c.heard[i.Subject()] = 1
		for _, s := range i.Services {
			own, sources := false, map[string]bool{}
			for _, r := range everyOf[desk.Report](c, "sighting") {
				if r.Service == s.Service && r.Expectation == desk.Availability && r.Failed() {
					own = own || r.Witness.IsOwn()
					sources[r.Witness.Name] = true
				}
			}
			if !own && len(sources) < 2 && i.DeclaredAt.Equal(c.now) {
				c.Fatalf("%s was declared of %s by %v", i.Subject(), s.Service, sources)
			}
		}
	}
}

// quiet reports whether nothing is to be told of an alert at a time.
func (c *course) quiet(a desk.Alert, at time.Time) bool {
	services := a.Failing()
	if len(services) == 0 {
		services = a.Services
	}
	for _, s := range services {
		quiet := slices.ContainsFunc(everyOf[journal.Mute](c, "mute"), func(m journal.Mute) bool { return m.Service == s.Service && m.Until.After(at) })
		for _, w := range everyWindow(c) {
			quiet = quiet || w.Concerns(s.Service) && !w.StartedAt.IsZero() && w.StartedAt.Before(at) && (w.EndedAt.IsZero() || w.EndedAt.After(at))
		}
		if !quiet {
			return false
		}
	}
	return true
}

// listens takes in what was told, and says what may be.
func (c *course) listens() {
	var news []desk.Announcement
	t := storage.TableOf[desk.Announcement]("ann")
	c.view(func(tx storage.Tx) error {
		news = nil
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			if a.Subject.Kind == desk.AlertSubject && a.N > c.heard[a.Subject] {
				news = append(news, a)
			}
			return true, nil
		})
	})
	for _, a := range news {
		c.heard[a.Subject] = a.N
		c.listen(a)
	}
}

func (c *course) listen(a desk.Announcement) {
	n := a.Subject.Number
	was, is := c.last[n], *a.Snapshot.Alert
	c.last[n] = a
	if a.Kind == desk.AlertSeen && a.At.Sub(was.At) < 5*time.Second {
		c.Fatalf("%s was changed after %s", a.Subject, a.At.Sub(was.At))
	}
	if a.Reach == desk.ReachEdit {
		return
	}
	posts := c.posts[n]
	pointedAt := is.Leads && len(posts) == 0 // by posts that were told
	if !pointedAt && (is.Incident != 0 || c.quiet(is, a.At)) {
		c.Fatalf("%s was told (%s) beside INC-%d, or while quiet", a.Subject, a.Kind, is.Incident)
	}
	var before desk.EntryKind
	if len(posts) > 0 {
		before = posts[len(posts)-1].Kind
	}
	if (before == "") != (a.Kind == desk.AlertRaised) || (before == a.Kind && a.Kind != desk.AlertAgain) {
		c.Fatalf("%s was told %s after %s", a.Subject, a.Kind, before)
	}
	c.posts[n] = append(posts, a)
	if k := len(posts) - 6; k >= 0 && a.At.Sub(posts[k].At) < 10*time.Minute {
		c.Fatalf("%s was told seven times in %s", a.Subject, a.At.Sub(posts[k].At))
	}
}

// calm lets all end that keeps quiet, and then compares what was told with what is.
func (c *course) calm() {
	by := c.by()
	var all []desk.ServiceID
	for k := range 6 {
		all = append(all, serviceID(k))
	}
	c.try(func(j *journal.Journal) error { return j.Mute(c.Context(), by, all, time.Time{}) })
	for _, n := range c.work {
		by := c.by()
		c.try(func(j *journal.Journal) error {
			return second(j.ApplyWindow(c.Context(), by, n, func(w desk.Window, act desk.Act) (desk.WindowChange, error) { return w.Done("", false, act) }, false))
		})
	}
	c.after(25 * time.Hour)
	c.holds()
	for _, a := range everyOf[desk.Alert](c, "alert") {
		want := desk.ToldCleared
		if a.IsFailing() {
			want = desk.ToldFailing
		}
		if a.IsFailing() && a.OnlyWarns() {
			want = desk.ToldWarning
		}
		switch {
		case a.Into != 0, a.Told == "" && (a.Incident != 0 || !a.IsFailing()):
		case a.Told != want || a.Dirty:
			c.Fatalf("%s was told %q (dirty %t), want %q", a.Subject(), a.Told, a.Dirty, want)
		case c.last[a.Number].Snapshot.Alert.IsFailing() != a.IsFailing():
			c.Fatalf("the posts of %s say something else", a.Subject())
		}
	}
	for _, a := range everyOf[desk.Alert](c, "alert") {
		if a.Told == desk.ToldElsewhere {
			c.leads(a)
		}
	}
}

// leads says that where posts point to another alert, that was told.
func (c *course) leads(a desk.Alert) {
	for a.Into != 0 {
		n := a.Into
		for _, other := range everyOf[desk.Alert](c, "alert") {
			if other.Number == n {
				a = other
			}
		}
	}
	if a.Told == "" {
		c.Fatalf("posts point to %s, which was never told", a.Subject())
	}
}
