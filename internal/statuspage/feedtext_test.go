package statuspage

import (
	"encoding/json"
	"encoding/xml"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

// FuzzFeedText puts any text where people type some: each form stays whole, and what was
// typed stays text.
func FuzzFeedText(f *testing.F) {
	f.Add("Login fails", "We are looking into it.\nPlease wait.", "Learn System")
	f.Add("]]> & <b>", "<script>alert(1)</script> &lt;i&gt; <![CDATA[x]]>", `"R&D" <Grid>`)
	f.Add("\x00\x08\x1b\uFFFE\uFFFF", "\xff\xfe\r\n\r\u2028\u0085", "\u202eesrever\u2066")
	f.Add("\U0001F525 \U0001F468\u200d\U0001F4BB down", "**bold** [a](javascript:alert(1)) `x`", "\u0646\u0638\u0627\u0645, ")
	f.Add("%s %s %d", strings.Repeat("long words \u00fc ", 400), "%s")
	f.Fuzz(func(t *testing.T, title, text, name string) {
		at := time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)
		about := []desk.Affected{{Service: "learn", Name: name}}
		p := New(nil, Settings{Words: wording.Context{
			Organization: name, Catalog: desk.NewCatalog([]desk.Service{{ID: "learn", Name: name, Advice: text}}), StatusURL: "https://status.example.edu", Zone: time.UTC,
		}, Languages: []string{"en", "es"}}, func() time.Time { return at }, slog.New(slog.DiscardHandler))
		entries := []desk.Entry{{Seq: 1, At: at, Kind: desk.Declared, Update: 1, Text: text, Status: desk.Investigating, Impact: desk.Minor},
			{Seq: 2, At: at, Kind: desk.Rescoped, Before: name + ", " + title, After: name, Status: desk.Investigating, Impact: desk.Minor}}
		all := toldOf(journal.Published{Incident: desk.Incident{Number: 1, Title: title, Services: about}, Timeline: entries}, p.settings.Words.Catalog)
		all = append(all, toldOfWindow(journal.PublishedWindow{
			Window:   desk.Window{Number: 1, Title: title, Details: text, Services: about, Effect: desk.EffectDown, Planned: desk.Period{From: at, To: at.Add(time.Hour)}},
			Timeline: []desk.Entry{{Seq: 1, At: at, Kind: desk.WindowScheduled}, {Seq: 2, At: at, Kind: desk.WindowCancelled, Text: text}},
		})...)
		if len(all) != 4 {
			t.Fatalf("%d were told", len(all))
		}
		for _, tongue := range p.tongues.all {
			h := p.newHerald(tongue)
			inAtom, inRSS, inJSON := readAtom(t, h.write(Atom, desk.Service{}, all)), readRSS(t, h.write(RSS, desk.Service{}, all)), readJSON(t, h.write(JSON, desk.Service{}, all))
			if len(inAtom) != 4 || !slices.Equal(inAtom, inRSS) || !slices.Equal(inAtom, inJSON) {
				t.Errorf("the forms differ:\n%q\n%q\n%q", inAtom, inRSS, inJSON)
			}
			for k, one := range inAtom {
				if !strings.Contains(one.title, spoken(oneLine(title))) {
					t.Errorf("%q is not in the title %q", spoken(oneLine(title)), one.title)
				}
				said := textOf(t, one.html)
				for line := range strings.SplitSeq(plainLines(text), "\n") {
					if k != 0 && !strings.Contains(said, spoken(line)) { // the first is the correction
						t.Errorf("%q is not in %q", spoken(line), said)
					}
				}
			}
		}
	})
}

// readItem is an entry as a reader has it, without what is no character.
type readItem struct{ id, title, html string }

func item(id, title, html string) readItem { return readItem{id, spoken(title), spoken(html)} }

// spoken is a text without what is no character in some form, and with plain spaces.
func spoken(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x20, r == '\uFFFD', r == '\uFFFE', r == '\uFFFF':
			return -1
		}
		return r
	}, text)
}

func readAtom(t *testing.T, feed []byte) (out []readItem) {
	var f struct {
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Content string `xml:"content"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(feed, &f); err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Entries {
		out = append(out, item(e.ID, e.Title, e.Content))
	}
	return out
}

func readRSS(t *testing.T, feed []byte) (out []readItem) {
	var f struct {
		Items []struct {
			ID      string `xml:"guid"`
			Title   string `xml:"title"`
			Content string `xml:"description"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(feed, &f); err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Items {
		out = append(out, item(e.ID, e.Title, e.Content))
	}
	return out
}

func readJSON(t *testing.T, feed []byte) (out []readItem) {
	var f struct {
		Items []struct {
			ID, Title string
			HTML      string `json:"content_html"`
		}
	}
	if err := json.Unmarshal(feed, &f); err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Items {
		out = append(out, item(e.ID, e.Title, e.HTML))
	}
	return out
}

// textOf is the text of mark-up, in which nothing is but what we write.
func textOf(t *testing.T, markup string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return spoken(b.String())
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			if !slices.Contains([]string{"p", "br", "bdi", "time"}, tag.Data) {
				t.Errorf("there is a <%s> in %s", tag.Data, markup)
			}
			for _, a := range tag.Attr {
				if !slices.Contains([]string{"dir", "lang", "datetime"}, a.Key) {
					t.Errorf("<%s> has %s=%q", tag.Data, a.Key, a.Val)
				}
			}
		default:
			t.Errorf("there is a %s in %s", kind, markup)
		}
	}
}

// Names with commas are told apart where the services are known.
func TestNamesOfAnEntry(t *testing.T) {
	known := []desk.Affected{{Service: "a", Name: "Art"}, {Service: "ad", Name: "Art, Design"}, {Service: "m", Name: "Music", Status: desk.MajorOutage}}
	for names, want := range map[string][]desk.Affected{
		"":                        nil,
		"Art":                     {{Service: "a", Name: "Art"}},
		"Art, Design":             {{Service: "ad", Name: "Art, Design"}},
		"Art, Design, Music":      {{Service: "ad", Name: "Art, Design"}, {Service: "m", Name: "Music"}},
		"Old, Art, Artists":       {{Name: "Old"}, {Service: "a", Name: "Art"}, {Name: "Artists"}},
		"Music, Art, Music, Film": {{Service: "m", Name: "Music"}, {Service: "a", Name: "Art"}, {Service: "m", Name: "Music"}, {Name: "Film"}},
	} {
		if got := named(names, known); !slices.Equal(got, want) {
			t.Errorf("%q: %v", names, got)
		}
	}
}
