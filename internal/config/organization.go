package config

import (
	"log/slog"
	"net/netip"
	"time"
)

// Organization is the organization that runs the bot.
type Organization struct {
	// Name is how the organization is called in posts and pages. No default; at most 80 characters.
	Name string `toml:"name" need:"the name of your organization" form:"line" limits:"..80"`
	// Timezone is the zone of the times that people type, an IANA name such as America/New_York. No default.
	Timezone *time.Location `toml:"timezone" need:"a zone such as America/New_York"`
	// PublicURL is the address of the status page as readers see it, without a slash at the end. No default.
	PublicURL string `toml:"public_url" need:"the address of your status page, such as https://status.example.edu" form:"base url"`
	// Languages are the languages of public texts, the preferred one first. Default: en.
	Languages []string `toml:"languages" default:"en" form:"language"`
}

// HTTP is where the bot listens.
type HTTP struct {
	// Listen is the public listener's address, "host:port" or ":port". Default: ":8080".
	Listen string `toml:"listen" default:":8080" form:"listen"`
	// AdminListen is the admin listener's address (health, metrics). Default: "127.0.0.1:9090"; "" is off.
	AdminListen string `toml:"admin_listen" default:"127.0.0.1:9090" empty:"off" form:"listen"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed. Default: none.
	TrustedProxies []netip.Prefix `toml:"trusted_proxies"`
}

// Storage is where the record is kept.
type Storage struct {
	// Driver is the kind of store: "bolt", one file. Default: "bolt".
	Driver string `toml:"driver" default:"bolt" form:"driver"`
	// Path is the file; a relative one is taken from the folder of the config file and made whole by Load.
	// Default: "data/belltower.db".
	Path string `toml:"path" default:"data/belltower.db" form:"store"`
	// BackupDir is a folder that a copy of the record is written to each night, relative to the config file.
	// Default: "", none.
	BackupDir string `toml:"backup_dir" default:"" form:"path"`
	// BackupKeep is how many of these copies are kept. Default: 14.
	BackupKeep int `toml:"backup_keep" default:"14" limits:"1..1000"`
}

// Log is what the bot says about itself.
type Log struct {
	// Level is the least level logged: "debug", "info", "warn" or "error". Default: "info".
	Level slog.Level `toml:"level" default:"info" oneof:"debug info warn error"`
	// Format is "text" or "json". Default: "text".
	Format string `toml:"format" default:"text" oneof:"text json"`
}

// Retention is how long what may be forgotten is kept; incidents, windows and
// the audit are kept for ever.
type Retention struct {
	// Deliveries is how long who was told when is kept. Default: "30d".
	Deliveries time.Duration `toml:"deliveries" default:"30d" limits:"1d..3650d"`
	// RawAlerts is how long what monitors sent is kept. Default: "7d".
	RawAlerts time.Duration `toml:"raw_alerts" default:"7d" limits:"1h..3650d"`
}

// StatusPage is what the status page does beyond being served.
type StatusPage struct {
	// ExportDir is a folder that the pages are also written to, relative to the config file. Default: "", nowhere.
	ExportDir string `toml:"export_dir" default:"" form:"path"`
}
