package commands

import "slices"

// Verb is one thing that can be typed, for platforms that are told beforehand what
// there is.
type Verb struct {
	Command string // "incident"
	Name    string // "declare"; empty where the command is the verb
	// Flags are those that it takes, without their dashes. The values of "next",
	// "since", "force" and "urgent" may be options of a request; the others have none.
	Flags []string
}

// Path is how the verb is typed: "incident declare".
func (v Verb) Path() string {
	if v.Name == "" {
		return v.Command
	}
	return v.Command + " " + v.Name
}

// Names lists all commands.
func Names() []string { return slices.Sorted(mapKeys(table())) }

// Verbs lists what a command can do, in the order of its help; none where there is no
// such command.
func Verbs(command string) (out []Verb) {
	for _, v := range table()[command] {
		said := Verb{Command: command, Name: v.name}
		for _, f := range v.flags {
			said.Flags = append(said.Flags, string(f))
		}
		out = append(out, said)
	}
	return out
}
