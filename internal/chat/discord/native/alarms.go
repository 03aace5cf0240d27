package native

import (
	"context"
	"slices"
	"strings"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// alarms is what checks see, to who may read it; nothing where it cannot be read.
func (a *asked) alarms(ctx context.Context) commands.Alarms {
	all, err := a.Alarms.Alarms(ctx, a.req)
	if err != nil {
		return commands.Alarms{}
	}
	return all
}

// openAlerts offers what fails now, the newest first.
func openAlerts(ctx context.Context, a *asked) []chat.Choice { return a.alerts(ctx) }

func (a *asked) alerts(ctx context.Context) (out []chat.Choice) {
	for _, one := range a.alarms(ctx).Open {
		var names []string
		for _, s := range one.Services {
			names = append(names, s.Name)
		}
		label := strings.Join(names, ", ")
		if one.Expectation == desk.Performance {
			label += " (slow)"
		}
		out = append(out, chat.Choice{Value: one.Subject().String(), Label: label})
	}
	return a.subjects(out)
}

// noisy offers what can be muted: what an alert is about, or services.
func noisy(ctx context.Context, a *asked) []chat.Choice {
	return append(a.alerts(ctx), services(ctx, a)...)
}

// muted offers what is muted, to who may not know that all services.
func muted(ctx context.Context, a *asked) []chat.Choice {
	quiet := a.alarms(ctx).Muted
	if len(quiet) == 0 {
		return services(ctx, a)
	}
	return a.listing(slices.DeleteFunc(a.services(), func(c chat.Choice) bool { return !slices.Contains(quiet, desk.ServiceID(c.Value)) }))
}

// probed offers the services that checks of ours watch.
func probed(ctx context.Context, a *asked) []chat.Choice {
	own := a.alarms(ctx).Own
	watched := func(c chat.Choice) bool {
		return slices.ContainsFunc(own, func(p desk.ProbeStanding) bool { return string(p.Probe.Service) == c.Value })
	}
	return a.fitting(slices.DeleteFunc(a.services(), func(c chat.Choice) bool { return !watched(c) }))
}

// checks offers those of ours, of the service that was said.
func checks(ctx context.Context, a *asked) (all []chat.Choice) {
	said := strings.TrimSpace(a.req.Options["services"])
	for _, p := range a.alarms(ctx).Own {
		if said == "" || said == string(p.Probe.Service) {
			all = append(all, chat.Choice{Value: p.Probe.Name, Label: string(p.Probe.Service)})
		}
	}
	return a.fitting(all)
}

// withSorryPage offers the services that have a sorry page.
func withSorryPage(_ context.Context, a *asked) (all []chat.Choice) {
	for _, s := range a.Catalog().Services() {
		if s.SorryPage {
			all = append(all, chat.Choice{Value: string(s.ID), Label: s.Name})
		}
	}
	return a.fitting(all)
}
