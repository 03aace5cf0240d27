package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Probes are the checks that the bot runs itself.
type Probes interface {
	// List is how all do, by service and name.
	List() []desk.ProbeStanding
	// Try tries those of a service, or the one with that name, now.
	Try(ctx context.Context, service desk.ServiceID, name string) []desk.Tried
}

// tryTime is how long an answer waits for checks, of the 25 s that adapters give a command.
const tryTime = 20 * time.Second

// listProbes reads [service] [page N].
func listProbes(_ context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	a.fold("services")
	word := a.line.rest
	all := a.probes()
	if word != "" {
		s, err := a.takeProbed()
		if err != nil {
			return chat.Reply{}, err
		}
		if a.line.rest != "" {
			return chat.Reply{}, a.tooMuch()
		}
		all = slices.DeleteFunc(all, func(p desk.ProbeStanding) bool { return p.Probe.Service != s.ID })
	}
	var lines []chat.Line
	for _, p := range all {
		lines = append(lines, a.Words.ProbeLine(p, a.req.At))
	}
	p, err := a.page(lines, page, word)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.ProbesListed(all, p))
}

// runProbes reads <service> [name].
func runProbes(ctx context.Context, a *asked) (chat.Reply, error) {
	a.fold("services")
	text := a.line.rest
	s, err := a.takeProbed()
	if err != nil {
		return chat.Reply{}, err
	}
	name, err := a.probeName(s, text)
	if err != nil {
		return chat.Reply{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	return answer(a.Words.ProbesTried(s.Name, a.Probes.Try(ctx, s.ID, name)))
}

func (a *asked) probes() []desk.ProbeStanding {
	if a.Probes == nil {
		return nil
	}
	return a.Probes.List()
}

// takeProbed takes a service off the line that a check of ours watches.
func (a *asked) takeProbed() (desk.Service, error) {
	words := strings.Fields(a.line.rest)
	s, rest, ok := a.takeName(words)
	if !ok {
		var n int
		if s, n = findService(a.Words.Catalog, words); n == 0 {
			word, _ := cutWord(a.line.rest)
			return s, a.unknownOne(a.line.rest, word)
		}
		rest = words[n:]
	}
	a.line.rest = strings.Join(rest, " ")
	if !slices.ContainsFunc(a.probes(), func(p desk.ProbeStanding) bool { return p.Probe.Service == s.ID }) {
		return s, desk.Refuse(desk.Unknown, "No check of ours watches %s.", s.Name).WithHint("probe list shows what there is.")
	}
	return s, nil
}

// probeName is which check of a service the rest of the line means; "": all.
func (a *asked) probeName(s desk.Service, text string) (string, error) {
	word := strings.TrimSpace(unwrap(a.line.rest))
	if word == "" {
		return "", nil
	}
	var names []string
	for _, p := range a.probes() {
		if p.Probe.Service != s.ID {
			continue
		}
		if strings.EqualFold(p.Probe.Name, word) {
			return p.Probe.Name, nil
		}
		names = append(names, p.Probe.Name)
	}
	q := unknownWord("check", word, names)
	if q.near == "" {
		return "", q
	}
	return "", q.offering(a.action(a.Words.Instead(q.near), strings.TrimSuffix(text, a.line.rest)+q.near))
}
