package statuspage_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// TestMarkup reads every page as strictly as it can be read.
func TestMarkup(t *testing.T) {
	for _, s := range states() {
		t.Run(s.name, func(t *testing.T) {
			c := s.make(t)
			a := c.ask(http.MethodGet, s.path)
			m := &markup{t: t, c: c, at: s.path, ids: map[string]bool{}}
			m.read(a.body)
			m.check()
		})
	}
}

// markup is what was found in a page.
type markup struct {
	t        *testing.T
	c        *campus
	at       string
	open     []string
	ids      map[string]bool
	meant    []string // ids that something refers to
	links    []string
	headings []byte // levels
	lang     string // of the page
}

func (m *markup) read(page string) {
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if len(m.open) > 0 {
				m.t.Errorf("never closed: %v", m.open)
			}
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			m.start(z.Token(), kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			m.end(z.Token().Data)
		}
	}
}

func (m *markup) start(tag html.Token, closed bool) {
	void := []atom.Atom{atom.Meta, atom.Link, atom.Br}
	if !closed && !slices.Contains(void, tag.DataAtom) {
		m.open = append(m.open, tag.Data)
	}
	switch tag.Data {
	case "script", "iframe", "object", "form", "img", "base":
		m.t.Errorf("there is a <%s>", tag.Data)
	case "h1", "h2", "h3", "h4":
		m.headings = append(m.headings, tag.Data[1]-'0')
	}
	for _, a := range tag.Attr {
		m.attribute(tag.Data, a)
	}
}

func (m *markup) attribute(tag string, a html.Attribute) {
	switch {
	case a.Key == "id":
		if m.ids[a.Val] {
			m.t.Errorf("two have the id %s", a.Val)
		}
		m.ids[a.Val] = true
	case a.Key == "aria-labelledby":
		m.meant = append(m.meant, a.Val)
	case a.Key == "href" && tag == "a":
		m.links = append(m.links, a.Val)
	case a.Key == "href" && tag == "use":
		m.meant = append(m.meant, strings.TrimPrefix(a.Val, "#"))
	case a.Key == "lang" && tag == "html":
		m.lang = a.Val
	case a.Key == "style", strings.HasPrefix(a.Key, "on"), a.Key == "src":
		m.t.Errorf("<%s> has %s=%q", tag, a.Key, a.Val)
	}
}

func (m *markup) end(tag string) {
	if n := len(m.open); n == 0 || m.open[n-1] != tag {
		m.t.Errorf("</%s> within %v", tag, m.open)
		return
	}
	m.open = m.open[:len(m.open)-1]
}

func (m *markup) check() {
	if m.lang == "" {
		m.t.Error("the page has no language")
	}
	for _, id := range m.meant {
		if !m.ids[id] {
			m.t.Errorf("nothing has the id %s", id)
		}
	}
	for k, level := range m.headings {
		if k == 0 && level != 1 || k > 0 && (level == 1 || level > m.headings[k-1]+1) {
			m.t.Errorf("headings %v", m.headings)
		}
	}
	for _, l := range m.links {
		m.follow(l)
	}
}

// follow looks whether a link leads to a page.
func (m *markup) follow(link string) {
	m.t.Helper()
	if strings.HasPrefix(link, "https://status.example.edu/") {
		return // from a page that is not there, to where readers find the one that is
	}
	if rest, is := strings.CutPrefix(link, "webcal://status.example.edu/"); is {
		link = "/" + rest
	}
	req, err := http.NewRequest(http.MethodGet, m.c.url+m.at, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	to, err := req.URL.Parse(link)
	if err != nil || to.Host != req.URL.Host {
		m.t.Errorf("link %q: %v", link, err)
		return
	}
	if a := m.c.ask(http.MethodGet, to.RequestURI()); a.StatusCode != http.StatusOK && !strings.Contains(m.at, "-99") {
		m.t.Errorf("link %q: %s", link, a.Status)
	}
}
