package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wrongLine is a command line that is not understood.
type wrongLine struct {
	at    *cobra.Command // the last that was
	text  string
	whole bool // shows the whole help, not only the usage
}

func (w *wrongLine) Error() string { return w.text }

func wrong(at *cobra.Command, format string, args ...any) error {
	return &wrongLine{at: at, text: fmt.Errorf(format, args...).Error()}
}

// say says what is wrong and how it would be right, on stderr alone: stdout may be a
// file that another program reads.
func (l *cli) say(w *wrongLine) {
	if w.whole {
		l.help(l.p.stderr, w.at)
		fmt.Fprintf(l.p.stderr, "\nbot: %s\n", w.text)
		return
	}
	on := page{l.p.stderr, l.width(l.p.stderr)}
	on.wrap("", "bot: "+w.text)
	on.wrap("", "Usage: "+w.at.UseLine())
	on.wrap("", fmt.Sprintf("Run \"%s --help\" for more.", w.at.CommandPath()))
}

// unknownCommand is a word where a command was expected.
func (l *cli) unknownCommand(at *cobra.Command, word string) error {
	others := slices.DeleteFunc(visible(at), func(name string) bool { return name == word }) // it is one, behind --
	return wrong(at, "unknown command %q%s", word, meant(word, others))
}

// wrongFlag says in our words what pflag did not understand.
func (l *cli) wrongFlag(at *cobra.Command, err error) error {
	unknown, valueless, invalid := (*pflag.NotExistError)(nil), (*pflag.ValueRequiredError)(nil), (*pflag.InvalidValueError)(nil)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "": // -x, or -force
		all := unknown.GetSpecifiedShortnames()
		return wrong(at, "unknown flag -%s%s", all, l.meantFlag(at, all))
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		return wrong(at, "unknown flag --%s%s", name, l.meantFlag(at, name))
	case errors.As(err, &valueless):
		f := valueless.GetFlag()
		return wrong(at, "--%s needs a value: --%s=%s", f.Name, f.Name, f.Value.Type())
	case errors.As(err, &invalid):
		return wrong(at, "--%s: %w", invalid.GetFlag().Name, errors.Unwrap(invalid))
	}
	return wrong(at, "%w", err)
}

// meantFlag is the hint for a mistyped flag: the nearest, where it belongs, or the command
// of that name.
func (l *cli) meantFlag(at *cobra.Command, name string) string {
	var known, behind, called []string
	at.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, "--"+f.Name) })
	if hint := meant("--"+name, known); hint != "" {
		return hint
	}
	for _, v := range l.verbs {
		switch {
		case v.Hidden:
		case v.Flags().Lookup(name) != nil:
			behind = append(behind, v.CommandPath())
		case v.Name() == name: // --version
			called = append(called, v.CommandPath())
		}
	}
	switch {
	case len(behind) > 0:
		return ": it belongs behind " + quoted(behind)
	case len(called) > 0:
		return ", did you mean " + quoted(called) + "?"
	}
	return ""
}

// meant is the hint for a mistyped word: the known ones that begin with it, or else those
// nearest to it, at most two letters off, one for short words.
func meant(word string, known []string) string {
	word = strings.ToLower(word)
	letters := len(strings.Trim(word, "-"))
	if letters == 0 {
		return ""
	}
	var near []string
	least := 2
	if letters < 4 {
		least = 1
	}
	for _, k := range known {
		d := levenshtein.ComputeDistance(word, k)
		if strings.HasPrefix(k, word) {
			d = 0
		}
		if d < least {
			near, least = nil, d
		}
		if d == least {
			near = append(near, k)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return fmt.Sprintf(", did you mean %s?", quoted(near))
}

func quoted(words []string) string { return `"` + strings.Join(words, `" or "`) + `"` }
