package discord

import (
	"context"
	"strings"
)

// Limits of a completion (developers/interactions/application-commands, "Application
// Command Option Choice Structure").
const (
	maxChoices = 25
	maxChoice  = 100 // of its name and its value
)

type choices struct {
	Choices []choice `json:"choices"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// complete lists what the option that is being typed may be. It cannot be put off; in
// doubt there is nothing to choose, and people type on.
func (a *asked) complete(ctx context.Context) error {
	list := choices{Choices: []choice{}}
	if o := focused(a.in.Data.Options); o != nil && a.do.Complete != nil {
		asking, cancel := context.WithTimeout(ctx, lateAfter)
		defer cancel()
		req := a.request(string(a.in.ID))
		req.Command = a.in.Data.Name
		req.Text, req.Options = a.line(req.Command, a.in.Data.Options)
		for _, c := range a.do.Complete(asking, req, o.Name, o.text(a.name)) {
			list.add(c.Value, c.Label)
		}
	}
	return a.out.respond(ctx, response{Type: respondComplete, Data: list})
}

// add adds a choice that fits. Its name says the value too, which is what is typed.
func (l *choices) add(value, label string) {
	name := value
	if label = oneLine(label); label != "" && !strings.EqualFold(label, value) {
		name += " – " + label
	}
	if value == "" || length(value) > maxChoice || len(l.Choices) >= maxChoices {
		return
	}
	l.Choices = append(l.Choices, choice{cutPlain(oneLine(name), maxChoice), value})
}
