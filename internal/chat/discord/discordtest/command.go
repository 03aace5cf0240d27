package discordtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Command is a slash command that a person types. Line is what they would type
// elsewhere: its words become the command, the subcommand, if the command has some, and
// the option "text". Options are native ones, by name.
type Command struct {
	Channel ID
	User    ID
	Line    string // "/incident declare learn down"
	Options map[string]string
	Origin
}

// Type types the command and shows what the bot answered, to the person alone or to
// everybody. The error says that the bot was unreachable or that there is no such channel.
func (s *Server) Type(ctx context.Context, c Command) (Answer, error) {
	r, err := s.CommandRequest(c)
	if err != nil {
		return Answer{}, err
	}
	line := c.Line
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		line += " " + name + ":" + c.Options[name]
	}
	s.mu.Lock()
	s.store(s.channels[c.Channel], &message{Message{Channel: c.Channel, Author: c.User, To: c.User, Content: line, Via: "command"}})
	s.mu.Unlock()
	return s.Send(ctx, r)
}

// CommandRequest makes the request of a command without sending it
// (interactions/receiving-and-responding, "Application Command Data Structure").
func (s *Server) CommandRequest(c Command) (Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.commandData(c, "", "")
	if err != nil {
		return Request{}, err
	}
	i := &interaction{kind: typeCommand, user: c.User, channel: c.Channel}
	return s.ask(i, object{"data": data}, c.Origin)
}

// Complete types the beginning of an option and returns what is offered.
func (s *Server) Complete(ctx context.Context, c Command, option, typed string) (Answer, error) {
	s.mu.Lock()
	data, err := s.commandData(c, option, typed)
	var r Request
	if err == nil {
		r, err = s.ask(&interaction{kind: typeComplete, user: c.User, channel: c.Channel}, object{"data": data}, c.Origin)
	}
	s.mu.Unlock()
	if err != nil {
		return Answer{}, err
	}
	return s.Send(ctx, r)
}

// The types of option that the fake makes by itself.
const (
	optionSubcommand = 1
	optionText       = 3
	optionWhole      = 4
	optionTruth      = 5
)

// commandData makes the data of a command. focused is the option being typed, if any.
// Where the application registered commands, nothing else can be used: the error says
// what there is not.
func (s *Server) commandData(c Command, focused, typed string) (object, error) {
	word, rest, _ := strings.Cut(strings.TrimPrefix(c.Line, "/"), " ")
	verb := ""
	if slices.Contains([]string{"incident", "window", "probe", "service", "belltower"}, word) {
		verb, rest, _ = strings.Cut(rest, " ")
	}
	app, err := s.appOf(c.App)
	if err != nil {
		return nil, err
	}
	declared, err := app.optionsOf(word, verb)
	if err != nil {
		return nil, err
	}
	values := maps.Clone(c.Options)
	if rest != "" {
		values = map[string]string{"text": rest}
		maps.Copy(values, c.Options)
	}
	options := []object{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		o, err := declared.used(name, values[name])
		if err != nil {
			return nil, fmt.Errorf("fake Discord: /%s %s: %w", word, verb, err)
		}
		options = append(options, o)
	}
	if focused != "" {
		o, err := declared.used(focused, typed)
		if err == nil && !declared.completes(focused) {
			err = fmt.Errorf("the option %s is not completed", focused)
		}
		if err != nil {
			return nil, fmt.Errorf("fake Discord: /%s %s: %w", word, verb, err)
		}
		o["focused"] = true
		options = append(options, o)
	}
	if verb != "" {
		options = []object{{"name": verb, "type": optionSubcommand, "options": options}}
	}
	return object{"id": "1", "name": word, "type": 1, "options": options}, nil
}
