// Package native has the commands of Discord's own kind: subcommands with options and
// completions, made of what package commands can do.
//
//	[Commands], [JSON]     what Discord is told, and bot manifest discord prints
//	[Registrar]            tells Discord, where it differs
//	[Line]                 a command that was used so, as the line and options of the grammar
//	[Completer]            what an option may be that is being typed
//
// Verbs and flags are those of the grammar; this package knows which options a verb
// has, as the grammar does not list them (options.go). A verb that it does not know is
// there with the one option "text", which all have: the rest of the line as it would be
// typed elsewhere.
package native

import (
	"cmp"
	"encoding/json"
	"strings"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/wording"
)

// Discord's limits (docs.discord.com/developers/interactions/application-commands).
const (
	maxOptions     = 25  // of a command or subcommand, and choices of an option
	maxDescription = 100 // characters
	maxChoice      = 100 // characters of a choice's name, and of its value
)

// root is the command under which all others are found too.
const root = "belltower"

// What a command is, where, and for whom it is installed (the same documents,
// "Application Command Types", "Interaction Context Types", and
// resources/application, "Application Integration Types").
const (
	slashCommand = 1
	inServers    = 0
	byServers    = 0
)

// optionType is what an option may be, or that it is a subcommand (the same documents,
// "Application Command Option Type").
type optionType int

const (
	optionVerb    optionType = 1
	optionText    optionType = 3
	optionNumber  optionType = 4
	optionYes     optionType = 5
	optionPerson  optionType = 6
	optionChannel optionType = 7
)

// takePosts are the types of channel that take posts: no categories and forums
// (resources/channel, "Channel Types").
func takePosts() []int {
	const text, voice, announcement, newsThread, thread, privateThread, stage = 0, 2, 5, 10, 11, 12, 13
	return []int{text, voice, announcement, newsThread, thread, privateThread, stage}
}

// Command is a command as Discord is told it.
type Command struct {
	Name             string   `json:"name"`
	Type             int      `json:"type"`
	Description      string   `json:"description"`
	Contexts         []int    `json:"contexts"`
	IntegrationTypes []int    `json:"integration_types"`
	Options          []Option `json:"options,omitempty"`
}

// Option is an option of a command, or a subcommand with options of its own.
type Option struct {
	Name         string     `json:"name"`
	Type         optionType `json:"type"`
	Description  string     `json:"description"`
	Required     bool       `json:"required,omitempty"`
	Autocomplete bool       `json:"autocomplete,omitempty"`
	MaxLength    int        `json:"max_length,omitempty"`
	MinValue     int        `json:"min_value,omitempty"` // of a whole number
	ChannelTypes []int      `json:"channel_types,omitempty"`
	Choices      []Choice   `json:"choices,omitempty"`
	Options      []Option   `json:"options,omitempty"`
}

// Choice is one value that an option may have.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Commands are the commands that Discord is to know, for servers only.
func Commands() (out []Command) {
	for _, c := range wording.SlashCommands() {
		out = append(out, command(c.Name, c.About))
	}
	return out
}

// JSON is the list as Discord takes it (PUT /applications/{application.id}/commands).
func JSON() []byte {
	b, err := json.MarshalIndent(Commands(), "", "  ")
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return append(b, '\n')
}

func command(name, about string) Command {
	c := Command{
		Type: slashCommand, Name: name, Description: shortened(about),
		Contexts:         []int{inServers},
		IntegrationTypes: []int{byServers},
	}
	for _, v := range commands.Verbs(name) {
		if v.Name == "" {
			c.Options = declared(v)
			continue
		}
		h, _ := wording.HelpOf(v.Path())
		c.Options = append(c.Options, subcommand(v, cmp.Or(h.About, "Shows what can be typed")))
	}
	if name != root {
		return c
	}
	for _, other := range wording.SlashCommands() {
		if other.Name != root {
			c.Options = append(c.Options, subcommand(commands.Verb{Command: root, Name: other.Name}, other.About))
		}
	}
	return c
}

func subcommand(v commands.Verb, about string) Option {
	return Option{Type: optionVerb, Name: v.Name, Description: shortened(about), Options: declared(v)}
}

// declared are the options of a verb, as Discord is told them.
func declared(v commands.Verb) (out []Option) {
	for _, o := range optionsOf(v) {
		d := Option{
			Type: cmp.Or(o.kind, optionText), Name: o.name, Description: o.about, Required: o.required,
			Autocomplete: o.offers != nil, MaxLength: o.max, MinValue: o.min,
		}
		if o.kind == optionChannel {
			d.ChannelTypes = takePosts()
		}
		for _, c := range o.choices {
			d.Choices = append(d.Choices, Choice{cmp.Or(c.Label, c.Value), c.Value})
		}
		out = append(out, d)
	}
	return out
}

// shortened makes a sentence a description: as far as it fits, without the full stop.
func shortened(about string) string {
	if len(about) > maxDescription {
		about, _, _ = strings.Cut(about, ". ")
	}
	return strings.TrimSuffix(about, ".")
}
