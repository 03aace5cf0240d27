package discordtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
)

// commandName is what a command or option may be called
// (interactions/application-commands, "Application Command Naming").
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}]{1,32}$`)

// command is a command or an option, as far as it is checked.
type command struct {
	Type        int       `json:"type"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Required    bool      `json:"required"`
	Options     []command `json:"options"`
	Choices     []struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
	} `json:"choices"`
	Autocomplete bool `json:"autocomplete"`
	MaxLength    int  `json:"max_length"`
}

// putCommands overwrites the commands of an application or of one server.
func (s *Server) putCommands(c *call) reply {
	if c.id("app") != c.app.ID {
		return missingAccess()
	}
	var list []command
	if json.Unmarshal(c.body, &list) != nil {
		return failed(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	}
	if len(list) > 100 {
		return failed(http.StatusBadRequest, 30032, "Maximum number of application commands reached (100)")
	}
	var problems []problem
	for i, one := range list {
		found, size := one.problems(fmt.Sprint(i))
		if size > 8000 {
			found = append(found, problem{fmt.Sprint(i), "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)"})
		}
		problems = append(problems, found...)
	}
	if len(problems) > 0 {
		return invalid50035(problems...)
	}
	if refused := undescribed(c.route, c.body); refused != nil {
		return *refused
	}
	c.app.commands[c.id("guild")] = c.body
	return done(json.RawMessage(c.body))
}

// problems lists what is not taken, and counts the characters that are limited.
func (c command) problems(at string) (out []problem, size int) {
	say := func(field, message string) {
		out = append(out, problem{at + "." + field, "BASE_TYPE_BAD_LENGTH", message})
	}
	size = length(c.Name) + length(c.Description)
	if !commandName.MatchString(c.Name) {
		say("name", "Command name is invalid")
	}
	if n := length(c.Description); n < 1 || n > 100 {
		say("description", "Must be between 1 and 100 in length.")
	}
	if len(c.Options) > 25 || len(c.Choices) > 25 {
		say("options", "Must be 25 or fewer in length.")
	}
	for _, ch := range c.Choices {
		size += length(ch.Name) + length(fmt.Sprint(ch.Value))
	}
	optional := false
	for k, o := range c.Options {
		found, n := o.problems(fmt.Sprintf("%s.options.%d", at, k))
		out, size = append(out, found...), size+n
		if o.Required && optional {
			say("options", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
	}
	return out, size
}

func (s *Server) getCommands(c *call) reply {
	if c.id("app") != c.app.ID {
		return missingAccess()
	}
	raw := c.app.commands[c.id("guild")]
	if raw == nil {
		raw = []byte("[]")
	}
	return done(json.RawMessage(raw))
}

// Register tells the commands of an application for all servers, as a program did that is
// not under test.
func (s *Server) Register(app ID, list []byte) error {
	var compact bytes.Buffer
	if err := json.Compact(&compact, list); err != nil {
		return fmt.Errorf("fake Discord: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps[app].commands[""] = compact.Bytes()
	return nil
}

// Commands is what an application registered for all servers, or for one.
func (s *Server) Commands(app, guild ID) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.apps[app].commands[guild]
}
