package commands

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

var numberForm = regexp.MustCompile(`^(?i:#|inc-?)?([0-9]{1,9})[:,]?$`)

// parseNumber reads 42, #42, inc-42, 42: as it stands before a message, and 42, as it
// stands in a list.
func parseNumber(word string) (int, bool) {
	m := numberForm.FindStringSubmatch(word)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil && n > 0
}

// candidates are the incidents that may be meant where no number was typed.
type candidates int

const (
	amongOpen  candidates = iota // those that are open and no drills
	amongEnded                   // those that were resolved lately
)

// find lists them, newest first.
func (c candidates) find(ctx context.Context, a *asked) ([]desk.Incident, error) {
	if c == amongOpen {
		return open(ctx, a)
	}
	all, err := a.journal.Incidents(ctx, time.Time{}, maxList)
	return slices.DeleteFunc(all, func(i desk.Incident) bool {
		long := !i.IsOpen() && i.EndedAt.Before(a.req.At.Add(-recently))
		return i.Drill || i.CheckResolved() != nil || long
	}), err
}

// open are those that are open and no drills, newest first.
func open(ctx context.Context, a *asked) ([]desk.Incident, error) {
	all, err := a.journal.Open(ctx)
	slices.Reverse(all)
	return slices.DeleteFunc(all, func(i desk.Incident) bool { return i.Drill }), err
}

// recently is how long an incident that ended is still offered by itself.
const recently = 7 * 24 * time.Hour

// incident takes the incident that is meant off the line, as a.number: by its
// number, by a service that it is about, or because there is just one. Else it
// refuses and offers those that there are.
func (a *asked) incident(ctx context.Context, among candidates) (err error) {
	a.number, err = a.findIncident(ctx, among)
	return err
}

func (a *asked) findIncident(ctx context.Context, among candidates) (int, error) {
	if n, ok, err := a.takeNumber(); ok || err != nil {
		return n, err
	}
	whole := a.line.rest
	service, named := a.takeServiceOf("incident")
	if done, found, err := a.journal.Repeated(ctx, a.by()); found || err != nil {
		return done.Incident.Number, err
	}
	all, err := among.find(ctx, a)
	if err != nil {
		return 0, err
	}
	fit := all
	if named {
		fit = slices.DeleteFunc(slices.Clone(all), func(i desk.Incident) bool { return !i.Concerns(service.ID) })
	}
	switch {
	case len(fit) == 1:
		return fit[0].Number, nil
	case len(fit) > 1:
		return 0, a.which(fit, a.Words.SeveralFit())
	case named:
		if a.line.rest != "" { // it may begin a text
			a.line.rest = whole
		}
		return 0, a.which(all, a.Words.NoneAbout(service.Name, among == amongEnded))
	}
	if among == amongEnded {
		return 0, a.which(nil, a.Words.NoneEnded())
	}
	drills, err := a.drills(ctx)
	if err != nil {
		return 0, err
	}
	return 0, a.which(drills, a.Words.NoneOpen(len(drills)))
}

// drills are those open that are for who asks: one is meant only by its number.
func (a *asked) drills(ctx context.Context) ([]desk.Incident, error) {
	all, err := a.journal.Open(ctx)
	return slices.DeleteFunc(all, func(i desk.Incident) bool { return !i.Drill || !a.maySee(i) }), err
}

// takeNumber takes a number off the line, where there is one.
func (a *asked) takeNumber() (n int, ok bool, err error) {
	if v, given := a.line.options["incident"]; given {
		if n, ok := parseNumber(strings.TrimSpace(v)); ok {
			return n, true, nil
		}
		if _, ok := a.Words.Catalog.Find(strings.TrimSpace(v)); ok {
			return 0, false, nil
		}
		return 0, false, desk.Refuse(desk.Unknown, "%q is no incident.", clip(v)).WithHint("Give its number, like 42, or a service.")
	}
	word, rest := cutWord(a.line.rest)
	if n, ok = parseNumber(word); ok && !a.namesMessage(word, rest) && !a.counts(word, rest) {
		a.line.rest = rest
		return n, true, nil
	}
	return 0, false, nil
}

// namesMessage reports whether a first #3 is the number of a message: where
// messages are edited, unless it stands before one.
func (a *asked) namesMessage(word, rest string) bool {
	return a.verb.name == "edit" && strings.HasPrefix(word, "#") && !strings.HasPrefix(rest, "#")
}

// counts reports whether a first number belongs to a time, where one is typed: "20 min ago",
// "11 pm", "31 oct 23:00". In "20 11 pm" it does not.
func (a *asked) counts(word, rest string) bool {
	if !slices.Contains([]string{"began", "ended", "snooze", "extend"}, a.verb.name) {
		return false
	}
	isTime := func(words []string) bool {
		_, moment := parseMoment(words)
		_, length := parseLength(words)
		return len(words) > 0 && max(moment, length) == len(words)
	}
	behind := strings.Fields(rest)
	return isTime(append([]string{word}, behind...)) && !isTime(behind)
}

// takeServiceOf takes a service off the line where it stands for its incident or
// window, whose option that is. One that begins a sentence ("learn is back") stays.
func (a *asked) takeServiceOf(option string) (desk.Service, bool) {
	if v, given := a.line.options[option]; given {
		return a.Words.Catalog.Find(strings.TrimSpace(v))
	}
	words := strings.Fields(a.line.rest)
	s, n := findService(a.Words.Catalog, words)
	if n == 0 || (n < len(words) && continues(words[n]) && !strings.HasSuffix(words[n-1], ":")) {
		return desk.Service{}, false
	}
	for range n {
		_, a.line.rest = cutWord(a.line.rest)
	}
	return s, true
}

// continues reports whether a word behind a service's name makes it the beginning
// of a sentence.
func continues(word string) bool {
	return slices.Contains([]string{
		"is", "are", "was", "were", "has", "have", "had", "will", "can", "cannot", "can't", "could", "should", "may",
		"does", "doesn't", "isn't", "still", "again", "and", "or", "works", "work", "working", "runs", "fails", "failed",
		"seems", "appears", "comes", "came", "went", "now", "users", "logins", "login", "access", "service",
	}, strings.ToLower(word))
}

// serviceWords is the most words that a service's name may have here.
const serviceWords = 6

// findService finds the service whose id, alias or name words begin with, and
// tells how many words that is.
func findService(c *desk.Catalog, words []string) (desk.Service, int) {
	for n := min(len(words), serviceWords); n > 0; n-- {
		name := strings.TrimRight(strings.Join(words[:n], " "), ",:")
		if s, ok := c.Find(name); ok {
			return s, n
		}
	}
	return desk.Service{}, 0
}

// maxOffered is how many incidents a question offers: more buttons than that
// nobody reads on a phone.
const maxOffered = 10

// which asks which incident is meant, by a button that says the line with its
// number.
func (a *asked) which(fit []desk.Incident, sentence string) error {
	if a.line.rest != "" && a.justNumbered() {
		return a.tooMuch()
	}
	h, _ := wording.HelpOf(a.path())
	q := &question{Refusal: desk.Refuse(desk.Ambiguous, "%s", sentence).WithHint("Like: %s", desk.Term(h.Example))}
	if len(fit) == 0 {
		q.Code = desk.Unknown
	}
	for k, i := range fit {
		q.Subjects = append(q.Subjects, i.Subject())
		if k < maxOffered {
			q.offering(a.numbered(i))
		}
	}
	return q
}

// justNumbered reports whether nothing may stand behind the number: a line with more is
// refused with any number.
func (a *asked) justNumbered() bool {
	return slices.Contains([]string{"show", "timeline", "deliveries", "tell", "nothing-new", "faculty"}, a.verb.name)
}

func (a *asked) numbered(i desk.Incident) chat.Action {
	b := *a
	b.number = i.Number
	return b.action(a.Words.Pick(i), b.again())
}

// fold writes options before the rest, as if they had been typed there.
func (a *asked) fold(names ...string) {
	a.line.options = maps.Clone(a.line.options)
	for _, name := range slices.Backward(names) {
		v := strings.Join(strings.Fields(a.line.options[name]), " ")
		a.line.rest = strings.TrimSpace(v + " " + a.line.rest)
		delete(a.line.options, name)
	}
}

// again writes what the line still holds, its options too, as a line.
func (a *asked) again() string {
	words := []string{a.line.rest}
	for _, name := range []string{"services", "target", "impact", "kinds", "least", "manner", "hours", "effect", "when", "for", "until", "status", "title"} {
		v := a.line.options[name]
		if name == "status" && v != "" {
			v += ":"
		}
		words = append(words, v)
	}
	text := strings.TrimSpace(strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " "))
	message := a.line.options["message"]
	if message != "" && slices.Contains(a.verb.flags, flagSince) { // the verbs that have a title before
		return text + " | " + message
	}
	return strings.TrimSpace(text + " " + message)
}
