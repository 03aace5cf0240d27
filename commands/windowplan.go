package commands

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// retold is a line about a window as it was understood, with times that mean the same
// whenever they are read: as fields, and as far as it can be typed as words.
type retold struct {
	fields map[string]string
	words  string
	typed  bool // the words say all of it
	// day is that of the time of a series which is meant; empty: none is said.
	day string
}

// at is the same at another time.
func (r retold) at(when string) retold {
	r.words = strings.Replace(r.words, r.fields[fieldWhen], when, 1)
	r.fields = maps.Clone(r.fields)
	r.fields[fieldWhen] = when
	return r
}

// schedule reads <services> [effect] <when> for <duration>|until <time> <title>
// [| details].
func schedule(ctx context.Context, a *asked) (chat.Reply, error) {
	plan, said, err := a.plan()
	if err != nil {
		return chat.Reply{}, err
	}
	doubts := a.doubts(plan.Services, plan.Title, plan.Details)
	return a.planning(ctx, planning{
		said: said, doubts: doubts, services: idsOf(plan.Services), period: plan.Planned, rule: plan.Rule,
		do: func(by journal.By, o desk.Override, try bool) (journal.WindowApplied, error) {
			if try {
				return a.journal.TrySchedule(ctx, by, plan, o)
			}
			return a.journal.Schedule(ctx, by, plan, o)
		},
	})
}

func idsOf(services []desk.Affected) []desk.ServiceID {
	return desk.Window{Services: services}.ServiceIDs()
}

// plan reads what is planned.
func (a *asked) plan() (desk.Plan, retold, error) {
	a.fold("services", "effect")
	p := desk.Plan{Effect: desk.EffectDown, In: a.req.Channel}
	err := a.takeWindowServices(&p)
	if err != nil {
		return p, retold{}, inField(err, "services")
	}
	when, err := a.takePlanned()
	if err != nil {
		return p, retold{}, err
	}
	p.Planned, p.Rule = when.period, when.rule
	raw := a.line.rest
	p.Title, p.Details = a.line.part("title"), a.line.all("details")
	if p.Title == "" {
		return p, retold{}, desk.Refuse(desk.Invalid, "There is no title.").
			WithHint("Like: %s", desk.Term("window schedule learn saturday 04:00 for 3h New database")).In("title")
	}
	return p, a.retell(p, when.words, raw), nil
}

// retell says a plan again; raw is what was typed of its title and details.
func (a *asked) retell(p desk.Plan, when, raw string) retold {
	var services []string
	for _, s := range p.Services {
		services = append(services, string(s.Service))
	}
	r := retold{fields: map[string]string{
		"services": strings.Join(services, ","), "effect": string(p.Effect), "when": when, "title": p.Title,
	}}
	title, okTitle := typable(p.Title)
	text := title
	details, okDetails := typable(p.Details)
	if details != "" {
		r.fields["details"] = p.Details
		text += " | " + details
	}
	r.typed = okTitle && okDetails
	if !r.typed && len(a.line.options) == 0 {
		text, r.typed = raw, true
	}
	r.words = strings.Join([]string{r.fields["services"], r.fields["effect"], when, text}, " ")
	return r
}

// typable writes a text such that it is read as it is when it is typed.
func typable(text string) (string, bool) {
	if strings.ContainsFunc(text, isQuote) {
		return text, false
	}
	first, _ := cutWord(strings.ToLower(text))
	ends := first == wordFor || slices.Contains(untilWords(), first) // behind a time it would be read as the end
	if ends || strings.ContainsAny(text, "|\n") || strings.Contains(text, "--") || strings.ContainsAny(text, "—–") {
		return `"` + text + `"`, !strings.ContainsAny(text, "|\n")
	}
	return text, true
}

// takeWindowServices takes services off the line, and the effect behind them. The first
// word that is neither begins the time.
func (a *asked) takeWindowServices(p *desk.Plan) error {
	head, _, _ := cutPart(a.line.rest)
	words := strings.Fields(head)
	all, joined := len(words), false
	for len(words) > 0 {
		if e, n := effectAt(words); n > 0 && len(p.Services) > 0 {
			p.Effect, words = e, words[n:]
			break
		}
		if len(p.Services) > 0 && !joined && !a.namesService(words) {
			break
		}
		left, err := a.takeAffected(&p.Services, words)
		if err != nil {
			return err
		}
		taken := strings.TrimSuffix(strings.Join(words, " "), strings.Join(left, " "))
		words, joined = left, strings.HasSuffix(strings.TrimSpace(taken), ",")
	}
	for range all - len(words) {
		_, a.line.rest = cutWord(a.line.rest)
	}
	if k := slices.IndexFunc(p.Services, func(s desk.Affected) bool { return s.Status != "" }); k >= 0 {
		return desk.Refuse(desk.Invalid, "Planned work has one effect on all of its services.").
			WithHint("Say it behind them, like: %s", desk.Term("window schedule learn degraded saturday 04:00 for 3h New database"))
	}
	if len(p.Services) == 0 {
		return desk.Refuse(desk.Invalid, "No service was named.").
			WithHint("Like: %s", desk.Term("window schedule learn saturday 04:00 for 3h New database"))
	}
	return nil
}

// effectAt reads an effect from the beginning of words, and tells how many words that is;
// 0: they do not begin with one.
func effectAt(words []string) (desk.Effect, int) {
	for n := min(2, len(words)); n > 0; n-- { // at risk
		word := strings.ToLower(strings.TrimRight(strings.Join(words[:n], "_"), ",:"))
		if e, ok := desk.ParseEffect(word); ok {
			return e, n
		}
	}
	return "", 0
}

// namesService reports whether words begin with a service, or with what joins some.
func (a *asked) namesService(words []string) bool {
	if between(words[0], 0) {
		return true
	}
	if _, n := findService(a.Words.Catalog, words); n > 0 {
		return true
	}
	if _, _, ok := a.takeName(words); ok {
		return true
	}
	if _, ok := parseWeekday(strings.ToLower(strings.TrimSuffix(words[0], ","))); ok { // Friday, 4 December
		return false
	}
	return strings.Contains(words[0], ",") || strings.Contains(words[0], ":") && !strings.ContainsFunc(words[0], isDigit)
}

// planning is a change of when work is planned, which is asked about first.
type planning struct {
	said     retold
	doubts   []string
	services []desk.ServiceID
	period   desk.Period
	rule     *desk.Recurrence // it is several times; nil: it is one
	on       desk.Period
	do       func(by journal.By, o desk.Override, try bool) (journal.WindowApplied, error)
}

// planning does it where --yes is said; else it tries, and asks whether it was
// understood.
func (a *asked) planning(ctx context.Context, p planning) (chat.Reply, error) {
	o, by, err := a.overriding()
	if err != nil {
		return chat.Reply{}, err
	}
	_, yes := a.line.flags[flagYes]
	done, err := p.do(by, o, !yes)
	if err != nil {
		return chat.Reply{}, a.objected(ctx, err, p)
	}
	if yes {
		return a.windowDone(ctx, done, p.doubts)
	}
	return a.confirm(ctx, done, p)
}

// overriding is why who asks does what is objected to, which the audit keeps.
func (a *asked) overriding() (o desk.Override, by journal.By, err error) {
	o.Admin = a.Access.RoleOf(a.actor) == desk.Admin
	by = a.by()
	for f, into := range map[flag]*string{flagForce: &o.Force, flagUrgent: &o.Urgent} {
		if *into, err = desk.CleanReason(a.line.flags[f]); err != nil {
			return o, by, inField(err, "reason")
		}
	}
	by.Reason = strings.Join(slices.DeleteFunc([]string{o.Force, o.Urgent}, func(s string) bool { return s == "" }), "; ")
	return o, by, nil
}

// confirm asks whether it was understood. The button says it with times that mean the
// same later.
func (a *asked) confirm(ctx context.Context, done journal.WindowApplied, p planning) (chat.Reply, error) {
	d, err := a.result(ctx, done, p.doubts)
	if err != nil {
		return chat.Reply{}, err
	}
	if done.Window.Number == a.number { // it is no window of its own yet
		d.On = p.on.From
	}
	way := a.saying(a.Words.DoIt(done.Entry.Kind), p.said, flagYes)
	way.Style = chat.Primary
	if done.Entry.Kind == desk.WindowCancelled {
		way.Style = chat.Danger
	}
	ways := []chat.Action{way}
	if way.Command == "" {
		ways = nil
	}
	return chat.Reply{Message: a.Words.ConfirmWindow(d, ways), Failed: true}, nil
}

// saying is a button that says a line again with flags more: with the fields of a form
// that was filled in, or of what cannot be typed, else as words.
func (a *asked) saying(label string, r retold, extra ...flag) chat.Action {
	if !a.req.Filled && (r.typed || len(a.req.Options) == 0) {
		return a.action(label, r.words, extra...)
	}
	way := chat.Action{Label: label, Command: a.path(), Options: maps.Clone(r.fields)}
	if a.number > 0 {
		way.Command += " " + strconv.Itoa(a.number)
	}
	for _, f := range extra {
		way.Command += " " + f.dashed()
	}
	way.Command = strings.TrimSpace(way.Command + " " + r.day)
	for _, f := range []flag{flagForce, flagUrgent} {
		if v := a.line.flags[f]; v != "" {
			way.Options[string(f)] = v
		}
	}
	if utf8.RuneCountInString(way.Value()) > maxCommand {
		return chat.Action{}
	}
	return way
}

// objected says what speaks against a time, with other times and the override as
// buttons.
func (a *asked) objected(ctx context.Context, err error, p planning) error {
	var o *desk.Objection
	if !errors.As(err, &o) {
		return err
	}
	free, err := a.freeTimes(ctx, p)
	if err != nil {
		return err
	}
	q := &question{Refusal: a.Words.Objection(o, a.Planning, free, p.rule != nil)}
	b := *a
	b.req.Filled = a.req.Filled && !p.said.typed // the buttons are lines to type, where they can be
	plain := b                                   // what is free needs no reason
	plain.line.flags = nil
	for _, t := range free {
		q.offering(plain.saying(a.Words.TakeReserved(t), p.said.at(periodWords(t, a.Words.Zone))))
	}
	b.leaveOut(q, o, p)
	if o.Admins && a.Access.RoleOf(a.actor) != desk.Admin {
		return q
	}
	f := flagForce
	if o.Kind == desk.ShortNotice {
		f = flagUrgent
	}
	return q.offering(b.saying(a.Words.Anyway(), b.toFillIn(p), f))
}

// toFillIn is a plan as it is said again; one that cannot be typed, with its times as a form
// shows them, which asks for the reason (see overrideForm).
func (a *asked) toFillIn(p planning) retold {
	r := p.said
	if r.typed {
		return r
	}
	when, length := a.req.Options[fieldWhen], a.req.Options[fieldFor]
	if p.rule == nil {
		when, length = p.period.From.In(a.Words.Zone).Format("2006-01-02 15:04"), durationWords(p.period.Length())
	}
	r = r.at(when)
	r.fields[fieldFor] = length
	return r
}

// leaveOut offers a series without its times that are not free, where some are.
func (a *asked) leaveOut(q *question, o *desk.Objection, p planning) {
	if p.rule == nil || len(o.All) == 0 || o.NoneFree || len(o.All)+len(p.rule.Except) > desk.MaxExcept {
		return
	}
	zone, err := time.LoadLocation(p.rule.Zone)
	if err != nil {
		return
	}
	left := without(*p.rule, zone, o.All)
	if _, any := left.Next(a.req.At); !any {
		return
	}
	q.offering(a.saying(a.Words.LeaveOut(len(o.All)), p.said.at(recurringWords(left))))
}
