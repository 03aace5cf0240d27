package wording

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// targetName names a target in a sentence.
func (c Context) targetName(t desk.Target) string {
	switch t.Kind {
	case desk.TargetAll:
		return c.word("All services")
	case desk.TargetService:
		return c.Catalog.Name(desk.ServiceID(t.Name))
	}
	return t.Name
}

// HearsLine says what a subscription hears: "Learn System: outages from major up,
// all planned work. Not: checks."
func (c Context) HearsLine(s desk.Subscription) chat.Line {
	t := chat.Text{{Strong: c.targetName(s.Target)}, {Plain: ": " + c.heard(s)}}
	return chat.Line{Kind: chat.Item, Text: t}
}

func (c Context) heard(s desk.Subscription) string {
	names := map[desk.Topic]string{
		desk.TopicIncidents: c.outages(s.Least), desk.TopicWindows: c.word("all planned work"), desk.TopicProbes: c.word("checks"),
		desk.TopicDigest: c.word("on Mondays the planned work of the week"),
	}
	var yes, not []string
	for _, topic := range desk.Topics() {
		if s.Hears(topic) {
			yes = append(yes, names[topic])
			continue
		}
		if topic == desk.TopicDigest { // who has not asked for it need not know of it
			continue
		}
		not = append(not, map[desk.Topic]string{
			desk.TopicIncidents: c.word("outages"), desk.TopicWindows: c.word("planned work"), desk.TopicProbes: c.word("checks"),
		}[topic])
	}
	out := strings.Join(yes, ", ") + "."
	if len(not) > 0 {
		out += c.word(" Not: %s.", strings.Join(not, ", "))
	}
	return out + c.how(s)
}

// outages names the outages that are bad enough.
func (c Context) outages(least desk.Impact) string {
	switch least {
	case desk.Major:
		return c.word("outages from major up")
	case desk.Critical:
		return c.word("critical outages")
	}
	return c.word("all outages")
}

// how says in what manner a channel hears, and when not, in whole sentences; nothing
// where that is as usual.
func (c Context) how(s desk.Subscription) (out string) {
	switch s.Manner {
	case desk.Quiet:
		out = c.word(" Quiet: one post each, which is edited.")
	case desk.Loud:
		out = c.word(" Loud: each update in the channel.")
	}
	if h := s.Hours; h != nil {
		out += c.quietHours(*h, s.Hears(desk.TopicIncidents))
	}
	return out
}

// quietHours says when a channel is told less, or nothing where it hears no incidents.
func (c Context) quietHours(h desk.Hours, incidents bool) string {
	from, to, least := c.dayTime(h.From), c.dayTime(h.To), desk.Critical
	if h.Least == desk.Major {
		least = h.Least
	}
	if !incidents {
		return c.word(" From %s to %s (%s) nothing; at %s what it missed.", from, to, c.Zone, to)
	}
	return c.word(" From %s to %s (%s) only %s; at %s what it missed.", from, to, c.Zone, c.outages(least), to)
}

// dayTime is a time of day: "10:00 PM".
func (c Context) dayTime(d desk.DayTime) string {
	return c.grammar().write(time.Date(2000, 1, 1, int(d)/60, int(d)%60, 0, 0, time.UTC), dayTime)
}

func (c Context) withHears(m chat.Message, subs []desk.Subscription) chat.Message {
	if len(subs) == 0 {
		m.Lines = append(m.Lines, paragraph(c.say("It subscribes to nothing.")))
		return m
	}
	m.Lines = append(m.Lines, paragraph(c.say("It hears:")))
	for _, s := range subs {
		m.Lines = append(m.Lines, c.HearsLine(s))
	}
	return m
}

// Hears answers what a channel hears; offers are buttons of what it could.
func (c Context) Hears(n int, p Page, offers []chat.Action, elsewhere desk.Channel) chat.Message {
	m := chat.Message{Tone: chat.ToneInfo, Actions: offers}
	if n == 0 {
		m.Summary = c.say("%s hears nothing yet.", c.here(elsewhere))
		place := ""
		if !elsewhere.IsZero() {
			place = elsewhere.String() + " "
		}
		m.Lines = []chat.Line{paragraph(c.say("Like: subscribe %slearn, or: subscribe %sall major+", place, place))}
		return m
	}
	m.Summary = c.say("%s has %s.", c.here(elsewhere), c.plural(n, "1 subscription", "%s subscriptions"))
	return c.paged(p, m)
}

// Offer labels the button that subscribes to a target.
func (c Context) Offer(t desk.Target) string {
	return shorten(c.word("Subscribe to %s", c.targetName(t)), maxLabel)
}

// OpenNow is an incident that a new subscription is about.
type OpenNow struct {
	Incident desk.Incident
	// QuietUntil is when the quiet hours end that keep it back; zero: none do.
	QuietUntil time.Time
}

// Matching is what a new subscription is about now.
type Matching struct {
	Open   []OpenNow
	Coming []desk.Window
}

// Subscribed answers a new subscription, with what is open and planned now. elsewhere is
// the channel where it is another; zero: here.
func (c Context) Subscribed(s desk.Subscription, replaced bool, now Matching, elsewhere desk.Channel) chat.Message {
	m := chat.Message{Tone: chat.ToneGood, Summary: c.say("%s hears: %s: %s", c.here(elsewhere), c.targetName(s.Target), c.heard(s))}
	if replaced {
		m.Lines = append(m.Lines, paragraph(c.say("This takes the place of what it heard of the same target before.")))
	}
	if len(now.Open) == 0 {
		m.Lines = append(m.Lines, paragraph(c.say("Nothing of it is open now.")))
	}
	m.Lines = append(m.Lines, c.openLines(now.Open)...)
	if len(now.Coming) > 0 {
		m.Lines = append(m.Lines, paragraph(c.say("Planned now:")))
	}
	for _, w := range now.Coming {
		m.Lines = append(m.Lines, c.comingLine(w))
	}
	return m
}

// openLines lists what is open, and whether the channel is told at once.
func (c Context) openLines(openNow []OpenNow) (lines []chat.Line) {
	var posted, kept []chat.Line
	var until time.Time
	for _, o := range openNow {
		line := c.ListLine(o.Incident)
		if o.QuietUntil.IsZero() {
			posted = append(posted, line)
			continue
		}
		kept, until = append(kept, line), o.QuietUntil
	}
	if len(posted) > 0 {
		lines = append(append(lines, paragraph(c.say("Open now, and posted to the channel:"))), posted...)
	}
	if len(kept) > 0 {
		lines = append(append(lines, paragraph(c.say("Open now, and told after the quiet hours, %s:", c.withDay(until)))), kept...)
	}
	return lines
}

func (c Context) here(elsewhere desk.Channel) chat.Text {
	if elsewhere.IsZero() {
		return c.say("This channel")
	}
	return chat.Text{{Channel: elsewhere}}
}

// Unsubscribed answers the end of subscriptions.
func (c Context) Unsubscribed(removed, left []desk.Subscription, elsewhere desk.Channel) chat.Message {
	var names []string
	for _, s := range removed {
		names = append(names, c.targetName(s.Target))
	}
	m := chat.Message{Tone: chat.ToneInfo, Summary: c.say("%s does not subscribe to %s any more.", c.here(elsewhere), c.and(names))}
	m.Lines = append(m.Lines, paragraph(c.say("Posts that stand there already are kept true to their end.")))
	return c.withHears(m, left)
}

// UnsubscribeAll asks whether a channel is to hear nothing any more.
func (c Context) UnsubscribeAll(n int) string {
	return c.plural(n, "This would end the channel's only subscription.", "This would end all %s subscriptions of the channel.")
}

// UnsubscribeAllYes labels the button that ends all subscriptions.
func (c Context) UnsubscribeAllYes() string { return c.word("Unsubscribe from everything") }

// HearsNothing says that there is no subscription to end.
func (c Context) HearsNothing() string { return c.word("The channel subscribes to nothing.") }

// NotSubscribed says that a channel does not subscribe to a target.
func (c Context) NotSubscribed(t desk.Target, subs []desk.Subscription) *desk.Refusal {
	r := desk.Refuse(desk.Unknown, "%s", c.word("The channel does not subscribe to %s.", c.targetName(t)))
	var names []string
	for _, s := range subs {
		names = append(names, c.targetName(s.Target))
	}
	if len(names) == 0 {
		return r.WithHint("%s", c.word("It subscribes to nothing."))
	}
	return r.WithHint("%s", c.word("It subscribes to: %s.", strings.Join(names, ", ")))
}
