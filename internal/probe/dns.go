package probe

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/umassonline/belltower/internal/config"
)

// tryDNS asks one server for the addresses of a name, IPv4 and, where there are none, IPv6.
// Unlike a program's own look-ups it reads no hosts file, adds no domain, and asks once.
func tryDNS(ctx context.Context, n *network, p *config.Probe) Result {
	server, name, named := strings.Cut(strings.TrimPrefix(p.URL, "dns://"), "/")
	ask := n.dial
	if !named {
		name = server
		server, ask = systemResolver("/etc/resolv.conf"), (&net.Dialer{}).DialContext // ours, and often on this machine
	}
	if server == "" {
		return unclear("this machine has no resolver in /etc/resolv.conf")
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, "53")
	}
	q := question{server: server, name: name, dial: ask}
	began := n.now()
	r := q.addresses(ctx)
	r.Phases.DNS = n.lap(&began)
	return r
}

// systemResolver is the first resolver that a resolv.conf names; "": none.
func systemResolver(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) > 1 && words[0] == "nameserver" {
			return words[1]
		}
	}
	return ""
}

// question is a name to ask a server for.
type question struct {
	server string // host:port
	name   string
	dial   dialFunc
}

// addresses asks for addresses of either kind.
func (q question) addresses(ctx context.Context) Result {
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
		found, err := q.ask(ctx, kind)
		var refused rcodeError
		switch {
		case errors.As(err, &refused):
			return failed(refused.Error())
		case errors.Is(err, errNoAnswer):
			return failed(errNoAnswer.Error())
		case err != nil:
			return fault(err)
		case len(found) > 0:
			r := passed()
			r.Detail = "it is " + strings.Join(found, ", ")
			return r
		}
	}
	return failed("the name has no address")
}

// rcodeError is that a server did not answer the question.
type rcodeError dnsmessage.RCode

func (e rcodeError) Error() string {
	switch code := dnsmessage.RCode(e); code {
	case dnsmessage.RCodeNameError:
		return "the name is not known"
	case dnsmessage.RCodeServerFailure:
		return "the server cannot answer (SERVFAIL)"
	case dnsmessage.RCodeRefused:
		return "the server refuses to answer (REFUSED)"
	default:
		return fmt.Sprintf("the server answers with code %d", code)
	}
}

var errNoAnswer = errors.New("what the server sent is no answer to the question")

// ask asks once over UDP, and over TCP where the answer was cut.
func (q question) ask(ctx context.Context, kind dnsmessage.Type) ([]string, error) {
	id, packed, err := q.pack(kind)
	if err != nil {
		return nil, err
	}
	found, cut, err := q.exchange(ctx, "udp", id, packed)
	if err == nil && cut {
		found, _, err = q.exchange(ctx, "tcp", id, packed)
	}
	return found, err
}

// pack makes the message of a question with an id that nobody can guess.
func (q question) pack(kind dnsmessage.Type) (id uint16, packed []byte, err error) {
	var random [2]byte
	_, _ = rand.Read(random[:]) // never fails, says crypto/rand
	id = binary.BigEndian.Uint16(random[:])
	name, err := dnsmessage.NewName(strings.TrimSuffix(q.name, ".") + ".")
	if err != nil {
		return 0, nil, err
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: name, Type: kind, Class: dnsmessage.ClassINET}},
	}
	packed, err = m.Pack()
	return id, packed, err
}

// exchange sends a message and waits for its answer; what answers something else is not
// heard, as anybody can send it.
func (q question) exchange(ctx context.Context, over string, id uint16, packed []byte) (found []string, cut bool, err error) {
	conn, err := q.dial(ctx, over, q.server)
	if err != nil {
		return nil, false, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // ends a read
	if over == "tcp" {
		packed = append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...)
	}
	if _, err = conn.Write(packed); err != nil {
		return nil, false, ended(ctx, err)
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := receive(conn, over, buf)
		if err != nil {
			return nil, false, ended(ctx, err)
		}
		found, cut, err = readAnswer(buf[:n], id, q.name)
		if over == "udp" && errors.Is(err, errNoAnswer) {
			continue
		}
		return found, cut, err
	}
}

// ended is why a connection that was closed when ctx ended gave an error.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// receive reads one message.
func receive(conn net.Conn, over string, buf []byte) (int, error) {
	if over == "udp" {
		return conn.Read(buf)
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return 0, err
	}
	return io.ReadFull(conn, buf[:binary.BigEndian.Uint16(length[:])])
}

// readAnswer reads the addresses of an answer to the question with that id and name, and
// whether it was cut short.
func readAnswer(msg []byte, id uint16, name string) (found []string, cut bool, err error) {
	var p dnsmessage.Parser
	h, err := p.Start(msg)
	if err != nil || h.ID != id || !h.Response {
		return nil, false, errNoAnswer
	}
	asked, err := p.Question()
	if err != nil || !strings.EqualFold(strings.TrimSuffix(asked.Name.String(), "."), strings.TrimSuffix(name, ".")) {
		return nil, false, errNoAnswer
	}
	if h.Truncated {
		return nil, true, nil
	}
	if h.RCode != dnsmessage.RCodeSuccess {
		return nil, false, rcodeError(h.RCode)
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, false, errNoAnswer
	}
	all, err := p.AllAnswers()
	if err != nil {
		return nil, false, errNoAnswer
	}
	for _, a := range all {
		switch body := a.Body.(type) {
		case *dnsmessage.AResource:
			found = append(found, net.IP(body.A[:]).String())
		case *dnsmessage.AAAAResource:
			found = append(found, net.IP(body.AAAA[:]).String())
		}
	}
	return found, false, nil
}
