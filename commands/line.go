package commands

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/desk"
)

// maxLine is the most characters of a line: a title, a message and a reason of
// the greatest length, and 1,500 for services and times.
const maxLine = desk.MaxTitle + desk.MaxText + desk.MaxReason + 1500

// flag is the name of a flag, without its dashes.
type flag string

const (
	flagNext     flag = "next"
	flagSince    flag = "since"
	flagYes      flag = "yes"
	flagSeparate flag = "separate"
	flagForce    flag = "force"
	flagUrgent   flag = "urgent"
)

func flagNames() []flag {
	return []flag{flagNext, flagSince, flagYes, flagSeparate, flagForce, flagUrgent}
}

// line is what was typed behind the command's word, its flags taken out.
type line struct {
	rest  string // what was not taken yet, as typed
	flags map[flag]string
	// options stand for parts of the rest where a platform has them.
	options map[string]string
}

// parseLine takes a line apart. It refuses what is not plain text, is too long, or
// has a flag without its value or twice.
func parseLine(text string, options map[string]string) (line, error) {
	if err := checkTyped(text, options); err != nil {
		return line{}, err
	}
	s := scanner{left: desk.PlainLines(text), flags: map[flag]string{}}
	if err := s.run(); err != nil {
		return line{}, err
	}
	l := line{flags: s.flags, options: options, rest: strings.TrimSpace(s.out.String())}
	return l, l.takeOptions()
}

// word takes the first word off the rest, in lower case.
func (l *line) word() string {
	var w string
	w, l.rest = cutWord(l.rest)
	return strings.ToLower(w)
}

// bare reports whether nothing more was said.
func (l *line) bare() bool { return l.rest == "" && len(l.options) == 0 }

// part takes the option of that name, else the next part of the rest.
func (l *line) part(option string) string {
	if v, ok := l.options[option]; ok {
		return strings.TrimSpace(v)
	}
	var p string
	p, l.rest, _ = cutPart(l.rest)
	return unwrap(p)
}

// all takes the option of that name, else the whole rest.
func (l *line) all(option string) string {
	if v, ok := l.options[option]; ok {
		return strings.TrimSpace(v)
	}
	v := unwrap(strings.TrimPrefix(l.rest, "| ")) // as behind a title, which is not there
	l.rest = ""
	return v
}

func checkTyped(text string, options map[string]string) error {
	n := utf8.RuneCountInString(text)
	for name, v := range options {
		n += utf8.RuneCountInString(v)
		if err := desk.CheckChars(v); err != nil {
			return inField(err, name)
		}
	}
	if n > maxLine {
		return desk.Refuse(desk.Invalid, "The line has %d characters; at most %d fit.", n, maxLine)
	}
	return desk.CheckChars(text)
}

// inField says of which field a refusal is.
func inField(err error, name string) error {
	var r *desk.Refusal
	if errors.As(err, &r) {
		r.Field = name
	}
	return err
}

// takeOptions makes flags of the options that are flags elsewhere, and of a last
// part that is just "next 45m".
func (l *line) takeOptions() error {
	for _, f := range []flag{flagNext, flagSince, flagForce, flagUrgent} {
		v, ok := l.options[string(f)]
		if !ok {
			continue
		}
		if err := l.setFlag(f, v); err != nil {
			return err
		}
	}
	rest, value, ok := cutLastNext(l.rest)
	if !ok {
		return nil
	}
	l.rest = rest
	return l.setFlag(flagNext, value)
}

func (l *line) setFlag(f flag, value string) error {
	if _, twice := l.flags[f]; twice {
		return desk.Refuse(desk.Invalid, "%s is there twice.", f.dashed())
	}
	l.flags[f] = value
	return nil
}

// isReason reports whether the value of the flag is a reason. It may be asked for by a
// form where it is missing.
func (f flag) isReason() bool { return f == flagForce || f == flagUrgent }

func (f flag) dashed() string { return "--" + string(f) }

// needs names the value of a flag.
func (f flag) needs() desk.Term {
	switch f {
	case flagNext:
		return "a length of time"
	case flagSince:
		return "a time"
	}
	return "a reason in quotes"
}

// example is the flag with a value; how a reason is given is said by asked.reasons.
func (f flag) example() string {
	if f == flagSince {
		return "--since 03:52"
	}
	return "--next 45m"
}

// scanner takes the flags out of a text.
type scanner struct {
	left  string
	out   strings.Builder
	flags map[flag]string
}

func (s *scanner) run() error {
	for atWord := true; s.left != ""; {
		if n := quoted(s.left); atWord && n > 0 {
			s.keep(n)
			atWord = false
			continue
		}
		if f, n := flagAt(s.left); atWord && n > 0 {
			s.left = s.left[n:]
			if err := s.value(f); err != nil {
				return err
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s.left)
		atWord = unicode.IsSpace(r)
		s.keep(n)
	}
	return nil
}

func (s *scanner) keep(n int) {
	s.out.WriteString(s.left[:n])
	s.left = s.left[n:]
}

// value takes the value of a flag, and the blanks around it.
func (s *scanner) value(f flag) error {
	if _, twice := s.flags[f]; twice {
		return desk.Refuse(desk.Invalid, "%s is there twice.", f.dashed())
	}
	value, n := "", 0
	if f != flagYes && f != flagSeparate {
		s.left = strings.TrimLeft(strings.TrimPrefix(s.left, "="), " \t")
		value, n = f.valueAt(s.left)
		if value == "" && !f.isReason() {
			return desk.Refuse(desk.Invalid, "%s needs %s behind it.", f.dashed(), f.needs()).WithHint("Like: %s", f.example())
		}
	}
	s.flags[f] = value
	s.left = strings.TrimLeft(s.left[n:], " \t")
	return nil
}

// valueAt tells the value that a text begins with, and how much of the text it is.
func (f flag) valueAt(text string) (value string, n int) {
	if n := quoted(text); n > 0 {
		return strings.TrimSpace(strings.TrimFunc(text[:n], isQuote)), n
	}
	switch f {
	case flagSince:
		n = momentLength(text)
	case flagForce, flagUrgent:
		return "", 0
	}
	if n == 0 {
		n = wordLength(text)
	}
	return text[:n], n
}

// momentLength tells how much of the text is a time.
func momentLength(text string) int {
	first, _, _ := strings.Cut(text, "\n")
	_, words := parseMoment(strings.Fields(first))
	n := 0
	for range words {
		n += len(first[n:]) - len(strings.TrimLeftFunc(first[n:], unicode.IsSpace))
		n += wordLength(first[n:])
	}
	return n
}

// wordLength tells how much of the text is its first word.
func wordLength(text string) int {
	if n := strings.IndexFunc(text, unicode.IsSpace); n >= 0 {
		return n
	}
	return len(text)
}

func isQuote(r rune) bool { return strings.ContainsRune(`"“”„`, r) }

// quoted tells how much of the text is a quotation that it begins with; 0: none.
func quoted(text string) int {
	r, n := utf8.DecodeRuneInString(text)
	if !isQuote(r) {
		return 0
	}
	end := strings.IndexFunc(text[n:], isQuote)
	if end < 0 {
		return 0
	}
	_, last := utf8.DecodeRuneInString(text[n+end:])
	return n + end + last
}

// flagAt tells which flag the text begins with, and how much of it that is.
func flagAt(text string) (flag, int) {
	dashes := 0
	for _, d := range []string{"--", "—", "–"} {
		if strings.HasPrefix(text, d) {
			dashes = len(d)
		}
	}
	if dashes == 0 {
		return "", 0
	}
	word := text[dashes : dashes+wordLength(text[dashes:])]
	word, _, _ = strings.Cut(word, "=")
	f := flag(strings.ToLower(word))
	if !slices.Contains(flagNames(), f) {
		return "", 0
	}
	return f, dashes + len(word)
}

// cutWord splits off the first word.
func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	n := wordLength(text)
	return text[:n], strings.TrimSpace(text[n:])
}

// cutPart splits at the first bar that stands alone, or line break.
func cutPart(text string) (part, rest string, found bool) {
	at, end := separator(text)
	if at < 0 {
		return strings.TrimSpace(text), "", false
	}
	return strings.TrimSpace(text[:at]), strings.TrimSpace(text[end:]), true
}

// separator finds the first bar with a blank or an end on either side, or the
// first line break.
func separator(text string) (at, end int) {
	for i, r := range text {
		before := i == 0 || text[i-1] == ' '
		after := i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\n'
		if r == '\n' || (r == '|' && before && after) {
			return i, i + 1
		}
	}
	return -1, -1
}

// cutLastNext takes off a last part that is just "next 45m".
func cutLastNext(text string) (rest, value string, ok bool) {
	begin := 0
	for {
		_, end := separator(text[begin:])
		if end < 0 {
			break
		}
		begin += end
	}
	if begin == 0 {
		return text, "", false
	}
	if value, ok = justNext(text[begin:]); !ok {
		return text, "", false
	}
	return strings.TrimSpace(text[:begin-1]), value, true
}

// justNext reads a part that is just "next 45m".
func justNext(part string) (value string, ok bool) {
	word, value := cutWord(part)
	value = strings.Join(strings.Fields(value), "")
	_, isLength := parseDuration(value)
	return value, isLength && strings.EqualFold(word, string(flagNext))
}

// takeNext makes a flag of a rest that is just "next 45m": the last part is the only one.
func (l *line) takeNext() error {
	value, ok := justNext(l.rest)
	if !ok {
		return nil
	}
	l.rest, l.flags = "", maps.Clone(l.flags)
	return l.setFlag(flagNext, value)
}

// unwrap takes away the quotes around a text that is one quotation as a whole.
func unwrap(text string) string {
	if n := quoted(text); n > 0 && n == len(text) {
		return strings.TrimSpace(strings.TrimFunc(text, isQuote))
	}
	return text
}
