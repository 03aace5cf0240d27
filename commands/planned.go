package commands

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// The options that say when work is.
const fieldWhen, fieldFor, fieldUntil = "when", "for", "until"

// planned is when work is to be, once or by a rule.
type planned struct {
	period desk.Period // of a rule: its first occurrence
	rule   *desk.Recurrence
	// words say the same so that it means the same at any later time: for the button that
	// confirms it.
	words string
}

// takePlanned takes when work is to be, and how long it lasts, off the line: <when> for
// <duration>, <when> until <time>, or every <days> <time> for <duration>; the options
// when, for and until stand for their parts. What is behind stays in the line.
func (a *asked) takePlanned() (planned, error) {
	s := a.span(fieldWhen).led().ranged()
	if word, _ := cutWord(s.text); strings.EqualFold(word, wordEvery) {
		return a.takeRecurring(s)
	}
	p, err := a.takePeriod(s, 0)
	return planned{period: p, words: a.periodWords(p)}, err
}

// takeMoved takes to when work is moved off the line: as takePlanned, but it lasts as
// long as before where nothing else is said.
func (a *asked) takeMoved(length time.Duration) (desk.Period, error) {
	s := a.span(fieldWhen).led().ranged()
	if word, _ := cutWord(s.text); strings.EqualFold(word, wordEvery) {
		return desk.Period{}, desk.Refuse(desk.Invalid, "It can be moved to one time only.").
			WithHint("Like: %s", desk.Term("saturday 04:00 for 3h")).In(fieldWhen)
	}
	return a.takePeriod(s, length)
}

// takeFuture takes a time that is still to come off the line, or the option field.
func (a *asked) takeFuture(field string) (time.Time, error) {
	s := a.span(field).led()
	m, n := s.moment()
	if n == 0 {
		return time.Time{}, inField(a.noTime(s), field)
	}
	t, err := m.future(a.req.At, a.Words.Zone)
	if err != nil {
		return t, inField(offered(err, a.instead(s, n)), field)
	}
	return t, a.keepBehind(s.behind(n))
}

// takeLength takes a length of time off the line, or the option field.
func (a *asked) takeLength(field string) (time.Duration, error) {
	s := a.span(field)
	if word, _ := cutWord(s.text); slices.Contains([]string{wordFor, "by"}, strings.ToLower(word)) {
		s = s.behind(1)
	}
	d, n := parseLength(s.words())
	if n == 0 {
		return 0, inField(s.noLength(), field)
	}
	return d, a.keepBehind(s.behind(n))
}

// takePeriod takes <when> for <duration> or <when> until <time>; length is how long it
// lasts where that is not said, 0: it must be.
func (a *asked) takePeriod(s span, length time.Duration) (desk.Period, error) {
	m, n := s.begin()
	if n == 0 {
		return desk.Period{}, a.noTime(s)
	}
	e, err := a.saidEnd(s.behind(n))
	if err != nil {
		return desk.Period{}, err
	}
	if m.zone == nil { // 22:00 until 02:00 PT
		m.zone = e.until.zone
	} else if e.until.zone == nil {
		e.until.zone = m.zone
	}
	var p desk.Period
	if p.From, err = m.future(a.req.At, a.Words.Zone); err != nil {
		return p, inField(offered(err, a.instead(s, n)), fieldWhen)
	}
	switch {
	case e.length > 0:
		p.To = p.From.Add(e.length)
	case e.said():
		if p.To, err = e.until.end(p.From, a.req.At, a.Words.Zone); err == nil && !p.To.After(p.From) {
			err = endsFirst()
		}
		if err != nil {
			return p, inField(offered(err, a.instead(e.at, e.n)), fieldUntil)
		}
	case length > 0:
		p.To = p.From.Add(length)
	default:
		return p, e.rest.noEnd()
	}
	return p, a.keepBehind(e.rest)
}

// noEnd refuses a time behind which no end is said; where it is said behind one word more,
// that is what is not understood.
func (s span) noEnd() error {
	if words := lower(s.words()); len(words) > 1 && isEnd(words[1]) {
		word, _ := cutWord(s.text)
		return desk.Refuse(desk.Invalid, "%q is no zone that I know.", clip(word)).
			WithHint("Zones are said like: ET, UTC, America/New_York, Europe/Berlin or +01:00.").In(fieldWhen)
	}
	return desk.Refuse(desk.Invalid, "It is not said how long it lasts.").
		WithHint("Say it behind the time, like: for 3h, or until 07:00").In(fieldFor)
}

func endsFirst() error {
	return desk.Refuse(desk.Invalid, "This work would end before it begins.").
		WithHint("Say when it ends, like: until 07:00, or until sunday 02:00")
}

// periodWords says a period so that it means the same whenever it is typed; what begins
// now still begins at once then.
func (a *asked) periodWords(p desk.Period) string {
	if p.From.Equal(a.req.At) {
		return wordNow + " " + wordFor + " " + durationWords(p.Length())
	}
	return periodWords(p, a.Words.Zone)
}

// periodWords says a period by its instant.
func periodWords(p desk.Period, zone *time.Location) string {
	return p.From.In(zone).Format(time.RFC3339) + " for " + durationWords(p.Length())
}

// The words that say how long something lasts.
const wordFor = "for"

func untilWords() []string { return []string{"until", "till", "til", "to", "-", "–"} }

// end is how the end of work was said: a length, a time, or not at all.
type end struct {
	length time.Duration
	until  moment
	at     span // where until was said, in n words
	n      int
	rest   span // what is behind
}

func (e end) said() bool { return e.length > 0 || e.n > 0 }

// saidEnd reads for <duration> or until <time> from the options, else from behind the
// begin.
func (a *asked) saidEnd(behind span) (end, error) {
	length, until := a.line.options[fieldFor], a.line.options[fieldUntil]
	switch {
	case length != "" && until != "":
		return end{}, eitherEnd().In(fieldUntil)
	case length != "":
		e, err := a.span(fieldFor).length()
		e.rest = behind
		return e, err
	case until != "":
		e, err := a.span(fieldUntil).until(a)
		e.rest = behind
		return e, err
	}
	word, _ := cutWord(behind.text)
	word = strings.ToLower(word)
	var e end
	var err error
	switch {
	case word == wordFor:
		e, err = behind.length()
	case slices.Contains(untilWords(), word):
		e, err = behind.until(a)
	default:
		return end{rest: behind}, nil
	}
	if err != nil {
		return e, err
	}
	next, _ := cutWord(e.rest.text)
	after, _ := e.rest.behind(1).moment()
	_, longer := parseLength(e.rest.behind(1).words())
	if slices.Contains(untilWords(), strings.ToLower(next)) && after.clock || strings.EqualFold(next, wordFor) && longer > 0 {
		return e, eitherEnd().In(fieldUntil)
	}
	return e, nil
}

func eitherEnd() *desk.Refusal {
	return desk.Refuse(desk.Invalid, "Say how long it lasts, or when it ends, not both.").
		WithHint("Like: %s", desk.Term("saturday 04:00 for 3h"))
}

// span is a place in what was typed, where something about a time begins.
type span struct {
	option string // the option that it is in; empty: it is in the line
	before string // what stands before it there
	text   string // what stands from it on
}

// span finds an option, or the rest of the line where it was not given.
func (a *asked) span(option string) span {
	if v := strings.TrimSpace(a.line.options[option]); v != "" {
		return span{option: option, text: strings.Join(strings.Fields(v), " ")}
	}
	return span{text: a.line.rest, before: a.before()}
}

// led is the span behind a word that leads to a time: on saturday, to tomorrow.
func (s span) led() span {
	if word, _ := cutWord(s.text); slices.Contains([]string{"on", "at", "from", "to"}, strings.ToLower(word)) {
		return s.behind(1)
	}
	return s
}

// ranged writes a time that ends in 04:00-07:00 as one until another.
func (s span) ranged() span {
	words := s.words()
	for k, w := range words[:min(len(words), momentWords)] {
		dash := strings.IndexAny(w, "-–")
		if dash < 0 {
			continue
		}
		from, to := w[:dash], strings.TrimLeft(w[dash:], "-–")
		_, begins := wholeMoment(append(slices.Clone(words[:k]), from))
		_, ends := wholeMoment([]string{to})
		recurs := strings.EqualFold(words[0], wordEvery) && !slices.Contains(lower(words[:k]), wordFor)
		if (begins || recurs) && ends {
			s.text = strings.Replace(s.text, w, from+" until "+to, 1)
			return s
		}
	}
	return s
}

// before is what was taken off the line already.
func (a *asked) before() string {
	before, ok := strings.CutSuffix(a.typed, a.line.rest)
	if !ok {
		return ""
	}
	return before
}

// words are those of the first line.
func (s span) words() []string {
	first, _, _ := strings.Cut(s.text, "\n")
	return strings.Fields(first)
}

func (s span) moment() (moment, int) { return parseMoment(s.words()) }

// behind is the span behind n words.
func (s span) behind(n int) span {
	rest := s.text
	for range n {
		rest = strings.TrimLeft(rest, " \t")
		rest = rest[wordLength(rest):]
	}
	rest = strings.TrimLeft(rest, " \t")
	s.before += s.text[:len(s.text)-len(rest)]
	s.text = rest
	return s
}

// length reads for <duration>.
func (s span) length() (end, error) {
	if word, _ := cutWord(s.text); strings.EqualFold(word, wordFor) {
		s = s.behind(1)
	}
	d, n := parseLength(s.words())
	if n == 0 {
		return end{}, s.noLength()
	}
	return end{length: d, rest: s.behind(n)}, s.behind(n).checkWhole(fieldFor)
}

func (s span) noLength() error {
	words := s.words()
	said := min(1, len(words))
	if len(words) > 1 && (isNumber(words[0]) || strings.EqualFold(words[0], "a") || strings.EqualFold(words[0], "an")) {
		said = 2
	}
	return desk.Refuse(desk.Invalid, "%q is no length of time.", clip(strings.Join(words[:said], " "))).
		WithHint("Like: 3h; also 90m, 1h30m, 2d.").In(fieldFor)
}

// until reads until <time>.
func (s span) until(a *asked) (end, error) {
	if word, _ := cutWord(s.text); slices.Contains(untilWords(), strings.ToLower(word)) {
		s = s.behind(1)
	}
	if w := s.words(); len(w) > 0 && isMidnight(w[0]) {
		return end{until: moment{clock: true}, at: s, n: 1, rest: s.behind(1)}, s.behind(1).checkWhole(fieldUntil)
	}
	m, n := s.moment()
	if n == 0 || !m.clock && m.fixed.IsZero() {
		return end{}, desk.Refuse(desk.Invalid, "%q is no time that I understand.", clip(strings.Join(s.words(), " "))).
			WithHint("Say when it ends, like: until 07:00, or until sunday 02:00").In(fieldUntil)
	}
	return end{until: m, at: s, n: n, rest: s.behind(n)}, s.behind(n).checkWhole(fieldUntil)
}

// dropOption takes an option off the line.
func (a *asked) dropOption(name string) {
	a.line.options = maps.Clone(a.line.options)
	delete(a.line.options, name)
}

// checkWhole refuses what stands behind all that an option may hold.
func (s span) checkWhole(option string) error {
	if s.option != option || s.text == "" {
		return nil
	}
	return desk.Refuse(desk.Invalid, "I do not understand %q here.", clip(s.text)).In(option)
}

// keepBehind leaves what is behind a time in the line. An option has to hold the time
// alone.
func (a *asked) keepBehind(s span) error {
	if s.option == "" {
		a.line.rest = strings.TrimSpace(s.text)
	} else if err := s.checkWhole(s.option); err != nil {
		return err
	}
	a.line.options = maps.Clone(a.line.options)
	for _, name := range []string{fieldWhen, fieldFor, fieldUntil} {
		delete(a.line.options, name)
	}
	return nil
}

// instead makes buttons that say everything again with another time in place of the n
// words of a span.
func (a *asked) instead(s span, n int) func(better string) chat.Action {
	return func(better string) chat.Action {
		text := strings.TrimSpace(better + " " + s.behind(n).text)
		b := *a
		if s.option == "" && len(a.req.Options) == 0 {
			if b.number > 0 { // it is said again by itself
				s.before = strings.TrimPrefix(s.before, a.before())
			}
			return b.action(better, s.before+text)
		}
		b.number = 0
		line, options := a.typed, maps.Clone(a.req.Options)
		if s.option == "" {
			line = s.before + text
		} else {
			options[s.option] = s.before + text
		}
		way := b.action(better, line)
		if way.Command == "" {
			return way
		}
		way.Options = options
		if len([]rune(way.Value())) > maxCommand {
			return chat.Action{}
		}
		return way
	}
}
