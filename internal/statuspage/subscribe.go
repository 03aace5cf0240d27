package statuspage

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/umassonline/belltower/internal/desk"
)

// diaries are the links to the calendars of what a page shows.
type diaries struct {
	// Subscribe is the address that calendar programs follow; empty: the page has none.
	Subscribe templ.SafeURL
	File      string  // the calendar, from "/"
	Only      []diary // of one service
}

type diary struct {
	Service desk.ServiceID
	Name    phrase
	Spoken  string // what it is a link to, for who hears only links
}

// maxDiaries is how many services' calendars a page links to.
const maxDiaries = 12

// diariesOf links to the calendars of the services that windows are about.
func (v *view) diariesOf(windows []desk.Window) diaries {
	d := v.diariesIn("")
	for _, s := range v.in.Catalog.Services() {
		if len(d.Only) == maxDiaries {
			break
		}
		if slices.ContainsFunc(windows, func(w desk.Window) bool { return w.Concerns(s.ID) }) {
			d.Only = append(d.Only, diary{s.ID, v.typed(s.Name), fill(v.onService, ours(s.Name)).Plain()})
		}
	}
	return d
}

// diariesIn links to the calendar in a folder.
func (v *view) diariesIn(folder string) diaries {
	d := diaries{File: folder + "windows.ics"}
	if _, host, found := strings.Cut(v.in.StatusURL, "://"); found {
		d.Subscribe = templ.SafeURL("webcal://" + host + "/" + d.File) // who runs the page says where it is
	}
	return d
}

// shownWindows are those on the home page.
func (v *view) shownWindows() (out []desk.Window) {
	for _, one := range slices.Concat(v.snap.plans.Running, v.snap.plans.Coming) {
		out = append(out, one.Window)
	}
	return out
}
