package statuspage

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// part is a piece of a sentence: our words, what somebody typed, or a time.
type part struct {
	Text string
	// Typed: somebody typed it, in the language Lang (empty: that of the page), and it
	// may run from right to left.
	Typed bool
	Lang  string
	// Time is for machines; empty: it is none.
	Time string
}

// phrase is a piece of a sentence, or a whole one.
type phrase []part

// Plain is the phrase as text.
func (p phrase) Plain() string {
	var b strings.Builder
	for _, one := range p {
		b.WriteString(one.Text)
	}
	return b.String()
}

func ours(s string) phrase { return phrase{{Text: s}} }

// fill puts what is said into a sentence, in place of each %s. Where that ends in a
// full stop ("4:12 a. m."), the sentence has no other.
func fill(sentence string, said ...phrase) (out phrase) {
	for _, one := range said {
		before, after, _ := strings.Cut(sentence, "%s")
		out = append(append(out, ours(before)...), one...)
		if sentence = after; strings.HasSuffix(one.Plain(), ".") {
			sentence = strings.TrimPrefix(after, ".")
		}
	}
	return append(out, ours(sentence)...)
}

// speech is how one page speaks: its words, and whose times and typed texts they are
// about.
type speech struct {
	words
	in        wording.Context
	typedLang string // of typed texts; empty: that of the page
	now       time.Time
}

func (s speech) typed(text string) phrase {
	return phrase{{Text: text, Typed: true, Lang: s.typedLang}}
}

// moment says a time: with its day, unless that is the day of near, and its year unless
// that is now.
func (s speech) moment(t, near time.Time) phrase {
	return s.written(t, near, [2]chat.TimeForm{wording.PageDay, wording.PageYear})
}

// written writes a time in one form where it is of this year, and in the other where not;
// of a time that the clock shows twice also which it is.
func (s speech) written(t, near time.Time, forms [2]chat.TimeForm) phrase {
	local, form := t.In(s.in.Zone), wording.PageClock
	switch {
	case local.Format(time.DateOnly) == near.In(s.in.Zone).Format(time.DateOnly):
	case local.Year() == s.now.In(s.in.Zone).Year():
		form = forms[0]
	default:
		form = forms[1]
	}
	text := s.in.Write(local, form)
	if twice(t, s.in.Zone) {
		text += zoneMark(local)
	}
	return phrase{{Text: text, Time: t.UTC().Format(time.RFC3339)}}
}

// zoneMark is what stands behind a time to name its zone: " EST".
func zoneMark(local time.Time) string { return local.Format(" MST") }

// dated says a time with its day of the week.
func (s speech) dated(t time.Time) phrase { return s.datedNear(t, time.Time{}) }

// datedNear is dated, but of the day of near only the time.
func (s speech) datedNear(t, near time.Time) phrase {
	return s.written(t, near, [2]chat.TimeForm{wording.PageWeek, wording.PageAges})
}

// told is what posts say too, with its times as pages write them.
func (s speech) told(t chat.Text) (out phrase) {
	for _, one := range t {
		if one.Time.IsZero() {
			out = append(out, ours(one.Plain)...)
		} else {
			out = append(out, s.moment(one.Time, s.now)...)
		}
	}
	return out
}

// period says from when until when something is planned.
func (s speech) period(p desk.Period) phrase {
	return fill(s.fromUntil, s.dated(p.From), s.datedNear(p.To, p.From))
}

// full says a time with its day.
func (s speech) full(t time.Time) phrase { return s.moment(t, time.Time{}) }

// counted says how many of something there are.
func counted(forms [2]string, n int) phrase {
	if n == 1 {
		return ours(forms[0])
	}
	return fill(forms[1], ours(strconv.Itoa(n)))
}

// maxNames is how many services a sentence names.
const maxNames = 4

// names lists services as a sentence does.
func (s speech) names(names []string) phrase {
	var all []phrase
	for _, n := range names[:min(len(names), maxNames)] {
		all = append(all, s.typed(n))
	}
	if more := len(names) - len(all); more > 0 {
		all = append(all, counted(s.more, more))
	}
	return s.list(all)
}

// list joins the parts of an enumeration.
func (s speech) list(all []phrase) (out phrase) {
	for k, one := range all {
		switch {
		case k == 0:
		case k == len(all)-1:
			out = append(out, ours(s.in.Joint(one.Plain()))...)
		default:
			out = append(out, ours(", ")...)
		}
		out = append(out, one...)
	}
	return out
}

// clauses says of each status which services have it, the worst first. forms are the
// sentences, as in speech.is.
func (s speech) clauses(by map[desk.ServiceStatus][]string, forms map[desk.ServiceStatus][2]string) (out []phrase) {
	for _, status := range slices.Backward(desk.ServiceStatuses()) {
		if of := by[status]; len(of) > 0 {
			out = append(out, fill(forms[status][min(len(of)-1, 1)], s.names(of)))
		}
	}
	return out
}

// comma stands before each of several but the first.
func comma(k int) string {
	if k == 0 {
		return ""
	}
	return ", "
}

func join(all []phrase, between, end string) (out phrase) {
	for k, one := range all {
		if k > 0 {
			out = append(out, ours(between)...)
		}
		out = append(out, one...)
	}
	return append(out, ours(end)...)
}

// byStatus sorts the services of an incident by what it makes of them.
func byStatus(i desk.Incident) map[desk.ServiceStatus][]string {
	by := map[desk.ServiceStatus][]string{}
	for _, a := range i.Services {
		status := i.StatusOf(a.Service)
		by[status] = append(by[status], a.Name)
	}
	return by
}

// conditions says how the services of an open incident are.
func (s speech) conditions(i desk.Incident) phrase {
	return join(s.clauses(byStatus(i), s.is), ". ", ".")
}

// wentBad says how they were at their worst, from when to when, and how long.
func (s speech) wentBad(i desk.Incident) phrase {
	i.Impact = i.Peak
	was := join(s.clauses(byStatus(i), s.went), "; ", "")
	when := fill(s.fromTo, was, s.full(i.BeganAt), s.moment(i.EndedAt, i.BeganAt))
	return append(when, ours(" ("+s.in.Span(i.EndedAt.Sub(i.BeganAt))+").")...)
}

// overall is the sentence that a reader came for.
func (s speech) overall(health []desk.Health, open int) phrase {
	by := map[desk.ServiceStatus][]string{}
	for _, h := range health {
		if h.Status != desk.Operational {
			by[h.Status] = append(by[h.Status], h.Service.Name)
		}
	}
	switch {
	case len(by) > 0:
		return join(s.clauses(by, s.is), ". ", ".")
	case len(health) == 0 && open == 0:
		return ours(s.noServices)
	case open > 0:
		return ours(s.allWell + " " + s.watching)
	}
	return ours(s.allWell)
}

// since says when an incident began.
func (s speech) since(i desk.Incident) phrase {
	if i.ReopenedAt.IsZero() {
		return fill(s.began, s.full(i.BeganAt))
	}
	return fill(s.beganAgain, s.full(i.BeganAt), s.full(i.ReopenedAt))
}
