package statuspage

import (
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// badgePolicy lets a badge that is opened by itself load nothing.
const badgePolicy = "default-src 'none'; style-src 'unsafe-inline'"

// badgeColors are those of the half that says the status, each with a contrast of at least
// 4.5 to the white words on it.
func badgeColors() map[tone]string {
	return map[tone]string{"ok": "#1a7a3c", "planned": "#1f5fae", "slow": "#8a5a00", "partly": "#b34700", "down": "#b3261e"}
}

// badgeAddress is that of a badge among the sheets of a snapshot.
type badgeAddress struct {
	service desk.ServiceID
	tag     string
}

// Badge serves "/badge/{service}.svg": the name of a service and its status in a word, for
// a wiki or the foot of a page. The pattern's name for the last part is "file".
func (p *Pages) Badge() http.Handler {
	return p.reader(func(a *asked) {
		id, isBadge := strings.CutSuffix(a.r.PathValue("file"), ".svg")
		for _, h := range a.snap.health {
			if isBadge && string(h.Service.ID) == id {
				a.badge(h)
				return
			}
		}
		a.give(http.StatusNotFound, missing)
	})
}

func (a *asked) badge(h desk.Health) {
	kept, _ := a.snap.sheets.LoadOrStore(badgeAddress{h.Service.ID, a.tongue.tag}, &sheet{})
	s := kept.(*sheet)
	s.render.Do(func() {
		s.set(badge(h.Service.Name, a.tongue.words.status[h.Status], badgeColors()[toneOf(h.Status)]), http.Header{
			"Content-Type": {"image/svg+xml"}, "Content-Language": {a.tongue.tag}, "Content-Security-Policy": {badgePolicy},
		})
	})
	a.send(http.StatusOK, s)
}

// badge draws it: 20 high, as others are beside which it stands. The texts are centered, as
// nobody knows how wide they are in the font that a reader has.
func badge(name, status, color string) []byte {
	left, right := halfWidth(name), halfWidth(status)
	says := html.EscapeString(name + ": " + status)
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="20" role="img" aria-label="%s"><title>%s</title>`+
		`<path fill="#3b434d" d="M%d 0H3a3 3 0 0 0-3 3v14a3 3 0 0 0 3 3h%d z"/><path fill="%s" d="M%d 0h%da3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-%dz"/>`+
		`<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,'DejaVu Sans',sans-serif" font-size="11"><text x="%g" y="14">%s</text><text x="%g" y="14">%s</text></g></svg>`+"\n",
		left+right, says, says,
		left, left-3, color, left, right-3, right-3,
		float64(left)/2, html.EscapeString(name), float64(left)+float64(right)/2, html.EscapeString(status))
}

// halfWidth is about how wide the half with a text is: in Verdana, which is wider than
// others.
func halfWidth(text string) int {
	width := 16
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljI.,:;'|!() ", r):
			width += 4
		case strings.ContainsRune("mwMW@%", r), r >= 0x2e80: // also scripts whose signs are square
			width += 11
		default:
			width += 7
		}
	}
	return width
}
