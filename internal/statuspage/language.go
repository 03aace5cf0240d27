package statuspage

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/text/language"

	"github.com/umassonline/belltower/internal/wording"
)

// tongue is a language that the page speaks.
type tongue struct {
	tag   string // as in "en"
	in    wording.Context
	words words
}

// tongues are those that it offers, the preferred one first.
type tongues struct {
	all     []*tongue
	matcher language.Matcher
	typed   string // the language of what people type

	known sync.Map // an Accept-Language -> *tongue: browsers send few different ones
	kept  atomic.Int64
}

// maxKept bounds how many different Accept-Language are remembered, and how long each is.
const (
	maxKept       = 1000
	maxKeptLength = 100
)

func newTongue(c wording.Context, tag string, l *wording.Language) *tongue {
	c.Language = l
	return &tongue{tag, c, wordsIn(c)}
}

// newTongues makes those of the organization's languages that the page speaks.
func newTongues(c wording.Context, configured []string) *tongues {
	t := &tongues{typed: "en"}
	var tags []language.Tag
	for k, one := range configured {
		if k == 0 {
			t.typed = one
		}
		base, _, _ := strings.Cut(one, "-")
		same := slices.ContainsFunc(t.all, func(o *tongue) bool { return o.tag == base }) // "en-US" beside "en" is no other
		if l, spoken := wording.LanguageOf(one); spoken && !same {
			t.all, tags = append(t.all, newTongue(c, base, l)), append(tags, language.Make(base))
		}
	}
	if len(t.all) == 0 {
		t.all, tags = []*tongue{newTongue(c, "en", nil)}, []language.Tag{language.English}
	}
	t.matcher = language.NewMatcher(tags)
	return t
}

// choose picks the language of an answer: "?lang=es", else what the browser asks for.
func (t *tongues) choose(r *http.Request) (to *tongue, chosen bool) {
	if r.URL.RawQuery != "" {
		lang := r.URL.Query().Get("lang")
		for _, one := range t.all {
			if one.tag == lang {
				return one, true
			}
		}
	}
	return t.accepted(r.Header.Get("Accept-Language")), false
}

// accepted is the language that a browser asks for.
func (t *tongues) accepted(accept string) *tongue {
	if len(t.all) == 1 || accept == "" {
		return t.all[0]
	}
	if to, found := t.known.Load(accept); found {
		return to.(*tongue)
	}
	wanted, _, _ := language.ParseAcceptLanguage(accept) // nonsense wants nothing
	_, k, _ := t.matcher.Match(wanted...)
	if len(accept) <= maxKeptLength && t.kept.Add(1) <= maxKept {
		t.known.Store(accept, t.all[k])
	}
	return t.all[k]
}
