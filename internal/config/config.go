// Package config reads Belltower's one TOML file, strictly: a key that does not
// exist, a value of the wrong kind, a name that is defined nowhere, a secret
// that is not there. It reports every mistake of a file at once, each with file,
// line, column and key, and the nearest word that would have been right.
//
// A field's struct tags are its rule, read by the decoder:
//
//	toml     the key
//	default  the text that stands for a key that is not there (lists: comma separated)
//	empty    "" is allowed although the default is another text
//	need     the key must be there; the tag's text says what to write
//	oneof    the words allowed, separated by spaces
//	form     a named form of text, see forms.go
//	limits   "least..most": of a number or a duration, or "..most" characters of a text
//
// Any text in the file, in lists too, may be "env:NAME", the value of an
// environment variable, or "file:PATH", the content of a file without its last
// line break; PATH is relative to the folder of the config file.
//
// Nothing in this package is global: loading again gives a new Config.
package config

// Config is the whole file, checked, with the defaults filled in.
type Config struct {
	// Organization is who runs this, and where its status page is.
	Organization Organization `toml:"organization"`
	// HTTP is where the bot listens.
	HTTP HTTP `toml:"http"`
	// Storage is where the record is kept.
	Storage Storage `toml:"storage"`
	// Log is what the bot says about itself.
	Log Log `toml:"log"`
	// Access is who may do what.
	Access Access `toml:"access"`
	// Tell is how telling begins.
	Tell Tell `toml:"tell"`
	// Campuses are the organization's campuses. Default: none.
	Campuses []Campus `toml:"campuses"`
	// Slack are the connected Slack workspaces. Default: none.
	Slack []Slack `toml:"slack"`
	// Teams are the connected Microsoft Teams tenants. Default: none.
	Teams []Teams `toml:"teams"`
	// Discord are the connected Discord applications. Default: none.
	Discord []Discord `toml:"discord"`
	// Services are what people use. Default: none.
	Services []Service `toml:"services"`
	// Probes are the checks that the bot runs itself. Default: none.
	Probes []Probe `toml:"probes"`
	// Probing is what all probes share.
	Probing Probing `toml:"probing"`
	// Sources are monitors elsewhere that call the bot. Default: none.
	Sources []Source `toml:"sources"`
	// Cadence is how often news is promised.
	Cadence Cadence `toml:"cadence"`
	// Mail is how e-mail is sent.
	Mail Mail `toml:"mail"`
	// Windows is how planned work is announced.
	Windows Windows `toml:"windows"`
	// Verify is how the end of an incident or window is proved.
	Verify Verify `toml:"verify"`
	// StandingWindows are recurring times reserved for work. Default: none.
	StandingWindows []StandingWindow `toml:"standing_windows"`
	// Moratoriums are periods in which no work may be scheduled. Default: none.
	Moratoriums []Moratorium `toml:"moratoriums"`
	// Contacts are the people of the campuses to ask and to tell. Default: none.
	Contacts []Contact `toml:"contacts"`
	// Retention is how long what may be forgotten is kept.
	Retention Retention `toml:"retention"`
	// StatusPage is what the status page does beyond being served.
	StatusPage StatusPage `toml:"status_page"`

	warnings []string
}

// Warnings are sentences to log once at start, one line each: what is allowed
// but most likely not meant, and last, in one line, the keys that are set but
// whose part is not built yet.
func (c *Config) Warnings() []string { return c.warnings }
