package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"time"

	"github.com/umassonline/belltower/internal/config"
)

// tryTLS shakes hands, and looks how long the certificates are good for.
func tryTLS(ctx context.Context, n *network, p *config.Probe) Result {
	conn, phases, err := n.connect(ctx, p.URL)
	if err != nil {
		r := fault(err)
		r.Phases = phases
		return r
	}
	defer conn.Close()
	host, _, _ := net.SplitHostPort(p.URL) // connect took it apart before
	began := n.now()
	client := tls.Client(conn, &tls.Config{RootCAs: n.roots, ServerName: host, Time: n.now})
	err = client.HandshakeContext(ctx)
	phases.TLS = n.lap(&began)
	var r Result
	if err != nil {
		r = fault(err)
		r.answered = true // something opened the connection
	} else {
		r = expiry(client.ConnectionState(), n.now(), p.ExpiresWithin)
	}
	r.Phases = phases
	return r
}

// expiry judges how long the certificates are good for that prove who it is: of each chain
// the one that ends first, and of the chains the one that lasts longest.
func expiry(state tls.ConnectionState, now time.Time, within time.Duration) Result {
	var ends time.Time
	for _, chain := range state.VerifiedChains {
		if end := firstEnd(chain); end.After(ends) {
			ends = end
		}
	}
	left := ends.Sub(now)
	text := fmt.Sprintf("the certificate is good until %s, for %s", ends.UTC().Format("2 January 2006 15:04 UTC"), daysOf(left))
	if left < within {
		r := failed(text)
		r.warns = left > 0
		return r
	}
	r := passed()
	r.Detail = text
	return r
}

func firstEnd(chain []*x509.Certificate) time.Time {
	end := chain[0].NotAfter
	for _, c := range chain[1:] {
		if c.NotAfter.Before(end) {
			end = c.NotAfter
		}
	}
	return end
}

func daysOf(d time.Duration) string {
	switch days := int(d / (24 * time.Hour)); days {
	case 0:
		return d.Round(time.Minute).String()
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", days)
	}
}
