package commands

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// form makes the form of a bare verb, or of one and a number, where the platform
// can open one; nil: the line says enough, or the verb has none. Its fields are the
// options of the verb, so that filling it in is typing the line.
func (a *asked) form(ctx context.Context) (*chat.Form, error) {
	if !a.req.Forms {
		return nil, nil
	}
	if f := a.overrideForm(); f != nil {
		return f, nil
	}
	if a.req.Filled || len(a.line.options)+len(a.line.flags) > 0 {
		return nil, nil
	}
	switch a.command {
	case "window":
		return a.windowForm(ctx)
	case "probe":
		return a.alertForm(ctx)
	}
	switch a.path() {
	case "incident declare", "incident drill":
		if a.line.rest != "" {
			return nil, nil
		}
		f := a.Words.DeclareForm(a.path())
		return &f, nil
	case "incident note":
		return a.noteForm(ctx)
	case "subscribe":
		return a.subscribeForm(ctx)
	case "service sorry":
		return a.sorryForm(), nil
	}
	if f, ok := incidentForms()[a.verb.name]; ok && a.command == "incident" {
		return a.aboutOne(ctx, f)
	}
	return nil, nil
}

// namesOnly reports whether the line says no more than which incident, and of an
// edit which message.
func (a *asked) namesOnly() bool {
	words := strings.Fields(a.line.rest)
	if n := len(words); n > 0 && a.verb.name == "edit" && strings.HasPrefix(words[n-1], "#") {
		words = words[:n-1]
	}
	number := parseNumber
	if a.command == "window" {
		number = parseWindowNumber
	}
	if len(words) == 1 {
		if _, ok := number(words[0]); ok {
			return true
		}
	}
	_, n := findService(a.Words.Catalog, words)
	return n == len(words)
}

// incidentForm is how a verb about one incident makes its form.
type incidentForm struct {
	among candidates
	check func(desk.Incident) error
	make  func(ctx context.Context, a *asked, i desk.Incident) (chat.Form, error)
}

// incidentForms lists them by the names of their verbs.
func incidentForms() map[string]incidentForm {
	stands, isOpen := desk.Incident.CheckStands, desk.Incident.CheckOpen
	worded := func(f func(wording.Context, desk.Incident) chat.Form) func(context.Context, *asked, desk.Incident) (chat.Form, error) {
		return func(_ context.Context, a *asked, i desk.Incident) (chat.Form, error) { return f(a.Words, i), nil }
	}
	return map[string]incidentForm{
		"update":   {amongOpen, isOpen, worded(wording.Context.UpdateForm)},
		"resolve":  {amongOpen, isOpen, worded(wording.Context.ResolveForm)},
		"retract":  {amongOpen, stands, worded(wording.Context.RetractForm)},
		"reopen":   {amongEnded, desk.Incident.CheckResolved, worded(wording.Context.ReopenForm)},
		"impact":   {amongOpen, stands, worded(wording.Context.ImpactForm)},
		"services": {amongOpen, stands, worded(wording.Context.ServicesForm)},
		"title":    {amongOpen, stands, worded(wording.Context.TitleForm)},
		"lead":     {amongOpen, isOpen, leadForm},
		"began":    {amongOpen, stands, worded(wording.Context.BeganForm)},
		"ended":    {amongEnded, desk.Incident.CheckEnded, worded(wording.Context.EndedForm)},
		"edit":     {amongOpen, stands, editForm},
		"change":   {amongOpen, isOpen, changeForm},
	}
}

// aboutOne is the form about one incident, which must be in a state that the verb
// can change.
func (a *asked) aboutOne(ctx context.Context, f incidentForm) (*chat.Form, error) {
	if !a.namesOnly() {
		return nil, nil
	}
	if err := a.incident(ctx, f.among); err != nil {
		return nil, err
	}
	i, err := a.journal.Incident(ctx, a.number)
	if err != nil {
		return nil, err
	}
	if err := f.check(i); err != nil {
		return nil, err
	}
	form, err := f.make(ctx, a, i)
	return &form, err
}

func leadForm(_ context.Context, a *asked, i desk.Incident) (chat.Form, error) {
	return a.Words.LeadForm(i, a.req.Person), nil
}

// editForm holds the message that is meant, and says its number: there may be a
// newer one when the form is sent.
func editForm(ctx context.Context, a *asked, i desk.Incident) (chat.Form, error) {
	number := i.Updates
	if a.line.rest != "" {
		n, ok := parseNumber(a.line.rest)
		if !ok {
			return chat.Form{}, a.tooMuch()
		}
		number = n
	}
	said, err := a.journal.Said(ctx, i, number)
	return a.Words.EditForm(i, number, said.Text), err
}

// changeForm holds what was declared. What is held waits for it to be sent.
func changeForm(ctx context.Context, a *asked, i desk.Incident) (chat.Form, error) {
	said, err := a.journal.Said(ctx, i, 1)
	if err != nil {
		return chat.Form{}, err
	}
	held, err := a.journal.Hesitate(ctx, a.by(), i.Number)
	return a.Words.ChangeForm(i, said.Text, held), err
}

// noteForm picks one of the incidents that are open, or of those that ended lately where
// none is, and holds what was brought along. One that is named may be long over.
func (a *asked) noteForm(ctx context.Context) (*chat.Form, error) {
	if !a.namesOnly() {
		return nil, nil
	}
	all, err := open(ctx, a)
	if err == nil && len(all) == 0 {
		all, err = amongEnded.find(ctx, a)
	}
	if err != nil {
		return nil, err
	}
	chosen := ""
	switch {
	case a.line.rest != "":
		if err := a.incident(ctx, amongOpen); err != nil {
			return nil, err
		}
		named, err := a.journal.Incident(ctx, a.number)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(i desk.Incident) bool { return i.Number == named.Number }) {
			all = append([]desk.Incident{named}, all...)
		}
		chosen = strconv.Itoa(named.Number)
	case len(all) == 0:
		return nil, desk.Refuse(desk.Unknown, "%s", a.Words.NoneOpen(0)).WithHint("Like: incident note 42 Vendor ticket 8841 is open.")
	case len(all) == 1:
		chosen = strconv.Itoa(all[0].Number)
	}
	f := a.Words.NoteForm(all, chosen, a.req.Prefill["message"])
	return &f, nil
}

// subscribeForm picks what this channel is to hear, and says what it hears; for who
// may not subscribe it the answer says that.
func (a *asked) subscribeForm(ctx context.Context) (*chat.Form, error) {
	if a.line.rest != "" || a.Access.May(a.actor, desk.Follow) != nil {
		return nil, nil
	}
	now, err := a.journal.Subscriptions(ctx, a.req.Channel)
	if err != nil {
		return nil, err
	}
	f := a.Words.SubscribeForm(now)
	return &f, nil
}
