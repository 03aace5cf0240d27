package wording

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Standing is how one channel stands with a subject and why.
type Standing struct {
	Channel desk.Channel
	Ops     bool
	State   string // "told", "queued", "waiting", "failed", "gone", "not told"
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
		t = append(t, c.say(" (ops)")...)
	}
	t = append(t, chat.Span{Plain: ": "}, chat.Span{Strong: c.stateWord(s.State)})
	if !s.QuietUntil.IsZero() {
		t = append(t, c.say(", is told")...)
	}
	return chat.Line{Kind: chat.Item, Text: append(t, c.rest(s)...)}
}

func (c Context) rest(s Standing) (t chat.Text) {
	if !s.QuietUntil.IsZero() {
		return c.say(" when its quiet hours end, %s.", c.withDay(s.QuietUntil))
	}
	if wasTold(s.State) && !s.At.IsZero() {
		t = append(t, chat.Span{Plain: " "}, c.withDay(s.At))
	}
	switch {
	case s.Why == "":
	case s.State == "failed", s.State == "gone": // the platform's word
		t = append(t, chat.Span{Plain: " (" + c.reason(s.Why) + ")"})
	default:
		t = append(t, c.say(", because %s", c.retold(c.reason(s.Why), clausesOfNames()))...)
	}
	if s.Tries > 0 {
		t = append(t, c.say(", after %s", c.plural(s.Tries, "1 try", "%s tries"))...)
	}
	switch {
	case s.Next.IsZero():
	case s.State == "waiting" && s.Tries == 0:
		t = append(t, c.say(", until %s", c.span(s.Next, chat.Seconds))...)
	default:
		t = append(t, c.say(", next try %s", c.withDay(s.Next))...)
	}
	if s.State == "queued" {
		t = append(t, c.say(", and nobody says whether it came: the history of the workflow's runs tells")...)
	}
	if s.Unsure {
		t = append(t, c.say(", a reply in the thread may be missing")...)
	}
	return append(t, chat.Span{Plain: "."})
}

// retold says what others composed in English: one of the sentences that it may be,
// with its part.
func (c Context) retold(english string, sentences []string) string {
	for _, sentence := range sentences {
		before, after, _ := strings.Cut(sentence, "%s")
		rest, begins := strings.CutPrefix(english, before)
		part, tail, ends := strings.Cut(rest, after)
		if after == "" {
			part, tail = rest, ""
		}
		if begins && ends {
			return c.word(sentence, part) + tail
		}
	}
	return c.Own(english)
}

// clausesOfNames are the outbox's clauses for why that have a name in them.
func clausesOfNames() []string {
	return []string{"posts to %s are held", "its subscription does not include %s", "only the ops channel of %s hears of it"}
}

// doubts are the sentences of desk.Doubts: they are stored, and read in every ops
// channel.
func doubts() []string {
	return []string{
		"The title names %s, which is not among the services.", "The text has what looks like an e-mail address: %s",
		"The text has what looks like a student number: %s", "The text has what looks like a host name: %s",
		"The text has what looks like a network address: %s", "All our checks of %s pass.",
	}
}

// doubt is a doubtful thing as a line of a list.
func (c Context) doubt(english string) chat.Line {
	return chat.Line{Kind: chat.Item, Text: chat.Plain(c.retold(english, doubts()))}
}

// wasTold reports whether nothing more is done in such a state.
func wasTold(state string) bool { return state == "told" || state == "queued" }

// stateWord is a state as staff read it.
func (c Context) stateWord(state string) string {
	switch state {
	case "told":
		return c.word("told")
	case "queued":
		return c.word("queued")
	case "waiting":
		return c.word("waiting")
	case "failed":
		return c.word("failed")
	case "gone":
		return c.word("gone")
	}
	return c.word("not told")
}

// Delivered answers who was told, who waits and who was not told.
func (c Context) Delivered(s desk.Subject, counts map[string]int, held time.Time, p Page) chat.Message {
	var parts []string
	for _, state := range StandingOrder() {
		if n := counts[state]; n > 0 {
			parts = append(parts, c.word("%s %s", c.thousands(n), c.stateWord(state)))
		}
	}
	m := chat.Message{Summary: c.say("%s: no channel is concerned.", s), Tone: chat.ToneInfo}
	if len(parts) > 0 {
		m.Summary = c.say("%s, channels: %s.", s, c.and(parts))
	}
	if !held.IsZero() {
		m.Lines = append(m.Lines, paragraph(c.say("Only ops channels hear the newest until %s.", c.span(held, chat.Seconds))))
	}
	return c.paged(p, m)
}

// Forgotten answers who was told of what ended so long ago that this is not kept.
func (c Context) Forgotten(s desk.Subject, ended time.Time, kept time.Duration) chat.Message {
	return chat.Message{Tone: chat.ToneInfo, Summary: c.say("Who was told of %s is forgotten: it ended %s, and deliveries are kept for %s after the end.",
		s, c.span(ended, chat.FullDate), c.Span(kept))}
}

// StandingOrder lists the states in the order in which they matter to who reads.
func StandingOrder() []string {
	return []string{"failed", "gone", "waiting", "not told", "queued", "told"}
}

// Why answers why a channel did or did not hear of a subject.
func (c Context) Why(s desk.Subject, st Standing, subs []desk.Subscription) chat.Message {
	m := chat.Message{Tone: chat.ToneInfo}
	word := c.whyWord(st.State)
	if !st.QuietUntil.IsZero() {
		word = c.word("This channel is told")
	}
	m.Summary = append(c.say("%s of %s", word, s), c.rest(st)...)
	if !wasTold(st.State) && !st.At.IsZero() { // it was told before
		m.Summary = append(c.say("%s the newest of %s", word, s), c.rest(st)...)
	}
	if st.Ops && st.State != "not told" {
		m.Lines = append(m.Lines, paragraph(c.say("It is an ops channel, and hears of everything.")))
		if len(subs) == 0 {
			return m
		}
	}
	return c.withHears(m, subs)
}

func (c Context) whyWord(state string) string {
	switch state {
	case "told":
		return c.word("This channel was told")
	case "queued":
		return c.word("A post to this channel was queued")
	case "waiting":
		return c.word("This channel is still to be told")
	case "failed":
		return c.word("This channel could not be told")
	case "gone":
		return c.word("This channel cannot be reached, so it was not told")
	}
	return c.word("This channel was not told")
}
