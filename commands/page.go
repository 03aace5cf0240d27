package commands

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/wording"
)

// What one page holds: few enough lines for a phone, and few enough characters for
// every platform (Slack cuts at about 10,000 over all, Discord at 4,000 in an embed).
// https://discord.com/developers/docs/resources/message#embed-object-embed-limits
const (
	pageLines = 12
	pageChars = 3000
)

var pageForm = regexp.MustCompile(`(?i)(?:^|\s)page\s+([0-9]{1,4})$`)

// takePage takes "page 2" off the end of the line; 1 where it is not there.
func (a *asked) takePage() int {
	m := pageForm.FindStringSubmatchIndex(a.line.rest)
	if m == nil {
		return 1
	}
	n, _ := strconv.Atoi(a.line.rest[m[2]:m[3]])
	a.line.rest = strings.TrimSpace(a.line.rest[:m[0]])
	return n
}

// page cuts one page out of lines. rest is what the line said beside its page.
func (a *asked) page(lines []chat.Line, number int, rest string) (wording.Page, error) {
	pages := paginate(lines)
	if number < 1 || number > len(pages) {
		return wording.Page{}, a.Words.NoPage(len(pages))
	}
	p := wording.Page{Lines: pages[number-1], Number: number, Of: len(pages)}
	if number < len(pages) {
		p.Next = a.action(a.Words.NextPage(number+1), strings.TrimSpace(rest+" page "+strconv.Itoa(number+1)))
	}
	return p, nil
}

// paginate cuts lines into pages, at least one.
func paginate(lines []chat.Line) [][]chat.Line {
	pages := [][]chat.Line{nil}
	chars := 0
	for _, l := range lines {
		last := len(pages) - 1
		n := length(l)
		if full := len(pages[last]) == pageLines || chars+n > pageChars; full && len(pages[last]) > 0 {
			pages, last, chars = append(pages, nil), last+1, 0
		}
		pages[last] = append(pages[last], l)
		chars += n
	}
	return pages
}

// spanLength is what a time, person, channel or link counts for, in characters.
const spanLength = 60

func length(l chat.Line) (n int) {
	for _, s := range l.Text {
		if typed := utf8.RuneCountInString(s.Plain + s.Strong + s.Code); typed > 0 {
			n += typed
			continue
		}
		n += spanLength
	}
	return n
}
