package probe

import (
	"context"
	"net"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// tryTCP opens a connection.
func tryTCP(ctx context.Context, n *network, p *config.Probe) Result {
	conn, phases, err := n.connect(ctx, p.URL)
	r := passed()
	if err != nil {
		r = fault(err)
	} else {
		_ = conn.Close() // that it was opened is the answer
	}
	r.Phases = phases
	return r
}

// connect looks up a host and opens a connection to the first of its addresses that takes it.
func (n *network) connect(ctx context.Context, hostPort string) (net.Conn, desk.Phases, error) {
	var p desk.Phases
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, p, err
	}
	began := n.now()
	all, err := n.resolver.LookupHost(ctx, host)
	p.DNS = n.lap(&began)
	if err != nil {
		return nil, p, err
	}
	var first error // of the address that is preferred: others may be of a network that we are not on
	for k, ip := range all {
		one, cancel := share(ctx, n.now(), len(all)-k)
		conn, err := n.dial(one, "tcp", net.JoinHostPort(ip, port))
		cancel()
		if err == nil {
			p.Connect = n.lap(&began)
			return conn, p, nil
		}
		if first == nil {
			first = err
		}
	}
	p.Connect = n.lap(&began)
	return nil, p, first
}

// share is the context of one of several tries: all have the same of the time left.
func share(ctx context.Context, now time.Time, tries int) (context.Context, context.CancelFunc) {
	until, limited := ctx.Deadline()
	if !limited || tries == 1 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, until.Sub(now)/time.Duration(tries))
}

// lap is the time since one, which it sets to now.
func (n *network) lap(since *time.Time) time.Duration {
	now := n.now()
	d := now.Sub(*since)
	*since = now
	return d
}
