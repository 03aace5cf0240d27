package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/intake"
)

// hearing is who is told what monitors elsewhere see; each returns when it is on disk.
type hearing struct {
	reports  func(ctx context.Context, trace string, reports []desk.Report) error
	unmapped func(ctx context.Context, trace string, checks []desk.Unmapped) error
}

// newIntake answers the calls of monitors elsewhere. While nobody hears them, it asks
// them to come again.
func (b *bot) newIntake() http.Handler {
	hear := b.hearing
	if hear.reports == nil {
		hear.reports = func(context.Context, string, []desk.Report) error { return errNobodyHears }
	}
	if hear.unmapped == nil {
		hear.unmapped = func(context.Context, string, []desk.Unmapped) error { return errNobodyHears }
	}
	return intake.New(b.cfg.Sources, intake.Options{
		Hear: hear.reports, Unmapped: hear.unmapped, Observe: b.metrics.source, Now: b.out.now, Log: b.out.log,
	})
}

var errNobodyHears = errors.New("no part of the bot hears reports")
