package gatewaytest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"syscall"
)

// apiHost and resumeHost are the names by which the fake is dialled in this process.
const (
	apiHost    = "discord.test"
	resumeHost = "resume.discord.test"
)

// pipe is a listener without a network. Unlike a socket it lets testing/synctest see
// that everybody waits.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
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

func (p *pipe) Addr() net.Addr { return &net.UnixAddr{Name: apiHost, Net: "pipe"} }

type host struct {
	pipe   *pipe
	server *http.Server
	served chan struct{}
}

// Start serves in this process, to who dials by Transport.
func (s *Server) Start() {
	h := &host{&pipe{conns: make(chan net.Conn), closed: make(chan struct{})}, &http.Server{Handler: s}, make(chan struct{})}
	s.mu.Lock()
	s.host = h
	s.mu.Unlock()
	go func() {
		defer close(h.served)
		_ = h.server.Serve(h.pipe) // always http.ErrServerClosed: the listener is ours alone
	}()
}

// API is the address of the API in this process.
func (s *Server) API() string { return "http://" + apiHost + "/api/v10" }

// Transport dials the fake, whatever the address. Close its idle connections at the end.
func (s *Server) Transport() *http.Transport {
	return &http.Transport{DialContext: s.dial}
}

func (s *Server) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.mu.Lock()
	down, h := s.faults.down, s.host
	s.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: "pipe", Err: syscall.ECONNREFUSED}
	if down {
		return nil, refused
	}
	near, far := net.Pipe()
	select {
	case h.pipe.conns <- far:
		return near, nil
	case <-h.pipe.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Close ends the server and what is connected, and waits for both.
func (s *Server) Close() error {
	s.Cut()
	s.mu.Lock()
	for len(s.conns) > 0 {
		s.changed.Wait()
	}
	h := s.host
	s.mu.Unlock()
	err := h.server.Close()
	<-h.served
	return err
}
