package wording

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Done is what a change of an incident came to.
type Done struct {
	Incident desk.Incident
	Entry    desk.Entry
	// Also are the entries before Entry that were made with it.
	Also []desk.Entry
	// Untold: others than ops were told nothing of the incident yet.
	Untold bool
	// Forgotten: who was told is not known any more, so that nothing is told.
	Forgotten bool
	// Channels counts those that will be told, beside ops channels.
	Channels int
	// Held tells until when others than ops are not told; nil: told at once.
	Held *desk.Held
	// Stopped are the connections whose posts an admin holds.
	Stopped []desk.ConnectionName
	// Into is the other incident of a merge; nil: it was none.
	Into *desk.Incident
	// Doubts are the sentences of desk.Doubts.
	Doubts []string
	Now    time.Time
	// Reader is the zone of who asked; nil: not known.
	Reader *time.Location
}

// Done answers a change: the number, how it was understood, who will be told, and
// the way back.
func (c Context) Done(d Done) chat.Message {
	i := d.Incident
	m := chat.Message{Summary: c.doneSentence(d), Tone: tone(i)}
	if i.Drill {
		m.Summary = chat.Join(chat.Plain("DRILL: "), m.Summary)
	}
	if d.Entry.Kind == desk.Declared || len(d.Also) > 0 {
		if title := c.typedTitle(i); title != "" {
			m.Lines = append(m.Lines, paragraph(chat.Plain(title)))
		}
		m.Facts = []chat.Fact{{Label: "Impact", Value: chat.Plain(string(i.Impact) + " (" + PublicImpact(i.Impact) + ")")}}
	}
	if d.Entry.Text != "" {
		m.Lines = append(m.Lines, quote(d.Entry.Text))
	}
	m.Lines = append(m.Lines, c.doneTimes(d)...)
	m.Lines = append(m.Lines, paragraph(whoIsTold(d)))
	if len(d.Stopped) > 0 && d.Entry.Kind != desk.Noted {
		m.Lines = append(m.Lines, paragraph(chat.Plain("Posts to "+connections(d.Stopped)+" are held: they wait until an admin releases them.")))
	}
	if d.Entry.Kind == desk.Ended {
		m.Lines = append(m.Lines, paragraph(chat.Plain("No test has verified that it works again.")))
	}
	for n, doubt := range d.Doubts {
		if n == 0 {
			m.Lines = append(m.Lines, paragraph(chat.Plain("Please look again:")))
		}
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: chat.Plain(doubt)})
	}
	m.Actions = doneActions(d)
	return m
}

func (c Context) doneSentence(d Done) chat.Text {
	i, name := d.Incident, d.Incident.Subject().String()
	if len(d.Also) > 0 {
		return chat.Plain(name + " is corrected: its " + correctedParts(d) + ".")
	}
	switch d.Entry.Kind {
	case desk.Declared:
		return chat.Plain(name + " is open: " + Conditions(i) + ".")
	case desk.Updated:
		return chat.Plain(name + " is updated. Its status is " + StatusName(i.Status) + ".")
	case desk.Ended:
		return chat.Plain(name + " is resolved.")
	case desk.Retracted:
		return chat.Plain(name + " is taken back.")
	case desk.Reopened:
		return chat.Plain(name + " is open again: " + Conditions(i) + ".")
	case desk.Worsened, desk.Eased:
		if !i.IsOpen() {
			return chat.Plain(name + " is corrected: it was " + string(i.Impact) + ", " + conditions(i, past) + ".")
		}
		return chat.Plain(name + " is " + string(i.Impact) + " now: " + conditions(i, present) + ".")
	case desk.Rescoped:
		return chat.Plain(name + " is now about " + Names(i.Services) + ".")
	case desk.Retitled:
		return colon(name+" has a new title", i.Title)
	case desk.Led:
		return ledSentence(i)
	case desk.Reworded:
		return chat.Plain(fmt.Sprintf("Message #%d of %s is corrected.", d.Entry.Update, name))
	case desk.Merged:
		return chat.Plain(name + " is merged into " + d.Entry.After + ".")
	case desk.Noted:
		return chat.Plain("The note on " + name + " is kept.")
	}
	return chat.Plain(name + " is corrected.")
}

// correctedParts names what was corrected at once: "impact, title and message".
func correctedParts(d Done) string {
	names := map[desk.EntryKind]string{desk.Worsened: "impact", desk.Eased: "impact", desk.Retitled: "title", desk.Reworded: "message"}
	var parts []string
	for _, e := range append(slices.Clone(d.Also), d.Entry) {
		parts = append(parts, names[e.Kind])
	}
	return and(parts)
}

func ledSentence(i desk.Incident) chat.Text {
	if i.Lead.IsZero() {
		return chat.Plain("Nobody leads " + i.Subject().String() + " now.")
	}
	return chat.Text{{Plain: i.Subject().String() + " is led by "}, {Person: i.Lead}, {Plain: "."}}
}

// doneTimes repeats the times that were typed.
func (c Context) doneTimes(d Done) (lines []chat.Line) {
	i := d.Incident
	say := func(what string, t time.Time) {
		lines = append(lines, paragraph(chat.Plain(what+" "+c.Instant(t, d.Now, d.Reader)+".")))
	}
	switch {
	case d.Entry.Kind == desk.Declared && !i.BeganAt.Equal(i.DeclaredAt):
		say("It began", i.BeganAt)
	case d.Entry.Kind == desk.Redated && d.Entry.After == i.EndedAt.UTC().Format(time.RFC3339):
		say("It ended", i.EndedAt)
	case d.Entry.Kind == desk.Redated:
		say("It began", i.BeganAt)
	}
	if (d.Entry.Kind == desk.Declared || d.Entry.Kind == desk.Updated) && !i.NextUpdateBy.IsZero() {
		say("The next update is promised for", i.NextUpdateBy)
	}
	return lines
}

// Instant says a time with weekday, zone and distance from now, and beside it the
// reader's own time where that differs.
func (c Context) Instant(t, now time.Time, reader *time.Location) string {
	s := chat.FormatTime(t, chat.FullDate, c.Zone) + " (" + distance(t.Sub(now)) + ")"
	if reader == nil {
		return s
	}
	if own := t.In(reader).Format("Mon 3:04 PM MST"); own != t.In(c.Zone).Format("Mon 3:04 PM MST") {
		s += ", for you " + own
	}
	return s
}

func distance(d time.Duration) string {
	switch {
	case d > 0:
		return "in " + Span(d)
	case d > -time.Second:
		return "now"
	}
	return Span(-d) + " ago"
}

// inPlace says how what is over, or never notified anybody, is corrected.
const inPlace = "Posts are put right in place; nobody is notified."

// whoIsTold says whom the change reaches and how.
func whoIsTold(d Done) chat.Text {
	kind := d.Entry.Kind
	unseen := d.Untold || kind == desk.Declared
	switch {
	case kind == desk.Noted:
		return chat.Plain("Only staff can read it.")
	case d.Incident.Drill:
		return chat.Plain("This is a drill: nobody outside the ops channel sees it.")
	case d.Forgotten:
		return chat.Plain("Posts stay as they are: it ended so long ago that who was told is forgotten.")
	case kind == desk.Led:
		return chat.Plain("Only ops channels see it.")
	case kind == desk.Retracted:
		return chat.Plain("What was not told yet is dropped. Each channel that was told gets one correction.")
	case kind == desk.Merged:
		return chat.Plain("Channels that were told of " + d.Incident.Subject().String() + " now hear of " + d.Entry.After + ".")
	case kind == desk.Retitled && len(d.Also) == 0 && !unseen, kind == desk.Redated, !d.Incident.IsOpen() && kind != desk.Ended && kind != desk.Reworded:
		return chat.Plain(inPlace)
	case d.Channels == 0 && unseen:
		return chat.Plain("No channel follows this; only ops channels are told.")
	case d.Channels == 0:
		return chat.Plain("Only ops channels hear it, and channels that were told before.")
	case d.Held != nil && unseen:
		return chat.Plain(channels(d.Channels) + " will be told in " + Span(d.Held.Until.Sub(d.Now)) + ", unless you take it back.")
	case d.Held != nil:
		return chat.Plain(channels(d.Channels) + " will be told in " + Span(d.Held.Until.Sub(d.Now)) + ".")
	case len(d.Stopped) > 0:
		return chat.Plain(channels(d.Channels) + [2]string{" is", " are"}[many(d.Channels)] + " to be told.")
	}
	return chat.Plain(channels(d.Channels) + [2]string{" is", " are"}[many(d.Channels)] + " told now.")
}

func channels(n int) string {
	if n == 1 {
		return "1 channel"
	}
	return thousands(n) + " channels"
}

// thousands writes a number with commas: 12,345.
func thousands(n int) string {
	s := strconv.Itoa(n)
	var parts []string
	for len(s) > 3 {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), ",")
}

// doneActions are the way back: while it waits, or right after a declaration.
func doneActions(d Done) []chat.Action {
	b := button{d.Incident.Subject().String(), strconv.Itoa(d.Incident.Number)}
	retract := b.make("Take %s back", "incident retract --yes")
	retract.Style = chat.Danger
	var out []chat.Action
	if d.Held != nil {
		out = append(append(out, b.send()), b.change(d.Incident)...)
	}
	if d.Entry.Kind == desk.Declared || d.Untold {
		out = append(out, retract)
	}
	return out
}
