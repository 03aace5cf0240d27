package probe

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/andybalholm/cascadia"
	"github.com/tidwall/gjson"
	"golang.org/x/net/html"

	"github.com/umassonline/belltower/internal/config"
)

// maxExtract is how long what is extracted may be, in bytes: an assertion of a single
// sign-on has some 20,000.
const maxExtract = 128 << 10

// extract reads a value from an answer as a checked "css:", "json:", "regexp:" or "header:"
// says; false: it is not there.
func extract(a answer, how string) (value string, found bool) {
	by, what, _ := strings.Cut(how, ":")
	switch by {
	case config.ByCSS:
		value, found = byCSS(a.body, what)
	case config.ByJSON:
		value, found = byJSON(a.body, what)
	case config.ByRegexp:
		value, found = byRegexp(a.body, what)
	case config.ByHeader:
		value, found = a.header.Get(what), len(a.header.Values(what)) > 0
	}
	return value, found && len(value) <= maxExtract
}

// byCSS is what the first element that a selector finds holds: where it leads or what it
// sends for those that do, else its text.
func byCSS(body []byte, selector string) (string, bool) {
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		return "", false
	}
	page, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return "", false
	}
	node := cascadia.Query(page, sel)
	if node == nil {
		return "", false
	}
	name, own := attribute()[node.Data]
	if !own {
		return strings.TrimSpace(textOf(node)), true
	}
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// attribute is which attribute of an element is meant by it.
func attribute() map[string]string {
	return map[string]string{
		"input": "value", "button": "value", "option": "value", "meta": "content", "form": "action",
		"a": "href", "link": "href", "base": "href", "script": "src", "img": "src", "iframe": "src",
	}
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// byJSON is the value at a path. gjson answers of what is no JSON too, so that is looked at
// first.
func byJSON(body []byte, path string) (string, bool) {
	if !gjson.ValidBytes(body) {
		return "", false
	}
	v := gjson.GetBytes(body, path)
	return v.String(), v.Exists()
}

// byRegexp is the first group of what matches, or all where there is none.
func byRegexp(body []byte, expr string) (string, bool) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return "", false
	}
	m := re.FindSubmatch(body)
	switch {
	case m == nil:
		return "", false
	case len(m) > 1:
		return string(m[1]), true
	}
	return string(m[0]), true
}
