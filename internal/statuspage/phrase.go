package statuspage

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
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

// fill puts what is said into a sentence, in place of each {}. Where that ends in a
// full stop ("4:12 a. m."), the sentence has no other.
func fill(sentence string, said ...phrase) (out phrase) {
	for _, one := range said {
		before, after, _ := strings.Cut(sentence, "{}")
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
	typedLang string         // of typed texts; empty: that of the page
	zone      *time.Location // of times
	now       time.Time
}

func (s speech) typed(text string) phrase {
	return phrase{{Text: text, Typed: true, Lang: s.typedLang}}
}

// moment says a time: with its day, unless that is the day of near, and its year unless
// that is now.
func (s speech) moment(t, near time.Time) phrase {
	local := t.In(s.zone)
	text := s.clock(local)
	if local.Format(time.DateOnly) != near.In(s.zone).Format(time.DateOnly) {
		day := s.day(local)
		if local.Year() != s.now.In(s.zone).Year() {
			day = s.year(local)
		}
		text = fill(s.at, ours(day), ours(text)).Plain()
	}
	return phrase{{Text: text, Time: t.UTC().Format(time.RFC3339)}}
}

// dated says a time with its day of the week.
func (s speech) dated(t time.Time) phrase { return s.datedNear(t, time.Time{}) }

// datedNear is dated, but of the day of near only the time.
func (s speech) datedNear(t, near time.Time) phrase {
	out := s.moment(t, near)
	if local := t.In(s.zone); local.Format(time.DateOnly) != near.In(s.zone).Format(time.DateOnly) {
		out[0].Text = fill(s.onDay, ours(s.weekday[local.Weekday()]), ours(out[0].Text)).Plain()
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

// span says how long in at most two units, rounded down.
func (s speech) span(d time.Duration) phrase {
	sizes := [...]time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second}
	for k, size := range sizes {
		n := int(d / size)
		if n == 0 && size > time.Second {
			continue
		}
		out := counted(s.units[k], n)
		if size > time.Minute {
			if rest := int(d % size / sizes[k+1]); rest > 0 {
				out = slices.Concat(out, ours(" "), counted(s.units[k+1], rest))
			}
		}
		return out
	}
	return nil
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
			out = append(out, ours(s.and)...)
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
	return fill(s.lasted, when, s.span(i.EndedAt.Sub(i.BeganAt)))
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

// next says when to expect news. A promise that has passed is not repeated.
func (s speech) next(i desk.Incident) phrase {
	if !i.NextUpdateBy.After(s.now) {
		return ours(s.noPromise)
	}
	return fill(s.promise, s.moment(i.NextUpdateBy, s.now))
}
