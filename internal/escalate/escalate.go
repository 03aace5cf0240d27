// Package escalate calls those beyond ops when promises passed and nobody answered: the
// webhook or the address in escalate_url, and technical contacts by e-mail.
//
// What is to be called is data of the journal, tried until everybody is reached or the
// journal gives it up. Each try of a call has the same id, as Idempotency-Key and in
// Message-ID, so that who gets it twice can tell. Nothing of an address that may be a
// secret is in an error or a log.
package escalate

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

// Settings say who is called, and how.
type Settings struct {
	Words    wording.Context
	Cadence  config.Cadence
	Mail     config.Mail
	Contacts []desk.Contact
	// Transport carries calls of webhooks; nil: the network.
	Transport http.RoundTripper
	// Roots are the authorities that a mail server's certificate may be from; nil: the
	// system's.
	Roots *x509.CertPool
}

// Caller makes the calls of a journal. It runs nothing by itself.
type Caller struct {
	journal *journal.Journal
	log     *slog.Logger
	s       Settings
	web     *resty.Client
}

// New makes a caller.
func New(j *journal.Journal, log *slog.Logger, s Settings) *Caller {
	return &Caller{journal: j, log: log, s: s, web: newWeb(s.Transport)}
}

// theURL is how escalate_url is called in the record and in logs: it may be a secret.
const theURL = "escalate_url"

// Fire makes every call that is due at now, and tells when one is due next; zero: none
// is. It has the form of a schedule.Fire. An error is the store's; a call that fails is
// noted and logged.
func (c *Caller) Fire(ctx context.Context, now time.Time) (next time.Time, err error) {
	calls, err := c.journal.Calls(ctx)
	if err != nil {
		return time.Time{}, err
	}
	var errs []error
	for _, call := range calls {
		at := call.Next
		if call.IsDue(now) {
			if at, err = c.try(ctx, now, call); err != nil {
				errs = append(errs, err)
			}
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, errors.Join(errs...)
}

// try makes a call and notes how it went. What a stop of the bot cuts short is no
// failure: it is tried at the next start.
func (c *Caller) try(ctx context.Context, now time.Time, call journal.Call) (next time.Time, err error) {
	failed := c.call(ctx, &call)
	if failed != nil && ctx.Err() != nil {
		return time.Time{}, ctx.Err()
	}
	next, err = c.journal.Called(context.WithoutCancel(ctx), now, call, failed)
	switch {
	case failed != nil:
		c.log.Warn("a call failed", "about", call.About, "call", call.ID, "try", call.Tries+1, "again", next, "error", failed)
	case len(call.Reached) > 0:
		c.log.Info("called", "about", call.About, "call", call.ID)
	}
	return next, err
}

// call calls everybody whom no try has reached yet, and notes in the call whom it reached.
func (c *Caller) call(ctx context.Context, call *journal.Call) error {
	var errs []error
	_, isMail := c.s.Cadence.MailTo()
	if c.s.Cadence.EscalateURL.IsSet() && !isMail && !slices.Contains(call.Reached, theURL) {
		if err := c.post(ctx, *call); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", theURL, err))
		} else {
			call.Reached = append(call.Reached, theURL)
		}
	}
	errs = append(errs, c.write(ctx, call, c.boxes(*call)))
	return errors.Join(errs...)
}

// box is somebody to write to.
type box struct {
	name    string // in the record: no secret
	address string
}

// boxes are those who are still to be written to, each address once.
func (c *Caller) boxes(call journal.Call) (out []box) {
	add := func(b box) {
		known := slices.ContainsFunc(out, func(o box) bool { return o.address == b.address })
		if b.address != "" && !known {
			out = append(out, b)
		}
	}
	if address, ok := c.s.Cadence.MailTo(); ok {
		add(box{theURL, address})
	}
	services := make([]desk.ServiceID, len(call.Services))
	for k, a := range call.Services {
		services[k] = a.Service
	}
	for _, one := range desk.ContactsOf(c.s.Contacts, desk.TechnicalContact, services) {
		add(box{one.Mail, one.Mail})
	}
	return slices.DeleteFunc(out, func(b box) bool { return slices.Contains(call.Reached, b.name) })
}

func unanswered(call journal.Call) wording.Unanswered {
	return wording.Unanswered{
		About: call.About, Title: call.Title, Services: call.Services,
		Since: call.Since, Missed: call.Missed, At: call.At,
	}
}
