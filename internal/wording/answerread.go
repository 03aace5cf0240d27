package wording

import (
	"fmt"
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
func NextPage(n int) string { return fmt.Sprintf("Page %d", n) }

// NoPage refuses a page that is not there.
func NoPage(of int) *desk.Refusal {
	return desk.Refuse(desk.Unknown, "There is no such page.").WithHint("The last is page %d.", of)
}

func (p Page) put(m chat.Message) chat.Message {
	m.Lines = append(m.Lines, p.Lines...)
	if p.Of > 1 {
		m.Context = append(m.Context, chat.Plain(fmt.Sprintf("Page %d of %d.", p.Number, p.Of)))
	}
	if p.Next.Command != "" {
		m.Actions = append(m.Actions, p.Next)
	}
	return m
}

// ListLine is an incident in a list.
func (c Context) ListLine(i desk.Incident) chat.Line {
	t := chat.Text{{Strong: listName(i)}, {Plain: ": "}}
	if title := c.typedTitle(i); title != "" {
		t = append(t, chat.Span{Plain: title + ". "})
	}
	t = append(t, chat.Span{Plain: Names(i.Services) + ". " + standingWord(i)})
	if i.EndedAt.IsZero() {
		t = append(t, chat.Span{Plain: " since "}, chat.Span{Time: i.BeganAt, Form: chat.DayClock})
	} else {
		t = append(t, chat.Span{Plain: " "}, chat.Span{Time: i.EndedAt, Form: chat.DayClock})
	}
	return chat.Line{Kind: chat.Item, Text: append(t, chat.Span{Plain: "."})}
}

// Listed answers a list of incidents; which is what was asked for: "open", which nothing
// means too, "all", "30 days".
func (c Context) Listed(n int, which string, p Page) chat.Message {
	number := thousands(n)
	if n == 0 {
		number = "no"
	}
	noun := [2]string{"There is " + number + " incident", "There are " + number + " incidents"}[many(n)]
	switch which {
	case "", "open":
		noun = [2]string{"There is " + number + " open incident", "There are " + number + " open incidents"}[many(n)]
	case "all":
	default:
		noun += " of the last " + which
	}
	return p.put(chat.Message{Summary: chat.Plain(noun + "."), Tone: chat.ToneInfo})
}

// Shown answers what an incident is: for everybody as its post has it, for staff
// with the facts of the ops post.
func (c Context) Shown(i desk.Incident, staff bool) chat.Message {
	m := c.Post(chat.Delivery{Subject: i.Subject(), Snapshot: &desk.Snapshot{Incident: &i}, Ops: staff})
	m.Actions = nil
	if staff {
		b := button{i.Subject().String(), fmt.Sprint(i.Number)}
		m.Actions = []chat.Action{
			b.make("Timeline of %s", "incident timeline"), b.make("Who was told of %s", "incident deliveries"),
		}
	}
	return m
}

// maxEntry is how much of an entry's text a timeline shows, in characters.
const maxEntry = 600

// TimelineLine is one entry of a timeline, for staff.
func (c Context) TimelineLine(e desk.Entry) chat.Line {
	t := chat.Text{{Time: e.At, Form: chat.DayClock}, {Plain: " "}, {Strong: entryWord(e)}}
	if !e.By.IsZero() {
		t = append(t, chat.Span{Plain: " by "}, chat.Span{Person: e.By})
	}
	switch {
	case e.Kind == desk.Led && e.After == "":
		t = append(t, chat.Span{Plain: ": nobody"})
	case e.Kind == desk.Reworded:
		t = append(t, chat.Span{Plain: fmt.Sprintf(" #%d: %s → %s", e.Update, shorten(e.Before, maxEntry/2), shorten(e.After, maxEntry/2))})
		return chat.Line{Kind: chat.Item, Text: t}
	case e.Kind == desk.Redated:
		t = append(t, chat.Span{Plain: ": "}, stamped(e.Before), chat.Span{Plain: " → "}, stamped(e.After))
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
func stamped(s string) chat.Span {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return chat.Span{Plain: s}
	}
	return chat.Span{Time: t, Form: chat.DayClock}
}

func entryWord(e desk.Entry) string {
	switch e.Kind {
	case desk.Declared:
		return "Declared"
	case desk.Updated:
		return "Update (" + StatusName(e.Status) + ")"
	case desk.Ended:
		return "Resolved"
	case desk.Retracted:
		return "Taken back"
	case desk.Reopened:
		return "Opened again"
	case desk.Worsened, desk.Eased:
		return "Impact"
	case desk.Rescoped:
		return "Services"
	case desk.Retitled:
		return "Title"
	case desk.Led:
		return "Lead"
	case desk.Redated:
		return "Times"
	case desk.Reworded:
		return "Corrected message"
	case desk.Merged:
		return "Merged into"
	case desk.Absorbed:
		return "Took in another incident"
	case desk.Noted:
		return "Note for staff"
	}
	return string(e.Kind)
}

// Timeline answers a timeline, for staff.
func (c Context) Timeline(i desk.Incident, n int, p Page) chat.Message {
	m := chat.Message{Summary: chat.Plain(i.Subject().String() + " has " + entries(n) + "."), Tone: chat.ToneInfo}
	return p.put(m)
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return thousands(n) + " entries"
}

// Standing is how one channel stands with a subject and why.
type Standing struct {
	Channel desk.Channel
	Ops     bool
	State   string // "told", "waiting", "failed", "gone", "not told"
	Why     string // a clause; empty: the state says it all
	At      time.Time
	Next    time.Time
	Tries   int
	// QuietUntil is when quiet hours end and it is told; zero: they are no reason.
	QuietUntil time.Time
	Unsure     bool
}

// StandingLine is one channel in a list of deliveries.
func (c Context) StandingLine(s Standing) chat.Line {
	t := chat.Text{{Channel: s.Channel}}
	if s.Ops {
		t = append(t, chat.Span{Plain: " (ops)"})
	}
	t = append(t, chat.Span{Plain: ": "}, chat.Span{Strong: s.State})
	if !s.QuietUntil.IsZero() {
		t = append(t, chat.Span{Plain: ", is told"})
	}
	return chat.Line{Kind: chat.Item, Text: append(t, s.rest()...)}
}

func (s Standing) rest() (t chat.Text) {
	if !s.QuietUntil.IsZero() {
		return chat.Text{{Plain: " when its quiet hours end, "}, {Time: s.QuietUntil, Form: chat.DayClock}, {Plain: "."}}
	}
	if s.State == "told" && !s.At.IsZero() {
		t = append(t, chat.Span{Plain: " "}, chat.Span{Time: s.At, Form: chat.DayClock})
	}
	switch {
	case s.Why == "":
	case s.State == "failed", s.State == "gone": // the platform's word
		t = append(t, chat.Span{Plain: " (" + s.Why + ")"})
	default:
		t = append(t, chat.Span{Plain: ", because " + s.Why})
	}
	if s.Tries > 0 {
		t = append(t, chat.Span{Plain: ", after " + tries(s.Tries)})
	}
	switch {
	case s.Next.IsZero():
	case s.State == "waiting" && s.Tries == 0:
		t = append(t, chat.Span{Plain: ", until "}, chat.Span{Time: s.Next, Form: chat.Seconds})
	default:
		t = append(t, chat.Span{Plain: ", next try "}, chat.Span{Time: s.Next, Form: chat.DayClock})
	}
	if s.Unsure {
		t = append(t, chat.Span{Plain: ", a reply in the thread may be missing"})
	}
	return append(t, chat.Span{Plain: "."})
}

func tries(n int) string {
	if n == 1 {
		return "1 try"
	}
	return fmt.Sprintf("%d tries", n)
}

// Delivered answers who was told, who waits and who was not told.
func (c Context) Delivered(s desk.Subject, counts map[string]int, held time.Time, p Page) chat.Message {
	var parts []string
	for _, state := range StandingOrder() {
		if n := counts[state]; n > 0 {
			parts = append(parts, thousands(n)+" "+state)
		}
	}
	sentence := s.String() + ": no channel is concerned."
	if len(parts) > 0 {
		sentence = s.String() + ", channels: " + and(parts) + "."
	}
	m := chat.Message{Summary: chat.Plain(sentence), Tone: chat.ToneInfo}
	if !held.IsZero() {
		m.Lines = append(m.Lines, paragraph(chat.Text{{Plain: "Only ops channels hear the newest until "}, {Time: held, Form: chat.Seconds}, {Plain: "."}}))
	}
	return p.put(m)
}

// Forgotten answers who was told of what ended so long ago that this is not kept.
func (c Context) Forgotten(i desk.Incident, kept time.Duration) chat.Message {
	return chat.Message{Tone: chat.ToneInfo, Summary: chat.Text{
		{Plain: "Who was told of " + i.Subject().String() + " is forgotten: it ended "}, {Time: i.EndedAt, Form: chat.FullDate},
		{Plain: ", and deliveries are kept for " + Span(kept) + " after the end."},
	}}
}

// StandingOrder lists the states in the order in which they matter to who reads.
func StandingOrder() []string { return []string{"failed", "gone", "waiting", "not told", "told"} }

// Why answers why a channel did or did not hear of a subject.
func (c Context) Why(s desk.Subject, st Standing, subs []desk.Subscription) chat.Message {
	m := chat.Message{Tone: chat.ToneInfo}
	of := " of "
	if st.State != "told" && !st.At.IsZero() { // it was told before
		of = " the newest of "
	}
	lead := map[string]string{
		"told": "This channel was told", "waiting": "This channel is still to be told", "not told": "This channel was not told",
		"failed": "This channel could not be told", "gone": "This channel cannot be reached, so it was not told",
	}[st.State] + of
	if !st.QuietUntil.IsZero() {
		lead = "This channel is told" + of
	}
	m.Summary = chat.Join(chat.Plain(lead+s.String()), st.rest())
	return c.withHears(m, subs)
}

// ServiceLine is one service in the answer of status: "Learn System: not available
// since 3:52 AM. INC-42: Login fails." A ready title says nothing more.
func (c Context) ServiceLine(h desk.Health) chat.Line {
	t := chat.Text{{Strong: h.Service.Name}, {Plain: ": " + PublicStatus(h.Status)}}
	if !h.Since.IsZero() {
		t = append(t, chat.Span{Plain: " since "}, chat.Span{Time: h.Since, Form: chat.DayClock})
	}
	t = append(t, chat.Span{Plain: "."})
	for _, i := range h.Because {
		t = append(t, chat.Span{Plain: " "})
		t = append(t, colon(i.Subject().String(), c.typedTitle(i))...)
	}
	return chat.Line{Kind: chat.Item, Text: t}
}

// Status answers how services do now. private: the answer can be shown to all by
// showHere.
func (c Context) Status(health []desk.Health, p Page, showHere chat.Action) chat.Message {
	m := chat.Message{Summary: chat.Plain(overall(health)), Tone: statusTone(health)}
	m = p.put(m)
	if c.StatusURL != "" {
		m.Context = append(m.Context, chat.Text{{Link: chat.Link{URL: c.StatusURL, Label: "Status page"}}})
	}
	if showHere.Command != "" {
		m.Actions = append(m.Actions, showHere)
	}
	return m
}

// ShowHere labels the button that shows an answer to the whole channel.
func ShowHere() string { return "Show here" }

func overall(health []desk.Health) string {
	var wrong []string
	for _, h := range health {
		if h.Status != desk.Operational {
			wrong = append(wrong, h.Service.Name)
		}
	}
	switch {
	case len(health) == 1:
		return health[0].Service.Name + ": " + PublicStatus(health[0].Status) + "."
	case len(wrong) == 0:
		return "All services are working."
	case len(wrong) > shownNames:
		return fmt.Sprintf("%d of %d services have a problem.", len(wrong), len(health))
	}
	return and(wrong) + " " + [2]string{"has", "have"}[many(len(wrong))] + " a problem."
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
