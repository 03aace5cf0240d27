package config

import (
	"net"
	"net/url"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// probes checks each probe's service, name, target and numbers.
func (k *checker) probes() {
	ids := k.serviceIDs()
	seen := map[desk.ServiceID]unique{}
	for i := range k.c.Probes {
		p := &k.c.Probes[i]
		reference(k, &p.Service, "service", ids)
		if seen[p.Service] == nil {
			seen[p.Service] = unique{}
		}
		k.once(seen[p.Service], &p.Name, p.Name, "the name of a probe of this service")
		if p.Kind == "tls" && k.spots[&p.Gates] == nil {
			p.Gates = false
		}
		k.probeTarget(p)
		k.probeKeys(p)
		k.probeNumbers(p)
		k.probeBypass(p)
		k.probeSteps(p)
	}
}

// web reports whether a kind of probe speaks HTTP.
func web(kind string) bool { return kind == "http" || kind == "transaction" || kind == "browser" }

// probeTarget checks that url is what the kind needs.
func (k *checker) probeTarget(p *Probe) {
	if k.given(&p.URL) && !k.broken(&p.Kind) {
		if wrong := targetForm(p.Kind, p.URL); wrong != nil {
			k.refuse(&p.URL, *wrong)
		}
	}
}

// probeKeys checks that keys stand at probes of a kind that heeds them.
func (k *checker) probeKeys(p *Probe) {
	if k.broken(&p.Kind) {
		return
	}
	for _, about := range []struct {
		heeds bool
		hint  string
		parts []any
	}{
		{web(p.Kind), "it is for http, transaction and browser", []any{&p.BypassHeader}},
		{p.Kind == "http" || p.Kind == "browser", "it is for http and browser; a transaction's steps have their own", []any{&p.ExpectStatus, &p.ExpectBody}},
		{p.Kind == "tls", "it is for tls", []any{&p.ExpiresWithin}},
		{p.Kind == "transaction", "it is for transaction", []any{&p.Variables}},
	} {
		for _, part := range about.parts {
			if s := k.spots[part]; s != nil && !about.heeds {
				k.mistake(s, problem{s.key + " in [[probes]] says nothing to a " + p.Kind + " probe", about.hint})
			}
		}
	}
}

func targetForm(kind, target string) *problem {
	switch {
	case web(kind):
		return urlForm(target)
	case kind == "tcp" || kind == "tls":
		return hostPortForm(target)
	case kind == "dns" && strings.HasPrefix(target, "dns:"):
		server, name, _ := strings.Cut(strings.TrimPrefix(target, "dns://"), "/")
		if !isHost(server) && hostPortForm(server) != nil || !isHost(name) {
			return &problem{"is no DNS question", "write it as in www.example.edu, or dns://192.0.2.53/www.example.edu to ask one server"}
		}
	case !isHost(target):
		return &problem{"is no host", "write a name or an address, as in www.example.edu or 192.0.2.1"}
	}
	return nil
}

// isHost reports whether text is a host name or an IP address.
func isHost(text string) bool {
	if net.ParseIP(text) != nil {
		return true
	}
	u, err := url.Parse("http://" + text)
	return err == nil && u.Host == text && u.Port() == "" && text != "" && !strings.ContainsAny(text, "[]:")
}

// probeNumbers checks the numbers that must fit each other.
func (k *checker) probeNumbers(p *Probe) {
	if p.OutOf > 0 && p.OutOf < p.FailAfter && k.given(&p.OutOf) && !k.broken(&p.FailAfter) {
		k.refuse(&p.OutOf, problem{"is less than fail_after", "so many failures can never be among so few results"})
	}
	if p.Timeout > p.Every && !k.broken(&p.Timeout) && !k.broken(&p.Every) {
		k.conflict(&p.Timeout, &p.Every, "timeout in [[probes]] is longer than every ("+words(p.Timeout)+" and "+words(p.Every)+")",
			"a try must end before the next begins")
	}
	if p.SlowerThan > 0 && p.SlowerThan >= p.Timeout && !k.broken(&p.Timeout) && !k.broken(&p.SlowerThan) {
		k.conflict(&p.SlowerThan, &p.Timeout, "slower_than in [[probes]] is not below timeout ("+words(p.SlowerThan)+" and "+words(p.Timeout)+")",
			"lower it, or write \"0s\" for never")
	}
}

// probeBypass checks that a sorry page cannot keep its own service's probe red:
// the probe needs a header that lets it past, or the origin's own address.
func (k *checker) probeBypass(p *Probe) {
	if !p.Gates || !web(p.Kind) || p.BypassHeader.IsSet() || k.broken(&p.BypassHeader) || !k.given(&p.URL) {
		return
	}
	if u, err := url.Parse(p.URL); err != nil || net.ParseIP(u.Hostname()) != nil {
		return
	}
	for _, s := range k.c.Services {
		if s.ID == p.Service && s.SorryPage {
			k.lacks(p, "bypass_header", problem{"no bypass_header in [[probes]], and its service has a sorry page that would keep it failing",
				"give bypass_header, or the origin's IP address in url, or gates = false"})
			return
		}
	}
}
