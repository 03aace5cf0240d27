package escalate

import (
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// office is a mail server of a campus, with a certificate of its own authority.
type office struct {
	addr    string
	open    bool             // it takes mail and passwords that are not encrypted
	how     string           // people sign in: sasl.Plain or sasl.Login
	refused map[string]error // by recipient

	signedIn, begun atomic.Int32 // how often somebody signed in, and began a mail

	mu    sync.Mutex
	taken []taken
}

type taken struct{ from, to, text string }

// newOffice starts one that listens by STARTTLS, or with TLS from the first byte.
func newOffice(t *testing.T, w *world, mode string) *office {
	t.Helper()
	certified := httptest.NewTLSServer(nil)
	t.Cleanup(certified.Close)
	w.trust(certified.Certificate())
	o := &office{open: mode == "none", how: sasl.Plain, refused: map[string]error{}}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{office: o, conn: c}, nil }))
	s.Domain, s.AllowInsecureAuth = "127.0.0.1", o.open
	s.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure := &tls.Config{Certificates: certified.TLS.Certificates}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.addr = l.Addr().String()
	switch mode {
	case "starttls":
		s.TLSConfig = secure
	case "tls":
		l = tls.NewListener(l, secure)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	w.s.Mail = config.Mail{
		Server: o.addr, TLS: mode, From: "belltower@example.edu",
		Username: "belltower", Password: config.NewSecret("hunter2"),
	}
	return o
}

// session is one connection to the office, which wants everybody to sign in.
type session struct {
	*office
	conn  *smtp.Conn
	known bool
	now   taken
}

func (s *session) AuthMechanisms() []string { return []string{s.how} }

func (s *session) Auth(string) (sasl.Server, error) {
	if s.how == sasl.Login {
		return &login{session: s}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return s.signIn(user, password) }), nil
}

func (s *session) signIn(user, password string) error {
	if user != "belltower" || password != "hunter2" {
		return &smtp.SMTPError{Code: 535, Message: "no such account: " + user + " " + password}
	}
	s.known = true
	s.signedIn.Add(1)
	return nil
}

// login is the older way to sign in: it asks for one after the other.
type login struct {
	*session
	said []string
}

func (l *login) Next(response []byte) (challenge []byte, done bool, err error) {
	if response != nil {
		l.said = append(l.said, string(response))
	}
	switch len(l.said) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, l.signIn(l.said[0], l.said[1])
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.begun.Add(1)
	if _, encrypted := s.conn.TLSConnectionState(); !encrypted && !s.open || !s.known {
		return smtp.ErrAuthRequired
	}
	s.now = taken{from: from}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = to
	return s.refused[to]
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.now.text = string(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, s.now)
	return err
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// to lists who got mail, in order.
func (o *office) to() (all []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, one := range o.taken {
		all = append(all, one.to)
	}
	return all
}

func (w *world) contacts() {
	w.s.Contacts = []desk.Contact{
		{Campus: "amherst", Role: desk.TechnicalContact, Mail: "anna@example.edu"},
		{Campus: "amherst", Role: desk.TechnicalContact, Mail: "paul@example.edu", Services: []desk.ServiceID{"portal"}},
		{Campus: "amherst", Role: desk.BusinessContact, Mail: "bea@example.edu"},
		{Campus: "amherst", Role: desk.TechnicalContact, Person: ann},
		{Campus: "boston", Role: desk.TechnicalContact, Mail: "noc@example.edu"}, // whom escalate_url names too
		{Campus: "boston", Role: desk.TechnicalContact, Mail: "zoe@example.edu", Services: []desk.ServiceID{"learn"}},
	}
}

// One of three cannot be written to at first: only she is tried again, by the same mail.
func TestMailIsWrittenToEverybodyOnce(t *testing.T) {
	for _, mode := range []string{"starttls", "tls"} {
		w := newWorld(t)
		o := newOffice(t, w, mode)
		w.s.Cadence.EscalateURL = config.NewSecret("mailto:noc@example.edu")
		w.contacts()
		o.refused["anna@example.edu"] = &smtp.SMTPError{Code: 451, Message: "anna@example.edu is away, hunter2"}
		w.silence()
		if !w.try() {
			t.Fatalf("%s: it is not tried again; the log says\n%s", mode, w.logs.String())
		}
		if diff := cmp.Diff([]string{"noc@example.edu", "zoe@example.edu"}, o.to()); diff != "" {
			t.Error(diff)
		}
		clear(o.refused)
		if w.try() {
			t.Errorf("it is tried again; the log says\n%s", w.logs.String())
		}
		if diff := cmp.Diff([]string{"noc@example.edu", "zoe@example.edu", "anna@example.edu"}, o.to()); diff != "" {
			t.Error(diff)
		}
		const reached = "escalate_url, zoe@example.edu, anna@example.edu"
		if got := w.audited(); got != "09:40:00 call INC-1\n09:40:30 called INC-1 "+reached {
			t.Errorf("the audit says\n%s", got)
		}
		if !strings.Contains(w.logs.String(), "mail 2 of 3: the server answered 451") {
			t.Errorf("the log says\n%s", w.logs.String())
		}
		w.tellsNothing("hunter2")
	}
}

// A server on this machine, and one that knows only the older way to sign in.
func TestMailByOtherServers(t *testing.T) {
	for mode, how := range map[string]string{"none": sasl.Plain, "starttls": sasl.Login} {
		w := newWorld(t)
		o := newOffice(t, w, mode)
		o.how = how
		w.s.Cadence.EscalateURL = config.NewSecret("mailto:noc@example.edu")
		w.silence()
		if w.try() || len(o.to()) != 1 {
			t.Errorf("%s, %s: %v; the log says\n%s", mode, how, o.to(), w.logs.String())
		}
	}
}

func TestAMailIsTheSameAtEachTry(t *testing.T) {
	w := newWorld(t)
	o := newOffice(t, w, "starttls")
	w.s.Cadence.EscalateURL = config.NewSecret("mailto:noc@example.edu")
	w.silence()
	calls, err := w.Calls(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.try()
	c := New(w.Journal, nil, w.s) // killed before it noted that the mail was taken
	if err := c.call(t.Context(), &calls[0]); err != nil {
		t.Fatal(err)
	}
	if len(o.taken) != 2 || o.taken[0] != o.taken[1] {
		t.Fatalf("they differ: %v", o.taken)
	}
	r, err := mail.CreateReader(strings.NewReader(o.taken[0].text))
	if err != nil {
		t.Fatal(err)
	}
	part, err := r.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(part.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{"body": strings.ReplaceAll(string(body), "\r\n", "\n"), "envelope": o.taken[0].from + " " + o.taken[0].to}
	for _, key := range []string{"From", "To", "Subject", "Message-Id", "Date", "Auto-Submitted", "Content-Type", "Mime-Version"} {
		got[key] = r.Header.Get(key)
	}
	want := map[string]string{
		"envelope":       "belltower@example.edu noc@example.edu",
		"From":           `"Belltower" <belltower@example.edu>`,
		"To":             "<noc@example.edu>",
		"Subject":        "Nobody answers about INC-1: Logins fail",
		"Message-Id":     "<" + id + "@status.example.edu>",
		"Date":           "Wed, 02 Dec 2026 09:40:00 +0000",
		"Auto-Submitted": "auto-generated",
		"Content-Type":   "text/plain; charset=utf-8",
		"Mime-Version":   "1.0",
		"body": `Nobody answers about INC-1: Logins fail

News was due 2 times in a row, and none came. The last news is from 4:00 AM EST.

It is about Learn System.

Please look into the ops channel now, or call somebody who can.

Status page: https://status.example.edu/incidents/INC-1
`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}

// Whatever is wrong with the mail server, the webhook is called, once.
func TestAMailServerThatDoesNotTakeMail(t *testing.T) {
	for _, one := range []struct {
		name, reason string
		spoil        func(w *world)
	}{
		{"wrong password", "mail server: sign in: the server answered 535", func(w *world) { w.s.Mail.Password = config.NewSecret("hunter3") }},
		{"another authority", "mail server: ", func(w *world) { w.s.Roots = nil }},
		{"not there", "mail server: ", func(w *world) { w.s.Mail.Server = "127.0.0.1:1" }},
		{"nobody signs in", "mail 1 of 3: the server answered 502", func(w *world) { w.s.Mail.Username, w.s.Mail.Password = "", config.Secret{} }},
	} {
		t.Run(one.name, func(t *testing.T) {
			p := newPager(t)
			w := newWorld(t).use(p)
			o := newOffice(t, w, "starttls")
			w.contacts()
			one.spoil(w)
			w.silence()
			for range 2 {
				if !w.try() {
					t.Error("it is not tried again")
				}
			}
			if len(o.taken) > 0 || len(p.heard) != 1 {
				t.Errorf("mail to %v, the pager heard %v", o.to(), p.heard)
			}
			if !strings.Contains(w.logs.String(), one.reason) {
				t.Errorf("want %s, the log says\n%s", one.reason, w.logs.String())
			}
			w.tellsNothing("hunter2", "hunter3")
		})
	}
}

// A password is never sent in the open, not even when somebody on the way strikes out
// that the server would encrypt.
func TestAServerThatDoesNotEncrypt(t *testing.T) {
	w := newWorld(t)
	o := newOffice(t, w, "none")
	w.s.Mail.TLS = "starttls"
	w.s.Cadence.EscalateURL = config.NewSecret("mailto:noc@example.edu")
	w.silence()
	if !w.try() || len(o.taken) > 0 || !strings.Contains(w.logs.String(), "doesn't support STARTTLS") {
		t.Errorf("mail to %v; the log says\n%s", o.to(), w.logs.String())
	}
	if !slices.Equal(w.left(), []string{id}) {
		t.Error("it is forgotten")
	}
}
