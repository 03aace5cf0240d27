package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

func TestWhatNoProbeReaches(t *testing.T) {
	own := netip.MustParseAddr("10.1.2.3")
	g := guard{admin: 9090, own: func() []netip.Addr { return []netip.Addr{own} }}
	for _, c := range []struct {
		to   string
		open bool
	}{
		{"192.0.2.1:443", true}, {"10.0.0.1:443", true}, {"172.16.0.1:443", true}, {"192.168.1.1:443", true}, {"[2001:db8::1]:443", true},
		{"[fd00::1]:443", true}, {"[::ffff:192.0.2.1]:443", true}, {"[64:ff9b::c000:201]:443", true},
		{"127.0.0.1:80", false}, {"127.9.9.9:80", false}, {"[::1]:80", false}, {"[::ffff:127.0.0.1]:80", false}, {"[::127.0.0.1]:80", false},
		{"[64:ff9b::7f00:1]:80", false}, {"[2002:7f00:1::]:80", false}, {"[2002:a9fe:a9fe::]:80", false},
		{"0.0.0.0:80", false}, {"0.1.2.3:80", false}, {"[::]:80", false}, {"[::ffff:0.0.0.0]:80", false},
		{"169.254.169.254:80", false}, {"169.254.1.1:80", false}, {"[::ffff:169.254.169.254]:80", false}, {"[fe80::1]:80", false}, {"[fe80::1%eth0]:80", false},
		{"[fd00:ec2::254]:80", false}, {"100.100.100.200:80", false}, {"192.0.0.192:80", false}, {"168.63.129.16:80", false}, {"[64:ff9b::a9fe:a9fe]:80", false},
		{"224.0.0.1:80", false}, {"[ff02::1]:80", false}, {"255.255.255.255:80", false},
		{"10.1.2.3:9090", false}, {"[::ffff:10.1.2.3]:9090", false}, {"10.1.2.3:443", true}, {"10.1.2.4:9090", true},
		{"learn.example.edu:80", false},
	} {
		if err := g.control("tcp", c.to, nil); (err == nil) != c.open || err != nil && !errors.Is(err, errClosed) {
			t.Errorf("%s: %v", c.to, err)
		}
	}
	g.allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fe80::/10")}
	for to, open := range map[string]bool{
		"127.0.0.1:80": true, "[::ffff:127.0.0.1]:80": true, "127.0.0.2:80": false, "10.1.2.3:9090": true, "[fe80::1%eth0]:80": true, "169.254.169.254:80": false,
	} {
		if err := g.control("tcp", to, nil); (err == nil) != open {
			t.Errorf("with allow, %s: %v", to, err)
		}
	}
}

// TestEveryKindIsGuarded has each kind of probe refused what is closed, by number and by a
// name that leads there, and nobody be called.
func TestEveryKindIsGuarded(t *testing.T) {
	called := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	port := portOf(called.Listener.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost"} {
		at := fmt.Sprintf("%s:%d", host, port)
		for _, p := range []config.Probe{
			httpProbe("http://" + at), {Kind: "tcp", URL: at}, {Kind: "tls", URL: at}, {Kind: "dns", URL: "dns://" + at + "/www.example.edu"}, {Kind: "icmp", URL: host},
			{Kind: "transaction", URL: "http://" + at, Steps: []config.Step{{Name: "Open", Method: "GET", ExpectStatus: []int{200}}}},
		} {
			t.Run(p.Kind+" "+host, func(t *testing.T) {
				tryOnce(t, p, func(s *Settings) { s.Probing.Allow = nil }).wants(t, desk.Unclear, errClosed.Error())
			})
		}
	}
}

func TestOurOwnFaultsAreUnclear(t *testing.T) {
	for _, c := range []struct {
		err     error
		outcome desk.Outcome
		detail  string
	}{
		{syscall.EMFILE, desk.Unclear, "this machine could not make the check: too many open files"},
		{syscall.ENFILE, desk.Unclear, "this machine could not make the check: too many open files in system"},
		{syscall.EADDRNOTAVAIL, desk.Unclear, "this machine could not make the check: cannot assign requested address"},
		{syscall.EACCES, desk.Unclear, "this machine could not make the check: permission denied"},
		{syscall.ENETUNREACH, desk.Unclear, "this machine has no way to that network"},
		{syscall.EHOSTUNREACH, desk.Failed, "no route to host"},
		{syscall.ECONNREFUSED, desk.Failed, "connection refused"},
		{context.Canceled, desk.Unclear, "the check was stopped"},
		{context.DeadlineExceeded, desk.Failed, "no answer in time"},
		{&net.DNSError{IsNotFound: true, Name: hunter}, desk.Failed, "the name is not known"},
		{&net.DNSError{Err: "read udp 127.0.0.53:53: read: connection refused"}, desk.Unclear, "the resolver of this machine does not answer"},
		{&net.DNSError{Err: "i/o timeout", IsTimeout: true}, desk.Failed, "the name was not found in time"},
		{&net.DNSError{Err: "server misbehaving", IsTemporary: true}, desk.Failed, "the name could not be looked up"},
		{errors.New(hunter), desk.Failed, "no good answer"},
	} {
		dialled := httpProbe("http://learn.example.edu/?" + hunter)
		r := tryOnce(t, dialled, func(s *Settings) {
			s.dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: c.err}
			}
		})
		if r.Outcome != c.outcome || r.Detail != c.detail {
			t.Errorf("%v: %s %q, want %s %q", c.err, r.Outcome, r.Detail, c.outcome, c.detail)
		}
		if strings.Contains(r.Detail, "example.edu") {
			t.Errorf("an address is told: %s", r.Detail)
		}
	}
}
