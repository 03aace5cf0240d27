// Package inprocess serves HTTP to tests without a network: real HTTP over net.Pipe,
// which testing/synctest understands, as sockets are not. A fake platform serves its
// clients by it, and reaches a bot in the same process.
package inprocess

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

// pipe is a listener without a network.
type pipe struct {
	name   string
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// Listen makes a listener that only [Host.Dial] reaches.
func Listen(name string) net.Listener {
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
		return nil, Refused()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Refused is the error that a closed port gives.
func Refused() error { return &net.OpError{Op: "dial", Net: "pipe", Err: syscall.ECONNREFUSED} }

// Host is a handler being served on a listener.
type Host struct {
	listener net.Listener
	server   *http.Server
	served   chan struct{}
}

// Serve serves until Close or Cut.
func Serve(l net.Listener, h http.Handler) *Host {
	x := &Host{l, &http.Server{Handler: h}, make(chan struct{})}
	go func() {
		defer close(x.served)
		_ = x.server.Serve(l) // always http.ErrServerClosed: the listener is ours alone
	}()
	return x
}

// Close waits up to 5 s for the calls that run.
func (h *Host) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("calls still running: %w", err), h.server.Close())
	}
	<-h.served
	return nil
}

// Cut ends the calls that run.
func (h *Host) Cut() {
	_ = h.server.Close() // the listener's own error changes nothing: it is closed
	<-h.served
}

// Addr is the listener's address.
func (h *Host) Addr() string { return h.listener.Addr().String() }

// Dial connects to the host, through its pipe if it has one.
func (h *Host) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if p, inside := h.listener.(*pipe); inside {
		return p.dial(ctx)
	}
	return (&net.Dialer{}).DialContext(ctx, network, addr)
}
