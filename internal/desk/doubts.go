package desk

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Doubts says in sentences what looks wrong in texts that are about to be told to
// many: an e-mail address, a student's number, a host's name or address, and a
// title that names a service which is not among those told of. Nothing of it is
// refused: it may be meant. It is empty where nothing looks wrong.
func Doubts(c *Catalog, services []Affected, title, text string) []string {
	var out []string
	for _, name := range c.othersNamed(services, title) {
		out = append(out, fmt.Sprintf("The title names %s, which is not among the services.", name))
	}
	said := title + "\n" + text
	for _, d := range doubtful() {
		if found := d.find(said); found != "" {
			out = append(out, fmt.Sprintf("The text has what looks like %s: %s", d.what, found))
		}
	}
	return out
}

// DoubtsOf names the services that are said to fail though all our own checks of them
// pass.
func DoubtsOf(services []Affected, probes []ProbeStanding) (out []string) {
	for _, s := range services {
		own := slices.DeleteFunc(slices.Clone(probes), func(p ProbeStanding) bool { return p.Probe.Service != s.Service })
		fails := func(p ProbeStanding) bool {
			return p.Last == nil || p.Last.Outcome != Passed || p.Availability == Failing || p.Performance == Failing
		}
		if len(own) > 0 && !slices.ContainsFunc(own, fails) {
			out = append(out, fmt.Sprintf("All our checks of %s pass.", s.Name))
		}
	}
	return out
}

type doubt struct {
	what string
	has  string // one of these is in all that has the form, so that most texts are not searched
	form *regexp.Regexp
}

// doubtful are the forms that are looked for. Students' numbers have seven to nine
// digits at most universities; a host has at least three labels, or ends as names
// on inner networks do (RFC 6762 appendix G), so "example.edu" alone is none.
func doubtful() []doubt {
	return []doubt{
		{"an e-mail address", "@", emailForm},
		{"a student number", "0123456789", studentForm},
		{"a host name", ".", hostForm},
		{"a network address", ".", addressForm},
	}
}

var (
	emailForm   = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(\.[\pL\pN-]+)+`)
	studentForm = regexp.MustCompile(`[0-9]{7,9}`)
	hostForm    = regexp.MustCompile(`(?i)[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*\.(local|lan|internal|intranet|corp|private)|[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+\.[a-z]{2,}`)
	addressForm = regexp.MustCompile(`[0-9]{1,3}(\.[0-9]{1,3}){3}`)
)

// find returns the first match that stands alone.
func (d doubt) find(text string) string {
	if !strings.ContainsAny(text, d.has) {
		return ""
	}
	for _, at := range d.form.FindAllStringIndex(text, -1) {
		before, after := text[:at[0]], text[at[1]:]
		if !strings.ContainsFunc(lastByte(before)+firstByte(after), joined) {
			return text[at[0]:at[1]]
		}
	}
	return ""
}

// joined reports whether a character next to a match makes it part of something
// longer: an address in the web, another number.
func joined(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("/@:-_", r)
}

func lastByte(s string) string { return s[max(0, len(s)-1):] }

func firstByte(s string) string { return s[:min(1, len(s))] }

// othersNamed lists the names of services that a title names by id, name or alias
// but that are not among those given.
func (c *Catalog) othersNamed(services []Affected, title string) []string {
	words := " " + strings.Join(strings.FieldsFunc(strings.ToLower(title), notWord), " ") + " "
	if c == nil {
		return nil
	}
	var out []string
	for k, spoken := range c.spoken {
		s := &c.services[k]
		named := slices.ContainsFunc(spoken, func(name string) bool { return strings.Contains(words, name) })
		if named && !slices.ContainsFunc(services, func(a Affected) bool { return a.Service == s.ID }) {
			out = append(out, s.Name)
		}
	}
	return out
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' }
