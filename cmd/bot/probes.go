package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/intake"
	"github.com/umassonline/belltower/internal/probe"
)

// newProbes makes the runner of the bot's own checks.
func (b *bot) newProbes() *probe.Runner {
	return probe.New(probe.Settings{
		Probes: b.cfg.Probes, Probing: b.cfg.Probing, Verify: b.cfg.Verify, AdminListen: b.cfg.HTTP.AdminListen,
		Zone: b.cfg.Organization.Timezone, Now: b.out.now, Log: b.out.log, Record: b.journal,
		Hears: probe.Hears{Hear: b.hearProbes, Failing: b.failingProbes, Verified: b.verified, NotVerified: b.notVerified},
	})
}

// hearProbes has the journal take what probes of ours see.
func (b *bot) hearProbes(ctx context.Context, reports []desk.Report) error {
	return b.hear(ctx, "probe", reports)
}

// failingProbes are the probes that the record holds as failing. What probes, and monitors
// elsewhere, saw that are watched no more stands no longer, or others see it in their place.
func (b *bot) failingProbes(ctx context.Context) ([]desk.Report, error) {
	if err := b.journal.Retire(ctx, b.witness("probe"), b.watches, b.heirs); err != nil {
		return nil, err
	}
	return b.journal.OwnFailing(ctx)
}

// watches reports whether the witness of a report is configured to see what it says.
func (b *bot) watches(r desk.Report) bool {
	if !r.Witness.IsOwn() {
		return intake.Hears(b.cfg.Sources, r)
	}
	return slices.ContainsFunc(b.cfg.Probes, func(p config.Probe) bool { return p.Name == r.Witness.Name && sees(p, r) })
}

// heirs are the probes that could see what a report says. One that only warns takes over
// from no other, and none from it.
func (b *bot) heirs(r desk.Report) (all []desk.ProbeID) {
	if !r.Witness.IsOwn() {
		return nil
	}
	for _, p := range b.cfg.Probes {
		if sees(p, r) && (p.Kind == "tls") == r.Warns {
			all = append(all, desk.ProbeID{Service: p.Service, Name: p.Name})
		}
	}
	return all
}

// sees reports whether a probe is about what a report is.
func sees(p config.Probe, r desk.Report) bool {
	return p.Service == r.Service && (r.Expectation == desk.Availability || p.SlowerThan > 0 || p.SlowerThanUsual > 0)
}

// probeWarnings are what keeps this machine from trying the checks that are configured.
func probeWarnings(cfg *config.Config, canPing func() error) []string {
	for _, p := range cfg.Probes {
		if p.Kind != "icmp" {
			continue
		}
		if err := canPing(); err != nil {
			return []string{fmt.Sprintf("the check %q of %s cannot be made: %v", p.Name, p.Service, err)}
		}
		return nil
	}
	return nil
}

// checkProbes tries each check once and lists those that do not pass.
func checkProbes(b bound, cfg *config.Config) (found []chat.Finding) {
	r := probe.New(probe.Settings{
		Probes: cfg.Probes, Probing: cfg.Probing, AdminListen: cfg.HTTP.AdminListen, Now: b.p.now, Log: slog.New(slog.DiscardHandler),
	})
	for _, s := range cfg.Services {
		for _, t := range r.Try(b.ctx, s.ID, "") {
			if t.Outcome == desk.Passed {
				continue
			}
			text := fmt.Sprintf("%s: %s: %s", s.ID, t.Probe.Name, t.Detail)
			if t.Step != "" {
				text = fmt.Sprintf("%s: %s: step %s: %s", s.ID, t.Probe.Name, t.Step, t.Detail)
			}
			found = append(found, chat.Finding{Key: "probes", Text: text})
		}
	}
	return found
}
