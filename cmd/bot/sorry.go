package main

import (
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/statuspage"
)

// helpDesks are whom the people of each campus may ask.
func helpDesks(cfg *config.Config) (out []statuspage.HelpDesk) {
	for _, c := range cfg.Campuses {
		if c.HelpDesk != "" {
			out = append(out, statuspage.HelpDesk{Campus: c.Name, At: c.HelpDesk})
		}
	}
	return out
}
