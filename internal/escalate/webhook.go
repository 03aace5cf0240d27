package escalate

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// answerWithin is how long a webhook may take: those of on-call services answer before
// they do anything.
const answerWithin = 10 * time.Second

// newWeb is a client that does nothing by itself: resty would try again after a cut
// connection, follow a redirect with the body, and keep cookies.
func newWeb(transport http.RoundTripper) *resty.Client {
	web := resty.New().SetTimeout(answerWithin).SetRetryCount(0).SetRedirectPolicy(resty.NoRedirectPolicy()).
		SetCookieJar(nil).SetDisableWarn(true)
	if transport != nil {
		web.SetTransport(transport)
	}
	return web
}

// payload is what a webhook is told.
type payload struct {
	ID           string           `json:"id"`
	Organization string           `json:"organization"`
	Subject      string           `json:"subject"` // INC-42
	Title        string           `json:"title"`
	Services     []desk.ServiceID `json:"services"`
	Since        time.Time        `json:"since"`
	Missed       int              `json:"missed"`
	Promised     time.Time        `json:"promised,omitzero"`    // the last promise that passed
	NextUpdate   time.Time        `json:"next_update,omitzero"` // the one that was made instead
	Lead         string           `json:"lead"`                 // amherst/U0ANN; empty: nobody
	StatusPage   string           `json:"status_page"`
}

// post calls the webhook. Any answer of 2xx is success; what stands in it is not read.
func (c *Caller) post(ctx context.Context, call journal.Call) error {
	about := unanswered(call)
	p := payload{
		ID: call.ID, Organization: c.s.Words.Organization, Subject: call.About.String(), Title: c.s.Words.CallTitle(about),
		Services: []desk.ServiceID{}, Since: call.Since.UTC(), Missed: call.Missed, StatusPage: c.s.Words.CallPage(about),
		Promised: call.Promised.UTC(), NextUpdate: call.Expected.UTC(),
	}
	if call.Lead != (desk.Person{}) {
		p.Lead = call.Lead.String()
	}
	for _, a := range call.Services {
		p.Services = append(p.Services, a.Service)
	}
	res, err := c.web.R().SetContext(ctx).SetDoNotParseResponse(true).SetHeader("Idempotency-Key", call.ID).
		SetBody(p).Post(c.s.Cadence.EscalateURL.Reveal())
	if res != nil && res.RawResponse != nil { // a redirect is an answer and an error
		defer res.RawResponse.Body.Close()
		if !res.IsSuccess() {
			return fmt.Errorf("HTTP %d", res.StatusCode())
		}
		return nil
	}
	return unreached(err)
}

// unreached says why there was no answer, without the address: the errors of net/http
// have it.
func unreached(err error) error {
	var (
		slow net.Error
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		call *os.SyscallError
	)
	switch {
	case errors.As(err, &slow) && slow.Timeout():
		return errors.New("no answer in time")
	case errors.As(err, &dns):
		return errors.New("no connection: the name is not known")
	case errors.As(err, &cert):
		return errors.New("no connection: its certificate is not trusted")
	case errors.As(err, &call):
		return fmt.Errorf("no connection: %w", call.Err)
	}
	return errors.New("no connection")
}
