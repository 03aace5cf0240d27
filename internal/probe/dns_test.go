package probe

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// dnsServer is a real server on loopback that answers by the first label of the name.
func dnsServer(t *testing.T) (address string) {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: dns.HandlerFunc(answerDNS)}, {Listener: l, Handler: dns.HandlerFunc(answerDNS)}} {
		started := make(chan struct{})
		s.NotifyStartedFunc = func() { close(started) }
		ended := make(chan error, 1)
		go func() { ended <- s.ActivateAndServe() }()
		<-started
		t.Cleanup(func() {
			if err := s.Shutdown(); err != nil {
				t.Error(err)
			}
			<-ended
		})
	}
	return pc.LocalAddr().String()
}

func answerDNS(w dns.ResponseWriter, q *dns.Msg) {
	name := q.Question[0].Name
	kind, _, _ := strings.Cut(name, ".")
	_, udp := w.RemoteAddr().(*net.UDPAddr)
	m := new(dns.Msg).SetReply(q)
	add := func(text string) {
		rr, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		if rr.Header().Rrtype == q.Question[0].Qtype || rr.Header().Rrtype == dns.TypeCNAME {
			m.Answer = append(m.Answer, rr)
		}
	}
	switch kind {
	case "good":
		add(name + " 60 IN A 192.0.2.7")
		add(name + " 60 IN AAAA 2001:db8::7")
	case "six":
		add(name + " 60 IN AAAA 2001:db8::7")
	case "alias":
		add(name + " 60 IN CNAME www.example.edu.")
		add("www.example.edu. 60 IN A 192.0.2.8")
	case "cut":
		if m.Truncated = udp; !udp {
			add(name + " 60 IN A 192.0.2.9")
		}
	case "unknown":
		m.Rcode = dns.RcodeNameError
	case "broken":
		m.Rcode = dns.RcodeServerFailure
	case "refused":
		m.Rcode = dns.RcodeRefused
	case "odd":
		m.Rcode = dns.RcodeNotImplemented
	case "forged":
		forged := m.Copy()
		forged.Id++
		forged.Rcode = dns.RcodeNameError
		_ = w.WriteMsg(forged) // the true one follows
		other := m.Copy()
		other.Question[0].Name = "other.example.edu."
		_ = w.WriteMsg(other)
		add(name + " 60 IN A 192.0.2.10")
	case "silent":
		return
	}
	_ = w.WriteMsg(m) // a client that went away is no matter
}

func TestDNS(t *testing.T) {
	server := dnsServer(t)
	for _, c := range []struct {
		name    string
		outcome desk.Outcome
		detail  string
	}{
		{"good", desk.Passed, "it is 192.0.2.7"},
		{"GOOD", desk.Failed, "the name has no address"}, // the server knows small letters alone
		{"six", desk.Passed, "it is 2001:db8::7"},
		{"alias", desk.Passed, "it is 192.0.2.8"},
		{"cut", desk.Passed, "it is 192.0.2.9"},
		{"forged", desk.Passed, "it is 192.0.2.10"},
		{"nothing", desk.Failed, "the name has no address"},
		{"unknown", desk.Failed, "the name is not known"},
		{"broken", desk.Failed, "the server cannot answer (SERVFAIL)"},
		{"refused", desk.Failed, "the server refuses to answer (REFUSED)"},
		{"odd", desk.Failed, "the server answers with code 4"},
		{"silent", desk.Failed, "no answer in time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := config.Probe{Kind: "dns", URL: "dns://" + server + "/" + c.name + ".example.edu", Timeout: time.Second}
			if c.name == "silent" {
				p.Timeout = 50 * time.Millisecond
			}
			r := tryOnce(t, p)
			if r.wants(t, c.outcome, c.detail); r.Phases.DNS <= 0 {
				t.Errorf("%+v", r.Phases)
			}
		})
	}
}

func TestTheSystemsResolver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "resolv.conf")
	if got := systemResolver(path); got != "" {
		t.Error(got)
	}
	text := "# nameserver 192.0.2.1\nsearch example.edu\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := systemResolver(path); got != "192.0.2.2" {
		t.Error(got)
	}
}

// FuzzDNSAnswer reads anything as an answer: it is one of addresses, or of none.
func FuzzDNSAnswer(f *testing.F) {
	q := new(dns.Msg).SetQuestion("www.example.edu.", dns.TypeA)
	q.Id = 7
	m := new(dns.Msg).SetReply(q)
	for _, text := range []string{"www.example.edu. 60 IN CNAME a.example.edu.", "a.example.edu. 60 IN A 192.0.2.1", "a.example.edu. 60 IN AAAA 2001:db8::1"} {
		rr, err := dns.NewRR(text)
		if err != nil {
			f.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	for _, compress := range []bool{false, true} {
		m.Compress = compress
		packed, err := m.Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
		f.Add(packed[:len(packed)-3])
	}
	f.Fuzz(func(t *testing.T, msg []byte) {
		found, cut, err := readAnswer(msg, 7, "www.example.edu")
		if (err != nil || cut) && len(found) > 0 {
			t.Error(found, cut, err)
		}
		for _, ip := range found {
			if net.ParseIP(ip) == nil {
				t.Error(ip)
			}
		}
	})
}
