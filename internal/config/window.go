package config

import (
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Windows is how planned work is announced.
type Windows struct {
	// Reminders are when a window is told again. Default: "168h" and "day before 16:00"; [] is never.
	Reminders []Reminder `toml:"reminders" default:"168h,day before 16:00" empty:"none"`
	// Notice is how long before its begin a window must be scheduled. Default: "2 working days".
	Notice Notice `toml:"notice" default:"2 working days"`
	// StandingNotice is the same inside a standing window. Default: "24h".
	StandingNotice time.Duration `toml:"standing_notice" default:"24h" limits:"0s..90d"`
	// AutoComplete is whether the planned end begins verifying without a person. Default: false.
	AutoComplete bool `toml:"auto_complete" default:"false"`
}

// Verify is how the end of an incident or window is proved.
type Verify struct {
	// Passes is how many passes in a row the probes need. Default: 3.
	Passes int `toml:"passes" default:"3" limits:"1..100"`
	// Limit is how long passes are waited for. Default: "30m".
	Limit time.Duration `toml:"limit" default:"30m" limits:"1m..24h"`
}

// StandingWindow is a recurring time reserved for work.
type StandingWindow struct {
	// Services are the services that it is about. No default.
	Services []desk.ServiceID `toml:"services" need:"the ids of the services, as in [\"learn\"]"`
	// When is when it recurs, in the organization's zone, such as "every wednesday 04:00". No default.
	When Recurring `toml:"when" need:"when it recurs, as in every wednesday 04:00"`
	// For is how long it lasts. No default.
	For time.Duration `toml:"for" need:"how long it lasts, as in 3h" limits:"1m..7d"`
}

// Moratorium is a period in which no work may be scheduled, its last day
// included, in the organization's zone.
type Moratorium struct {
	// Name is how it is called in refusals. No default.
	Name string `toml:"name" need:"what it is, such as Fall finals" form:"line" limits:"..80"`
	// From is its first day. No default.
	From Date `toml:"from" need:"its first day, as in 2026-12-10"`
	// To is its last day. No default.
	To Date `toml:"to" need:"its last day, as in 2026-12-18"`
	// Services are the services that it is about. Default: all.
	Services []desk.ServiceID `toml:"services"`
}
