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

func (c Context) messageField(initial string) chat.Field {
	f := chat.Field{Name: "message", Label: c.word("Message"), Kind: chat.LongText, Max: desk.MaxText}
	if initial != "" {
		f.Initial = []string{initial}
	}
	return f
}

func (c Context) titleField(initial string) chat.Field {
	f := chat.Field{Name: "title", Label: c.word("Title"), Max: desk.MaxTitle, Optional: true}
	if initial != "" {
		f.Initial = []string{initial}
	}
	return f
}

func (c Context) impactField() chat.Field {
	f := chat.Field{Name: "impact", Label: c.word("Impact"), Kind: chat.PickOne}
	for _, i := range []desk.Impact{desk.Minor, desk.Major, desk.Critical} {
		f.Choices = append(f.Choices, chat.Choice{Value: string(i), Label: capital(c.PublicImpact(i)) + " (" + c.impactWord(i) + ")"})
	}
	return f
}

func (c Context) nextField() chat.Field {
	f := chat.Field{Name: "next", Label: c.word("Next update in"), Kind: chat.PickOne, Optional: true}
	for _, n := range []int{15, 30, 45} {
		f.Choices = append(f.Choices, chat.Choice{Value: strconv.Itoa(n) + "m", Label: c.minutes(n)})
	}
	for _, n := range []int{1, 2, 4} {
		f.Choices = append(f.Choices, chat.Choice{Value: strconv.Itoa(n) + "h", Label: c.hours(n)})
	}
	f.Choices = append(f.Choices, chat.Choice{Value: "1d", Label: c.days(1)})
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
	f := chat.Form{Title: c.word("Declare an incident"), Submit: c.word("Declare"), Command: path}
	if path == "incident drill" {
		f.Title, f.Submit = c.word("Declare a drill"), c.word("Declare drill")
		f.Intro = []chat.Line{paragraph(c.say("Nobody outside the ops channel sees a drill."))}
	}
	message := c.messageField("")
	message.Optional, message.Hint = true, c.word("Left empty it says: %s", c.ReadyText())
	title := c.titleField("")
	title.Hint = c.word("Left empty it names the services.")
	f.Fields = []chat.Field{
		{Name: "services", Label: c.word("Services"), Kind: chat.PickMany, Choices: c.services()}, c.impactField(), title, message, c.nextField(),
		{Name: "since", Label: c.word("When"), Hint: c.word("When it began, like 03:52 or 20m ago. Left empty: now."), Max: maxWhen, Optional: true},
	}
	return f
}

// about says which incident a form is about, as it is now.
func (c Context) about(i desk.Incident) []chat.Line {
	return []chat.Line{paragraph(chat.Plain(c.listName(i)+" – "), c.state(i, false).Summary)}
}

// form is a form of a verb; title has its name, which a button says too.
func (c Context) form(i desk.Incident, verb, title string, fields ...chat.Field) chat.Form {
	return chat.Form{
		Title: title + " " + i.Subject().String(), Submit: title, Command: "incident " + verb + " " + strconv.Itoa(i.Number),
		Intro: c.about(i), Fields: fields,
	}
}

// UpdateForm is the form of an update.
func (c Context) UpdateForm(i desk.Incident) chat.Form {
	status := chat.Field{Name: "status", Label: c.word("Status"), Kind: chat.PickOne, Initial: []string{string(i.Status)}}
	for _, s := range []desk.IncidentStatus{desk.Investigating, desk.Identified, desk.Monitoring, desk.Resolved} {
		status.Choices = append(status.Choices, chat.Choice{Value: string(s), Label: c.StatusName(s)})
	}
	return c.form(i, "update", c.word("Update"), status, c.messageField(""), c.nextField())
}

// ResolveForm is the form that ends an incident.
func (c Context) ResolveForm(i desk.Incident) chat.Form {
	f := c.form(i, "resolve", c.word("Resolve"), c.messageField(c.ReadyEnd(i)))
	if i.IsVerifying() {
		f.Fields[0].Initial = []string{i.Verify.Text}
		f.Intro = append(f.Intro, paragraph(c.say("It is being tested, and is told when the tests pass. What you write replaces what is told then.")))
	}
	return f
}

// RetractForm is the form that takes an incident back.
func (c Context) RetractForm(i desk.Incident) chat.Form {
	f := c.form(i, "retract", c.word("Take back"), chat.Field{
		Name: "reason", Label: c.word("Reason"), Hint: c.word("Told with the correction to who was told."), Max: desk.MaxReason, Optional: true,
	})
	f.Title = c.word("Take %s back", i.Subject())
	return f
}

// EditForm is the form that corrects message number n, which reads text.
func (c Context) EditForm(i desk.Incident, n int, text string) chat.Form {
	f := c.form(i, "edit", c.word("Edit"), c.messageField(text))
	f.Command += fmt.Sprintf(" #%d", n)
	f.Intro = append(f.Intro, paragraph(c.say("This is message #%s. Posts show that it was corrected.", n)))
	f.Submit = c.word("Correct")
	return f
}

// ChangeForm is the form that corrects a declaration, whose message is text. held:
// it waits for this form.
func (c Context) ChangeForm(i desk.Incident, text string, held bool) chat.Form {
	impact := c.impactField()
	impact.Initial = []string{string(i.Impact)}
	title := c.titleField(i.Title)
	title.Optional = false
	f := c.form(i, "change", c.word("Change"), impact, title, c.messageField(text))
	says := c.word("This was told already; what you change is told as a correction.")
	if held {
		says = c.word("It waits two minutes for you; then it is told as it was.")
	}
	f.Intro = append(f.Intro, paragraph(chat.Plain(says)))
	return f
}

// NoteForm is the form of a note on one of the open incidents; chosen is the number
// of the one that is meant, if it is known.
func (c Context) NoteForm(open []desk.Incident, chosen, text string) chat.Form {
	which := chat.Field{Name: "incident", Label: c.word("Incident"), Kind: chat.PickOne}
	for _, i := range open {
		which.Choices = append(which.Choices, chat.Choice{Value: strconv.Itoa(i.Number), Label: c.Pick(i)})
	}
	if chosen != "" {
		which.Initial = []string{chosen}
	}
	return chat.Form{
		Title: c.word("Add to an incident"), Submit: c.word("Add note"), Command: "incident note",
		Intro:  []chat.Line{paragraph(c.say("A note is for staff only."))},
		Fields: []chat.Field{which, c.messageField(shorten(text, desk.MaxText))},
	}
}

// SubscribeForm is the form of a subscription; now is what the channel hears.
func (c Context) SubscribeForm(now []desk.Subscription) chat.Form {
	f := chat.Form{Title: c.word("Subscribe this channel"), Submit: c.word("Subscribe"), Command: "subscribe"}
	m := c.withHears(chat.Message{}, now)
	f.Intro = m.Lines[:min(len(m.Lines), maxIntro)]
	target := chat.Field{Name: "target", Label: c.word("Services"), Kind: chat.PickOne, Choices: []chat.Choice{{Value: string(desk.TargetAll), Label: c.targetName(desk.All())}}}
	for _, g := range c.Catalog.Groups() {
		target.Choices = append(target.Choices, chat.Choice{Value: string(g), Label: c.word("Group: %s", g)})
	}
	target.Choices = append(target.Choices, c.services()...)
	kinds := chat.Field{
		Name: "kinds", Label: c.word("Details"), Hint: c.word("What this channel hears of them."), Kind: chat.PickMany,
		Initial: []string{string(desk.TopicIncidents), string(desk.TopicWindows)},
		Choices: []chat.Choice{
			{Value: string(desk.TopicIncidents), Label: c.word("Outages")}, {Value: string(desk.TopicWindows), Label: c.word("Planned work")},
			{Value: string(desk.TopicProbes), Label: c.word("Checks (for responders)")},
			{Value: string(desk.TopicDigest), Label: c.word("On Mondays the planned work of the week")},
		},
	}
	least := chat.Field{
		Name: "least", Label: c.word("Impact"), Hint: c.word("The least that an outage must be. Left empty: any."), Kind: chat.PickOne, Optional: true,
		Choices: []chat.Choice{{Value: "major+", Label: c.word("Major and worse")}, {Value: "critical", Label: c.word("Critical only")}},
	}
	manner := chat.Field{Name: "manner", Label: c.word("How loud"), Kind: chat.PickOne, Initial: []string{desk.Normal.String()}, Choices: []chat.Choice{
		{Value: string(desk.Quiet), Label: c.word("Quiet: one post, edited")},
		{Value: desk.Normal.String(), Label: c.word("Normal: updates in its thread")},
		{Value: string(desk.Loud), Label: c.word("Loud: updates in the channel")},
	}}
	hours := chat.Field{
		Name: "hours", Label: c.word("Quiet hours"), Hint: c.word("Like 22:00 to 7:00 only critical. What was missed is told in the morning."), Max: 60, Optional: true,
	}
	f.Fields = []chat.Field{target, kinds, least, manner, hours}
	return f
}

// maxIntro is how many lines a form says before its fields.
const maxIntro = 15

// SendTest labels the button that posts a test.
func (c Context) SendTest() string { return c.word("Send a test post") }

// TestPost is what a test post says.
func (c Context) TestPost() string {
	return c.word("This is a test post: news will reach this channel like this.\nNothing has happened; please ignore it.")
}

// TestSent answers a test post that arrived.
func (c Context) TestSent() chat.Message {
	return chat.Message{Summary: c.say("The test post is in the channel, so news will be too."), Tone: chat.ToneGood}
}

// NoTest says that no test can be posted.
func (c Context) NoTest() string {
	return c.word("A test can be posted only to a channel of a connected platform.")
}

// TestOnce answers a press of a button whose test post was asked for already; again
// is the line for another one.
func (c Context) TestOnce(again string) chat.Message {
	return chat.Message{
		Summary: c.say("This test post was asked for already."), Tone: chat.ToneInfo,
		Lines: []chat.Line{paragraph(c.say("For another one: %s", chat.Span{Code: again}))},
	}
}

// TestFailed says how a test post did not arrive, with the platform's word for it;
// again is the line to try it again.
func (c Context) TestFailed(e chat.SendError, again string) *desk.Refusal {
	switch e.Outcome {
	case chat.Unknown:
		return desk.Refuse(desk.Conflict, "%s", c.word("It is not known whether the test post arrived (%s).", c.reason(e.Reason))).
			WithHint("%s", c.word("Please look at the channel. To try again: %s", again))
	case chat.Gone:
		return desk.Refuse(desk.Conflict, "%s", c.word("The test post could not be sent (%s), and so could no news.", c.reason(e.Reason))).
			WithHint("%s", c.word("If the bot is not in the channel, invite it. Then: %s", again))
	}
	return desk.Refuse(desk.Conflict, "%s", c.word("The test post could not be sent (%s).", c.reason(e.Reason))).WithHint("%s", c.word("To try again: %s", again))
}
