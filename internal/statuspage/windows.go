package statuspage

import (
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

const (
	// planAhead is how far ahead coming work stands on the page.
	planAhead = 30 * 24 * time.Hour
	// maxPlans is how many coming windows are read for it, maxComing how many stand there:
	// several times of a series are one. The calendar has all.
	maxPlans, maxComing = 40, 12
	// doneFor is how long completed work stands there.
	doneFor = 24 * time.Hour
	// maxTimes is how many times a series lists, and how many times of one are reserved.
	maxTimes = 8
	// reservedAhead is how far ahead standing windows are shown.
	reservedAhead = 14 * 24 * time.Hour
)

// work is a window, or several times of a series.
type work struct {
	ID       string // of its page
	Title    phrase
	Tone     tone
	Phase    string
	Line     phrase   // what to expect
	When     phrase   // of what is coming
	Marks    []phrase // what became of the plan
	State    []phrase // of what has begun
	Next     phrase   // when to expect news of what takes longer
	Advice   []phrase
	Facts    []fact
	Times    []work // of a series
	Details  phrase
	Remark   phrase
	News     []news
	Services []service // where the line cannot name them all
	Of       string    // the series that it belongs to
	Became   string    // the incident that it became
}

// fact is a time of a window under its name.
type fact struct {
	Name string
	At   phrase
	Was  phrase // what it was at first
}

// reserved are times in which services may have planned work, and have none.
type reserved struct {
	Names phrase
	Times []phrase
}

// windows puts planned work on the home page.
func (v *view) windows() {
	for _, one := range v.snap.plans.Running {
		v.Running = append(v.Running, v.runningWork(one))
	}
	for _, one := range v.snap.plans.Done {
		v.Done = append(v.Done, v.doneWork(one.Window))
	}
	v.Coming = v.coming(v.snap.plans.Coming)
	v.MoreWork = v.snap.plans.More || len(v.Coming) > maxComing
	v.Coming = v.Coming[:min(len(v.Coming), maxComing)]
	v.Reserved = v.reservedTimes()
	d := v.diariesOf(v.shownWindows())
	v.Diaries = &d
}

// runningWork is a window that goes on.
func (v *view) runningWork(one journal.PublishedWindow) work {
	w := one.Window
	out := v.work(w)
	out.Line, out.State = v.expect(w, v.effectNow), v.standing(one)
	out.Advice, out.Next = v.windowAdvice(w), v.nextNews(w)
	return out
}

// doneWork is a window that was completed.
func (v *view) doneWork(w desk.Window) work {
	out := v.work(w)
	is, ended := v.untestedOn, fill(v.ended, v.full(w.EndedAt))
	if w.Verified {
		is = v.verifiedOn
	}
	out.Line = slices.Concat(fill(is, v.names(windowNames(w))), ours(" "), ended)
	return out
}

func (v *view) work(w desk.Window) work {
	out := work{ID: v.pageOf(w).String(), Title: v.typed(w.Title), Tone: "planned", Phase: v.windowPhase[w.Status]}
	switch {
	case w.Became != 0:
		out.Tone, out.Phase = "note", v.turned
	case w.Status == desk.Completed:
		out.Tone = "ok"
	case w.Status == desk.Cancelled:
		out.Tone = "note"
	}
	return out
}

// pageOf is the subject on whose page a window is: of a time that has no number yet the
// series.
func (v *view) pageOf(w desk.Window) desk.Subject {
	if w.Number == 0 {
		w.Number = w.Of
	}
	return w.Subject()
}

// expect says what a window makes of its services, in the sentences of forms.
func (v *view) expect(w desk.Window, forms map[desk.Effect][2]string) phrase {
	names := windowNames(w)
	return append(fill(forms[w.Effect][min(len(names)-1, 1)], v.names(names)), ours(".")...)
}

func windowNames(w desk.Window) (names []string) {
	for _, a := range w.Services {
		names = append(names, a.Name)
	}
	return names
}

// standing says how work that goes on stands, first since when, and until when it was
// and is planned.
func (v *view) standing(one journal.PublishedWindow) []phrase {
	w, first := one.Window, firstPlan(one)
	times := []phrase{fill(v.workBegan, v.full(w.StartedAt))}
	sentence := v.plannedTo
	if w.IsLate(v.now) {
		sentence = v.wasTo
	}
	if w.Status != desk.Verifying {
		times = append(times, fill(sentence, v.moment(w.Planned.To, w.StartedAt)))
		switch {
		case !first.From.Equal(w.Planned.From):
			times = append(times, fill(v.firstFor, v.period(first)))
		case !first.To.Equal(w.Planned.To):
			times = append(times, fill(v.firstTo, v.moment(first.To, w.StartedAt)))
		}
	}
	out := []phrase{join(times, " ", "")}
	switch {
	case w.Status == desk.Verifying:
		out = append(out, ours(v.testing))
	case w.IsLate(v.now):
		out = append(out, ours(v.late))
	}
	return out
}

// nextNews says when to expect news of work that takes longer. A promise that has passed
// is not repeated.
func (v *view) nextNews(w desk.Window) phrase { return v.told(v.in.NextNews(w, v.now)) }

// coming lists coming work: a series once, with its times, but those of its times that
// were moved or cancelled by themselves.
func (v *view) coming(all []journal.PublishedWindow) (out []work) {
	of := map[int]int{} // a series -> its place in out
	var also [][]phrase
	for _, one := range all {
		w := one.Window
		k, known := of[w.Of]
		asSeries := w.Of != 0 && w.Planned.From.Equal(w.Slot) && (len(v.marks(one)) == 0 || saidOff(all, w.Of))
		switch {
		case asSeries && saidOff(all, w.Of):
			continue
		case asSeries && known:
			also[k] = append(also[k], v.dated(w.Planned.From))
			continue
		case asSeries:
			of[w.Of] = len(out)
		}
		out, also = append(out, v.comingWork(one)), append(also, nil)
	}
	for k, times := range also {
		if len(times) > 0 {
			more := max(len(times)-maxNames, 0)
			times = times[:len(times)-more]
			if more > 0 {
				times = append(times, counted(v.moreTimes, more))
			}
			out[k].Marks = append(out[k].Marks, fill(v.again, v.list(times)))
		}
	}
	return out
}

// saidOff reports whether a series is among them, which was cancelled with all its times.
func saidOff(all []journal.PublishedWindow, series int) bool {
	return slices.ContainsFunc(all, func(one journal.PublishedWindow) bool { return one.Window.Number == series && one.Window.IsSeries() })
}

func (v *view) comingWork(one journal.PublishedWindow) work {
	w := one.Window
	out := v.work(w)
	out.When, out.Marks = v.period(w.Planned), v.marks(one)
	if w.Status != desk.Cancelled {
		out.Line, out.Advice = v.expect(w, v.effectThen), v.windowAdvice(w)
		out.Phase = ""
	}
	return out
}

// marks say what became of the plan of a window that has not begun.
func (v *view) marks(one journal.PublishedWindow) (out []phrase) {
	w, first := one.Window, firstPlan(one)
	switch {
	case w.Status == desk.Cancelled:
		out = append(out, fill(v.cancelled, v.typed(w.Why)))
		if w.IsSeries() {
			out = append(out, ours(v.allOff))
		}
	default:
		out = append(out, v.waits(w)...)
	}
	switch {
	case w.Status == desk.Cancelled:
	case !first.From.Equal(w.Planned.From):
		out = append(out, fill(v.movedFrom, v.period(first)))
	case !first.To.Equal(w.Planned.To):
		out = append(out, fill(v.firstTo, v.datedNear(first.To, w.Planned.From)))
	}
	return out
}

// waits says of work to come that its start is held, or that it should have begun.
func (v *view) waits(w desk.Window) []phrase {
	switch {
	case !w.HeldAt.IsZero():
		return []phrase{ours(v.held)}
	case !w.Planned.From.After(v.now):
		return []phrase{ours(v.notBegun)}
	}
	return nil
}

// firstPlan is when a window was planned as it was first announced.
func firstPlan(one journal.PublishedWindow) desk.Period {
	for _, e := range one.Timeline {
		if !e.Was.From.IsZero() {
			return e.Was
		}
	}
	return one.Window.Planned
}

// windowAdvice is what to do in the time of a window, of its services.
func (v *view) windowAdvice(w desk.Window) (out []phrase) {
	for _, a := range w.Services {
		s, _ := v.in.Catalog.Find(string(a.Service))
		out = v.advise(out, s.Advice, s.AdviceIn)
	}
	return out
}

// reservedTimes lists what is reserved and not planned; services with the same times
// together.
func (v *view) reservedTimes() (out []reserved) {
	of := map[string]int{}
	var names [][]string
	for _, one := range v.snap.reserved {
		var key strings.Builder
		var times []phrase
		for _, p := range one.times {
			key.WriteString(p.From.String() + p.To.String())
			times = append(times, v.period(p))
		}
		k, known := of[key.String()]
		if !known {
			k = len(out)
			of[key.String()] = k
			out, names = append(out, reserved{Times: times}), append(names, nil)
		}
		names[k] = append(names[k], one.service.Name)
	}
	for k := range out {
		out[k].Names = v.names(names[k])
	}
	return out
}

// free are the times reserved for a service in which nobody planned work on it.
type free struct {
	service desk.Service
	times   []desk.Period
}

// knownUntil is until when all planned work is known: where more is planned than was
// read, until the last of that begins.
func knownUntil(plans journal.Plans) (until time.Time, cut bool) {
	if n := len(plans.Coming); plans.More && n > 0 {
		return plans.Coming[n-1].Window.Planned.From, true
	}
	return time.Time{}, false
}

// reservedOf lists the next times reserved for each service, but those of planned work.
func reservedOf(p desk.Planning, c *desk.Catalog, now time.Time, plans journal.Plans) (out []free) {
	if len(p.Standing) == 0 {
		return nil
	}
	known, cut := knownUntil(plans)
	for _, s := range c.Services() {
		times := slices.DeleteFunc(p.Reserved(s.ID, desk.Period{From: now, To: now.Add(reservedAhead)}, maxTimes), func(at desk.Period) bool {
			return cut && at.To.After(known) || slices.ContainsFunc(slices.Concat(plans.Running, plans.Coming), func(one journal.PublishedWindow) bool {
				w := one.Window
				return w.Status != desk.Cancelled && w.Concerns(s.ID) && w.Planned.Overlaps(at)
			})
		})
		if len(times) > 0 {
			out = append(out, free{s, times[:min(len(times), maxNames)]})
		}
	}
	return out
}
