package commands

import (
	"context"
	"slices"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// alertForm makes the form of a verb about what checks see that was typed alone, or with
// the number of an alert.
func (a *asked) alertForm(ctx context.Context) (*chat.Form, error) {
	_, numbered := parseAlertNumber(a.line.rest)
	if a.line.rest != "" && !numbered {
		return nil, nil
	}
	switch a.verb.name {
	case "declare":
		return a.declareAlertForm(ctx)
	case "mute":
		return a.muteForm(ctx)
	case "unmute":
		return a.unmuteForm(ctx)
	}
	return nil, nil
}

// declareAlertForm is about the alert that was typed, else about one of those that are open.
func (a *asked) declareAlertForm(ctx context.Context) (*chat.Form, error) {
	open, err := a.journal.OpenAlerts(ctx)
	if n, ok := parseAlertNumber(a.line.rest); ok && err == nil {
		open = make([]desk.Alert, 1)
		if open[0], err = a.journal.Alert(ctx, n); err == nil {
			err = open[0].CheckOpen()
		}
	}
	if err != nil {
		return nil, err
	}
	if len(open) == 0 {
		return nil, desk.Refuse(desk.Unknown, "No check sees a failure.").WithHint("Like: incident declare learn down")
	}
	f := a.Words.DeclareAlertForm(open[:min(len(open), maxAlerts)], a.alertImpact(open[0]))
	return &f, nil
}

// muteForm holds the services of the alert that was typed.
func (a *asked) muteForm(ctx context.Context) (*chat.Form, error) {
	var chosen []desk.Affected
	if a.line.rest != "" {
		var err error
		if chosen, err = a.takeMuted(ctx); err != nil {
			return nil, err
		}
	}
	f := a.Words.MuteForm(chosen)
	return &f, nil
}

// unmuteForm picks some of the muted services. With a number nothing is left to pick.
func (a *asked) unmuteForm(ctx context.Context) (*chat.Form, error) {
	if a.line.rest != "" {
		return nil, nil
	}
	all, err := a.journal.Mutes(ctx, a.req.At)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var muted []desk.Affected
	for _, m := range all {
		muted = append(muted, desk.Affected{Service: m.Service, Name: a.Words.Catalog.Name(m.Service)})
	}
	f := a.Words.UnmuteForm(muted)
	return &f, nil
}

// sorryForm picks a service that has a sorry page; where none has, the answer says how
// the verb is used.
func (a *asked) sorryForm() *chat.Form {
	all := slices.DeleteFunc(slices.Clone(a.Words.Catalog.Services()), func(s desk.Service) bool { return !s.SorryPage })
	if a.line.rest != "" || len(all) == 0 {
		return nil
	}
	f := a.Words.SorryForm(all)
	return &f
}
