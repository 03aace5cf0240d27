// Package wording is every sentence that people read in posts and answers, in each
// language that the bot speaks: see Language.
//
// How the posts speak: for a tired person on a phone. The sentence comes first
// and stands alone; short words; no blame, no promise but a person's own. Public
// posts hold no name of a person and no staff's word (minor, critical).
//
// It imports desk and chat, and is pure: no I/O, no clock. The same delivery is
// worded the same way every time, so an adapter may keep what it rendered.
package wording

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Context is what posts say beyond what a delivery holds. It does not change
// while in use: a new configuration brings a new Context.
type Context struct {
	// Organization is how the organization is called.
	Organization string
	// Catalog holds the services' advice.
	Catalog *desk.Catalog
	// Campuses names the campus of a connection, where it has just one.
	Campuses map[desk.ConnectionName]string
	// Language is what is said here; nil: English.
	Language *Language
	// Languages are those of connections; of others it is Language.
	Languages map[desk.ConnectionName]*Language
	// StatusURL is the address of the status page, without a slash at the end;
	// empty: posts have no link.
	StatusURL string
	// Zone decides which times are of one day, and is the zone of times in the
	// sentences for ops. Never nil.
	Zone *time.Location
	// Near is when it is said: a date far from it is written with its year. Zero: none is.
	Near time.Time
}

// Post words a delivery: a root where it has no Said, else a reply. What people
// typed stands in spans of its own, Plain and whole, but for older messages that
// would make the post too long: these end in "…".
func (c Context) Post(d chat.Delivery) chat.Message {
	var m chat.Message
	switch {
	case len(d.Said) > 0:
		m = c.reply(d)
	case d.Snapshot == nil:
		return m
	case d.Snapshot.Notice != nil:
		m = c.notice(*d.Snapshot.Notice, d.Ops)
	case d.Snapshot.Window != nil:
		m = c.windowRoot(d)
	case d.Snapshot.Alert != nil:
		m = c.alertRoot(d)
	default:
		m = c.root(d)
	}
	if len(d.Said) == 0 && d.Continues != "" {
		c.continuing(&m)
	}
	if d.Reference {
		m.Context = append(m.Context, c.say("If you see this twice: it is one message about %s.", d.Subject))
	}
	return m
}

// continuing says that a root goes on with an earlier one, which shows an old text, so that
// nobody takes it for news of something else. The link to that is the platform's.
func (c Context) continuing(m *chat.Message) {
	m.Summary = chat.Join(stop(m.Summary), chat.Plain(" "), c.say("This continues our earlier post."))
	note := c.say("The earlier post cannot be changed any more: please go by this one.")
	m.Context = append([]chat.Text{note}, m.Context...)
}

// notice shows the first line of a notice as the sentence, the others below.
func (c Context) notice(n desk.Notice, ops bool) chat.Message {
	switch {
	case n.Question != nil && ops:
		return c.question(*n.Question, n.At)
	case n.Question != nil:
		return c.questionElsewhere(*n.Question, n.At)
	case len(n.Missed)+len(n.MissedWindows) > 0:
		return c.missed(n)
	case n.Digest != nil:
		return c.digest(*n.Digest)
	}
	first, rest, _ := strings.Cut(n.Text, "\n")
	m := chat.Message{Summary: chat.Plain(first), Tone: chat.ToneInfo}
	for line := range strings.SplitSeq(rest, "\n") {
		if line != "" {
			m.Lines = append(m.Lines, paragraph(chat.Plain(line)))
		}
	}
	return m
}

func paragraph(parts ...chat.Text) chat.Line { return chat.Line{Text: chat.Join(parts...)} }

func quote(typed string) chat.Line { return chat.Line{Kind: chat.Quote, Text: chat.Plain(typed)} }

// maxInSentence is how long a typed text may be, in characters, to be said in the
// sentence itself: what a phone shows of a notification.
const maxInSentence = 240

// fits reports whether a typed text can be said in the sentence itself.
func fits(typed string) bool {
	return !strings.ContainsRune(typed, '\n') && utf8.RuneCountInString(typed) <= maxInSentence
}

// shorten cuts a text to at most limit characters, "…" included.
func shorten(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	r := []rune(s)
	return strings.TrimRight(string(r[:limit-1]), " \n") + "…"
}

// stop ends a sentence that may end in typed text: with a full stop, unless a
// mark stands there.
func stop(t chat.Text) chat.Text {
	last := t[len(t)-1].Plain
	if last != "" && strings.ContainsRune(".!?…:;", lastRune(last)) {
		return t
	}
	return append(t, chat.Span{Plain: "."})
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// colon says a lead and a typed text in one sentence.
func colon(lead, typed string) chat.Text { return colonBehind(chat.Plain(lead), typed) }

// colonBehind is colon for a lead that holds times.
func colonBehind(lead chat.Text, typed string) chat.Text {
	if typed == "" {
		return stop(lead)
	}
	return stop(chat.Join(lead, chat.Text{{Plain: ": "}, {Plain: typed}}))
}

// clock writes times such that they cannot be mistaken for another day's.
type clock struct {
	c    Context
	near time.Time // times of this day need no date
}

func (k clock) at(t time.Time) chat.Span {
	if k.day(t) == k.day(k.near) {
		return k.c.span(t, chat.Clock)
	}
	return k.c.withDay(t)
}

func (k clock) day(t time.Time) string { return t.In(k.c.Zone).Format(time.DateOnly) }

// withDay writes a time with its day: the one that the others of a post are near.
func (c Context) withDay(t time.Time) chat.Span { return c.span(t, c.dayForm(t)) }

// dated is withDay for a refusal, or a label.
func (c Context) dated(t time.Time) string { return c.written(t, c.dayForm(t)) }

// near is how far off a date may be that is written without its year: nobody takes it
// for that of another year.
const near = 300 * 24 * time.Hour

// dayForm is how a time with its day is written.
func (c Context) dayForm(t time.Time) chat.TimeForm {
	if !c.Near.IsZero() && t.Sub(c.Near).Abs() > near {
		return chat.FullDate
	}
	return chat.DayClock
}

// tone is the mood of an incident's state.
func tone(i desk.Incident) chat.Tone {
	switch {
	case i.Drill:
		return chat.ToneDrill
	case i.IsRetracted(), i.MergedInto != 0:
		return chat.ToneInfo
	case !i.IsOpen():
		return chat.ToneGood
	}
	switch i.WorstStatus() {
	case desk.MajorOutage:
		return chat.ToneDown
	case desk.PartialOutage:
		return chat.TonePartly
	case desk.DegradedPerformance:
		return chat.ToneSlow
	}
	return chat.ToneInfo
}

// promise says when to expect news. asOf is when the post is made: a promise that
// has passed by then is not repeated.
func (c Context) promise(i desk.Incident, asOf time.Time, k clock) chat.Text {
	switch {
	case i.NextUpdateBy.After(asOf) && i.RelaxedNow:
		return c.say("We now post every hour. We will post again by %s.", k.at(i.NextUpdateBy))
	case i.NextUpdateBy.After(asOf):
		return c.say("We will post again by %s.", k.at(i.NextUpdateBy))
	}
	return c.noPromise(i.IsSilent())
}

// noPromise stands where no news is promised; silent: none comes before somebody acts.
func (c Context) noPromise(silent bool) chat.Text {
	if silent {
		return c.say("No next update promised.")
	}
	return c.say("We will post again as soon as we know more.")
}

// page links to the page of an incident, or to the whole page where it never was
// one. A drill has none.
func (c Context) page(i desk.Incident) []chat.Text {
	switch {
	case i.Drill:
		return nil
	case i.IsRetracted():
		return c.statusPage("", "")
	}
	s := i.Subject()
	s.Number = cmp.Or(i.MergedInto, s.Number)
	return c.statusPage("/incidents/"+s.String(), ": "+s.String())
}

// statusPage links to the status page, or to the part of it at a path that has a name.
func (c Context) statusPage(path, name string) []chat.Text {
	if c.StatusURL == "" {
		return nil
	}
	label := c.word("Status page")
	if c.Organization != "" {
		label = c.word("Status page of %s", c.Organization)
	}
	return []chat.Text{{{Link: chat.Link{URL: c.StatusURL + path, Label: label + name}}}}
}
