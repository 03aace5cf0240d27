package wording

import (
	"fmt"
	"strconv"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// The forms, and what stands in them. Their titles and buttons have at most 24
// characters: Slack's limit of a modal.
// https://docs.slack.dev/reference/views/modal-views

func messageField(initial string) chat.Field {
	f := chat.Field{Name: "message", Label: "Message", Kind: chat.LongText, Max: desk.MaxText}
	if initial != "" {
		f.Initial = []string{initial}
	}
	return f
}

func titleField(initial string) chat.Field {
	f := chat.Field{Name: "title", Label: "Title", Max: desk.MaxTitle, Optional: true}
	if initial != "" {
		f.Initial = []string{initial}
	}
	return f
}

func impactField() chat.Field {
	f := chat.Field{Name: "impact", Label: "Impact", Kind: chat.PickOne}
	for _, i := range []desk.Impact{desk.Minor, desk.Major, desk.Critical} {
		f.Choices = append(f.Choices, chat.Choice{Value: string(i), Label: StatusName(desk.IncidentStatus(PublicImpact(i))) + " (" + string(i) + ")"})
	}
	return f
}

func nextField() chat.Field {
	f := chat.Field{Name: "next", Label: "Next update in", Kind: chat.PickOne, Optional: true}
	for _, c := range [][2]string{{"15m", "15 minutes"}, {"30m", "30 minutes"}, {"45m", "45 minutes"}, {"1h", "1 hour"}, {"2h", "2 hours"}, {"4h", "4 hours"}, {"1d", "1 day"}} {
		f.Choices = append(f.Choices, chat.Choice{Value: c[0], Label: c[1]})
	}
	return f
}

func (c Context) services() (out []chat.Choice) {
	for _, s := range c.Catalog.Services() {
		out = append(out, chat.Choice{Value: string(s.ID), Label: s.Name})
	}
	return out
}

// DeclareForm is the form of a declaration; path is "incident declare" or
// "incident drill".
func (c Context) DeclareForm(path string) chat.Form {
	f := chat.Form{Title: "Declare an incident", Submit: "Declare", Command: path}
	if path == "incident drill" {
		f.Title, f.Submit = "Declare a drill", "Declare drill"
		f.Intro = []chat.Line{paragraph(chat.Plain("Nobody outside the ops channel sees a drill."))}
	}
	message := messageField("")
	message.Optional, message.Hint = true, "Left empty it says: "+ReadyText()
	title := titleField("")
	title.Hint = "Left empty it names the services."
	f.Fields = []chat.Field{
		{Name: "services", Label: "Services", Kind: chat.PickMany, Choices: c.services()}, impactField(), title, message, nextField(),
		{Name: "since", Label: "When", Hint: "When it began, like 03:52 or 20m ago. Left empty: now.", Max: maxWhen, Optional: true},
	}
	return f
}

// about says which incident a form is about, as it is now.
func (c Context) about(i desk.Incident) []chat.Line {
	return []chat.Line{paragraph(chat.Plain(listName(i)+" – "), c.state(i, false).Summary)}
}

func (c Context) form(i desk.Incident, verb string, fields ...chat.Field) chat.Form {
	name := StatusName(desk.IncidentStatus(verb))
	return chat.Form{
		Title: name + " " + i.Subject().String(), Submit: name, Command: "incident " + verb + " " + strconv.Itoa(i.Number),
		Intro: c.about(i), Fields: fields,
	}
}

// UpdateForm is the form of an update.
func (c Context) UpdateForm(i desk.Incident) chat.Form {
	status := chat.Field{Name: "status", Label: "Status", Kind: chat.PickOne, Initial: []string{string(i.Status)}}
	for _, s := range []desk.IncidentStatus{desk.Investigating, desk.Identified, desk.Monitoring, desk.Resolved} {
		status.Choices = append(status.Choices, chat.Choice{Value: string(s), Label: StatusName(s)})
	}
	return c.form(i, "update", status, messageField(""), nextField())
}

// ResolveForm is the form that ends an incident.
func (c Context) ResolveForm(i desk.Incident) chat.Form {
	return c.form(i, "resolve", messageField(ReadyEnd(i)))
}

// RetractForm is the form that takes an incident back.
func (c Context) RetractForm(i desk.Incident) chat.Form {
	f := c.form(i, "retract", chat.Field{Name: "reason", Label: "Reason", Hint: "Told with the correction to who was told.", Max: desk.MaxReason, Optional: true})
	f.Title, f.Submit = "Take "+i.Subject().String()+" back", "Take back"
	return f
}

// EditForm is the form that corrects message number n, which reads text.
func (c Context) EditForm(i desk.Incident, n int, text string) chat.Form {
	f := c.form(i, "edit", messageField(text))
	f.Command += fmt.Sprintf(" #%d", n)
	f.Intro = append(f.Intro, paragraph(chat.Plain(fmt.Sprintf("This is message #%d. Posts show that it was corrected.", n))))
	f.Submit = "Correct"
	return f
}

// ChangeForm is the form that corrects a declaration, whose message is text. held:
// it waits for this form.
func (c Context) ChangeForm(i desk.Incident, text string, held bool) chat.Form {
	impact := impactField()
	impact.Initial = []string{string(i.Impact)}
	title := titleField(i.Title)
	title.Optional = false
	f := c.form(i, "change", impact, title, messageField(text))
	says := "This was told already; what you change is told as a correction."
	if held {
		says = "It waits two minutes for you; then it is told as it was."
	}
	f.Intro = append(f.Intro, paragraph(chat.Plain(says)))
	return f
}

// NoteForm is the form of a note on one of the open incidents; chosen is the number
// of the one that is meant, if it is known.
func (c Context) NoteForm(open []desk.Incident, chosen, text string) chat.Form {
	which := chat.Field{Name: "incident", Label: "Incident", Kind: chat.PickOne}
	for _, i := range open {
		which.Choices = append(which.Choices, chat.Choice{Value: strconv.Itoa(i.Number), Label: Pick(i)})
	}
	if chosen != "" {
		which.Initial = []string{chosen}
	}
	return chat.Form{
		Title: "Add to an incident", Submit: "Add note", Command: "incident note",
		Intro:  []chat.Line{paragraph(chat.Plain("A note is for staff only."))},
		Fields: []chat.Field{which, messageField(shorten(text, desk.MaxText))},
	}
}

// SubscribeForm is the form of a subscription; now is what the channel hears.
func (c Context) SubscribeForm(now []desk.Subscription) chat.Form {
	f := chat.Form{Title: "Subscribe this channel", Submit: "Subscribe", Command: "subscribe"}
	m := c.withHears(chat.Message{}, now)
	f.Intro = m.Lines[:min(len(m.Lines), maxIntro)]
	target := chat.Field{Name: "target", Label: "Services", Kind: chat.PickOne, Choices: []chat.Choice{{Value: string(desk.TargetAll), Label: c.targetName(desk.All())}}}
	for _, g := range c.Catalog.Groups() {
		target.Choices = append(target.Choices, chat.Choice{Value: string(g), Label: "Group: " + string(g)})
	}
	target.Choices = append(target.Choices, c.services()...)
	kinds := chat.Field{
		Name: "kinds", Label: "Details", Hint: "What this channel hears of them.", Kind: chat.PickMany,
		Initial: []string{string(desk.TopicIncidents), string(desk.TopicWindows)},
		Choices: []chat.Choice{{Value: string(desk.TopicIncidents), Label: "Outages"}, {Value: string(desk.TopicWindows), Label: "Planned work"}, {Value: string(desk.TopicProbes), Label: "Checks (for responders)"}},
	}
	least := chat.Field{
		Name: "least", Label: "Impact", Hint: "The least that an outage must be. Left empty: any.", Kind: chat.PickOne, Optional: true,
		Choices: []chat.Choice{{Value: "major+", Label: "Major and worse"}, {Value: "critical", Label: "Critical only"}},
	}
	manner := chat.Field{Name: "manner", Label: "How loud", Kind: chat.PickOne, Initial: []string{desk.Normal.String()}, Choices: []chat.Choice{
		{Value: string(desk.Quiet), Label: "Quiet: one post, edited"},
		{Value: desk.Normal.String(), Label: "Normal: updates in its thread"},
		{Value: string(desk.Loud), Label: "Loud: updates in the channel"},
	}}
	hours := chat.Field{
		Name: "hours", Label: "Quiet hours", Hint: "Like 22:00 to 7:00 only critical. What was missed is told in the morning.", Max: 60, Optional: true,
	}
	f.Fields = []chat.Field{target, kinds, least, manner, hours}
	return f
}

// maxIntro is how many lines a form says before its fields.
const maxIntro = 15

// SendTest labels the button that posts a test.
func SendTest() string { return "Send a test post" }

// TestPost is what a test post says; the same in every channel.
func TestPost() string {
	return "This is a test post: news will reach this channel like this.\nNothing has happened; please ignore it."
}

// TestSent answers a test post that arrived.
func TestSent() chat.Message {
	return chat.Message{Summary: chat.Plain("The test post is in the channel, so news will be too."), Tone: chat.ToneGood}
}

// NoTest says that no test can be posted.
func NoTest() string { return "A test can be posted only to a channel of a connected platform." }

// TestOnce answers a press of a button whose test post was asked for already; again
// is the line for another one.
func TestOnce(again string) chat.Message {
	return chat.Message{
		Summary: chat.Plain("This test post was asked for already."), Tone: chat.ToneInfo,
		Lines: []chat.Line{paragraph(chat.Text{{Plain: "For another one: "}, {Code: again}})},
	}
}

// TestFailed says how a test post did not arrive, with the platform's word for it;
// again is the line to try it again.
func TestFailed(e chat.SendError, again string) *desk.Refusal {
	switch e.Outcome {
	case chat.Unknown:
		return desk.Refuse(desk.Conflict, "It is not known whether the test post arrived (%s).", e.Reason).
			WithHint("Please look at the channel. To try again: %s", again)
	case chat.Gone:
		return desk.Refuse(desk.Conflict, "The test post could not be sent (%s), and so could no news.", e.Reason).
			WithHint("If the bot is not in the channel, invite it. Then: %s", again)
	}
	return desk.Refuse(desk.Conflict, "The test post could not be sent (%s).", e.Reason).WithHint("To try again: %s", again)
}
