package commands

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// question is a refusal with ways on, as buttons.
type question struct {
	*desk.Refusal
	actions []chat.Action
	near    string // the word that was likely meant; empty: none is near
}

func (q *question) Unwrap() error { return q.Refusal }

// maxCommands is the most characters that all buttons of one answer hold: Slack
// refuses a message at about 13,000 over all its blocks.
// https://github.com/slackapi/bolt-js/issues/2509
const maxCommands = 6000

// offering adds a way on, where there is room for it.
func (q *question) offering(way chat.Action) *question {
	total := utf8.RuneCountInString(way.Value())
	for _, a := range q.actions {
		total += utf8.RuneCountInString(a.Value())
	}
	if way.Command != "" && total <= maxCommands {
		q.actions = append(q.actions, way)
	}
	return q
}

// in says of which field the question is.
func (q *question) in(field string) *question {
	q.Field = field
	return q
}

// unknownWord refuses a word that nobody knows, with the nearest that is known.
func unknownWord(what desk.Term, word string, known []string) *question {
	r := desk.Refuse(desk.Unknown, "There is no %s %q.", what, clip(word))
	if near := nearest(word, known); near != "" {
		return &question{Refusal: r.WithHint("Did you mean %s?", near), near: near}
	}
	return &question{Refusal: r.WithHint("There are: %s.", strings.Join(firstOf(known, maxKnown), ", "))}
}

// maxKnown is how many known words a refusal lists.
const maxKnown = 15

func firstOf(words []string, n int) []string {
	if len(words) > n {
		return append(slices.Clone(words[:n]), "and more")
	}
	return words
}

// clip shortens a word that is said back, in characters.
func clip(word string) string {
	if utf8.RuneCountInString(word) > 40 {
		return string([]rune(word)[:40]) + "..."
	}
	return word
}

// nearest finds the word nearest to a mistyped one, "" where none is near: at most
// a third of its letters off, or two that changed places.
func nearest(word string, known []string) string {
	if utf8.RuneCountInString(word) > 40 {
		return ""
	}
	word = strings.ToLower(word)
	best, least := "", utf8.RuneCountInString(word)/3+1
	least = max(least, 2)
	for _, k := range known {
		if d := mistakes(word, strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	return best
}

// mistakes counts by how many letters a word is off another. Two neighbours that changed
// places are one mistake, the commonest of thumbs: "dwon".
func mistakes(word, other string) int {
	w, o := []rune(word), []rune(other)
	if len(w) == len(o) {
		k := 0
		for k < len(w) && w[k] == o[k] {
			k++
		}
		if k+1 < len(w) && w[k] == o[k+1] && w[k+1] == o[k] && slices.Equal(w[k+2:], o[k+2:]) {
			return 1
		}
	}
	return levenshtein.ComputeDistance(word, other)
}

func mapKeys[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

// maxCommand is the longest command line that a button holds, in characters: the
// shortest limit is that of Slack's button value, 2,000.
// https://docs.slack.dev/reference/block-kit/block-elements/button-element
const maxCommand = 2000

// action is a button that says the line again, with rest behind the verb, the
// number and the flags. One that would not fit holds no command, and is not offered;
// nor is one where a form was filled in, which stays open to be put right.
func (a *asked) action(label, rest string, extra ...flag) chat.Action {
	if a.req.Filled {
		return chat.Action{}
	}
	words := []string{a.path()}
	if a.number > 0 {
		words = append(words, strconv.Itoa(a.number))
	}
	for _, f := range extra {
		words = append(words, a.flagWord(f))
	}
	words = append(words, a.flagWords()...)
	if rest != "" {
		words = append(words, rest)
	}
	command := strings.Join(words, " ")
	if utf8.RuneCountInString(command) > maxCommand {
		return chat.Action{}
	}
	return chat.Action{Label: label, Command: command}
}

// override is a button that says everything again with one flag more.
func (a *asked) override(label string, extra flag) chat.Action {
	if !a.req.Filled {
		return a.action(label, a.again(), extra)
	}
	way := chat.Action{Label: label, Command: a.path() + " " + extra.dashed(), Options: a.req.Options}
	if utf8.RuneCountInString(way.Value()) > maxCommand {
		return chat.Action{}
	}
	return way
}

// flagWord writes a flag without a value. Where no form can ask for a reason, in a terminal,
// the line shows where it stands.
func (a *asked) flagWord(f flag) string {
	if f.isReason() && a.req.Person.Connection == desk.Local {
		return f.dashed() + ` "why"`
	}
	return f.dashed()
}

// flagWords writes the flags of the line again.
func (a *asked) flagWords() []string {
	var words []string
	for _, f := range flagNames() {
		value, ok := a.line.flags[f]
		switch {
		case !ok:
		case value == "":
			words = append(words, f.dashed())
		default:
			words = append(words, f.dashed()+` "`+strings.Map(unquoted, value)+`"`)
		}
	}
	return words
}

// unquoted makes a quotation mark inside a value one that does not end it.
func unquoted(r rune) rune {
	if isQuote(r) {
		return '\''
	}
	return r
}

// unreasoned is the flag of the line whose reason is not said; empty: there is none.
func (a *asked) unreasoned() flag {
	for _, f := range flagNames() {
		if value, there := a.line.flags[f]; there && value == "" && f.isReason() {
			return f
		}
	}
	return ""
}

// reasons takes the reason that a form asked for, and refuses a flag without one.
func (a *asked) reasons() error {
	f := a.unreasoned()
	if f == "" {
		return nil
	}
	if v := strings.TrimSpace(a.line.options["reason"]); v != "" && slices.Contains(a.verb.flags, f) {
		a.line.flags[f] = v
		a.line.options = maps.Clone(a.line.options)
		delete(a.line.options, "reason")
		return nil
	}
	like := f.dashed() + ` "` + a.Words.Own(string(desk.Term("the vendor asked for it"))) + `"`
	if slices.Contains(a.verb.flags, f) {
		like = strings.TrimSpace(a.path() + " " + like + " " + a.again())
	}
	return desk.Refuse(desk.Invalid, "%s needs %s behind it.", f.dashed(), f.needs()).WithHint("Like: %s", like).In("reason")
}

// overrideForm asks for the reason of a flag that needs one, where the platform can
// open a form; nil: there is no such flag. Work whose texts cannot be typed is planned by
// fields, which it asks for again.
func (a *asked) overrideForm() *chat.Form {
	f := a.unreasoned()
	if f == "" || !slices.Contains(a.verb.flags, f) {
		return nil
	}
	words := append([]string{a.path()}, a.flagWords()...)
	command := strings.TrimSpace(strings.Join(words, " ") + " " + a.line.rest)
	filled := a.req.Options
	if a.req.Prefill != nil {
		filled = a.req.Prefill
	}
	var form chat.Form
	switch {
	case a.path() == "window schedule" && len(filled) > 0:
		form = a.Words.OverrideScheduleForm(command, filled)
	case a.req.Filled, len(a.line.options) > 0:
		return nil
	case a.command == "incident":
		form = a.Words.TellNowForm(command)
	default:
		form = a.Words.OverrideForm(command)
	}
	return &form
}

// usage answers a bare verb: what belongs behind it, with an example.
func (a *asked) usage() chat.Reply {
	h, _ := wording.HelpOf(a.path())
	return refused(a.Words.Usage(h))
}
