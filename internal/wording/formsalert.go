package wording

import (
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// The forms about what checks see, and about sorry pages.

// DeclareAlertForm is the form that declares an incident of one of the open alerts, of
// which there must be one; impact is what it is declared with where there is no other.
func (c Context) DeclareAlertForm(open []desk.Alert, impact desk.Impact) chat.Form {
	f := chat.Form{Title: c.word("Declare an incident"), Submit: c.word("Declare"), Command: "probe declare"}
	how, message, title := c.impactField(), c.messageField(""), c.titleField("")
	message.Optional, message.Hint = true, c.word("Left empty it says: %s", c.ReadyText())
	title.Hint = c.word("Left empty it names the services.")
	if len(open) == 1 {
		f.Command += " " + strconv.Itoa(open[0].Number)
		f.Intro = []chat.Line{paragraph(chat.Join(reference(open[0].Subject()), stop(c.alertLead(open[0], clock{c, open[0].ChangedAt}))))}
		how.Initial = []string{string(impact)}
	} else {
		how.Optional, how.Hint = true, c.word("Left empty: as it is said for these services.")
		f.Fields = []chat.Field{c.alertField(open)}
	}
	f.Fields = append(f.Fields, how, title, message, c.nextField())
	return f
}

// alertField picks one of several alerts.
func (c Context) alertField(open []desk.Alert) chat.Field {
	which := chat.Field{Name: "alert", Label: c.word("Alert"), Kind: chat.PickOne}
	for _, a := range open {
		which.Choices = append(which.Choices, chat.Choice{Value: strconv.Itoa(a.Number), Label: c.PickAlert(a)})
	}
	return which
}

// MuteForm is the form that tells no failures of services for a while; chosen are those
// that are meant, if that is known.
func (c Context) MuteForm(chosen []desk.Affected) chat.Form {
	services := chat.Field{Name: "services", Label: c.word("Services"), Kind: chat.PickMany, Choices: c.services()}
	for _, s := range chosen {
		services.Initial = append(services.Initial, string(s.Service))
	}
	length := chat.Field{Name: "for", Label: c.word("Duration"), Kind: chat.PickOne, Initial: []string{"1h"}}
	length.Choices = []chat.Choice{{Value: "30m", Label: c.minutes(30)}}
	for _, n := range []int{1, 2, 4, 8} {
		length.Choices = append(length.Choices, chat.Choice{Value: strconv.Itoa(n) + "h", Label: c.hours(n)})
	}
	for _, n := range []int{1, 2, 7} {
		length.Choices = append(length.Choices, chat.Choice{Value: strconv.Itoa(n) + "d", Label: c.days(n)})
	}
	return chat.Form{
		Title: c.word("Mute failures"), Submit: c.word("Mute"), Command: "probe mute",
		Intro:  []chat.Line{paragraph(c.say("They are recorded. What still fails then is told then. No incident is declared by rule meanwhile."))},
		Fields: []chat.Field{services, length},
	}
}

// UnmuteForm is the form that tells failures again of some of the muted services.
func (c Context) UnmuteForm(muted []desk.Affected) chat.Form {
	services := chat.Field{Name: "services", Label: c.word("Services"), Kind: chat.PickMany}
	for _, s := range muted {
		services.Choices = append(services.Choices, chat.Choice{Value: string(s.Service), Label: s.Name})
	}
	if len(muted) == 1 {
		services.Initial = []string{string(muted[0].Service)}
	}
	return chat.Form{Title: c.word("Tell failures again"), Submit: c.word("Unmute"), Command: "probe unmute", Fields: []chat.Field{services}}
}

// SorryForm is the form about the sorry page of one of services, which have one.
func (c Context) SorryForm(services []desk.Service) chat.Form {
	which := chat.Field{Name: "services", Label: c.word("Service"), Kind: chat.PickOne}
	for _, s := range services {
		which.Choices = append(which.Choices, chat.Choice{Value: string(s.ID), Label: s.Name})
	}
	if len(services) == 1 {
		which.Initial = []string{string(services[0].ID)}
	}
	state := chat.Field{Name: "state", Label: c.word("Sorry page"), Kind: chat.PickOne, Choices: []chat.Choice{
		{Value: string(desk.SorryOn), Label: c.word("Up: people see the sorry page")},
		{Value: string(desk.SorryOff), Label: c.word("Down: people are let through")},
		{Value: string(desk.SorryAuto), Label: c.word("As the rule says")},
	}}
	reason := chat.Field{Name: "reason", Label: c.word("Reason"), Max: desk.MaxReason, Optional: true, Hint: c.word("For the audit.")}
	return chat.Form{Title: c.word("Sorry page"), Submit: c.word("Change"), Command: "service sorry", Fields: []chat.Field{which, state, reason}}
}
