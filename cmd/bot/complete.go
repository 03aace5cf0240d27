package main

import (
	"context"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// complete lists what the last word of a line may be that is being typed: commands,
// verbs, open incidents (the newest first), services and impacts.
func (b *bot) complete(ctx context.Context, line string) []chat.Choice {
	cut := strings.LastIndexByte(line, ' ') + 1
	before, begun := strings.Fields(strings.ToLower(line[:cut])), strings.ToLower(line[cut:])
	if len(before) == 0 {
		return beginning(begun, commandChoices("/"))
	}
	before[0] = strings.TrimPrefix(before[0], "/")
	if before[0] == "belltower" && len(before) > 1 { // every command is a verb of it
		before = before[1:]
	}
	if verbs := verbChoices(before[0]); len(before) == 1 && len(verbs) > 0 {
		return beginning(begun, verbs)
	}
	if before[0] == "incident" && !slices.Contains([]string{"declare", "drill", "list"}, before[1]) {
		return b.completeIncident(ctx, before, begun)
	}
	if before[0] == "window" && before[1] != "schedule" {
		return b.completeWindow(ctx, before, begun)
	}
	if before[0] == "probe" || before[0] == "service" {
		return beginning(begun, b.watchChoices(ctx, before))
	}
	return beginning(begun, b.serviceChoices(before))
}

// watchChoices go on behind a verb about what checks see, or about a sorry page.
func (b *bot) watchChoices(ctx context.Context, before []string) []chat.Choice {
	sorry := before[1] == "sorry"
	switch {
	case len(before) == 3 && sorry:
		return choices("on", "off", "auto")
	case len(before) == 3 && before[1] == "mute":
		return choices("30m", "1h", "2h", "4h", "1d")
	case len(before) > 2 || before[1] == "alerts":
		return nil
	case sorry, before[1] == "list", before[1] == "run":
		return b.services()
	}
	return append(b.alertChoices(ctx), b.services()...)
}

// alertChoices are the alerts about what fails now, the newest first.
func (b *bot) alertChoices(ctx context.Context) (all []chat.Choice) {
	open, err := b.journal.OpenAlerts(ctx)
	if err != nil {
		return nil // the command will say why
	}
	for _, a := range open {
		all = append(all, chat.Choice{Value: a.Subject().String(), Label: b.words.Names(a.Affected())})
	}
	return all
}

// completeWindow goes on behind a verb that is about planned work there is.
func (b *bot) completeWindow(ctx context.Context, before []string, begun string) []chat.Choice {
	switch {
	case len(before) == 2 && before[1] == "list":
		return beginning(begun, append(choices("all", "30d"), b.services()...))
	case len(before) == 2:
		return beginning(begun, b.windowChoices(ctx, before[1]))
	case len(before) == 3 && before[1] == "extend":
		return beginning(begun, choices("30m", "1h", "2h"))
	case len(before) == 3 && before[1] == "incident":
		return beginning(begun, choices("slow", "partly", "down"))
	}
	return nil
}

// windowChoices are the windows that a verb may be about.
func (b *bot) windowChoices(ctx context.Context, verb string) (all []chat.Choice) {
	running, err := b.journal.Running(ctx)
	if err != nil {
		return nil
	}
	coming, err := b.journal.Coming(ctx, b.out.now().Add(desk.MaxAhead), 50)
	if err != nil {
		return nil
	}
	switch verb {
	case "complete", "incident":
		coming = nil
	case "start", "hold", "move":
		running = nil
	}
	for _, w := range append(running, coming...) {
		all = append(all, chat.Choice{Value: w.Subject().String(), Label: w.Title})
	}
	return all
}

// completeIncident goes on behind a verb that is about an incident there is.
func (b *bot) completeIncident(ctx context.Context, before []string, begun string) []chat.Choice {
	open, err := b.journal.Open(ctx)
	if err != nil || len(before) > 3 {
		return nil // a completion that fails is none; the command will say why
	}
	if len(before) == 2 {
		return beginning(begun, incidentChoices(open))
	}
	switch before[1] {
	case "update":
		return beginning(begun, choices("investigating:", "identified:", "monitoring:", "resolved:"))
	case "impact":
		return beginning(begun, choices("slow", "partly", "down"))
	case "lead":
		return beginning(begun, choices("me"))
	case "merge":
		return beginning(begun, append(choices("into"), incidentChoices(open)...))
	}
	return nil
}

func incidentChoices(open []desk.Incident) (all []chat.Choice) {
	for _, i := range slices.Backward(slices.SortedFunc(slices.Values(open), func(a, b desk.Incident) int { return a.Number - b.Number })) {
		all = append(all, chat.Choice{Value: i.Subject().String(), Label: i.Title})
	}
	return all
}

// serviceChoices are the services, what a subscription or a list takes, and, once a
// service is there, the impacts.
func (b *bot) serviceChoices(before []string) []chat.Choice {
	switch last := before[len(before)-1]; {
	case before[0] == "service" && len(before) == 3:
		return choices("on", "off", "auto")
	case before[0] == "service" && len(before) > 3:
		return nil
	case last == "list":
		return choices("open", "all", "30d")
	case last == "declare" || last == "drill" || last == "schedule" || last == "sorry" || len(before) == 1:
	case before[0] == "incident" && len(before) == 3:
		return choices("slow", "partly", "down")
	case before[0] == "window" && len(before) == 3:
		return choices("down", "degraded", "at_risk", "every")
	default:
		return nil
	}
	all := b.services()
	if strings.HasSuffix(before[0], "subscribe") {
		all = append(all, chat.Choice{Value: "all", Label: "All services"})
	}
	return all
}

// services are all services.
func (b *bot) services() (all []chat.Choice) {
	for _, s := range b.words.Catalog.Services() {
		all = append(all, chat.Choice{Value: string(s.ID), Label: s.Name})
	}
	return all
}

// commandChoices are the commands, each once.
func commandChoices(slash string) (all []chat.Choice) {
	for _, h := range wording.AllHelp() {
		name, verb, _ := strings.Cut(h.Path, " ")
		if slices.ContainsFunc(all, func(c chat.Choice) bool { return c.Value == slash+name }) {
			continue
		}
		about := h.About
		if verb != "" {
			about = name + " " + verb + ", ..."
		}
		all = append(all, chat.Choice{Value: slash + name, Label: about})
	}
	return all
}

// verbChoices are the verbs of a command.
func verbChoices(command string) (all []chat.Choice) {
	for _, h := range wording.AllHelp() {
		if verb, found := strings.CutPrefix(h.Path, command+" "); found {
			all = append(all, chat.Choice{Value: verb, Label: h.About})
		}
	}
	return all
}

func choices(words ...string) (all []chat.Choice) {
	for _, w := range words {
		all = append(all, chat.Choice{Value: w})
	}
	return all
}

// beginning keeps the choices that begin as the word that is being typed, but that are
// not it yet.
func beginning(begun string, all []chat.Choice) []chat.Choice {
	return slices.DeleteFunc(all, func(c chat.Choice) bool {
		low := strings.ToLower(c.Value)
		return !strings.HasPrefix(low, begun) || low == begun
	})
}
