package probe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// tryICMP sends one echo request and waits for its reply.
func tryICMP(ctx context.Context, n *network, p *config.Probe) Result {
	began := n.now()
	ip, err := n.resolve(ctx, p.URL)
	phases := desk.Phases{DNS: n.lap(&began)}
	r := passed()
	if err == nil {
		r, err = ping(ctx, ip)
		phases.FirstByte = n.lap(&began)
	}
	if err != nil {
		r = fault(err)
	}
	r.Phases = phases
	return r
}

// mayPing says what to do where this machine lets nobody ping.
const mayPing = "this machine does not let the bot ping: set net.ipv4.ping_group_range to the bot's group, or give it CAP_NET_RAW"

// CanPing opens what a ping needs, and says what to do where it cannot.
func CanPing() error {
	conn, _, err := listenICMP(netip.IPv4Unspecified())
	if err != nil {
		return errors.New(mayPing)
	}
	return conn.Close()
}

// listenICMP opens a ping socket, which Linux gives to the groups of
// net.ipv4.ping_group_range, or else a raw one, for which it takes CAP_NET_RAW.
func listenICMP(to netip.Addr) (conn *icmp.PacketConn, raw bool, err error) {
	plain, privileged, from := "udp4", "ip4:icmp", "0.0.0.0"
	if to.Is6() {
		plain, privileged, from = "udp6", "ip6:ipv6-icmp", "::"
	}
	if conn, err = icmp.ListenPacket(plain, from); err == nil {
		return conn, false, nil
	}
	conn, err = icmp.ListenPacket(privileged, from)
	return conn, true, err
}

// ping sends one echo request to an address and waits for its reply.
func ping(ctx context.Context, to netip.Addr) (Result, error) {
	conn, raw, err := listenICMP(to)
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES), errors.Is(err, os.ErrPermission):
		return unclear(mayPing), nil
	case err != nil:
		return Result{}, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // ends a read
	e := newEcho(to)
	var address net.Addr = &net.UDPAddr{IP: to.AsSlice()}
	if raw {
		address = &net.IPAddr{IP: to.AsSlice()}
	}
	if _, err := conn.WriteTo(e.packed, address); err != nil {
		return Result{}, ended(ctx, err)
	}
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return Result{}, ended(ctx, err)
		}
		if e.answeredBy(buf[:n], from) {
			return passed(), nil
		}
	}
}

// echo is one echo request.
type echo struct {
	packed []byte
	reply  icmp.Type
	proto  int
	to     netip.Addr
	mark   string // what its reply must repeat: a ping socket sets the id by itself
}

func newEcho(to netip.Addr) echo {
	e := echo{reply: ipv4.ICMPTypeEchoReply, proto: 1, to: to, mark: "belltower " + rand.Text()}
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: os.Getpid() & 0xffff, Seq: 1, Data: []byte(e.mark)}}
	if to.Is6() {
		m.Type, e.reply, e.proto = ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply, 58
	}
	e.packed, _ = m.Marshal(nil) // an echo always has a form
	return e
}

// answeredBy reports whether a message is the reply.
func (e echo) answeredBy(msg []byte, from net.Addr) bool {
	m, err := icmp.ParseMessage(e.proto, msg)
	if err != nil || m.Type != e.reply || !sameHost(from, e.to) {
		return false
	}
	body, ok := m.Body.(*icmp.Echo)
	return ok && string(body.Data) == e.mark
}

func sameHost(a net.Addr, ip netip.Addr) bool {
	switch a := a.(type) {
	case *net.UDPAddr:
		return a.IP.Equal(ip.AsSlice())
	case *net.IPAddr:
		return a.IP.Equal(ip.AsSlice())
	}
	return fmt.Sprint(a) == ip.String()
}
