package main

import (
	"context"
	"fmt"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// prover runs the tests that prove an end. It does not block.
type prover interface {
	Gated(services []desk.ServiceID) bool
	Verify(about desk.Subject, services []desk.ServiceID)
	StopVerify(about desk.Subject)
}

// inherited is the prover of the bot that runs in the place of this one.
type inherited struct{ *bot }

func (i inherited) Gated(services []desk.ServiceID) bool { return i.latest().prover.Gated(services) }

func (i inherited) Verify(about desk.Subject, services []desk.ServiceID) {
	i.latest().prover.Verify(about, services)
}

func (i inherited) StopVerify(about desk.Subject) { i.latest().prover.StopVerify(about) }

// provenBy are the settings of a journal whose ends p proves.
func provenBy(p prover, conf config.Verify, s journal.Settings) journal.Settings {
	s.Gated, s.Verify, s.StopVerify = p.Gated, p.Verify, p.StopVerify
	s.Proving = desk.Proving{Passes: conf.Passes, Limit: conf.Limit}
	return s
}

// verifyAgain has tested what was being verified when the last bot stopped, or gave way to
// this one.
func (b *bot) verifyAgain(ctx context.Context) error {
	all, err := b.journal.Verifying(ctx)
	if err != nil {
		return fmt.Errorf("look up what is being verified: %w", err)
	}
	for _, v := range all {
		b.prover.Verify(v.About, v.Services)
	}
	return nil
}

// verified stores that all tests of a subject passed; to say it again changes nothing.
func (b *bot) verified(ctx context.Context, about desk.Subject) error {
	return b.journal.Verified(ctx, b.out.now(), about)
}

// notVerified stores that these tests of a subject fail, or have not passed in time.
func (b *bot) notVerified(ctx context.Context, about desk.Subject, failing []string) error {
	return b.journal.NotVerified(ctx, b.out.now(), about, failing)
}
