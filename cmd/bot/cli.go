package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// cli is the command line: cobra's tree of commands, and what cobra does not keep of
// them, their order and what their arguments mean. commandline.go says what there is.
type cli struct {
	p      process
	root   *cobra.Command
	config string // --config
	verbs  []verb // in the order in which help names them
}

// verb is a command that does something by itself.
type verb struct {
	*cobra.Command
	args []argument
}

// runner does what a command is there for.
type runner interface{ Run(bound) error }

// argument is what a command takes besides flags. Each is needed.
type argument struct {
	name, about string
	// take takes it from the words that are left: there is at least one.
	take func(words []string) (left []string, err error)
	// offer is what a shell completes it from; nil: nothing.
	offer func() ([]string, cobra.ShellCompDirective)
}

// errSaid ends a run with exit status 1 when what went wrong was printed already.
var errSaid = errors.New("said already")

// wrongStatus is the exit status for a wrong command line: what scripts may rely on.
const wrongStatus = 80

// run carries out the command line; it returns the exit status: 0, 1 for a failure, or
// wrongStatus.
func (l *cli) run(ctx context.Context) int {
	err := l.root.ExecuteContext(ctx)
	wrong := (*wrongLine)(nil)
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		l.say(wrong)
		return wrongStatus
	case !errors.Is(err, errSaid):
		fmt.Fprintln(l.p.stderr, "bot:", err)
	}
	return 1
}

// verb completes a command that does something.
func (l *cli) verb(c *cobra.Command, does runner, args ...argument) *cobra.Command {
	c.Args = func(_ *cobra.Command, words []string) error { return takeAll(c, args, words) }
	c.RunE = func(*cobra.Command, []string) error { return does.Run(bound{c.Context(), l.p, l.config}) }
	c.ValidArgsFunction = func(_ *cobra.Command, words []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(words) >= len(args) || args[len(words)].offer == nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		all, how := args[len(words)].offer()
		return starting(begun, all), how
	}
	c.Flags().SortFlags = false
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() == "bool" {
			f.Value = yesOrNo{f.Value}
		}
	})
	l.verbs = append(l.verbs, verb{c, args})
	return c
}

// group completes a command that only leads to others.
func (l *cli) group(c *cobra.Command, under ...*cobra.Command) *cobra.Command {
	c.AddCommand(under...)
	c.Args = cobra.ArbitraryArgs // RunE says what is wrong with them
	c.RunE = func(_ *cobra.Command, words []string) error {
		if len(words) > 0 {
			return l.unknownCommand(c, words[0])
		}
		return &wrongLine{at: c, text: "expected one of the commands above", whole: true}
	}
	return c
}

// visible are the names of the commands behind a command that are not hidden.
func visible(c *cobra.Command) (names []string) {
	for _, under := range c.Commands() {
		if under.IsAvailableCommand() {
			names = append(names, under.Name())
		}
	}
	return names
}

// starting are the words that begin so.
func starting(begun string, words []string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return !strings.HasPrefix(word, begun) })
}

// oneOf has a command need exactly one of some flags.
func oneOf(c *cobra.Command, names ...string) {
	c.MarkFlagsOneRequired(names...) // for completion: what is said of a wrong line is said here
	c.MarkFlagsMutuallyExclusive(names...)
	c.PreRunE = func(*cobra.Command, []string) error {
		said := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !c.Flags().Changed(name) })
		switch len(said) {
		case 0:
			return wrong(c, "missing flags: one of --%s", strings.Join(names, ", --"))
		case 1:
			return nil
		}
		return wrong(c, "--%s cannot be used together", strings.Join(said, " and --"))
	}
}

// takeAll gives the words of the line to the arguments.
func takeAll(at *cobra.Command, args []argument, words []string) (err error) {
	for i, a := range args {
		if len(words) == 0 {
			return wrong(at, "expected %s", listArguments(args[i:]))
		}
		if words, err = a.take(words); err != nil {
			return wrong(at, "<%s>: %w", a.name, err)
		}
	}
	if len(words) > 0 {
		return wrong(at, "unexpected argument %q", words[0])
	}
	return nil
}

func listArguments(args []argument) string {
	var names []string
	for _, a := range args {
		names = append(names, "<"+a.name+">")
	}
	return strings.Join(names, " ")
}

// one is an argument of one word, from a list if there is one.
func one[T ~string](to *T, known ...string) func([]string) ([]string, error) {
	return func(words []string) ([]string, error) {
		if len(known) > 0 && !slices.Contains(known, words[0]) {
			return nil, fmt.Errorf("%q is none of %s", words[0], strings.Join(known, ", "))
		}
		*to = T(words[0])
		return words[1:], nil
	}
}

// rest is an argument of all words that are left.
func rest(to *[]string) func([]string) ([]string, error) {
	return func(words []string) ([]string, error) {
		*to = words
		return nil, nil
	}
}

// fileNames has a shell complete names of files.
func fileNames() ([]string, cobra.ShellCompDirective) { return nil, cobra.ShellCompDirectiveDefault }

// text is a flag with a text for its value; shape is what help shows in its place.
type text struct {
	to    *string
	shape string
}

func (t text) String() string { return *t.to }

func (t text) Type() string { return t.shape }

// Set refuses a flag in the place of the value, which is then what was forgotten, and
// nothing, which comes of a variable that is not set.
func (t text) Set(s string) error {
	if s == "" {
		return fmt.Errorf("expected %s, and it is empty", t.shape)
	}
	if len(s) > 1 && s[0] == '-' {
		return fmt.Errorf("expected %s, not the flag %s", t.shape, s)
	}
	*t.to = s
	return nil
}

// port is a flag with the number of a port; 0 is any that is free.
type port struct{ to *int }

func (p port) String() string { return strconv.Itoa(*p.to) }

func (port) Type() string { return "PORT" }

func (p port) Set(s string) error {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return fmt.Errorf("%q is no port: say a number from 0 (any that is free) to 65535", s)
	}
	*p.to = int(n)
	return nil
}

// yesOrNo is a flag without a value, or with =yes, =no, =true, =false, =1 or =0.
type yesOrNo struct{ pflag.Value }

func (v yesOrNo) Set(s string) error {
	switch s {
	case "yes":
		s = "true"
	case "no":
		s = "false"
	}
	if v.Value.Set(s) != nil {
		return fmt.Errorf("%q is neither yes nor no", s)
	}
	return nil
}
