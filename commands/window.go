package commands

import (
	"context"
	"errors"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

// windowVerbs lists what /window can do.
func windowVerbs() []verb {
	planning := []flag{flagYes, flagForce, flagUrgent}
	return []verb{
		{"schedule", desk.Respond, planning, true, schedule},
		{"start", desk.Respond, []flag{flagYes, flagForce}, false, startWork},
		{"hold", desk.Respond, nil, false, holdStart},
		{"extend", desk.Respond, planning, true, extend},
		{"move", desk.Respond, planning, true, move},
		{"complete", desk.Respond, []flag{flagYes}, false, complete},
		{"cancel", desk.Respond, []flag{flagYes}, true, cancel},
		{"incident", desk.Respond, []flag{flagYes}, false, convert},
		{"list", desk.Read, nil, false, listWindows},
		{"show", desk.Read, nil, false, showWindow},
		{"faculty", desk.Read, nil, false, faculty},
		{"timeline", desk.ReadStaff, nil, false, windowTimeline},
		{"deliveries", desk.ReadStaff, nil, false, windowDeliveries},
		{verbHelp, desk.Read, nil, false, help},
	}
}

// windowDone answers a change of a window.
func (a *asked) windowDone(ctx context.Context, d journal.WindowApplied, doubts []string) (chat.Reply, error) {
	result, err := a.result(ctx, d, doubts)
	if err != nil { // it is done all the same
		a.log.Warn("what was done is told without all of its times", "window", d.Window.Number, "error", err)
	}
	return answer(a.Words.WindowDone(result))
}

// result is what a change came to, for its answer.
func (a *asked) result(ctx context.Context, d journal.WindowApplied, doubts []string) (wording.WindowDone, error) {
	w, err := a.withoutCancelled(ctx, d.Window)
	out := wording.WindowDone{
		Window: w, Entry: d.Entry, Channels: d.Channels, Held: d.Held, Stopped: d.Stopped, Into: d.Into,
		Doubts: doubts, Now: a.doneAt(d.Entry), Reader: a.req.Zone,
	}
	coming := w
	if w.IsSeries() {
		coming.Rule, coming.Of = nil, w.Number+1 // reminders are those of its times
		from := later(w.Planned.To, a.req.At)
		out.Next = w.Rule.Between(from, from.AddDate(1, 0, 0), shownTimes)
	}
	out.Reminders = coming.RemindedAt(a.req.At, a.Planning)
	return out, err
}

// shownTimes is how many next times of a series an answer lists.
const shownTimes = 3

// startWork reads [17] [day]. Long before its time, or while an incident about its services
// is open, it asks; at another time it refuses what is not free.
func startWork(ctx context.Context, a *asked) (chat.Reply, error) {
	w, s, err := a.oneTime(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	if a.line.rest != "" {
		return chat.Reply{}, a.tooMuch()
	}
	if err := a.inTheWay(ctx, w, s.day); err != nil {
		return chat.Reply{}, err
	}
	o, by, err := a.overriding()
	if err != nil {
		return chat.Reply{}, err
	}
	start := func(number int) func(journal.By, desk.Override, bool) (journal.WindowApplied, error) {
		return func(by journal.By, o desk.Override, _ bool) (journal.WindowApplied, error) {
			return a.journal.Start(ctx, by, number, o)
		}
	}
	done, err := a.onTime(ctx, s, start, desk.Window.Start)(by, o, false)
	if err != nil {
		return chat.Reply{}, a.objected(ctx, err, planning{said: retold{words: s.day, typed: true}})
	}
	return a.windowDone(ctx, done, nil)
}

// inTheWay asks whether work begins long before its time, or beside open incidents. day is
// said again, behind the number.
func (a *asked) inTheWay(ctx context.Context, w desk.Window, day string) error {
	_, yes := a.line.flags[flagYes]
	if _, again, err := a.journal.RepeatedWindow(ctx, a.by()); yes || again || err != nil || w.CheckComing() != nil {
		return err
	}
	about, err := a.journal.OpenAbout(ctx, w.ServiceIDs())
	if err != nil {
		return err
	}
	if len(about) > 0 {
		return a.besideIncidents(ctx, w, about, day)
	}
	if w.IsEarly(a.req.At) {
		q := &question{Refusal: desk.Refuse(desk.Ambiguous, "%s", a.Words.StartEarly(w)).About(w.Subject())}
		return q.offering(a.action(a.Words.StartsAnyway(), day, flagYes))
	}
	return nil
}

func (a *asked) besideIncidents(ctx context.Context, w desk.Window, about []desk.Subject, day string) error {
	var open []desk.Incident
	for _, s := range about[:min(len(about), maxDuplicates)] {
		i, err := a.journal.Incident(ctx, s.Number)
		if err != nil {
			return err
		}
		open = append(open, i)
	}
	q := &question{Refusal: desk.Refuse(desk.Ambiguous, "%s", a.Words.StartAnyway(w, open, w.IsEarly(a.req.At))).About(about...)}
	b := *a
	b.verb.name = "hold"
	hold := b.action(a.Words.HoldsStart(), day)
	hold.Style = chat.Primary
	return q.offering(hold).offering(a.action(a.Words.StartsAnyway(), day, flagYes))
}

// holdStart reads [17] [day].
func holdStart(ctx context.Context, a *asked) (chat.Reply, error) {
	_, s, err := a.oneTime(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	if a.line.rest != "" {
		return chat.Reply{}, a.tooMuch()
	}
	done, err := a.onTime(ctx, s, a.applies(ctx, desk.Window.HoldStart), desk.Window.HoldStart)(a.by(), desk.Override{}, false)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.windowDone(ctx, done, nil)
}

// complete reads [17] [remark]. What is being tested is completed by its tests, or with a
// remark.
func complete(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.atWork(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	remark := a.line.all("message")
	done, err := a.journal.WorkDone(ctx, a.by(), a.number, remark)
	var r *desk.Refusal
	switch {
	case errors.As(err, &r) && remark == "" && r.Field == "message":
		b := *a
		b.line.flags = nil // a bare verb opens the form
		return chat.Reply{}, (&question{Refusal: r}).offering(b.action(a.Words.CompletesRemarked(w), ""))
	case err != nil:
		return chat.Reply{}, inField(err, "message")
	}
	return a.windowDone(ctx, done, a.doubts(nil, "", remark))
}

// convert reads [17] [impact] [message].
func convert(ctx context.Context, a *asked) (chat.Reply, error) {
	w, err := a.atWork(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	a.fold("impact")
	d := desk.Declaration{Services: w.Services, Impact: desk.Major, Title: a.Words.ReadyTitle(w.Services), In: a.req.Channel}
	word, rest := cutWord(a.line.rest)
	if impact, ok := desk.ParseImpact(strings.ToLower(strings.TrimRight(word, ",:"))); ok {
		d.Impact, a.line.rest = impact, rest
	}
	if d.Text = a.line.all("message"); d.Text == "" {
		d.Text = a.Words.ReadyText()
	}
	d.Doubts = a.doubts(d.Services, "", d.Text)
	done, err := a.journal.Convert(ctx, a.by(), a.number, d)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.windowDone(ctx, done, d.Doubts)
}
