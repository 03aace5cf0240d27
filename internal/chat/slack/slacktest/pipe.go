package slacktest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// pipe is a listener without a network: real HTTP over net.Pipe. Unlike a
// socket it lets testing/synctest see that everybody waits.
type pipe struct {
	name   string
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipe(name string) *pipe {
	return &pipe{name: name, conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Addr() net.Addr { return &net.UnixAddr{Name: p.name, Net: "pipe"} }

func (p *pipe) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, refusedConnection()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// refusedConnection is the error that a closed port gives.
func refusedConnection() error {
	return &net.OpError{Op: "dial", Net: "pipe", Err: syscall.ECONNREFUSED}
}

// host is a handler being served on a listener.
type host struct {
	listener net.Listener
	server   *http.Server
	served   chan struct{}
}

func serve(l net.Listener, h http.Handler) *host {
	x := &host{l, &http.Server{Handler: h}, make(chan struct{})}
	go func() {
		defer close(x.served)
		_ = x.server.Serve(l) // always http.ErrServerClosed: the listener is ours alone
	}()
	return x
}

// close waits up to 5 s for the calls that run.
func (h *host) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("fake Slack: calls still running: %w", err), h.server.Close())
	}
	<-h.served
	return nil
}

// cut ends the calls that run.
func (h *host) cut() {
	_ = h.server.Close() // the listener's own error changes nothing: it is closed
	<-h.served
}

// dial connects to a host: through its pipe if it has one.
func (h *host) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if p, inside := h.listener.(*pipe); inside {
		return p.dial(ctx)
	}
	return (&net.Dialer{}).DialContext(ctx, network, addr)
}
