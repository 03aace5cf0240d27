package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"
)

// Help is written by us, not by cobra's templates: it fits the terminal, down to a
// phone's, keeps our order, and names the commands behind a command on one page.

const (
	// usualWidth is how many columns help has where nobody says how many there are.
	usualWidth = 80
	// widest is how many it has at most: longer lines are hard to read.
	widest = 100
	// leastBeside is how many columns must be left for a text to stand beside its name;
	// else it stands below.
	leastBeside = 32
)

// help writes the help of a command.
func (l *cli) help(w io.Writer, at *cobra.Command) {
	on := page{w, l.width(w)}
	on.wrap("", "Usage: "+at.UseLine())
	on.heading(at.Short)
	var args, commands []row
	for _, v := range l.verbs {
		switch {
		case v.Command == at:
			for _, a := range v.args {
				args = append(args, row{"<" + a.name + ">", a.about})
			}
		case !v.Hidden && strings.HasPrefix(v.CommandPath(), at.CommandPath()+" "):
			name, _ := strings.CutPrefix(v.CommandPath(), l.root.Name()+" ")
			commands = append(commands, row{name, v.Short})
		}
	}
	on.section("Arguments:", args)
	on.section("Flags:", flagRows(at))
	on.section("Commands:", commands)
	if at.Example != "" {
		on.heading("Examples:")
		for line := range strings.SplitSeq(at.Example, "\n") {
			fmt.Fprintln(w, "  "+line) // whole, to be copied
		}
	}
	if len(commands) > 0 {
		on.heading(`Run "bot <command> --help" for more about a command.`)
	}
}

// flagRows are the flags of a command: its own, then those that all have.
func flagRows(at *cobra.Command) (rows []row) {
	add := func(f *pflag.Flag) {
		name := "    --" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", --" + f.Name
		}
		if f.Value.Type() != "bool" {
			name += "=" + f.Value.Type()
		}
		about := f.Usage
		if f.DefValue != "" && f.Value.Type() != "bool" {
			about = fmt.Sprintf("%s (default: %s).", strings.TrimSuffix(about, "."), f.DefValue)
		}
		rows = append(rows, row{name, about})
	}
	at.LocalFlags().VisitAll(add)
	at.InheritedFlags().VisitAll(add)
	return rows
}

// page is where help is written to.
type page struct {
	w     io.Writer
	width int
}

// row is a name and what is said of it.
type row struct{ name, about string }

// heading writes a text after an empty line.
func (p page) heading(text string) {
	fmt.Fprintln(p.w)
	p.wrap("", text)
}

// section writes rows under a heading, if there are any.
func (p page) section(heading string, rows []row) {
	if len(rows) == 0 {
		return
	}
	p.heading(heading)
	column := 0
	for _, r := range rows {
		column = max(column, len(r.name)+6)
	}
	for _, r := range rows {
		if p.width-column < leastBeside {
			p.wrap("  ", r.name)
			p.wrap("      ", r.about)
			continue
		}
		p.wrap(fmt.Sprintf("  %-*s", column-2, r.name), r.about)
	}
}

// wrap writes a text in lines that fit. All but the first are indented as far as the
// first begins.
func (p page) wrap(begin, text string) {
	line, indent := begin, strings.Repeat(" ", len(begin))
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			line += word
		case len(line)+1+len(word) > p.width:
			fmt.Fprintln(p.w, line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(p.w, strings.TrimRight(line, " "))
}

// width is how many columns there are: as COLUMNS says, or the terminal.
func (l *cli) width(w io.Writer) int {
	columns := usualWidth
	if said, _ := l.p.env("COLUMNS"); said != "" {
		if n, err := strconv.Atoi(said); err == nil && n > 0 {
			columns = n
		}
	} else if f, ok := w.(*os.File); ok {
		if size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 0 {
			columns = int(size.Col)
		}
	}
	return min(columns, widest)
}
