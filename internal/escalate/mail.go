package escalate

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/umassonline/belltower/internal/journal"
)

// mailWithin is how long the mails of one call may take altogether.
const mailWithin = 30 * time.Second

// write sends a call to each of the boxes, by one connection, and notes in the call whom
// it reached: who took the mail gets it no second time when another did not.
func (c *Caller) write(ctx context.Context, call *journal.Call, boxes []box) error {
	if len(boxes) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, mailWithin)
	defer cancel()
	client, hangUp, err := c.dial(ctx)
	if err != nil {
		return fmt.Errorf("mail server: %w", late(ctx, err))
	}
	defer hangUp()
	var errs []error
	for k, b := range boxes {
		if err := c.send(client, *call, b); err != nil {
			errs = append(errs, fmt.Errorf("mail %d of %d: %w", k+1, len(boxes), late(ctx, err)))
			continue
		}
		call.Reached = append(call.Reached, b.name)
	}
	if len(errs) == 0 {
		_ = client.Quit() // they are taken already
	}
	return errors.Join(errs...)
}

// late says that the time was over, where that is why.
func late(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("no answer in time")
	}
	return err
}

// dial connects to the mail server, encrypts the way and signs in. The end of ctx hangs
// up, and so does who calls hangUp.
func (c *Caller) dial(ctx context.Context) (client *smtp.Client, hangUp func(), err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.s.Mail.Server)
	if err != nil {
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	hangUp = func() {
		stop()
		conn.Close()
	}
	client, err = c.encrypt(conn)
	if err == nil {
		err = c.signIn(client)
	}
	if err != nil {
		hangUp()
		return nil, nil, err
	}
	return client, hangUp, nil
}

func (c *Caller) encrypt(conn net.Conn) (*smtp.Client, error) {
	host, _, _ := net.SplitHostPort(c.s.Mail.Server)
	secure := &tls.Config{ServerName: host, RootCAs: c.s.Roots, MinVersion: tls.VersionTLS12}
	switch c.s.Mail.TLS {
	case "tls":
		return smtp.NewClient(tls.Client(conn, secure)), nil
	case "none":
		return smtp.NewClient(conn), nil
	}
	client, err := smtp.NewClientStartTLS(conn, secure)
	if err != nil && strings.HasSuffix(err.Error(), "support STARTTLS") { // the library has no value for it
		err = errNoStartTLS
	}
	return client, err
}

var (
	errNoStartTLS = errors.New("the server doesn't support STARTTLS")
	errSignIn     = errors.New("sign in") // the account is refused
)

func (c *Caller) signIn(client *smtp.Client) error {
	m := c.s.Mail
	if m.Username == "" {
		return client.Noop() // a server that is none says so now
	}
	how := sasl.NewPlainClient("", m.Username, m.Password.Reveal())
	if !client.SupportsAuth(sasl.Plain) && client.SupportsAuth(sasl.Login) {
		how = sasl.NewLoginClient(m.Username, m.Password.Reveal())
	}
	err := client.Auth(how)
	if isRefused(err) {
		return fmt.Errorf("%w: %w", errSignIn, answered(err))
	}
	return err
}

// send has the server take one mail.
func (c *Caller) send(client *smtp.Client, call journal.Call, to box) error {
	text, err := c.letter(call, to)
	if err == nil {
		err = client.SendMail(c.s.Mail.From, []string{to.address}, bytes.NewReader(text))
	}
	if err != nil {
		_ = client.Reset() // the next one may do
		return answered(err)
	}
	return nil
}

// answered is a server's refusal by its number alone: its words may repeat what it was
// told.
func answered(err error) error {
	var refused *smtp.SMTPError
	if errors.As(err, &refused) {
		return fmt.Errorf("the server answered %d", refused.Code)
	}
	return err
}

// letter is the mail: plain text, the same at each try.
func (c *Caller) letter(call journal.Call, to box) ([]byte, error) {
	subject, body := c.s.Words.CallMail(unanswered(call))
	var h mail.Header
	h.SetDate(call.At)
	h.SetAddressList("From", []*mail.Address{{Name: "Belltower", Address: c.s.Mail.From}})
	h.SetAddressList("To", []*mail.Address{{Address: to.address}})
	h.SetSubject(subject)
	h.SetMessageID(call.ID + "@" + c.domain())
	h.Set("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers
	h.SetContentType("text/plain", map[string]string{"charset": "utf-8"})
	var out bytes.Buffer
	w, err := mail.CreateSingleInlineWriter(&out, h)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(w, body); err != nil {
		return nil, err
	}
	err = w.Close()
	return out.Bytes(), err
}

// domain makes ids of messages unlike those of anybody else: the status page's host.
func (c *Caller) domain() string {
	if u, err := url.Parse(c.s.Words.StatusURL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "belltower.invalid"
}
