package statuspage

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/umassonline/belltower/internal/desk"
)

// feedLink is a link to a feed.
type feedLink struct{ Name, Type, Address string }

// feedLinks are the links of a page to the feeds of all services, of the page of a service
// to its own.
func (v *view) feedLinks() []feedLink {
	return []feedLink{
		{"Atom", feedTypes[Atom], v.feedAddress(v.Of.ID, Atom)},
		{"RSS", feedTypes[RSS], v.feedAddress(v.Of.ID, RSS)},
		{"JSON Feed", feedTypes[JSON], v.feedAddress(v.Of.ID, JSON)},
	}
}

// feedTitle is what programs call them.
func (v *view) feedTitle() string {
	if v.Of.ID != "" {
		return v.Of.Name.Plain() + " – " + v.Heading.Plain()
	}
	return v.Heading.Plain()
}

// feedAddress is the address of a feed in the language of the page, relative to that.
func (v *view) feedAddress(of desk.ServiceID, form Feed) string {
	return v.Up + strings.TrimPrefix(feedPath(of, form), "/") + v.p.feedQuery(v.Lang)
}

// feedsOf are the links to the feeds of services, at most maxDiaries.
func (v *view) feedsOf(services []desk.Affected) (out []diary) {
	for _, a := range services {
		if s, known := v.in.Catalog.Find(string(a.Service)); known && s.ID == a.Service && len(out) < maxDiaries {
			out = append(out, diary{s.ID, v.typed(s.Name), fill(v.newsOf, ours(s.Name)).Plain()})
		}
	}
	return out
}

// showFeeds are the links to feeds, and to those of services. It is in the binary once, as
// showPhrase is.
//
//go:noinline
func showFeeds(v *view, only []diary) templ.Component { return feedParts(v, only) }
