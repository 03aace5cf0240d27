package config

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Probe is a check that the bot runs itself.
type Probe struct {
	// Service is the service that it watches. No default.
	Service desk.ServiceID `toml:"service" need:"the id of the service that it watches"`
	// Name is how it is called. No default; unique for its service.
	Name string `toml:"name" need:"a name for the check, such as login page" form:"line" limits:"..80"`
	// Kind is "http", "transaction", "tcp", "dns", "tls", "icmp" or "browser". No default.
	Kind string `toml:"kind" need:"http, transaction, tcp, dns, tls, icmp or browser" oneof:"http transaction tcp dns tls icmp browser"`
	// URL is what is probed: http, transaction and browser an http(s) URL; tcp and tls host:port;
	// dns a host name or dns://server/name, where the server may have a port; icmp a host. No default.
	URL string `toml:"url" need:"what to probe" form:"word"`
	// Every is the time between two results. Default: "30s".
	Every time.Duration `toml:"every" default:"30s" limits:"1s..24h"`
	// Timeout is when a try has failed, all steps of a transaction together (a fifth of it
	// is kept for those with Always); at most Every. Default: "10s".
	Timeout time.Duration `toml:"timeout" default:"10s" limits:"100ms..10m"`
	// SlowerThan is the response time above which it is slow; less than Timeout. Default: "3s"; "0s" is never.
	SlowerThan time.Duration `toml:"slower_than" default:"3s" limits:"0s..10m"`
	// SlowerThanUsual is by how much it may be slower than usual at this hour, such as
	// "50%", before it is slow too. Default: "", any.
	SlowerThanUsual Percent `toml:"slower_than_usual" default:""`
	// FailAfter is how many failures among the last OutOf results raise an alert. Default: 3.
	FailAfter int `toml:"fail_after" default:"3" limits:"1..100"`
	// OutOf is among how many results failures are counted. Default: FailAfter.
	OutOf int `toml:"out_of" limits:"1..1000"`
	// PassAfter is how many passes in a row clear an alert. Default: 2.
	PassAfter int `toml:"pass_after" default:"2" limits:"1..100"`
	// Gates is whether it counts for resolve and completion. Default: true, but for tls
	// false: a certificate that ends soon keeps no incident open.
	Gates bool `toml:"gates" default:"true"`
	// BypassHeader is a header, "Name: value", that lets the probe past the sorry page. Default: "".
	BypassHeader Secret `toml:"bypass_header" default:"" form:"header"`
	// ExpectStatus are the HTTP statuses that pass; a redirect that is not among them is
	// followed. Default: 200. Of a transaction each step has its own.
	ExpectStatus []int `toml:"expect_status" default:"200" limits:"100..599"`
	// ExpectBody is text that the answer must hold. Default: "", any.
	ExpectBody string `toml:"expect_body" default:"" limits:"..1000"`
	// ExpiresWithin is how soon a certificate may end for a tls probe to fail. Default: "14d".
	ExpiresWithin time.Duration `toml:"expires_within" default:"14d" limits:"0s..365d"`
	// Variables are what steps write as {{name}}: user names, passwords. Default: none.
	Variables map[string]Secret `toml:"variables" like:"{ password = \"env:PROBE_PASSWORD\" }"`
	// Steps are what a transaction does, in order, with one cookie jar. Default: none.
	Steps []Step `toml:"steps"`
}

// Step is one request of a transaction and what its answer must be. In URL, Headers, Form,
// JSON and what is expected, {{name}} stands for a variable or what an earlier step extracted.
type Step struct {
	// Name is how the step is called when it fails. No default.
	Name string `toml:"name" need:"a name for the step, such as Log in" form:"line" limits:"..40"`
	// Method is the HTTP method. Default: GET, or POST with Form or JSON.
	Method string `toml:"method" default:"" oneof:"GET HEAD POST PUT PATCH DELETE"`
	// URL is where to, from the page before on. Default: the probe's.
	URL string `toml:"url" default:"" form:"word"`
	// Headers are sent too. Default: none.
	Headers map[string]Secret `toml:"headers" like:"{ Accept = \"application/json\" }"`
	// Form is sent as a filled form: of a GET in the address, else as the body. Default: none.
	Form map[string]Secret `toml:"form" like:"{ user = \"{{user}}\", password = \"{{password}}\" }"`
	// JSON is sent as it stands. Default: "".
	JSON Secret `toml:"json" default:""`
	// Extract are variables from the answer: "css:input[name=token]", "json:data.id",
	// "regexp:id=(\d+)", "header:Location". Default: none.
	Extract map[string]string `toml:"extract" form:"extract" like:"{ token = \"css:input[name=token]\" }"`
	// ExpectStatus are the HTTP statuses that pass; a redirect that is not among them is
	// followed. Default: 200.
	ExpectStatus []int `toml:"expect_status" default:"200" limits:"100..599"`
	// ExpectBody is text that the answer must hold. Default: "", any.
	ExpectBody string `toml:"expect_body" default:"" limits:"..1000"`
	// ExpectJSON are values that the answer must have, by path. Default: none.
	ExpectJSON map[string]string `toml:"expect_json" like:"{ \"data.ok\" = \"true\" }"`
	// ExpectHeader are texts that headers of the answer must hold. Default: none.
	ExpectHeader map[string]string `toml:"expect_header" like:"{ Content-Type = \"text/html\" }"`
	// Always is a step that cleans up: it is done after the others, whatever became of them.
	// Default: false.
	Always bool `toml:"always" default:"false"`
}

// Percent is a share above the whole, such as "50%"; 0: none.
type Percent int

// parse reads "50%".
func (p *Percent) parse(text string) *problem {
	digits, found := strings.CutSuffix(text, "%")
	n, err := strconv.ParseUint(digits, 10, 16)
	if !found || err != nil || n == 0 || n > 1000 {
		return &problem{"is no percentage", "write it as in 50%, from 1% to 1000%"}
	}
	*p = Percent(n)
	return nil
}

// Probing is what all probes share.
type Probing struct {
	// Allow are networks that probes may reach beyond the default, which is all but loopback,
	// link-local and metadata addresses and the bot's own admin listener. Default: none.
	Allow []netip.Prefix `toml:"allow"`
	// Uplink are host:port addresses; when none answers, our own uplink is down. Default: none.
	Uplink []string `toml:"uplink" form:"host:port"`
}

// fill sets what is not said from what is said elsewhere.
func (p *Probe) fill() {
	if p.OutOf == 0 {
		p.OutOf = p.FailAfter
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		switch {
		case s.Method != "":
		case len(s.Form) > 0 || s.JSON.IsSet():
			s.Method = "POST"
		default:
			s.Method = "GET"
		}
	}
}
