package escalate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/emersion/go-smtp"
)

// Finding is one thing that would keep a call from being made.
type Finding struct {
	Wrong bool   // else it is a warning
	Key   string // of the configuration: "mail.server"
	Text  string // what, and what to do; never an address that may be a secret
}

// checkWithin is how long each part of a check may take.
const checkWithin = 10 * time.Second

// Check tries whether calls could be made, and makes none: it signs in to the mail server
// and sends no mail, and connects to the webhook's host and asks it for nothing.
func Check(ctx context.Context, s Settings) (found []Finding) {
	c := &Caller{s: s}
	if s.Mail.Server != "" {
		found = append(found, c.checkMail(ctx)...)
	}
	if _, isMail := s.Cadence.MailTo(); s.Cadence.EscalateURL.IsSet() && !isMail {
		found = append(found, c.checkWeb(ctx)...)
	}
	return found
}

func (c *Caller) checkMail(ctx context.Context) []Finding {
	within, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	client, hangUp, err := c.dial(within)
	if err == nil {
		defer hangUp()
		if err = client.Noop(); err == nil {
			_ = client.Quit() // it has answered all that matters
			return nil
		}
	}
	if within.Err() != nil {
		err = within.Err()
	}
	f := Finding{Wrong: true, Key: "mail.server", Text: fmt.Sprintf("%s: %s", c.s.Mail.Server, c.mailTrouble(err))}
	if errors.Is(err, errSignIn) {
		f.Key = "mail.username"
	}
	return []Finding{f}
}

// isRefused reports whether the server answered, but not as it should.
func isRefused(err error) bool { return errors.As(err, new(*smtp.SMTPError)) }

// mailTrouble says what is wrong with the mail server, and what to do.
func (c *Caller) mailTrouble(err error) string {
	switch {
	case errors.Is(err, errNoStartTLS):
		return `it offers no STARTTLS, so mail and password would go in the open: ask for the port that encrypts; where that does from the first byte (465), set tls = "tls"`
	case errors.Is(err, errSignIn):
		return err.Error() + ": check username and password; some servers want one of their own for programs"
	case errors.As(err, new(tls.RecordHeaderError)):
		return `it does not encrypt from the first byte: set tls = "starttls", or give the port that does (465)`
	case isRefused(err):
		return answered(err).Error() + ": ask those who run it whether it takes mail from this machine"
	case errors.Is(err, context.DeadlineExceeded):
		return `no answer in time: a firewall may be in the way of this machine, or the port encrypts from the first byte (465) and wants tls = "tls"`
	}
	if trouble, known := wayTrouble(err, "server"); known {
		return trouble
	}
	return "what answers is no mail server: check the name and the port"
}

// wayTrouble says what is wrong on the way to a host, and what to do; where is the key
// that names the host.
func wayTrouble(err error, where string) (trouble string, known bool) {
	var (
		slow    net.Error
		dns     *net.DNSError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		cert    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the name is not known: look for a typing mistake in " + where + ", or ask those who run your DNS", true
	case errors.As(err, &dns):
		return "the name could not be looked up: check the DNS of this machine", true
	case errors.As(err, &slow) && slow.Timeout():
		return "no answer in time: a firewall may be in the way of this machine", true
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection is refused: check the port, and whether a firewall lets this machine through", true
	case errors.As(err, &name):
		return "its certificate is of another name: write the one that it has in " + where, true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired, or the clock of this machine is wrong: tell those who run it", true
	case errors.As(err, &cert):
		return "its certificate is not trusted: add the authority that it is from to those of this machine, or ask for one that this machine trusts", true
	}
	return "", false
}

func (c *Caller) checkWeb(ctx context.Context) []Finding {
	within, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	err := c.reach(within)
	if err == nil {
		return nil
	}
	if within.Err() != nil {
		err = within.Err()
	}
	text := unreached(err).Error() + ": check whether this machine may call it"
	if trouble, known := wayTrouble(err, "escalate_url"); known {
		text = trouble
	}
	return []Finding{{Wrong: true, Key: "cadence.escalate_url", Text: "it cannot be called: " + text}}
}

// reach connects to the webhook's host, or to the proxy that stands before it, and hangs
// up.
func (c *Caller) reach(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.s.Cadence.EscalateURL.Reveal(), nil)
	if err != nil {
		return err
	}
	proxy, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return err
	}
	to, direct := req.URL, proxy == nil
	if !direct {
		to = proxy
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", hostPort(to))
	if err != nil {
		return err
	}
	defer conn.Close()
	if to.Scheme != "https" || !direct {
		return nil
	}
	secure := tls.Client(conn, &tls.Config{ServerName: to.Hostname(), RootCAs: c.s.Roots, MinVersion: tls.VersionTLS12})
	return secure.HandshakeContext(ctx)
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
