package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/umassonline/belltower/internal/config"
)

// network is how probes reach the world: one for all of them, so that an idle probe costs
// nothing.
type network struct {
	guard     *guard
	dial      dialFunc
	roots     *x509.CertPool // nil: the system's
	now       func() time.Time
	transport http.RoundTripper
	following *resty.Client // follows redirects
	staying   *resty.Client // does not
	resolver  *net.Resolver
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// newNetwork makes it. dial and transport, if not nil, stand for the network in tests.
func newNetwork(s Settings) *network {
	n := &network{
		guard: &guard{allow: s.Probing.Allow, admin: portOf(s.AdminListen), own: ownAddresses},
		roots: s.Roots, now: s.Now, dial: s.dial, transport: s.transport, resolver: net.DefaultResolver,
	}
	if n.dial == nil {
		n.dial = (&net.Dialer{Control: n.guard.control, KeepAlive: -1}).DialContext
	}
	if n.transport == nil {
		n.transport = n.newTransport()
	}
	n.following = newWeb(&http.Client{Transport: n.transport, CheckRedirect: follow})
	n.staying = newWeb(&http.Client{Transport: n.transport, CheckRedirect: stay})
	return n
}

// newTransport opens a connection for each request: the time that it takes is part of what
// is checked. No proxy: it would be the proxy that is reached, and past the guard.
func (n *network) newTransport() *http.Transport {
	return &http.Transport{
		DialContext: n.dial, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: n.roots}, MaxResponseHeaderBytes: maxBody,
	}
}

// newWeb is a client that does nothing by itself: resty would keep cookies and log.
func newWeb(c *http.Client) *resty.Client {
	return resty.NewWithClient(c).SetRetryCount(0).SetDisableWarn(true).SetLogger(silent{}).
		SetHeader("User-Agent", "Belltower (+https://github.com/umassonline/belltower)")
}

// silent drops what resty would log: it names addresses.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// maxRedirects is how many redirects a request may take; browsers give up at 20.
const maxRedirects = 10

var (
	errRedirects = errors.New("it redirects in a circle")
	// errElsewhere: a redirect that keeps the method, to where handsOn is false.
	errElsewhere = errors.New("it redirects to another host or from https to http, and what the step sends is not sent on")
)

// follow lets a redirect be followed. What was sent to one host alone is not sent to
// another: net/http forwards all but a few headers, forms and JSON at 307 and 308, and the
// address that it was at.
func follow(req *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return errRedirects
	}
	if first := via[0].URL; req.Body != nil && req.Body != http.NoBody && !handsOn(first, req.URL) {
		return errElsewhere
	}
	if req.URL.Host == via[0].URL.Host && req.URL.Scheme == via[0].URL.Scheme {
		return nil
	}
	for name := range req.Header {
		switch name {
		case "User-Agent", "Accept", "Accept-Language", "Content-Type":
		case "Referer": // without what the address was sent, as browsers have it
			before := via[len(via)-1].URL
			req.Header.Set(name, before.Scheme+"://"+before.Host+"/")
		default:
			req.Header.Del(name)
		}
	}
	return nil
}

// handsOn reports whether what was sent to one address may go on to another: of the same
// host, and not less secret on its way.
func handsOn(from, to *url.URL) bool {
	return strings.EqualFold(from.Hostname(), to.Hostname()) && (to.Scheme == from.Scheme || to.Scheme == "https")
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// portOf is the port of an address to listen on; 0: none.
func portOf(listen string) uint16 {
	_, port, err := net.SplitHostPort(listen)
	n, parseErr := strconv.ParseUint(port, 10, 16)
	if err != nil || parseErr != nil {
		return 0
	}
	return uint16(n)
}

// Settings are what a Runner is given. Roots, and Verified with NotVerified, may be nil.
type Settings struct {
	Probes  []config.Probe
	Probing config.Probing
	Verify  config.Verify
	// AdminListen is the bot's own admin listener, which no probe reaches.
	AdminListen string
	// Zone is the organization's: of the hours at which something is usual.
	Zone *time.Location
	// Roots are whose certificates are trusted; nil: the system's.
	Roots *x509.CertPool
	Now   func() time.Time
	Log   *slog.Logger
	// Record keeps the results.
	Record Record
	Hears

	dial      dialFunc          // nil: the network
	transport http.RoundTripper // nil: dials
}

// resolve looks up the first address of a host that is open to probes.
func (n *network) resolve(ctx context.Context, host string) (netip.Addr, error) {
	all, err := n.resolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.Addr{}, err
	}
	for _, ip := range all {
		if err = n.guard.check(netip.AddrPortFrom(ip, 0)); err == nil {
			return ip.Unmap(), nil
		}
	}
	return netip.Addr{}, err
}
