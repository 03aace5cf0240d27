package commands

import (
	"context"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// windowForms is how verbs about one window make their forms.
func windowForms() map[string]func(wording.Context, desk.Window) chat.Form {
	return map[string]func(wording.Context, desk.Window) chat.Form{
		"move": wording.Context.MoveForm, "extend": wording.Context.ExtendForm, "cancel": wording.Context.CancelForm,
		"complete": wording.Context.CompleteForm, "incident": wording.Context.ConvertForm,
	}
}

// windowForm makes the form of a bare verb about windows, or of one and a number.
func (a *asked) windowForm(ctx context.Context) (*chat.Form, error) {
	if a.verb.name == "schedule" {
		if a.line.rest != "" {
			return nil, nil
		}
		f := a.Words.ScheduleForm(a.req.Prefill)
		return &f, nil
	}
	made, has := windowForms()[a.verb.name]
	if !has || !a.namesOnly() {
		return nil, nil
	}
	w, err := a.formWindow(ctx)
	if err != nil {
		return nil, err
	}
	f := made(a.Words, w)
	return &f, nil
}

// formWindow is the window that a form is about, in a state that the verb can change.
func (a *asked) formWindow(ctx context.Context) (w desk.Window, err error) {
	switch a.verb.name {
	case "cancel":
		if w, err = a.aboutWindow(ctx, amongComing); err == nil {
			err = w.CheckNotOver()
		}
	case "move":
		if w, err = a.aboutWindow(ctx, amongComing); err == nil {
			err = w.CheckComing()
		}
		if err == nil && w.IsSeries() {
			err = a.whichTime(ctx, w, a.Words.WhichTime(w), "to")
		}
	case "extend":
		if w, err = a.atWork(ctx); err == nil {
			err = w.CheckNotOver()
		}
	default:
		if w, err = a.atWork(ctx); err == nil {
			err = w.CheckRunning()
		}
	}
	return w, err
}
