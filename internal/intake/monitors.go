package intake

import (
	"strings"

	"github.com/umassonline/belltower/internal/config"
)

// monitor is a kind of monitor that is built.
type monitor struct {
	// reader makes what reads the calls of a source of this kind.
	reader func(config.Source) reader
	// setup says how to make the monitor call the address of a source.
	setup func(s config.Source, address string) string
}

// monitors are the kinds that are built, by their word in the configuration.
func monitors() map[string]monitor {
	return map[string]monitor{
		"pingdom":      {readerOf(readPingdom), setupPingdom},
		"alertsite":    {readerOf(readAlertSite), setupAlertSite},
		"alertmanager": {readerOf(readAlertmanager), setupAlertmanager},
		"generic":      {readGeneric, setupGeneric},
	}
}

// readerOf is for monitors whose calls look the same everywhere.
func readerOf(r reader) func(config.Source) reader {
	return func(config.Source) reader { return r }
}

// Setup says what to paste where, so that a monitor calls a source: plain lines, without
// the token. publicURL is where the bot is reached from outside; "": not known.
func Setup(s config.Source, publicURL string) string {
	m, built := monitors()[s.Kind]
	if !built {
		return "sources of the kind " + s.Kind + " are not built yet: calls are answered 501, and nothing is heard"
	}
	if publicURL == "" {
		publicURL = "https://BELLTOWER" // to be replaced by who pastes it
	}
	return m.setup(s, strings.TrimRight(publicURL, "/")+prefix+s.Name)
}
