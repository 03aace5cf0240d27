package commands

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/desk"
)

// declared is what a declaration's line says: the services and the impact.
type declared struct {
	services []desk.Affected
	impact   desk.Impact
}

// takeDeclared takes the services and the impact off the line. The first word
// that is an impact ends the services.
func (a *asked) takeDeclared() (declared, error) {
	a.fold("services", "impact")
	head, rest, cut := cutPart(a.line.rest)
	words := strings.Fields(head)
	var d declared
	for len(words) > 0 {
		words = apart(words)
		if impact, ok := parseImpact(words[0]); ok {
			d.impact = impact
			a.line.rest = strings.Join(words[1:], " ")
			if cut {
				a.line.rest += "\n" + rest
			}
			return d, d.check()
		}
		left, err := a.takeAffected(&d.services, words)
		if err != nil {
			return d, a.orImpact(err, d, words)
		}
		words = left
	}
	return d, a.noImpact(d)
}

// parseImpact knows the impacts, with what ends a sentence behind them: phones write a full
// stop for two blanks.
func parseImpact(word string) (desk.Impact, bool) {
	return desk.ParseImpact(strings.ToLower(strings.TrimRight(word, ",:;.!")))
}

// apart parts the first word behind a comma in it: "learn,down". What is in quotes stays.
func apart(words []string) []string {
	end := strings.IndexByte(words[0], ',') + 1
	if end == 0 || end == len(words[0]) || quoted(strings.Join(words, " ")) > 0 {
		return words
	}
	return append([]string{words[0][:end], words[0][end:]}, words[1:]...)
}

// orImpact asks for the impact where behind a service no impact stands, but words that are
// nearly nothing known: "learn not working". They are likely the title.
func (a *asked) orImpact(err error, d declared, words []string) error {
	var q *question
	isImpact := func(w string) bool { _, ok := parseImpact(w); return ok }
	if !errors.As(err, &q) || q.near != "" || len(d.services) == 0 || strings.ContainsAny(words[0], ":,") || slices.ContainsFunc(words, isImpact) {
		return err
	}
	ask := &question{Refusal: desk.Refuse(desk.Unknown, "There is no %s %q.", desk.Term("service or impact"), clip(words[0])).
		WithHint("Say slow, partly or down; like: %s learn down", a.path())}
	_, rest, cut := cutPart(a.line.rest)
	title := strings.Join(words, " ")
	switch {
	case utf8.RuneCountInString(title) > desk.MaxTitle: // it is the message, as in noTitle
		title = strings.TrimSpace("| " + title + "\n" + rest)
	case cut:
		title += " | " + rest
	}
	for _, word := range impactWords() {
		impact, _ := desk.ParseImpact(word)
		d.impact = impact
		ask.offering(a.action(a.Words.PickImpact(d.services, impact), d.words()+" "+title))
	}
	return ask
}

// impactWords are the short words for the impacts.
func impactWords() []string { return []string{"slow", "partly", "down"} }

func (d declared) check() error {
	if len(d.services) == 0 {
		return desk.Refuse(desk.Invalid, "No service was named before the impact.").WithHint("Like: incident declare learn down")
	}
	return nil
}

// words says it again: "learn,portal:major_outage minor".
func (d declared) words() string {
	var services []string
	for _, s := range d.services {
		word := string(s.Service)
		if s.Status != "" {
			word += ":" + string(s.Status)
		}
		services = append(services, word)
	}
	return strings.Join(services, ",") + " " + string(d.impact)
}

// noImpact asks for the impact, by a button for each.
func (a *asked) noImpact(d declared) error {
	if len(d.services) == 0 {
		return desk.Refuse(desk.Invalid, "No service was named.").WithHint("Like: incident declare learn down")
	}
	q := &question{Refusal: desk.Refuse(desk.Invalid, "No impact was named.").WithHint("Say slow, partly or down; like: %s learn down", a.path())}
	head, rest, cut := cutPart(a.again())
	if cut {
		rest = " | " + rest
	}
	for _, word := range impactWords() {
		impact, _ := desk.ParseImpact(word)
		q.offering(a.action(a.Words.PickImpact(d.services, impact), head+" "+word+rest))
	}
	return q
}

// takeAffected takes the service, or the services joined by commas, that words
// begin with, and returns the other words.
func (a *asked) takeAffected(into *[]desk.Affected, words []string) ([]string, error) {
	if between(words[0], len(*into)) {
		return words[1:], nil
	}
	if s, rest, ok := a.takeName(words); ok {
		addAffected(into, desk.Affected{Service: s.ID, Name: s.Name})
		return rest, nil
	}
	for piece := range strings.SplitSeq(words[0], ",") {
		if piece == "" {
			continue
		}
		affected, err := a.affected(a.again(), piece)
		if err != nil {
			return nil, err
		}
		addAffected(into, affected)
	}
	return words[1:], nil
}

// takeName takes a name of several words, one in quotes, or one before a comma.
func (a *asked) takeName(words []string) (desk.Service, []string, bool) {
	if s, n := findService(a.Words.Catalog, words); n > 1 {
		return s, words[n:], true
	}
	text := strings.Join(words, " ")
	end := strings.IndexByte(text, ',')
	if n := quoted(text); n > 0 {
		end = n
	}
	if end < 0 {
		return desk.Service{}, nil, false
	}
	s, ok := a.Words.Catalog.Find(unwrap(text[:end]))
	return s, strings.Fields(strings.TrimPrefix(text[end:], ",")), ok
}

// between reports whether a word only joins services, or, behind some, stands
// before the impact: "learn and portal are down".
func between(word string, services int) bool {
	word = strings.ToLower(word)
	return slices.Contains([]string{"and", "&", "+", ","}, word) || (services > 0 && slices.Contains([]string{"is", "are", "-", "--", "–", "—"}, word))
}

// affected reads "learn" and "learn:major_outage", a piece of text.
func (a *asked) affected(text, piece string) (desk.Affected, error) {
	word, status, said := strings.Cut(piece, ":")
	s, ok := a.Words.Catalog.Find(word)
	if !ok {
		return desk.Affected{}, a.unknownService(text, word)
	}
	out := desk.Affected{Service: s.ID, Name: s.Name}
	if said && status != "" {
		if out.Status, ok = parseStatus(strings.ToLower(status)); !ok {
			q := unknownWord("status of a service", status, []string{"degraded_performance", "partial_outage", "major_outage", "slow", "partly", "down"})
			return out, a.correcting(q, text, status)
		}
	}
	return out, nil
}

// parseStatus knows the statuses that an incident can give a service, and the
// short words for them.
func parseStatus(word string) (desk.ServiceStatus, bool) {
	if impact, ok := desk.ParseImpact(word); ok {
		return impact.ServiceStatus(), true
	}
	s := desk.ServiceStatus(word)
	return s, s.Rank() >= desk.DegradedPerformance.Rank()
}

// addAffected adds a service; one that is there already is said anew.
func addAffected(to *[]desk.Affected, s desk.Affected) {
	k := slices.IndexFunc(*to, func(b desk.Affected) bool { return b.Service == s.Service })
	if k < 0 {
		*to = append(*to, s)
		return
	}
	(*to)[k] = s
}

// unknownService refuses a word that is no service, with the nearest one, or with what
// declares an alert.
func (a *asked) unknownService(text, word string) error {
	if g, ok := a.Words.Catalog.Group(word); ok {
		r := desk.Refuse(desk.Unknown, "%s is a group.", g).WithHint("Please name its services: %s.", strings.Join(a.servicesOf(g), ", "))
		return a.correcting(&question{Refusal: r, near: strings.Join(a.servicesOf(g), ",")}, text, word)
	}
	if n, ok := parseAlertNumber(word); ok && strings.HasPrefix(strings.ToLower(word), "alr-") && a.path() == "incident declare" {
		return desk.Refuse(desk.Unknown, "ALR-%d is an alert.", n).WithHint("Like: %s", desk.Term(fmt.Sprintf("probe declare %d", n)))
	}
	impacts := []string{"slow", "partly", "down", "minor", "major", "critical"}
	if nearest(word, a.serviceWords()) == "" && nearest(word, impacts) != "" {
		return a.correcting(unknownWord("service or impact", word, impacts), text, word)
	}
	q := unknownWord("service", word, a.serviceWords())
	if q.near == "" {
		q.WithHint("There are: %s.", strings.Join(firstOf(a.ids(), maxKnown), ", "))
	}
	return a.correcting(q, text, word)
}

// unknownOne is unknownService where one service alone can be meant: of a group each is
// offered.
func (a *asked) unknownOne(text, word string) error {
	g, ok := a.Words.Catalog.Group(word)
	if !ok {
		return a.unknownService(text, word)
	}
	ids := a.servicesOf(g)
	q := &question{Refusal: desk.Refuse(desk.Unknown, "%s is a group.", g).WithHint("Please name one of its services: %s.", strings.Join(ids, ", "))}
	for _, id := range ids[:min(len(ids), maxOffers)] {
		q.offering(a.action(a.Words.Instead(id), replaceWord(text, word, id)))
	}
	return q
}

// correcting offers the text behind the verb with the nearest word in the place of
// a mistyped one.
func (a *asked) correcting(q *question, text, word string) error {
	if q.near == "" {
		return q
	}
	return q.offering(a.action(a.Words.Instead(q.near), replaceWord(text, word, q.near)))
}

// replaceWord puts another word in the place of the first that reads so, which may be a
// part of a longer one before it: "boston/lern lern".
func replaceWord(text, word, by string) string {
	at, parts := 0, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ':' }
	for part := range strings.FieldsFuncSeq(text, parts) {
		at += strings.Index(text[at:], part)
		if part == word {
			return text[:at] + by + text[at+len(word):]
		}
		at += len(part)
	}
	return strings.Replace(text, word, by, 1)
}

// serviceWords lists the ids and aliases of services.
func (a *asked) serviceWords() []string {
	out := a.ids()
	for _, s := range a.Words.Catalog.Services() {
		out = append(out, s.Aliases...)
	}
	return out
}

func (a *asked) ids() []string {
	var out []string
	for _, s := range a.Words.Catalog.Services() {
		out = append(out, string(s.ID))
	}
	return out
}

func (a *asked) servicesOf(g desk.GroupName) []string {
	var out []string
	for _, s := range a.Words.Catalog.Services() {
		if s.Group == g {
			out = append(out, string(s.ID))
		}
	}
	return out
}
