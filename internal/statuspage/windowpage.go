package statuspage

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// window is the page of one window, or of a series.
func (v *view) window(one journal.PublishedWindow) {
	w := one.Window
	v.Page, v.Up = "window", "../"
	v.Work = v.work(w)
	v.Canonical = v.in.StatusURL + "/windows/" + v.Work.ID
	v.Work.Line, v.Tone = v.becameOf(w), v.Work.Tone
	v.Work.Facts = v.facts(one)
	v.Work.Details, v.Work.Remark = v.written(w.Details), v.written(w.Remark)
	if !w.IsOver() {
		v.Work.Advice = v.windowAdvice(w)
		d := v.diariesOf([]desk.Window{w})
		v.Diaries = &d
	}
	switch {
	case w.IsRunning():
		v.Work.State = v.standing(one)[1:] // since when and until when is among the facts
		v.Work.Next = v.nextNews(w)
	case w.Status == desk.Cancelled:
		v.Work.State = []phrase{v.typed(w.Why)}
	case !w.IsOver() && !w.IsSeries():
		v.Work.State = v.waits(w)
	}
	for _, next := range one.Next {
		v.Work.Times = append(v.Work.Times, v.timeOf(next))
	}
	v.Work.News = v.windowNews(one)
	if len(w.Services) > maxNames {
		v.Work.Services = v.windowServices(w)
	}
	if w.Of != 0 {
		v.Work.Of = desk.Subject{Kind: desk.WindowSubject, Number: w.Of}.String()
	}
	if w.Became != 0 {
		v.Work.Became = desk.Subject{Kind: desk.IncidentSubject, Number: w.Became}.String()
	}
	v.Line = v.Work.Line
	v.Title, v.About = w.Title+" – "+v.Heading.Plain(), v.Line.Plain()
}

func (v *view) written(text string) phrase {
	if text == "" {
		return nil
	}
	return v.typed(text)
}

// becameOf is the sentence that a reader of its page came for.
func (v *view) becameOf(w desk.Window) phrase {
	switch {
	case w.Became != 0:
		return ours(v.becameIncident)
	case w.Status == desk.Cancelled:
		return ours(v.doesNot)
	case w.Status == desk.Completed && w.Verified:
		return ours(v.verified)
	case w.Status == desk.Completed:
		return ours(v.unverified)
	case w.IsRunning():
		return v.expect(w, v.effectNow)
	}
	return v.expect(w, v.effectThen)
}

// facts are when it was to be and when it was: four different things.
func (v *view) facts(one journal.PublishedWindow) (out []fact) {
	w, first := one.Window, firstPlan(one)
	if w.IsSeries() {
		return nil
	}
	from, to := fact{Name: v.Label.PlannedFrom, At: v.dated(w.Planned.From)}, fact{Name: v.Label.PlannedTo, At: v.datedNear(w.Planned.To, w.Planned.From)}
	if !first.From.Equal(w.Planned.From) {
		from.Was = fill(v.atFirst, v.datedNear(first.From, w.Planned.From))
	}
	if !first.To.Equal(w.Planned.To) {
		to.Was = fill(v.atFirst, v.datedNear(first.To, w.Planned.From))
	}
	out = []fact{from, to}
	if !w.StartedAt.IsZero() {
		out = append(out, fact{Name: v.Label.Began, At: v.datedNear(w.StartedAt, w.Planned.From)})
		if !w.EndedAt.IsZero() && w.Became == 0 {
			out = append(out, fact{Name: v.Label.Ended, At: v.datedNear(w.EndedAt, w.Planned.From)})
		}
	}
	return out
}

// timeOf is one of the next times of a series.
func (v *view) timeOf(w desk.Window) work {
	out := work{When: v.period(w.Planned)}
	if w.Number != 0 {
		out.ID = w.Subject().String()
	}
	if !w.HeldAt.IsZero() {
		out.Marks = append(out.Marks, ours(v.held))
	}
	if !w.Planned.From.Equal(w.Slot) {
		out.Marks = append(out.Marks, fill(v.movedFrom, v.dated(w.Slot)))
	}
	return out
}

// windowServices lists the services of a window; how they are only while it goes on.
func (v *view) windowServices(w desk.Window) (out []service) {
	for _, a := range w.Services {
		one := service{Name: v.typed(a.Name)}
		if w.IsRunning() {
			one.Tone, one.Status = toneOf(desk.UnderMaintenance), v.status[desk.UnderMaintenance]
		}
		out = append(out, one)
	}
	return out
}

// windowNews is the timeline of a window, the newest first.
func (v *view) windowNews(one journal.PublishedWindow) (out []news) {
	plan := one.Window.Planned
	for _, e := range slices.Backward(one.Timeline) {
		n, told := v.saidOfWindow(one.Window, e, plan)
		if !e.Was.From.IsZero() {
			plan = e.Was
		}
		if told {
			n.At = v.moment(e.At, time.Time{})
			out = append(out, n)
		}
	}
	return out
}

// saidOfWindow words one line of the timeline of a window, whose plan was then as given;
// false: it says nothing to readers.
func (v *view) saidOfWindow(w desk.Window, e desk.Entry, plan desk.Period) (n news, told bool) {
	n = news{Phase: v.windowEntry[e.Kind]}
	switch e.Kind {
	case desk.WindowMoved:
		n.Said = fill(v.replanned, v.period(plan), v.period(e.Was))
	case desk.WindowExtended:
		n.Said = fill(v.extended, v.datedNear(plan.To, e.At), v.datedNear(e.Was.To, e.At))
	case desk.WindowLate:
		n.Said = ours(v.late)
	case desk.WindowVerifying:
		n.Said = ours(v.testing)
	case desk.WindowCompleted:
		n.Said = ours(v.unverified)
		if w.Verified {
			n.Said = ours(v.verified)
		}
	case desk.WindowCancelled:
		n.Text = v.written(e.Text)
	case desk.WindowConverted:
		n.Said = ours(v.becameIncident)
	}
	return n, n.Phase != ""
}
