package main

import (
	"context"

	"github.com/umassonline/belltower/internal/desk"
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

// hearProbes notes that probes began to fail or to pass.
func (b *bot) hearProbes(_ context.Context, reports []desk.Report) error {
	for _, r := range reports {
		b.out.log.Info("a check turned", "service", r.Service, "check", r.Witness.Name, "of", r.Expectation, "is", r.State,
			"since", r.Since, "detail", r.Detail, "step", r.Step)
	}
	return nil
}

// failingProbes are the probes that the record holds as failing.
func (b *bot) failingProbes(context.Context) ([]desk.Report, error) { return nil, nil }

func (b *bot) verified(_ context.Context, about desk.Subject) error {
	b.out.log.Info("the checks pass", "about", about)
	return nil
}

func (b *bot) notVerified(_ context.Context, about desk.Subject, failing []string) error {
	b.out.log.Info("the checks do not pass", "about", about, "failing", failing)
	return nil
}
