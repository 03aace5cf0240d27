package config

import (
	"net/netip"
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
	// dns a host name or dns://server/name; icmp a host. No default.
	URL string `toml:"url" need:"what to probe" form:"word"`
	// Every is the time between two results. Default: "30s".
	Every time.Duration `toml:"every" default:"30s" limits:"1s..24h"`
	// Timeout is when a try has failed; at most Every. Default: "10s".
	Timeout time.Duration `toml:"timeout" default:"10s" limits:"100ms..10m"`
	// SlowerThan is the response time above which it is slow; less than Timeout. Default: "3s"; "0s" is never.
	SlowerThan time.Duration `toml:"slower_than" default:"3s" limits:"0s..10m"`
	// FailAfter is how many failures among the last OutOf results raise an alert. Default: 3.
	FailAfter int `toml:"fail_after" default:"3" limits:"1..100"`
	// OutOf is among how many results failures are counted. Default: FailAfter.
	OutOf int `toml:"out_of" limits:"1..1000"`
	// PassAfter is how many passes in a row clear an alert. Default: 2.
	PassAfter int `toml:"pass_after" default:"2" limits:"1..100"`
	// Gates is whether it counts for resolve and completion. Default: true.
	Gates bool `toml:"gates" default:"true"`
	// BypassHeader is a header, "Name: value", that lets the probe past the sorry page. Default: "".
	BypassHeader Secret `toml:"bypass_header" default:"" form:"header"`
	// ExpectStatus are the HTTP statuses that pass. Default: 200.
	ExpectStatus []int `toml:"expect_status" default:"200" limits:"100..599"`
	// ExpectBody is text that the answer must hold. Default: "", any.
	ExpectBody string `toml:"expect_body" default:"" limits:"..1000"`
}

// Probing is what all probes share.
type Probing struct {
	// Allow are networks that probes may reach beyond the default. Default: none.
	Allow []netip.Prefix `toml:"allow"`
	// Uplink are host:port addresses; when none answers, our own uplink is down. Default: none.
	Uplink []string `toml:"uplink" form:"host:port"`
}
