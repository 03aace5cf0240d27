package card

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// reads is what a client that knows CommonMark and tables makes of a text. Text is
// struck, by clients that know it at all, between two tildes: functions has them.
func reads(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.Table, extension.TaskList)).Convert([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

var (
	marks     = regexp.MustCompile(`<[^>]*>`)
	functions = regexp.MustCompile(`\{\{(DATE|TIME)|~~`)
	widthless = strings.NewReplacer(apart, "", hair, "")
)

// shows is what is read of a text, without mark-up.
func shows(t testing.TB, text string) string {
	return strings.TrimSpace(widthless.Replace(html.UnescapeString(marks.ReplaceAllString(reads(t, text), ""))))
}

// asTyped fails where a row of typed text is not read as it stands.
func asTyped(t testing.TB, typed string) {
	t.Helper()
	w := writer{Style: Style{Zone: time.UTC}}
	got := w.block(chat.Plain(typed))
	if html := reads(t, got); len(marks.FindAllString(html, -1)) > 2 {
		t.Errorf("%q is written %q and formatted: %s", typed, got, html)
	}
	if want := strings.TrimSpace(clean(typed)); shows(t, got) != want {
		t.Errorf("%q is written %q and read as %q", typed, got, shows(t, got))
	}
	if functions.MatchString(got) || strings.Contains(strings.ToLower(got), "<at>") {
		t.Errorf("%q is written %q: it is a time or a mention", typed, got)
	}
}

func TestNothingTypedBecomesMarkup(t *testing.T) {
	for _, typed := range []string{
		"<!channel> <!here>", "@everyone @here", "<@U1> <at>Ann</at> <AT>Ann</AT>", "<https://evil.example|the page>", "<https://evil.example>",
		"[the page](https://evil.example)", "![x](https://evil.example/x.png)", "[a]: https://evil.example", "[a][b]", "[[a](b)](c)",
		"<a href=\"https://evil.example\">x</a>", "&lt;!channel&gt;", "&amp;lt; &#60; &#x3c;", "{{DATE(2026-11-22T06:00:00Z,SHORT)}} {{TIME(2026-11-22T06:00:00Z)}} {{{DATE(",
		"*bold* _italic_ ~struck~ ~~gone~~ `code` **bold** __under__ ***both***", "# Head", "> quoted", ">>> quoted", "```", "~~~", "---", "***", "___", "===",
		"- item", "+ item", "* item", "1. item", "2) item", "    code", "\tcode", "| a | b |", "a_b_c App_Pool_01 5*3*2 C:\\dir\\*.log \\\\host\\share \\", "\\[x](y)", "\\\\[x](y)", "",
		"R&D; a & b; AT&T", "a <b> 1 < 2 <- <3", "mailto:a@b.example <a@b.example>", "- [x] done",
	} {
		asTyped(t, typed)
	}
}

// pieces are what mark-up is made of.
var pieces = []string{"*", "_", "`", "~", "[", "]", "(", ")", "<", ">", "&", ";", "#", "{", "}", "{{DATE(", "\\", "-", "+", "1", ".", "|", ":", "!", "/", "=", "a", "Z", "é", "😀", " ",
	"at", "amp", "https://x.edu", "]( ", "\"", "'", "@", "$", "\u200b", "\u202e", "\x00", "\xff"}

func TestNothingTypedBecomesMarkupWhateverItIs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		typed := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(rt, "typed"), "")
		w := writer{Style: Style{Zone: time.UTC}}
		got := w.block(chat.Plain(typed))
		if html := reads(t, got); len(marks.FindAllString(html, -1)) > 2 || shows(t, got) != strings.TrimSpace(clean(typed)) || functions.MatchString(got) {
			rt.Errorf("%q is written %q and read as %q", typed, got, html)
		}
	})
}

// Spans keep their own mark-up, whatever stands in them and beside them.
func TestOurOwnMarkupHoldsBesideAnythingTyped(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) string {
			return "x" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 5).Draw(rt, name), "")
		}
		before, bold, label, after := draw("before"), draw("bold"), draw("label"), draw("after")[1:]
		w := writer{Style: Style{Zone: time.UTC}}
		got := w.block(chat.Text{{Plain: before}, {Strong: bold}, {Plain: after}, {Link: chat.Link{URL: "https://x.edu/(a)?b=*c*&d=<e>", Label: label}}, {Strong: bold}, {Plain: after}})
		html := reads(t, got)
		if strings.Count(html, "<strong>") != 2 || strings.Count(html, "<a ") != 1 || !strings.Contains(html, `href="https://x.edu/%28a%29?b=%2Ac%2A&amp;d=%3Ce%3E"`) || strings.Count(html, "<") != 8 {
			rt.Errorf("%q %q %q %q is written %q and read as %q", before, bold, after, label, got, html)
		}
	})
}

func TestTimesAreTheReadersOwn(t *testing.T) {
	zone := time.FixedZone("EST", -5*3600)
	at := time.Date(2026, 12, 2, 4, 12, 30, 500, zone)
	w := writer{Style: Style{Zone: zone}}
	for form, want := range map[chat.TimeForm]string{
		chat.Clock: "by {{TIME(2026-12-02T09:12:30Z)}}", chat.DayClock: "by {{DATE(2026-12-02T09:12:30Z,SHORT)}}, {{TIME(2026-12-02T09:12:30Z)}}",
		chat.FullDate: "by {{DATE(2026-12-02T09:12:30Z,LONG)}}, {{TIME(2026-12-02T09:12:30Z)}}", chat.Seconds: "by 4:12:30 AM EST", "week": "by *Wed*",
	} {
		s := chat.Span{Time: at, Form: form}
		if form == "week" {
			s.Written, want = "*Wed*", `by \*Wed\*`
		}
		if got := w.block(chat.Text{{Plain: "by "}, s}); got != want {
			t.Errorf("%q: %q, want %q", form, got, want)
		}
	}
	if got := w.fixed(chat.Text{{Plain: "by "}, {Time: at}}); got != "by 4:12 AM EST" {
		t.Errorf("where Teams shows no time of the reader's: %q", got)
	}
	if got := w.block(chat.Text{{Time: at, Form: chat.FullDate}}); !strings.HasPrefix(got, apart+"{{DATE") {
		t.Errorf("a row that begins with a date may be read as a list: %q", got)
	}
}

func TestOnlyPeopleOfTheTenantAreCalled(t *testing.T) {
	names := map[string]string{"1": "Ann_Lee <it>", "2": "Ann Lee it", "3": "", "4": "!?*", "5": strings.Repeat("é", 300)}
	w := writer{Style: Style{Zone: time.UTC, Connection: "boston", Person: func(p desk.Person) string { return names[p.ID] }}}
	called := func(conn desk.ConnectionName, id string, notify bool) string {
		return w.block(chat.Text{{Plain: "ask "}, {Person: desk.Person{Connection: conn, ID: id}, Notify: notify}})
	}
	for _, tc := range []struct{ got, want string }{
		{called("boston", "1", false), "ask Ann_Lee <" + apart + "it>"},
		{called("boston", "1", true), "ask <at>Ann Lee it</at>"},
		{called("boston", "2", true), "ask <at>Ann Lee it 2</at>"},
		{called("boston", "1", true), "ask <at>Ann Lee it</at>"},
		{called("boston", "3", true), "ask <at>boston 3</at>"},
		{called("boston", "4", true), "ask <at>4</at>"},
		{called("boston", "5", true), "ask <at>" + strings.Repeat("é", 100) + "</at>"},
		{called("amherst", "U1", true), "ask @amherst/U1"},
	} {
		if tc.got != tc.want {
			t.Errorf("%q, want %q", tc.got, tc.want)
		}
	}
	if len(w.mentions) != 5 {
		t.Errorf("%+v", w.mentions)
	}
}

// A toast has names as the card below it has, and calls nobody.
func TestASummaryHasNames(t *testing.T) {
	s := Style{Zone: time.UTC, Connection: "boston", Person: func(p desk.Person) string { return map[string]string{"1": "Ann"}[p.ID] },
		Channel: func(ch desk.Channel) string { return map[string]string{"19:ops": "ops"}[ch.ID] }}
	got := s.Summary(chat.Message{Summary: chat.Text{{Plain: "INC-1 is led by "}, {Person: desk.Person{Connection: "boston", ID: "1"}}, {Plain: " of "},
		{Channel: desk.Channel{Connection: "boston", ID: "19:ops"}}, {Plain: ", not "}, {Person: desk.Person{Connection: "boston", ID: "2"}, Notify: true}, {Plain: " since "}, {Time: time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)}}})
	if want := "INC-1 is led by Ann of ops, not @boston/2 since 9:00 AM UTC"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
