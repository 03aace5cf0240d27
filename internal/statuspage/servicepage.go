package statuspage

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

const (
	// daysShown is how many days the page of a service looks back, with today.
	daysShown = 90
	// maxPast is how many incidents that have ended stand there.
	maxPast = 50
)

// ofService is what the page of one service shows of it.
type ofService struct {
	ID          desk.ServiceID // empty: it is no page of a service
	Name, About phrase
	Days        []day // the oldest first
	First, Last phrase
	Sum         phrase
	Bad         []badDay // on which something was wrong or worked on, the newest first
}

// day is a day as it is drawn: by its worst status, and how long something was wrong.
type day struct {
	Tone tone
	Size string
}

type badDay struct{ At, Says phrase }

// past is what happened in the days that the pages of services show.
type past struct {
	began     time.Time // before it nothing is known
	incidents []journal.Published
	windows   []journal.PublishedWindow
}

// pastAddress is where the past stands among the sheets of a snapshot.
type pastAddress struct{}

// service gives the page of a service, under whatever it is called.
func (a *asked) service(id string) {
	s, known := a.settings.Words.Catalog.Find(id)
	if !known {
		a.give(http.StatusNotFound, missing)
		return
	}
	if string(s.ID) != id {
		a.leadTo(string(s.ID))
		return
	}
	at := a.at(desk.Subject{})
	at.of = id
	a.dug(at, func(ctx context.Context) (*sheet, error) {
		was, err := a.past(ctx)
		if err != nil {
			return nil, err
		}
		return a.sheet(at, func(v *view) { v.ofService(s, was) }), nil
	})
}

// past reads what happened, once for a snapshot. The caller holds digging.
func (a *asked) past(ctx context.Context) (*past, error) {
	if kept, found := a.snap.sheets.Load(pastAddress{}); found {
		return kept.(*past), nil
	}
	at := a.snap.at
	since := at.AddDate(0, 0, -daysShown)
	pub, err := a.record.Public(ctx, at, since.Add(-journal.LongAfter))
	if err != nil {
		return nil, err
	}
	plans, err := a.record.PublicPlans(ctx, journal.PlansQuery{Now: at, Until: at, CancelledSince: at, DoneSince: since, Limit: journal.MaxCalendar})
	if err != nil {
		return nil, err
	}
	began, err := a.began(ctx)
	if err != nil {
		return nil, err
	}
	p := &past{began, pub.Incidents, slices.Concat(plans.Running, plans.Done)}
	a.snap.sheets.Store(pastAddress{}, p)
	return p, nil
}

// began is since when anything is known; now where nothing is.
func (a *asked) began(ctx context.Context) (time.Time, error) {
	began, err := a.record.Began(ctx)
	if began.IsZero() {
		began = a.snap.at
	}
	return began, err
}

// courseOf is how a service was, as far as something was wrong or work went on.
func (p *past) courseOf(id desk.ServiceID, now time.Time) (out []desk.Stretch) {
	for _, one := range p.incidents {
		out = append(out, one.Incident.Course(id, one.Timeline, now)...)
	}
	for _, one := range p.windows {
		out = append(out, one.Window.Course(id, now)...)
	}
	return out
}

func (v *view) ofService(s desk.Service, was *past) {
	v.Page, v.Up, v.Root = "service", "../", "../"
	v.Canonical = v.in.StatusURL + "/services/" + string(s.ID)
	v.Of = ofService{ID: s.ID, Name: v.typed(s.Name), About: v.written(s.Description)}
	for _, h := range v.snap.health {
		if h.Service.ID == s.ID {
			v.Line, v.Tone = v.stateOf(h), toneOf(h.Status)
		}
	}
	for _, one := range v.snap.open {
		if one.Incident.Concerns(s.ID) {
			v.Open = append(v.Open, v.event(one, maxSaid/len(v.snap.open)))
		}
	}
	v.plansOf(s)
	v.daysOf(s, was)
	v.Recent = v.endedOf(s, was)
	v.Title, v.About = s.Name+" – "+v.Heading.Plain(), v.Line.Plain()
}

// stateOf says how a service is.
func (v *view) stateOf(h desk.Health) phrase {
	return append(fill(v.is[h.Status][0], v.typed(h.Service.Name)), ours(".")...)
}

// plansOf puts the work on a service on its page.
func (v *view) plansOf(s desk.Service) {
	onIt := func(all []journal.PublishedWindow) []journal.PublishedWindow {
		return slices.DeleteFunc(slices.Clone(all), func(one journal.PublishedWindow) bool { return !one.Window.Concerns(s.ID) })
	}
	for _, one := range onIt(v.snap.plans.Running) {
		v.Running = append(v.Running, v.runningWork(one))
	}
	v.Coming = v.coming(onIt(v.snap.plans.Coming))
	v.MoreWork = v.snap.plans.More || len(v.Coming) > maxComing
	v.Coming = v.Coming[:min(len(v.Coming), maxComing)]
	d := v.diariesIn("services/" + string(s.ID) + "/")
	v.Diaries = &d
}

// endedOf lists what ended in the days shown, the last first.
func (v *view) endedOf(s desk.Service, was *past) (out []event) {
	since := v.now.AddDate(0, 0, -daysShown)
	ended := slices.DeleteFunc(slices.Clone(was.incidents), func(one journal.Published) bool {
		i := one.Incident
		return !i.Concerns(s.ID) || i.IsOpen() || i.IsRetracted() || i.MergedInto != 0 || i.EndedAt.Before(since)
	})
	slices.SortStableFunc(ended, func(a, b journal.Published) int { return b.Incident.EndedAt.Compare(a.Incident.EndedAt) })
	for _, one := range ended[:min(len(ended), maxPast)] {
		out = append(out, v.event(one, 0))
	}
	return out
}

// daysOf tells of each day what was wrong, in the zone of the organization.
func (v *view) daysOf(s desk.Service, was *past) {
	course := was.courseOf(s.ID, v.now)
	known, good := 0, 0
	for back := daysShown - 1; back >= 0; back-- {
		in := desk.Period{From: startOfDay(v.now, v.in.Zone, -back), To: startOfDay(v.now, v.in.Zone, 1-back)}
		if !in.To.After(was.began) {
			v.Of.Days = append(v.Of.Days, day{Tone: "note", Size: "none"})
			continue
		}
		d, says := v.dayOfSpent(desk.Spent(course, in))
		v.Of.Days = append(v.Of.Days, d)
		if known++; d.Tone == "ok" || d.Tone == "planned" {
			good++
		}
		if says != nil {
			v.Of.Bad = append([]badDay{{v.date(in.From), says}}, v.Of.Bad...)
		}
	}
	v.Of.First, v.Of.Last = v.date(startOfDay(v.now, v.in.Zone, 1-daysShown)), v.date(v.now)
	v.Of.Sum = v.summed(known, good, was.began)
}

// summed says on how many of the days that are known nothing went wrong.
func (v *view) summed(known, good int, began time.Time) phrase {
	switch {
	case known == good && known == daysShown:
		return ours(v.noTrouble)
	case known == good:
		return fill(v.noTroubleSince, v.date(began))
	case known == daysShown:
		return counted(v.goodDays, good)
	}
	return fill(v.goodDaysSince, ours(strconv.Itoa(good)), ours(strconv.Itoa(known)), v.date(began))
}

// startOfDay is when a day begins, some days from that of t.
func startOfDay(t time.Time, zone *time.Location, days int) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, zone)
}

// dayOfSpent is a day on which so much time was spent at each status, and what is said of
// it; nil: nothing was wrong, nor worked on.
func (v *view) dayOfSpent(spent map[desk.ServiceStatus]time.Duration) (day, phrase) {
	d, all := day{Tone: "ok", Size: "none"}, time.Duration(0)
	var says []phrase
	for _, status := range slices.Backward(desk.ServiceStatuses()) {
		if spent[status] == 0 {
			continue
		}
		if says == nil {
			d.Tone = toneOf(status)
		}
		all += spent[status]
		says = append(says, ours(v.status[status]+": "+v.in.Span(spent[status])))
	}
	switch {
	case says == nil:
		return d, nil
	case all < 15*time.Minute:
		d.Size = "short"
	case all < 2*time.Hour:
		d.Size = "long"
	default:
		d.Size = "whole"
	}
	return d, join(says, "; ", ".")
}

// date says a day.
func (s speech) date(t time.Time) phrase {
	form := wording.PageDate
	if t.In(s.in.Zone).Year() != s.now.In(s.in.Zone).Year() {
		form = wording.PageDateYear
	}
	return phrase{{Text: s.in.Write(t.In(s.in.Zone), form), Time: t.In(s.in.Zone).Format(time.DateOnly)}}
}
