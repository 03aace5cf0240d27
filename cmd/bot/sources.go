package main

import (
	"context"
	"net/http"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/intake"
	"github.com/umassonline/belltower/internal/journal"
)

// newIntake answers the calls of monitors elsewhere.
func (b *bot) newIntake() http.Handler {
	return intake.New(b.cfg.Sources, intake.Options{
		Coming: b.db.Rouse, Hear: b.hear, Observe: b.metrics.source, Now: b.out.now, Log: b.out.log,
		Unmapped: func(ctx context.Context, trace string, checks []desk.Unmapped) error {
			return b.journal.Unmapped(ctx, b.witness(trace), checks)
		},
	})
}

// hear has the journal take what checks report.
func (b *bot) hear(ctx context.Context, trace string, reports []desk.Report) error {
	return b.journal.Hear(ctx, b.witness(trace), reports)
}

// witness is who reports.
func (b *bot) witness(trace string) journal.By {
	return journal.By{At: b.out.now(), Name: "Belltower", Trace: trace}
}

// tellStrangers shows ops the checks of monitors elsewhere that map to no service.
func (b *bot) tellStrangers(ctx context.Context) error {
	mapped := func(u desk.Unmapped) bool {
		for _, s := range b.cfg.Sources {
			if s.Name == u.Source {
				_, known := s.Checks[u.Check]
				return known
			}
		}
		return true // the source is gone
	}
	return b.journal.TellStrangers(ctx, b.out.now(), mapped, b.words.Strangers)
}
