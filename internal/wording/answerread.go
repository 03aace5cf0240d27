package wording

import (
	"fmt"
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Page is a part of a longer list.
type Page struct {
	Lines  []chat.Line
	Number int // from 1
	Of     int
	// Next is the button of the next page; its Command is empty on the last.
	Next chat.Action
}

// NextPage labels the button of the next page.
func (c Context) NextPage(n int) string { return c.word("Page %s", strconv.Itoa(n)) }

// NoPage refuses a page that is not there.
func (c Context) NoPage(of int) *desk.Refusal {
	return desk.Refuse(desk.Unknown, "%s", c.word("There is no such page.")).WithHint("%s", c.word("The last is page %s.", strconv.Itoa(of)))
}

// paged puts a page of a list below its sentence.
func (c Context) paged(p Page, m chat.Message) chat.Message {
	m.Lines = append(m.Lines, p.Lines...)
	if p.Of > 1 {
		m.Context = append(m.Context, c.say("Page %s of %s.", p.Number, p.Of))
	}
	if p.Next.Command != "" {
		m.Actions = append(m.Actions, p.Next)
	}
	return m
}

// ListLine is an incident in a list.
func (c Context) ListLine(i desk.Incident) chat.Line {
	t := chat.Text{{Strong: c.listName(i)}, {Plain: ": "}}
	if title := c.typedTitle(i); title != "" {
		t = append(t, chat.Span{Plain: title + ". "})
	}
	t = append(t, chat.Span{Plain: c.Names(i.Services) + ". "})
	how := c.say("%s %s.", c.standingWord(i), c.withDay(i.EndedAt))
	if i.EndedAt.IsZero() {
		how = c.say("%s. It began %s.", c.standingWord(i), c.withDay(i.BeganAt)) // the status may be newer
	}
	return chat.Line{Kind: chat.Item, Text: append(t, how...)}
}

// Listed answers a list of incidents; which is what was asked for: "open", which nothing
// means too, "all", "30 days".
func (c Context) Listed(n int, which string, p Page) chat.Message {
	var said string
	switch which {
	case "", "open":
		said = c.none(n, "There are no open incidents", "There is 1 open incident", "There are %s open incidents")
	case "all":
		said = c.none(n, "There are no incidents", "There is 1 incident", "There are %s incidents")
	default:
		said = c.word("%s of the last %s", c.none(n, "There are no incidents", "There is 1 incident", "There are %s incidents"), which)
	}
	return c.paged(p, chat.Message{Summary: chat.Plain(said + "."), Tone: chat.ToneInfo})
}

// Shown answers what an incident is: for everybody as its post has it, for staff
// with the facts of the ops post.
func (c Context) Shown(i desk.Incident, staff bool) chat.Message {
	m := c.Post(chat.Delivery{Subject: i.Subject(), Snapshot: &desk.Snapshot{Incident: &i}, Ops: staff})
	m.Actions = nil
	if staff {
		b := c.button(i)
		m.Actions = []chat.Action{
			b.make(c.word("Timeline of %s", b.name), "incident timeline"), b.make(c.word("Who was told of %s", b.name), "incident deliveries"),
		}
	}
	return m
}

// maxEntry is how much of an entry's text a timeline shows, in characters.
const maxEntry = 600

// TimelineLine is one entry of a timeline, for staff.
func (c Context) TimelineLine(e desk.Entry) chat.Line {
	t := chat.Text{c.withDay(e.At), {Plain: " "}, {Strong: c.entryWord(e)}}
	if e.Update > 0 { // by which incident edit names it
		t = append(t, chat.Span{Plain: fmt.Sprintf(" #%d", e.Update)})
	}
	if !e.By.IsZero() {
		t = append(t, c.say(" by %s", chat.Span{Person: e.By})...)
	}
	switch {
	case e.Kind == desk.Led && e.After == "":
		t = append(t, c.say(": nobody")...)
	case e.Kind == desk.Reworded:
		t = append(t, chat.Span{Plain: fmt.Sprintf(": %s → %s", shorten(e.Before, maxEntry/2), shorten(e.After, maxEntry/2))})
		return chat.Line{Kind: chat.Item, Text: t}
	case !e.Was.From.IsZero():
		t = append(t, c.say(" (was %s)", c.period(e.Was))...)
	case e.Kind == desk.Redated:
		t = append(t, chat.Span{Plain: ": "}, c.stamped(e.Before), chat.Span{Plain: " → "}, c.stamped(e.After))
	case e.Kind == desk.Worsened, e.Kind == desk.Eased:
		t = append(t, chat.Span{Plain: ": " + c.impactWord(desk.Impact(e.Before)) + " → " + c.impactWord(desk.Impact(e.After))})
	case e.Before != "":
		t = append(t, chat.Span{Plain: ": " + e.Before + " → " + e.After})
	case e.After != "":
		t = append(t, chat.Span{Plain: ": " + e.After})
	}
	if e.Text != "" {
		t = append(t, chat.Span{Plain: ": "}, chat.Span{Plain: shorten(e.Text, maxEntry)})
	}
	return chat.Line{Kind: chat.Item, Text: t}
}

// stamped shows a time that an entry holds as text.
func (c Context) stamped(s string) chat.Span {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return chat.Span{Plain: s}
	}
	return c.withDay(t)
}

func (c Context) entryWord(e desk.Entry) string {
	switch e.Kind {
	case desk.Declared:
		return c.word("Declared")
	case desk.Updated:
		return c.word("Update (%s)", c.StatusName(e.Status))
	case desk.Ended:
		return c.word("Resolved")
	case desk.Retracted:
		return c.word("Taken back")
	case desk.Reopened:
		return c.word("Opened again")
	case desk.Worsened, desk.Eased:
		return c.word("Impact")
	case desk.Rescoped:
		return c.word("Services")
	case desk.Retitled:
		return c.word("Title")
	case desk.Led:
		return c.word("Lead")
	case desk.Redated:
		return c.word("Times")
	case desk.Reworded:
		return c.word("Corrected message")
	case desk.Merged:
		return c.word("Merged into")
	case desk.Absorbed:
		return c.word("Took in another incident")
	case desk.Noted:
		return c.word("Note for staff")
	case desk.Holding:
		return c.word("Said that nothing new is known")
	case desk.NothingNew:
		return c.word("Nothing new")
	case desk.Snoozed:
		return c.word("Put off")
	case desk.Testing:
		return c.word("Said to be resolved")
	case desk.TestsFail:
		return c.word("Tests had not passed")
	case desk.TestsStopped:
		return c.word("Not resolved yet")
	}
	return c.windowEntry(e.Kind)
}

// Timeline answers a timeline, for staff.
func (c Context) Timeline(i desk.Incident, n int, p Page) chat.Message {
	m := chat.Message{Summary: c.say("%s has %s.", i.Subject(), c.entries(n)), Tone: chat.ToneInfo}
	return c.paged(p, m)
}

func (c Context) entries(n int) string { return c.plural(n, "1 entry", "%s entries") }

// none is plural for a number that may be 0.
func (c Context) none(n int, none, one, more string) string {
	if n == 0 {
		return c.word(none)
	}
	return c.plural(n, one, more)
}

// ServiceLine is one service in the answer of status: "Learn System: not available
// since 3:52 AM. INC-42: Login fails." A ready title says nothing more.
func (c Context) ServiceLine(h desk.Health) chat.Line {
	t := chat.Text{{Strong: h.Service.Name}, {Plain: ": "}}
	if h.Since.IsZero() {
		t = append(t, chat.Span{Plain: c.PublicStatus(h.Status) + "."})
	} else {
		t = append(t, c.say("%s since %s.", c.PublicStatus(h.Status), c.withDay(h.Since))...)
	}
	for _, i := range h.Because {
		t = append(t, chat.Span{Plain: " "})
		t = append(t, colon(i.Subject().String(), c.typedTitle(i))...)
	}
	for _, w := range h.Windows {
		t = append(t, chat.Span{Plain: " "})
		t = append(t, colon(w.Subject().String(), w.Title)...)
		t = append(t, c.until(w)...)
	}
	if sorry := c.SorryUp(h.Gate); sorry != "" {
		t = append(t, chat.Span{Plain: " " + sorry})
	}
	return chat.Line{Kind: chat.Item, Text: t}
}

// until says until when work that goes on is planned; of what was told to take longer,
// when there is news.
func (c Context) until(w desk.Window) chat.Text {
	if !isTakingLonger(w) {
		return c.say(" It is planned until %s.", c.withDay(w.Planned.To))
	}
	t := c.say(" It was planned until %s, and is taking longer.", c.withDay(w.Planned.To))
	for _, news := range c.nextNews(w, time.Time{}, clock{c, w.Planned.To}) {
		t = chat.Join(t, chat.Plain(" "), news)
	}
	return t
}

// Status answers how services do now, and what is planned. private: the answer can be
// shown to all by showHere.
func (c Context) Status(health []desk.Health, p Page, plans Plans, showHere chat.Action) chat.Message {
	m := chat.Message{Summary: chat.Plain(c.overall(health)), Tone: statusTone(health)}
	if len(health) == 1 { // its line says all
		m.Summary, p.Lines = c.ServiceLine(health[0]).Text, nil
	}
	m = c.paged(p, m)
	m.Lines = append(m.Lines, c.Planned(plans)...)
	if c.StatusURL != "" {
		m.Context = append(m.Context, chat.Text{{Link: chat.Link{URL: c.StatusURL, Label: c.word("Status page")}}})
	}
	if showHere.Command != "" {
		m.Actions = append(m.Actions, showHere)
	}
	return m
}

// ShowHere labels the button that shows an answer to the whole channel.
func (c Context) ShowHere() string { return c.word("Show here") }

func (c Context) overall(health []desk.Health) string {
	var wrong []string
	work := false
	for _, h := range health {
		work = work || h.Status == desk.UnderMaintenance
		if h.Status != desk.Operational && h.Status != desk.UnderMaintenance {
			wrong = append(wrong, h.Service.Name)
		}
	}
	switch {
	case len(health) == 1:
		return health[0].Service.Name + ": " + c.PublicStatus(health[0].Status) + "."
	case len(wrong) == 0:
		return c.allWork(c.groupOf(health), work)
	case len(wrong) > shownNames:
		return c.word("%s of %s services have a problem.", strconv.Itoa(len(wrong)), strconv.Itoa(len(health)))
	}
	if len(wrong) == 1 {
		return c.word("%s has a problem.", wrong[0])
	}
	return c.word("%s have a problem.", c.and(wrong))
}

// allWork says that no service has a problem; group is the one that was asked for, empty:
// all were.
func (c Context) allWork(group desk.GroupName, work bool) string {
	switch {
	case group != "" && work:
		return c.word("All services of %s are working, but for planned work.", string(group))
	case group != "":
		return c.word("All services of %s are working.", string(group))
	case work:
		return c.word("All services are working, but for planned work.")
	}
	return c.word("All services are working.")
}

// groupOf is the group whose services these are, where there are others beside them.
func (c Context) groupOf(health []desk.Health) desk.GroupName {
	if len(health) == 0 || len(health) == len(c.Catalog.Services()) {
		return ""
	}
	return health[0].Service.Group
}

func statusTone(health []desk.Health) chat.Tone {
	worst := desk.Operational
	for _, h := range health {
		worst = desk.Worst(worst, h.Status)
	}
	switch worst {
	case desk.MajorOutage:
		return chat.ToneDown
	case desk.PartialOutage:
		return chat.TonePartly
	case desk.DegradedPerformance:
		return chat.ToneSlow
	case desk.UnderMaintenance:
		return chat.ToneInfo
	}
	return chat.ToneGood
}
