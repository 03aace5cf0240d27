package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// declared are the options of a command or subcommand; nil: any can be used, as nothing
// was registered.
type declared []command

// optionsOf finds what can be used of a command, by what the application registered for
// all servers.
func (a *application) optionsOf(word, verb string) (declared, error) {
	raw := a.commands[""]
	if raw == nil {
		return nil, nil
	}
	var all []command
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("fake Discord: the registered commands: %w", err)
	}
	for _, name := range []string{word, verb} {
		if name == "" {
			break
		}
		k := slices.IndexFunc(all, func(c command) bool { return c.Name == name })
		if k < 0 {
			return nil, fmt.Errorf("fake Discord: no command /%s %s was registered", word, verb)
		}
		all = all[k].Options
	}
	return append(declared{}, all...), nil
}

// used is an option with its value, as its type has it. A value that is not one of the
// choices, is too long or of another type the client does not send.
func (d declared) used(name, value string) (object, error) {
	if d == nil {
		if name == "yes" || name == "separate" {
			return object{"name": name, "type": optionTruth, "value": value == "true"}, nil
		}
		return object{"name": name, "type": optionText, "value": value}, nil
	}
	o, there := d.named(name)
	if !there {
		return nil, fmt.Errorf("no option %q was registered", name)
	}
	out := object{"name": name, "type": o.Type, "value": value}
	var err error
	switch o.Type {
	case optionTruth:
		out["value"], err = strconv.ParseBool(value)
	case optionWhole:
		out["value"], err = strconv.Atoi(value)
	case optionText:
		if o.MaxLength > 0 && length(value) > o.MaxLength {
			err = fmt.Errorf("%d characters fit", o.MaxLength)
		}
	}
	for k, c := range o.Choices {
		if c.Value == any(value) {
			break
		}
		if k == len(o.Choices)-1 {
			err = fmt.Errorf("%q is no choice", value)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("option %s: %w", name, err)
	}
	return out, nil
}

func (d declared) named(name string) (command, bool) {
	k := slices.IndexFunc(d, func(c command) bool { return c.Name == name })
	if k < 0 {
		return command{}, false
	}
	return d[k], true
}

// completes reports whether the option is completed as it is typed.
func (d declared) completes(name string) bool {
	o, there := d.named(name)
	return d == nil || there && o.Autocomplete
}
