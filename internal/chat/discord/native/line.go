package native

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/desk"
)

// line is what a native command becomes.
type line struct {
	words   []string
	options map[string]string
}

// Line makes of a command that was used with native options what the grammar reads: the
// line behind the command, and options. verb is the name of the subcommand; empty where
// the command has none. The values are texts: a person is "@lowell/1", a channel
// "#lowell/1", what is true "true". What is not an option of the verb is said behind.
func Line(command, verb string, values map[string]string) (text string, options map[string]string) {
	l := &line{options: map[string]string{}}
	if verb != "" {
		l.words = append(l.words, verb)
	}
	left := maps.Clone(values)
	for _, o := range optionsOf(verbNamed(command, verb)) {
		v := strings.TrimSpace(left[o.name])
		delete(left, o.name)
		switch {
		case v == "":
		case o.put == nil:
			l.options[o.name] = v
		default:
			o.put(l, v)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		l.putOther(name, strings.TrimSpace(left[name]))
	}
	if len(l.options) == 0 {
		l.options = nil
	}
	return strings.Join(l.words, " "), l.options
}

// verbNamed finds a verb; one that is not there has no flags.
func verbNamed(command, name string) commands.Verb {
	for _, v := range commands.Verbs(command) {
		if v.Name == name {
			return v
		}
	}
	return commands.Verb{Command: command, Name: name}
}

func putWord(l *line, value string) { l.words = append(l.words, value) }

// putOther writes what is no option of the verb, such as one that it had when Discord was
// last told: a flag, or words that the grammar will find wrong.
func (l *line) putOther(name, value string) {
	switch value {
	case "", "false":
	case "true":
		putWord(l, "--"+name)
	default:
		putWord(l, value)
	}
}

// numbered is how incidents and windows are named by number.
var numbered = regexp.MustCompile(`^(?i:#|inc-?|win-?|alr-?)?([0-9]{1,9})$`)

// putNumber writes a number into the line, where it opens a form if nothing else is
// said, as it does elsewhere; what is no number stays an option, so that it is never
// taken for the beginning of a text.
func (l *line) putNumber(option, value string) {
	if m := numbered.FindStringSubmatch(value); m != nil {
		l.words = append(l.words, m[1])
		return
	}
	l.options[option] = value
}

func putIncident(l *line, value string) { l.putNumber("incident", value) }
func putWindow(l *line, value string)   { l.putNumber("window", value) }

func putAlert(l *line, value string) {
	if m := numbered.FindStringSubmatch(value); m != nil {
		value = m[1]
	}
	putWord(l, value)
}

// putWhyWindow and putWhyAlert write a window and an alert where incidents are meant else.
func putWhyWindow(l *line, value string) { putNamed(l, desk.WindowSubject, value) }

func putWhyAlert(l *line, value string) { putNamed(l, desk.AlertSubject, value) }

func putNamed(l *line, kind desk.SubjectKind, value string) {
	if m := numbered.FindStringSubmatch(value); m != nil {
		value = string(kind) + "-" + m[1]
	}
	putWord(l, value)
}

func putMessage(l *line, value string) { putWord(l, "#"+value) }

func putInto(l *line, value string) { l.words = append(l.words, "into", value) }

// putDayTo writes which time of repeated work is moved: "dec 9 to", and then the option
// when.
func putDayTo(l *line, value string) { l.words = append(l.words, value, "to") }

func putLead(l *line, value string) { l.options["lead"] = value }

// putChannel writes another channel's address before the target, which must have been
// put already.
func putChannel(l *line, value string) {
	l.options["target"] = strings.TrimSpace(value + " " + l.options["target"])
}

func putHere(l *line, value string) {
	if value == "true" {
		putWord(l, "here")
	}
}

func putFlag(name string) func(*line, string) {
	return func(l *line, value string) {
		if value == "true" {
			putWord(l, "--"+name)
		}
	}
}
