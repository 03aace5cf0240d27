package native

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// Incidents are where incidents are read, as a *journal.Journal does.
type Incidents interface {
	Open(context.Context) ([]desk.Incident, error)
	Incidents(ctx context.Context, since time.Time, limit int) ([]desk.Incident, error)
}

// Windows are where planned work is read, as a *journal.Journal does.
type Windows interface {
	Running(context.Context) ([]desk.Window, error)
	Coming(ctx context.Context, until time.Time, limit int) ([]desk.Window, error)
	SeriesAbout(ctx context.Context, service desk.ServiceID, limit int) (all []desk.Window, more bool, err error)
}

// Alarms tell what checks see, as far as who asks may read it, as *commands.Commands do.
type Alarms interface {
	Alarms(context.Context, chat.Request) (commands.Alarms, error)
}

// Completer knows what an option may be that is being typed. Whoever may type sees what
// it offers: nothing that is for staff but to staff.
type Completer struct {
	Incidents   Incidents
	Windows     Windows
	Alarms      Alarms
	Catalog     func() *desk.Catalog
	Connections func() []desk.ConnectionName
	Zone        *time.Location // the organization's
	Now         func() time.Time
}

const (
	// recently is how long what has ended is offered, most how much of it is looked at, and
	// mostRepeated how many series are: all are read at each key that is pressed.
	recently     = 7 * 24 * time.Hour
	most         = 50
	mostRepeated = 100
)

// asked is one completion.
type asked struct {
	*Completer
	verb  commands.Verb
	typed string // so far
	req   chat.Request
}

// Choices lists what the option may be, the likeliest first: at most 25, of at most 100
// characters, their labels to be shown beside the values. req has the command, and as the first word of its text the subcommand.
// In doubt there is nothing to choose, and people type on; the command will say why.
func (c *Completer) Choices(ctx context.Context, req chat.Request, option, typed string) []chat.Choice {
	name, _, _ := strings.Cut(strings.TrimSpace(req.Text), " ")
	verb := verbNamed(req.Command, name)
	if only := commands.Verbs(req.Command); len(only) == 1 {
		verb = only[0]
	}
	for _, o := range optionsOf(verb) {
		if o.name == option && o.offers != nil {
			return short(o.offers(ctx, &asked{Completer: c, verb: verb, typed: typed, req: req}))
		}
	}
	return nil
}

// short keeps what Discord takes.
func short(all []chat.Choice) []chat.Choice {
	all = slices.DeleteFunc(all, func(c chat.Choice) bool { return c.Value == "" || len([]rune(c.Value)) > maxChoice })
	all = all[:min(len(all), maxOptions)]
	for k, c := range all {
		if r := []rune(c.Label); len(r) > maxChoice {
			all[k].Label = string(r[:maxChoice-1]) + "…"
		}
	}
	return all
}

// fitting keeps the choices in which what is being typed begins a word; those whose
// value it begins come first.
func (a *asked) fitting(all []chat.Choice) []chat.Choice {
	begun := strings.ToLower(strings.TrimSpace(a.typed))
	rank := func(c chat.Choice) int {
		value, label := strings.ToLower(c.Value), strings.ToLower(c.Label)
		switch {
		case strings.HasPrefix(value, begun):
			return 0
		case strings.HasPrefix(label, begun):
			return 1
		case strings.Contains(" "+label, " "+begun), strings.Contains(value, " "+begun):
			return 2
		}
		return 3
	}
	all = slices.DeleteFunc(all, func(c chat.Choice) bool { return rank(c) == 3 })
	slices.SortStableFunc(all, func(x, y chat.Choice) int { return cmp.Compare(rank(x), rank(y)) })
	return all
}

// listing completes the last of several values, which are joined by commas or blanks:
// those before stay.
func (a *asked) listing(all []chat.Choice) []chat.Choice {
	cut := strings.LastIndexAny(a.typed, ", ") + 1
	before := a.typed[:cut]
	said := strings.FieldsFunc(before, func(r rune) bool { return r == ',' || r == ' ' })
	all = slices.DeleteFunc(all, func(c chat.Choice) bool { return slices.Contains(said, c.Value) })
	last := &asked{Completer: a.Completer, verb: a.verb, typed: a.typed[cut:]}
	all = last.fitting(all)
	for k := range all {
		all[k].Value = before + all[k].Value
	}
	return all
}

func (a *asked) services() (all []chat.Choice) {
	for _, s := range a.Catalog().Services() {
		all = append(all, chat.Choice{Value: string(s.ID), Label: s.Name})
	}
	return all
}

// services offers services, and where no name fits those with an alias that does.
func services(_ context.Context, a *asked) []chat.Choice {
	if found := a.listing(a.services()); len(found) > 0 {
		return found
	}
	cut := strings.LastIndexAny(a.typed, ", ") + 1
	begun := strings.ToLower(strings.TrimSpace(a.typed[cut:]))
	fits := func(alias string) bool { return strings.HasPrefix(strings.ToLower(alias), begun) }
	var all []chat.Choice
	for _, s := range a.Catalog().Services() {
		if slices.ContainsFunc(s.Aliases, fits) {
			all = append(all, chat.Choice{Value: string(s.ID), Label: s.Name})
		}
	}
	whole := &asked{Completer: a.Completer, verb: a.verb, typed: a.typed[:cut]}
	return whole.listing(all)
}

// serviceChanges offers what is added, or removed where a minus was typed.
func serviceChanges(_ context.Context, a *asked) []chat.Choice {
	sign := "+"
	if cut := strings.LastIndexAny(a.typed, ", ") + 1; strings.HasPrefix(a.typed[cut:], "-") {
		sign = "-"
	}
	all := a.services()
	for k := range all {
		all[k].Value = sign + all[k].Value
	}
	return a.listing(all)
}

func targets(_ context.Context, a *asked) []chat.Choice {
	all := a.services()
	for _, g := range a.Catalog().Groups() {
		all = append(all, chat.Choice{Value: string(g), Label: "Group: " + string(g)})
	}
	return a.fitting(append(all, chat.Choice{Value: string(desk.TargetAll), Label: "All services"}))
}

func kinds(_ context.Context, a *asked) (all []chat.Choice) {
	for _, t := range desk.Topics() {
		all = append(all, chat.Choice{Value: string(t)})
	}
	return a.listing(all)
}

func connections(_ context.Context, a *asked) (all []chat.Choice) {
	for _, name := range a.Connections() {
		all = append(all, chat.Choice{Value: string(name)})
	}
	return a.fitting(append(all, chat.Choice{Value: "all"}))
}

func whichWork(_ context.Context, a *asked) []chat.Choice {
	return a.fitting(append(fixedChoices("all", "30d"), a.services()...))
}

// paths offers what there is help on; verbsOf that of one command.
func paths(_ context.Context, a *asked) (all []chat.Choice) {
	for _, h := range wording.AllHelp() {
		all = append(all, chat.Choice{Value: h.Path, Label: h.About})
	}
	return a.fitting(all)
}

func verbsOf(_ context.Context, a *asked) (all []chat.Choice) {
	for _, v := range commands.Verbs(a.verb.Command) {
		h, _ := wording.HelpOf(v.Path())
		all = append(all, chat.Choice{Value: v.Name, Label: h.About})
	}
	return a.fitting(all)
}
