package escalate

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"

	"github.com/umassonline/belltower/internal/config"
)

// check is what a check finds, one a line.
func (w *world) check() string {
	w.t.Helper()
	var b strings.Builder
	for _, f := range Check(w.t.Context(), w.s) {
		if !f.Wrong {
			w.t.Errorf("%s is a warning, and no call can be made", f.Key)
		}
		b.WriteString(f.Key + ": " + f.Text + "\n")
	}
	return b.String()
}

// A check signs in, and sends nothing.
func TestAMailServerThatIsReady(t *testing.T) {
	for _, mode := range []string{"starttls", "tls", "none"} {
		for _, how := range []string{sasl.Plain, sasl.Login} {
			w := newWorld(t)
			o := newOffice(t, w, mode)
			o.how = how
			if got := w.check(); got != "" {
				t.Errorf("%s, %s: %s", mode, how, got)
			}
			if o.signedIn.Load() != 1 || len(o.to()) > 0 || o.begun.Load() > 0 {
				t.Errorf("%s, %s: signed in %d times, %d mails begun", mode, how, o.signedIn.Load(), o.begun.Load())
			}
		}
	}
}

func TestNothingIsToBeChecked(t *testing.T) {
	w := newWorld(t)
	if got := w.check(); got != "" {
		t.Error(got)
	}
}

// Each thing that an installer may do wrong is said with what to do.
func TestAMailServerThatIsNotReady(t *testing.T) {
	for _, tc := range []struct {
		name, mode string
		spoil      func(w *world)
		want       string
	}{
		{"name", "starttls", func(w *world) { w.s.Mail.Server = "mail.invalid:587" }, "mail.server: mail.invalid:587: the name is not known: look for a typing mistake in server"},
		{"port", "starttls", func(w *world) { w.s.Mail.Server = "127.0.0.1:1" }, "mail.server: 127.0.0.1:1: the connection is refused: check the port"},
		{"authority", "starttls", func(w *world) { w.s.Roots = nil }, "its certificate is not trusted: add the authority"},
		{"authority of the first byte", "tls", func(w *world) { w.s.Roots = nil }, "its certificate is not trusted: add the authority"},
		{"another name", "tls", func(w *world) { w.s.Mail.Server = strings.Replace(w.s.Mail.Server, "127.0.0.1", "localhost", 1) }, "its certificate is of another name: write the one that it has in server"},
		{"no STARTTLS", "none", func(w *world) { w.s.Mail.TLS = "starttls" }, "it offers no STARTTLS, so mail and password would go in the open"},
		{"STARTTLS is wanted", "starttls", func(w *world) { w.s.Mail.TLS = "tls" }, `it does not encrypt from the first byte: set tls = "starttls"`},
		{"password", "starttls", func(w *world) { w.s.Mail.Password = config.NewSecret("hunter3") }, "mail.username: " + "127.0.0.1:PORT: sign in: the server answered 535: check username and password"},
		{"no mail server", "starttls", func(w *world) { w.s.Mail.Server = listening(w.t, "HTTP/1.1 400 Bad Request\r\n\r\n") }, "what answers is no mail server"},
		{"turned away", "starttls", func(w *world) { w.s.Mail.Server = listening(w.t, "554 not from there\r\n") }, "the server answered 554: ask those who run it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			o := newOffice(t, w, tc.mode)
			tc.spoil(w)
			got := w.check()
			_, port, _ := net.SplitHostPort(o.addr)
			if want := strings.Replace(tc.want, "PORT", port, 1); !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
				t.Errorf("want %s, got %s", want, got)
			}
			if strings.Contains(got, "hunter") {
				t.Errorf("it tells a secret: %s", got)
			}
		})
	}
}

// listening is a server that says the one thing to all who connect, and then nothing.
func listening(t *testing.T, says string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, says)
			io.Copy(io.Discard, conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

// Somebody who takes a connection and says nothing is not waited for without end.
func TestAServerThatSaysNothing(t *testing.T) {
	w := newWorld(t)
	newOffice(t, w, "starttls")
	w.s.Mail.Server = listening(t, "")
	w.s.Cadence.EscalateURL = config.NewSecret("https://" + listening(t, "") + "/hunter2")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for _, f := range Check(ctx, w.s) {
		if !strings.Contains(f.Text, "no answer in time") {
			t.Errorf("%s: %s", f.Key, f.Text)
		}
	}
}

// A webhook is connected to, and hears nothing.
func TestAWebhookThatIsReady(t *testing.T) {
	p := newPager(t)
	w := newWorld(t).use(p)
	w.trust(p.Certificate())
	if got := w.check(); got != "" || len(p.heard) > 0 {
		t.Errorf("%s; it heard %v", got, p.heard)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	w.s.Cadence.EscalateURL = config.NewSecret(plain.URL + "/hunter2")
	if got := w.check(); got != "" {
		t.Error(got)
	}
	w.s.Cadence.EscalateURL = config.NewSecret("mailto:noc@example.edu")
	if got := w.check(); got != "" {
		t.Error(got)
	}
}

// outdate has a pager show a certificate of yesterday, and returns that.
func outdate(t *testing.T, p *pager) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(0, 0, -1),
		IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	if err == nil {
		cert, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	p.TLS.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	return cert
}

func TestAWebhookThatIsNotReady(t *testing.T) {
	strange, closed := newPager(t), httptest.NewServer(nil)
	closed.Close()
	expired := newPager(t)
	w := newWorld(t)
	w.trust(outdate(t, expired))
	roots := w.s.Roots
	for _, tc := range []struct{ url, want string }{
		{"https://hunter2.invalid/", "the name is not known: look for a typing mistake in escalate_url"},
		{closed.URL + "/hunter2", "the connection is refused: check the port"},
		{strange.URL + "/hunter2", "its certificate is not trusted: add the authority"},
		{expired.URL + "/hunter2", "its certificate has expired, or the clock of this machine is wrong"},
	} {
		w := newWorld(t)
		w.s.Roots = roots
		w.s.Cadence.EscalateURL = config.NewSecret(tc.url)
		got := w.check()
		if !strings.HasPrefix(got, "cadence.escalate_url: it cannot be called: "+tc.want) {
			t.Errorf("want %s, got %s", tc.want, got)
		}
		for _, secret := range []string{"hunter2", "127.0.0.1"} {
			if strings.Contains(got, secret) {
				t.Errorf("it tells %s: %s", secret, got)
			}
		}
	}
}
