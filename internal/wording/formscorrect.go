package wording

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// ReopenForm is the form that opens a resolved incident again.
func (c Context) ReopenForm(i desk.Incident) chat.Form {
	message := c.messageField("")
	if i.IsVerifying() {
		message.Optional, message.Hint = true, c.word("Left empty nobody else is told: it is not resolved yet.")
	}
	return c.form(i, "reopen", c.word("Reopen"), message)
}

// correction is a form that holds what is now.
func (c Context) correction(i desk.Incident, verb, title string, field chat.Field) chat.Form {
	f := c.form(i, verb, c.word("Correct"), field)
	f.Title = title
	return f
}

// ImpactForm is the form that corrects how bad it is.
func (c Context) ImpactForm(i desk.Incident) chat.Form {
	f := c.impactField()
	f.Initial = []string{string(i.Impact)}
	f.Hint = c.word("A worse one is told in the channels, a milder one in the posts' threads.")
	if !i.IsOpen() {
		f.Hint = c.inPlace()
	}
	return c.correction(i, "impact", c.word("Impact of %s", i.Subject()), f)
}

// ServicesForm is the form that corrects what it is about. Its command says what that
// was, so that what somebody else adds meanwhile is not taken off.
func (c Context) ServicesForm(i desk.Incident) chat.Form {
	f := chat.Field{Name: "services", Label: c.word("Services"), Kind: chat.PickMany, Choices: c.services(), Hint: c.word("Who follows a service that you add is told.")}
	for _, s := range c.Catalog.Services() {
		if i.Concerns(s.ID) {
			f.Initial = append(f.Initial, string(s.ID))
		}
	}
	if !i.IsOpen() {
		f.Hint = c.inPlace()
	}
	form := c.correction(i, "services", c.word("Services of %s", i.Subject()), f)
	form.Command += " " + strings.Join(f.Initial, ",")
	return form
}

// TitleForm is the form that corrects the title.
func (c Context) TitleForm(i desk.Incident) chat.Form {
	f := c.titleField(i.Title)
	f.Optional, f.Hint = false, c.inPlace()
	return c.correction(i, "title", c.word("Title of %s", i.Subject()), f)
}

// LeadForm is the form that says who leads the work: who does, else who asks.
func (c Context) LeadForm(i desk.Incident, asks desk.Person) chat.Form {
	f := chat.Field{Name: "lead", Label: c.word("Lead"), Kind: chat.PickPerson, Optional: true, Hint: c.word("Left empty: nobody.")}
	f.Initial = []string{asks.String()}
	if !i.Lead.IsZero() {
		f.Initial = []string{i.Lead.String()}
	}
	form := c.correction(i, "lead", c.word("Lead of %s", i.Subject()), f)
	form.Intro, form.Submit = append(form.Intro, paragraph(c.ledSentence(i))), c.word("Set lead")
	return form
}

// BeganForm is the form that corrects when it began.
func (c Context) BeganForm(i desk.Incident) chat.Form {
	return c.correction(i, "began", c.word("When %s began", i.Subject()), c.whenField(i.BeganAt))
}

// EndedForm is the form that corrects when it ended.
func (c Context) EndedForm(i desk.Incident) chat.Form {
	return c.correction(i, "ended", c.word("When %s ended", i.Subject()), c.whenField(i.EndedAt))
}

func (c Context) whenField(now time.Time) chat.Field {
	return chat.Field{
		Name: "when", Label: c.word("When"), Max: maxWhen, Initial: []string{now.In(c.Zone).Format("2006-01-02 15:04")},
		Hint: c.word("Also like 03:52, 20m ago or yesterday 23:10. Zone: %s.", c.Zone),
	}
}

// maxWhen is the most characters of a time that is typed.
const maxWhen = 60
