package config

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Access is who may do what: persons (connection/user) and groups of people
// (connection/group:ID on Slack, connection/role:ID on Discord,
// connection/team:ID on Teams). It has the fields of desk.Access and converts to
// it: desk.Access(c.Access). Without both lists, nobody may change anything.
type Access struct {
	// Admins may do everything. Default: nobody.
	Admins []desk.Person `toml:"admins"`
	// Responders may do everything but audit, access, hold and force. Default: nobody.
	Responders []desk.Person `toml:"responders"`
}

// Tell is how telling begins.
type Tell struct {
	// Ops are the ops channels in order of preference for questions. Default: each connection's own;
	// Config.OpsChannels has both in one.
	Ops []desk.Channel `toml:"ops"`
	// Grace is how long what reaches many channels may be taken back. Default: "10s"; "0s" is none.
	Grace time.Duration `toml:"grace" default:"10s" limits:"0s..10m"`
	// GraceAbove is the number of channels up to which telling is at once. Default: 20.
	GraceAbove int `toml:"grace_above" default:"20" limits:"0..1000000"`
}

// Cadence is how often news of an incident is promised, by impact.
type Cadence struct {
	// Minor is the time between updates of a minor incident. Default: "4h".
	Minor time.Duration `toml:"minor" default:"4h" limits:"1m..7d"`
	// Major is the time between updates of a major incident. Default: "60m".
	Major time.Duration `toml:"major" default:"60m" limits:"1m..7d"`
	// Critical is the time between updates of a critical incident. Default: "20m".
	Critical time.Duration `toml:"critical" default:"20m" limits:"1m..7d"`
	// HoldingUpdate is whether the bot itself says that nothing is new when an update falls due. Default: true.
	HoldingUpdate bool `toml:"holding_update" default:"true"`
	// EscalateURL is called when two updates were missed: a web address, often a secret by itself, or mailto: and
	// an e-mail address. Default: "", nobody.
	EscalateURL Secret `toml:"escalate_url" default:"" form:"call"`
}

// MailTo is the e-mail address that EscalateURL is, if it is one.
func (c Cadence) MailTo() (address string, ok bool) {
	return strings.CutPrefix(c.EscalateURL.Reveal(), mailto)
}
