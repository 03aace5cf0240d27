package wording

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// The forms about planned work. Each is followed by the question whether it was
// understood, so their buttons say that it goes on.

// maxDetails is how many characters of details a form takes: with them the button that
// confirms it still fits Slack's limit of 2,000.
const maxDetails = 1200

// WindowFields are what fields of the form of a schedule hold at first, by name.
type WindowFields map[string]string

// ScheduleForm is the form that plans work.
func (c Context) ScheduleForm(initial WindowFields) chat.Form {
	effect := chat.Field{Name: "effect", Label: c.word("Effect"), Kind: chat.PickOne, Initial: []string{string(desk.EffectDown)}}
	for _, e := range desk.Effects() {
		effect.Choices = append(effect.Choices, chat.Choice{Value: string(e), Label: c.EffectName(e)})
	}
	title := c.titleField("")
	title.Optional = false
	details := chat.Field{Name: "details", Label: c.word("Details"), Kind: chat.LongText, Max: maxDetails, Optional: true, Hint: c.word("What is done, and what people should do meanwhile. Everybody reads it.")}
	f := chat.Form{Title: c.word("Schedule work"), Submit: c.word("Continue"), Command: "window schedule"}
	f.Intro = []chat.Line{paragraph(c.say("You see how it was understood before anybody is told."))}
	f.Fields = []chat.Field{
		{Name: "services", Label: c.word("Services"), Kind: chat.PickMany, Choices: c.services()}, effect,
		{Name: "when", Label: c.word("When"), Max: maxWhen, Hint: c.word("Like saturday 04:00, dec 5 10pm, or every wednesday 04:00. Zone: %s.", c.Zone)},
		{Name: "for", Label: c.word("Duration"), Max: maxWhen, Hint: c.word("How long it lasts, like 3h or 1h30m.")},
		title, details,
	}
	for k, field := range f.Fields {
		if v := initial[field.Name]; v != "" {
			f.Fields[k].Initial = strings.Split(v, ",")
			if field.Kind != chat.PickMany {
				f.Fields[k].Initial = []string{v}
			}
		}
	}
	return f
}

// windowForm is a form of a verb about a window.
func (c Context) windowForm(w desk.Window, verb, title string, fields ...chat.Field) chat.Form {
	says := chat.Join(chat.Text{{Strong: w.Subject().String()}, {Plain: ": "}, {Plain: w.Title}, {Plain: ". "}}, c.windowTime(w), chat.Plain("."))
	return chat.Form{
		Title: title, Submit: c.word("Continue"), Command: "window " + verb + " " + strconv.Itoa(w.Number),
		Intro: []chat.Line{paragraph(says)}, Fields: fields,
	}
}

// MoveForm is the form that moves a window; it holds when it is planned now.
func (c Context) MoveForm(w desk.Window) chat.Form {
	return c.windowForm(w, "move", c.word("Move %s", w.Subject()),
		chat.Field{
			Name: "when", Label: c.word("When"), Max: maxWhen, Initial: []string{w.Planned.From.In(c.Zone).Format("2006-01-02 15:04")},
			Hint: c.word("Like saturday 04:00, dec 5 10pm, or in 2h. Zone: %s.", c.Zone),
		},
		chat.Field{
			Name: "for", Label: c.word("Duration"), Max: maxWhen, Initial: []string{TypedLength(w.Planned.Length())},
			Hint: c.word("How long it lasts, like 3h or 1h30m."),
		})
}

// ExtendForm is the form that puts the end off.
func (c Context) ExtendForm(w desk.Window) chat.Form {
	return c.windowForm(w, "extend", c.word("Extend %s", w.Subject()), chat.Field{
		Name: "for", Label: c.word("Duration"), Max: maxWhen, Initial: []string{"30m"}, Hint: c.word("How much longer, like 30m or 1h."),
	})
}

// CancelForm is the form that calls a window off.
func (c Context) CancelForm(w desk.Window) chat.Form {
	f := c.windowForm(w, "cancel", c.word("Cancel %s", w.Subject()), c.reasonField(c.word("Everybody reads it, who was told.")))
	if w.IsSeries() {
		f.Intro = append(f.Intro, paragraph(c.say("This cancels all of its times. One alone: %s", chat.Span{Code: fmt.Sprintf("window cancel %d dec 25 <why>", w.Number)})))
	}
	return f
}

func (c Context) reasonField(hint string) chat.Field {
	return chat.Field{Name: "reason", Label: c.word("Reason"), Hint: hint, Max: desk.MaxReason}
}

// CompleteForm is the form that says that the work is done. While it is tested, a remark
// has to say why it is completed all the same.
func (c Context) CompleteForm(w desk.Window) chat.Form {
	remark := chat.Field{Name: "message", Label: c.word("Message"), Kind: chat.LongText, Max: desk.MaxReason, Optional: true, Hint: c.word("Told with the end. May be left empty.")}
	f := c.windowForm(w, "complete", c.word("Complete %s", w.Subject()), remark)
	f.Submit = c.word("The work is done")
	if w.Status == desk.Verifying {
		f.Fields[0].Optional, f.Fields[0].Hint = false, c.word("Told with the end.")
		f.Intro = append(f.Intro, paragraph(c.say("It is being tested, and is completed when the tests pass. To complete it before, say why.")))
		f.Submit = c.word("Complete %s", w.Subject())
	}
	return f
}

// ConvertForm is the form that makes a window an incident.
func (c Context) ConvertForm(w desk.Window) chat.Form {
	message := c.messageField("")
	message.Optional, message.Hint = true, c.word("Left empty it says: %s", c.ReadyText())
	impact := c.impactField()
	impact.Initial = []string{string(desk.Major)}
	f := c.windowForm(w, "incident", c.word("%s to incident", w.Subject()), impact, message)
	f.Submit = c.word("Make it an incident")
	return f
}

// OverrideForm asks why what is objected to is done all the same; command is the whole
// line.
func (c Context) OverrideForm(command string) chat.Form {
	return chat.Form{
		Title: c.word("Do it all the same"), Submit: c.word("Continue"), Command: command,
		Intro:  []chat.Line{paragraph(c.say("The reason is kept in the audit. You see how it was understood before anybody is told."))},
		Fields: []chat.Field{c.reasonField(c.word("Only staff read it."))},
	}
}

// OverrideScheduleForm is OverrideForm of work that was planned by a form, which it holds.
func (c Context) OverrideScheduleForm(command string, filled WindowFields) chat.Form {
	f := c.OverrideForm(command)
	f.Fields = append(f.Fields, c.ScheduleForm(filled).Fields...)
	return f
}

// TypedLength writes a length of time as it is typed: "3h", "1h30m".
func TypedLength(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
