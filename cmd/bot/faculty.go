package main

import (
	"slices"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// faculty is what texts to forward need of the campus of each connection: its language
// and then the others of the organization, its zone and help desk. Of a connection that
// several campuses share, or none names, only the languages are known.
func (b *bot) faculty() map[desk.ConnectionName]wording.FacultyCampus {
	out := map[desk.ConnectionName]wording.FacultyCampus{}
	for _, conn := range append(b.connections(), desk.Local) {
		out[conn] = wording.FacultyCampus{Languages: languagesOf(b.cfg, "")}
	}
	alone := b.cfg.CampusNames()
	for _, campus := range b.cfg.Campuses {
		for _, conn := range campus.Connections {
			if _, known := alone[conn]; known {
				out[conn] = wording.FacultyCampus{Languages: languagesOf(b.cfg, campus.Language), Zone: campus.Timezone, HelpDesk: campus.HelpDesk}
			}
		}
	}
	return out
}

// languagesOf are the organization's languages, one of them first.
func languagesOf(cfg *config.Config, first string) (out []*wording.Language) {
	codes := slices.DeleteFunc(slices.Clone(cfg.Organization.Languages), func(code string) bool { return code == first })
	if first != "" {
		codes = append([]string{first}, codes...)
	}
	for _, code := range codes {
		if l, ok := wording.LanguageOf(code); ok {
			out = append(out, l)
		}
	}
	return out
}
