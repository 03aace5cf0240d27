package statuspage

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Feeds are written from structs of our own: gorilla/feeds has no link of a feed to itself,
// puts an entry's link in place of its id, and leaves the ids of JSON Feed empty.

// feedTypes are the media types of feeds.
var feedTypes = map[Feed]string{Atom: "application/atom+xml", RSS: "application/rss+xml", JSON: "application/feed+json"}

// paper is what a feed says of itself, and its entries.
type paper struct {
	Title, About, Author string
	Lang                 string
	Self, Home           string // addresses
	Updated              time.Time
	Bulletins            []bulletin
}

// write writes the feed of a service, or (without id) of all.
func (h *herald) write(form Feed, of desk.Service, all []told) []byte {
	p := paper{
		Title: h.Heading.Plain(), About: h.feedAbout, Author: h.in.Organization, Lang: h.Lang,
		Self: h.in.StatusURL + feedPath(of.ID, form) + h.query, Home: h.in.StatusURL + "/" + h.query,
		Updated: h.p.born, // what is said of nothing
	}
	if of.ID != "" {
		p.Title = of.Name + " – " + p.Title
	}
	for k, t := range all {
		if k == 0 || t.updated.After(p.Updated) {
			p.Updated = t.updated
		}
		p.Bulletins = append(p.Bulletins, h.bulletin(t))
	}
	switch form {
	case RSS:
		return asXML(p.rss())
	case JSON:
		return asJSON(p.json())
	}
	return asXML(p.atom())
}

// feedPath is the path of a feed below the address of the page.
func feedPath(of desk.ServiceID, form Feed) string {
	path := "/feed." + string(form)
	if of != "" {
		path = "/services/" + string(of) + path
	}
	return path
}

// asXML writes a document. What XML cannot hold becomes U+FFFD.
func asXML(document any) []byte {
	b := bytes.NewBufferString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", " ")
	if err := e.Encode(document); err != nil {
		panic(err) // cannot happen: a buffer takes all, and the structs are as they have to be
	}
	return append(b.Bytes(), '\n')
}

func asJSON(document any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	if err := e.Encode(document); err != nil {
		panic(err) // cannot happen, as of asXML
	}
	return b.Bytes()
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang     string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle"`
	Updated  string      `xml:"updated"`
	Author   string      `xml:"author>name"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Link       atomLink       `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
	Content    atomContent    `xml:"content"`
}

// atomCategory has no label: some readers show and sort by that in place of the term.
type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

func (p paper) atom() atomFeed {
	f := atomFeed{
		Lang: p.Lang, ID: p.Self, Title: p.Title, Subtitle: p.About, Updated: rfc3339(p.Updated), Author: p.Author,
		Links: []atomLink{{"self", feedTypes[Atom], p.Self}, {"alternate", "text/html", p.Home}},
	}
	for _, b := range p.Bulletins {
		e := atomEntry{
			ID: b.ID, Title: b.Title, Published: rfc3339(b.At), Updated: rfc3339(b.Updated), Link: atomLink{"alternate", "text/html", b.Link},
			Summary: b.text(), Content: atomContent{"html", b.html()},
		}
		for _, tag := range b.Tags {
			e.Categories = append(e.Categories, atomCategory{tag})
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}

type rssFeed struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Dublin  string     `xml:"xmlns:dc,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Built       string    `xml:"lastBuildDate"`
	Self        atomLink  `xml:"atom:link"`
	Items       []rssItem `xml:"item"`
}

// rssItem has the author as Dublin Core does: RSS itself knows e-mail addresses only.
type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        rssGUID  `xml:"guid"`
	Date        string   `xml:"pubDate"`
	Updated     string   `xml:"atom:updated"`
	Creator     string   `xml:"dc:creator"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description"`
}

type rssGUID struct {
	IsPermaLink bool   `xml:"isPermaLink,attr"`
	ID          string `xml:",chardata"`
}

// rfc822 writes a time as RSS does (RFC 822, but for the year in full).
func rfc822(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

func (p paper) rss() rssFeed {
	c := rssChannel{
		Title: p.Title, Link: p.Home, Description: p.About, Language: p.Lang, Built: rfc822(p.Updated),
		Self: atomLink{"self", feedTypes[RSS], p.Self},
	}
	for _, b := range p.Bulletins {
		c.Items = append(c.Items, rssItem{
			Title: b.Title, Link: b.Link, GUID: rssGUID{ID: b.ID}, Date: rfc822(b.At), Updated: rfc3339(b.Updated),
			Creator: p.Author, Categories: b.Tags, Description: b.html(),
		})
	}
	return rssFeed{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Dublin: "http://purl.org/dc/elements/1.1/", Channel: c}
}

type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePage    string       `json:"home_page_url"`
	Self        string       `json:"feed_url"`
	Description string       `json:"description"`
	Authors     []jsonAuthor `json:"authors"`
	Language    string       `json:"language"`
	Items       []jsonItem   `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

type jsonItem struct {
	ID        string   `json:"id"`
	URL       string   `json:"url"`
	Title     string   `json:"title"`
	HTML      string   `json:"content_html"`
	Text      string   `json:"content_text"`
	Published string   `json:"date_published"`
	Modified  string   `json:"date_modified"`
	Tags      []string `json:"tags,omitempty"`
}

func (p paper) json() jsonFeed {
	f := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: p.Title, HomePage: p.Home, Self: p.Self, Description: p.About,
		Authors: []jsonAuthor{{p.Author}}, Language: p.Lang, Items: []jsonItem{},
	}
	for _, b := range p.Bulletins {
		f.Items = append(f.Items, jsonItem{
			ID: b.ID, URL: b.Link, Title: b.Title, HTML: b.html(), Text: b.text(),
			Published: rfc3339(b.At), Modified: rfc3339(b.Updated), Tags: b.Tags,
		})
	}
	return f
}

// html is a bulletin with mark-up of ours alone.
func (b bulletin) html() string { return string(rendered(showBulletin(b.Passages))) }
