package discord

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/discordtest"
	"github.com/umassonline/belltower/internal/desk"
)

func marks(t chat.Text) (text string, acts []string) {
	text = markup{conn: "lowell", zone: time.UTC}.text(t)
	return text, discordtest.Message{Content: text}.Marks()
}

func TestTypedTextIsReadAsItStands(t *testing.T) {
	for typed, want := range map[string]string{
		"plain words, 100% & more":      "plain words, 100% & more",
		"*a* _b_ ~c~ `d` |e|":           "\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\|e\\|",
		"> quote\n# head\n- item\n1. x": "\\> quote\n\\# head\n\\- item\n1\\. x",
		"at 4:12, 3.5 GB - or 12. x":    "at 4:12, 3.5 GB - or 12. x",
		"  12) x\n + y":                 "  12\\) x\n \\+ y",
		"<@1> <#2> <t:3:R> @everyone":   "\\<\\@1\\> \\<\\#2\\> \\<t\\:3:R\\> \\@everyone",
		"see https://x.edu/?a=b":        "see https\\://x.edu/?a=b",
		"ask :smile: and C:\\dir":       "ask \\:smile: and C:\\\\dir",
		"[a](https://x.edu)":            "\\[a\\](https\\://x.edu)",
		"a\x00b\u202ec\xffd\r\n\te":     "abcd\n\te",
	} {
		text, acts := marks(chat.Plain(typed))
		if text != want || len(acts) > 0 {
			t.Errorf("%q: %q, want %q; acts on %q", typed, text, want, acts)
		}
	}
}

func TestSpansInDiscordsForm(t *testing.T) {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	for want, s := range map[string]chat.Span{
		"**so \\*it\\* is**":               {Strong: "so\n*it* is"},
		"":                                 {Strong: " \n "},
		"`incident 'x'`":                   {Code: "incident\n`x`"},
		"<t:1796202720:t>":                 {Time: at},
		"<t:1796202720:f>":                 {Time: at, Form: chat.DayClock},
		"<t:1796202720:F>":                 {Time: at, Form: chat.FullDate, Written: "2 de diciembre"},
		"<t:1796202720:T>":                 {Time: at, Form: chat.Seconds},
		"[a \\[b\\]](<https://x.edu/>)":    {Link: chat.Link{URL: "https://x.edu/", Label: "a [b]"}},
		"[x.edu/y](<https://x.edu/y>)":     {Link: chat.Link{URL: "https://x.edu/y", Label: "https://x.edu/y"}},
		"[GET x.edu/y](<https://m.com/1>)": {Link: chat.Link{URL: "https://m.com/1", Label: "GET HTTPS://x.edu/y"}},
		"mail us":                          {Link: chat.Link{URL: "mailto:it@x.edu", Label: "mail us"}},
		"it\\@x.edu":                       {Link: chat.Link{URL: "mailto:it@x.edu"}},
		"bad":                              {Link: chat.Link{URL: "https://x.edu/)>@everyone", Label: "bad"}},
		"<@501>":                           {Person: desk.Person{Connection: "lowell", ID: "501"}},
		"<@&991>":                          {Person: desk.Person{Connection: "lowell", ID: "role:991"}},
		"boston/501":                       {Person: desk.Person{Connection: "boston", ID: "501"}},
		"lowell/5\\>\\@here":               {Person: desk.Person{Connection: "lowell", ID: "5>@here"}},
		"<#1001>":                          {Channel: desk.Channel{Connection: "lowell", ID: "1001"}},
		"boston/19:x\\@thread":             {Channel: desk.Channel{Connection: "boston", ID: "19:x@thread"}},
	} {
		if got, _ := marks(chat.Text{s}); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}

func TestWhatIsTooLongIsCutBetweenWhatBelongsTogether(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{
		{"short", 5, "short"},
		{"one two three four", 15, "one two three …"},
		{"aaaaaaaaaa", 6, "aaaa …"},
		{`aaa\*\*\*`, 8, `aaa\* …`},
		{"see <t:1796202720:t> now", 10, "see …"},
		{"a [label](<https://x.edu/>) b", 20, "a …"},
		{"it **is so** here", 10, "it …"},
		{"`code that is long` x", 10, " …"},
		{"😀😀😀😀", 6, "😀😀 …"},
		{"x", 0, ""},
	} {
		if got := shorten(tc.text, tc.limit); got != tc.want {
			t.Errorf("shorten(%q, %d) = %q, want %q", tc.text, tc.limit, got, tc.want)
		}
	}
}

// FuzzTypedText: whatever is typed becomes no mark, keeps its letters, and stays within
// its limit.
func FuzzTypedText(f *testing.F) {
	for _, s := range []string{"*a*", "<@1>", "@everyone", "https://x.edu", "[a](https://x.edu)", "> q\n>>> r", "1. a\n- b", ":a_b:", "||s||", "\\*\\", "```x```", "-# small", "\u202e**", "a:// b", "_\n_"} {
		f.Add(s, 40)
	}
	f.Fuzz(func(t *testing.T, typed string, limit int) {
		text, acts := marks(chat.Plain(typed))
		if len(acts) > 0 || !utf8.ValidString(text) {
			t.Errorf("%q: acts on %q", text, acts)
		}
		if limit = limit & 0xfff; length(shorten(text, limit)) > max(limit, 0) {
			t.Errorf("%q is longer than %d", shorten(text, limit), limit)
		}
		letters := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, typed)
		if got := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, text); got != letters {
			t.Errorf("%q lost letters: %q", typed, text)
		}
	})
}
