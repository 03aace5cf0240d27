package probe

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// errClosed says that an address is closed to probes.
var errClosed = errors.New("this address is closed to probes; open it by allow in [probing] if it is meant")

// guard keeps probes away from what only the bot's own machine should reach. It is asked
// with the address that is being dialled, after names were looked up: a name that leads to
// another address the second time, or a redirect, meets it too.
type guard struct {
	allow []netip.Prefix
	admin uint16 // the port of the admin listener; 0: none
	// own are the addresses of this machine.
	own func() []netip.Addr
}

// metadata are addresses at which clouds hand out credentials, beside the link-local ones:
// AWS over IPv6, Alibaba, Oracle's older one, Azure's wire server.
var metadata = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("fd20:ce::254"), netip.MustParseAddr("100.100.100.200"),
	netip.MustParseAddr("192.0.0.192"), netip.MustParseAddr("168.63.129.16"),
}

// Prefixes of IPv6 addresses that hold an IPv4 address, and where in them it stands: NAT64
// (RFC 6052), 6to4 (RFC 3056), IPv4-compatible (RFC 4291).
var embedding = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
	{netip.MustParsePrefix("::/96"), 12},
}

// control is asked by a dialer before each connection.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errClosed
	}
	return g.check(to)
}

// check refuses an address that is closed.
func (g *guard) check(to netip.AddrPort) error {
	ip := to.Addr().Unmap().WithZone("")
	if slices.ContainsFunc(g.allow, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return nil
	}
	if closed(ip) || g.isAdmin(netip.AddrPortFrom(ip, to.Port())) {
		return errClosed
	}
	return nil
}

// closed reports whether an address is one of this machine alone, of its link, of many, or
// of a cloud's metadata.
func closed(ip netip.Addr) bool {
	switch {
	case !ip.IsValid(), ip.IsUnspecified(), ip.IsLoopback(), ip.IsMulticast(), ip.IsInterfaceLocalMulticast(),
		ip.IsLinkLocalUnicast(), slices.Contains(metadata, ip), ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}),
		ip.Is4() && ip.As4()[0] == 0:
		return true
	case ip.Is4():
		return false
	}
	bytes := ip.As16()
	for _, e := range embedding {
		if e.prefix.Contains(ip) {
			return closed(netip.AddrFrom4([4]byte(bytes[e.at : e.at+4])))
		}
	}
	return false
}

// isAdmin reports whether an address is the bot's own admin listener.
func (g *guard) isAdmin(to netip.AddrPort) bool {
	return g.admin != 0 && to.Port() == g.admin && slices.Contains(g.own(), to.Addr())
}

// ownAddresses are those of this machine's interfaces; none where they cannot be read.
func ownAddresses() []netip.Addr {
	all, _ := net.InterfaceAddrs() // without them only loopback is known to be ours
	var out []netip.Addr
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr().Unmap())
		}
	}
	return out
}
