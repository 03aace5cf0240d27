package slack

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func amherst() markup { return markup{conn: "amherst", zone: time.FixedZone("EST", -5*3600)} }

func TestTextIsWrittenSoThatSlackReadsItAsTyped(t *testing.T) {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	for _, tc := range []struct {
		name string
		text chat.Text
		want string
	}{
		{"plain", chat.Plain("Learn is down."), "Learn is down."},
		{"markup characters", chat.Plain("a<b & c>d"), "a&lt;b &amp; c&gt;d"},
		{"a mention", chat.Plain("<!channel> <@U1> @here"), "&lt;!channel&gt; &lt;@U1&gt; @here"},
		{"an entity typed", chat.Plain("&lt;"), "&amp;lt;"},
		{"formatting", chat.Plain("*now* _or_ ~never~ `x`"), "*\u200bnow* _\u200bor_ ~\u200bnever~ `\u200bx`\u200b"},
		{"within a word", chat.Plain("db_host_1 5*3"), "db_host_1 5*3"},
		{"a quotation", chat.Plain("> said\n  > again"), "\u200b&gt; said\n  \u200b&gt; again"},
		{"an emoji", chat.Plain("at 10:30:45 :fire: a:b"), "at 10:\u200b30:45 :\u200bfire: a:b"},
		{"strong", chat.Text{{Strong: "Learn\n*System*"}}, "*Learn *\u200bSystem**"},
		{"code", chat.Text{{Code: "incident `x` <y>"}}, "`incident 'x' &lt;y&gt;`"},
		{"a clock", chat.Text{{Time: at}}, "<!date^1796202720^{time}|4:12 AM EST>"},
		{"seconds", chat.Text{{Time: at.Add(5 * time.Second), Form: chat.Seconds}}, "<!date^1796202725^{time_secs}|4:12:05 AM EST>"},
		{"a day", chat.Text{{Time: at, Form: chat.DayClock}}, "<!date^1796202720^{date_short_pretty} at {time}|Wed 2 Dec 4:12 AM EST>"},
		{"a day in Spanish", chat.Text{{Time: at, Form: chat.DayClock, Written: "mié 2 dic 04:12 EST"}}, "<!date^1796202720^{date_short_pretty} {time}|mié 2 dic 04:12 EST>"},
		{"a clock in Spanish", chat.Text{{Time: at, Written: "04:12 EST"}}, "<!date^1796202720^{time}|04:12 EST>"},
		{"a date in full", chat.Text{{Time: at, Form: chat.FullDate}}, "<!date^1796202720^{date_long} at {time}|Wednesday, 2 December 2026, 4:12 AM EST>"},
		{"a link", chat.Text{{Link: chat.Link{URL: "https://x.edu/?a=1&b=2|3", Label: "the > page|now"}}}, "<https://x.edu/?a=1&amp;b=2%7C3|the &gt; page¦now>"},
		{"a link without a label", chat.Text{{Link: chat.Link{URL: "https://x.edu/"}}}, "<https://x.edu/|https://x.edu/>"},
		{"a script", chat.Text{{Link: chat.Link{URL: "javascript:alert(1)", Label: "here"}}}, "here"},
		{"a broken link", chat.Text{{Link: chat.Link{URL: "https://x.edu/>\n<!channel", Label: "here"}}}, "here"},
		{"a person", chat.Text{{Person: desk.Person{Connection: "amherst", ID: "U1"}}}, "<@U1>"},
		{"a person who is called", chat.Text{{Person: desk.Person{Connection: "amherst", ID: "U1"}, Notify: true}}, "<@U1>"},
		{"a person elsewhere", chat.Text{{Person: desk.Person{Connection: "boston", ID: "x_y"}}}, "boston/x_y"},
		{"no person of Slack's", chat.Text{{Person: desk.Person{Connection: "amherst", ID: "U1> <!channel"}}}, "amherst/U1&gt; &lt;!channel"},
		{"a channel", chat.Text{{Channel: desk.Channel{Connection: "amherst", ID: "C1"}}}, "<#C1>"},
		{"a channel elsewhere", chat.Text{{Channel: desk.Channel{Connection: "boston", ID: "19:a@thread"}}}, "boston/19:a@thread"},
		{"a direct message", chat.Text{{Channel: desk.Channel{Connection: "amherst", ID: "D1"}}}, "a direct message"},
		{"an empty span", chat.Text{{}}, ""},
		{"invalid UTF-8", chat.Plain("a\xffb"), "a\ufffdb"},
		{"spans in a row", chat.Text{{Plain: "a_"}, {Plain: "_b"}}, "a__\u200bb"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := amherst().text(tc.text); got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestCutsAreAtWordsAndNeverWithinATokenOrEntity(t *testing.T) {
	for _, tc := range []struct {
		in         string
		limit      int
		head, rest string
	}{
		{"short", 10, "short", ""},
		{"one two three", 9, "one two", "three"},
		{"one\ntwo three", 5, "one", "two three"},
		{"a verylongwordindeed", 10, "a verylong", "wordindeed"},
		{"ab&amp;cd", 4, "ab", "&amp;cd"},
		{"ab<!date^1^{time}|4 AM; EST> cd", 20, "ab", "<!date^1^{time}|4 AM; EST> cd"},
		{"<!date^1^{time}|4 AM EST>", 5, "", "<!date^1^{time}|4 AM EST>"},
		{"> quoted text", 8, "> quoted", "text"},
		{"😀😀😀", 4, "😀😀", "😀"},
	} {
		head, rest := cut(tc.in, tc.limit)
		if head != tc.head || rest != tc.rest {
			t.Errorf("cut(%q, %d) = %q, %q; want %q, %q", tc.in, tc.limit, head, rest, tc.head, tc.rest)
		}
	}
}

func TestTypedTextIsDecodedOnce(t *testing.T) {
	for in, want := range map[string]string{
		"declare learn down":                        "declare learn down",
		"lead 42 <@U012AB3CD|bob>":                  "lead 42 @amherst/U012AB3CD",
		"lead 42 <@U012AB3CD>":                      "lead 42 @amherst/U012AB3CD",
		"subscribe <#C012|ops-room> learn":          "subscribe #amherst/C012 learn",
		"ask <!subteam^S012|@on-call>":              "ask @amherst/group:S012",
		"hey <!here> <!channel> <!everyone>":        "hey @here @channel @everyone",
		"see <http://example.com|example.com> now":  "see example.com now",
		"see <https://example.com/?a=1&amp;b=2>":    "see https://example.com/?a=1&b=2",
		"mail <mailto:a@example.com|a@example.com>": "mail a@example.com",
		"at <!date^1392734382^{date}|Feb 18, 2014>": "at Feb 18, 2014",
		"1 &lt; 2 &amp;&amp; 3 &gt; 2":              "1 < 2 && 3 > 2",
		"typed &amp;lt;@U1&amp;gt;":                 "typed &lt;@U1&gt;",
		"typed &lt;@U1&gt;":                         "typed <@U1>",
		"a < b > c":                                 "a < b > c",
		"<>":                                        "<>",
		"<@>":                                       "<@>",
		"<@U1> and <unclosed":                       "@amherst/U1 and <unclosed",
		"<@u1> <#> <!> <javascript:x>":              "<@u1> <#> <!> <javascript:x>",
		"<<@U1>>":                                   "<@amherst/U1>",
		"&":                                         "&",
		"\xff<@U1>\x00":                             "\xff@amherst/U1\x00",
	} {
		if got := decode("amherst", in); got != want {
			t.Errorf("decode(%q) = %q, want %q", in, got, want)
		}
	}
}

// whole is text of ours in which Slack finds nothing: no token, no bare
// ampersand, no formatting after the neutral space was put in.
var whole = regexp.MustCompile(`^([^&<>]|&amp;|&lt;|&gt;)*$`)

func FuzzTypedTextNeverBecomesMarkup(f *testing.F) {
	for _, s := range []string{"<!channel>", "&lt;", "*a*", "> a", ":fire:", "a\xffb", "<https://x|y>", "`", "\n>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(appendLiteral(nil, s))
		if !whole.MatchString(got) {
			t.Errorf("%q became %q", s, got)
		}
		unescaped := decode("amherst", strings.ReplaceAll(got, apart, ""))
		if want := strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), apart, ""); utf8.ValidString(s) && unescaped != want {
			t.Errorf("%q reads %q", s, unescaped)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"<@U1|a>", "&amp;lt;", "<!subteam^S1>", "<http://a|<b>", "<!date^1|<", "<!", "<|>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := decode("amherst", s); len(got) > 12*len(s) {
			t.Errorf("%q became %q", s, got)
		}
		if strings.ContainsAny(s, "<&") {
			return
		}
		if got := decode("amherst", s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	})
}

func TestOwnWordsAreSaidInTheReadersLanguage(t *testing.T) {
	m := amherst()
	m.say = func(english string) string { return "[" + english + "]" }
	if got := m.text(chat.Text{{Channel: desk.Channel{Connection: "amherst", ID: "D0ANN"}}}); got != "[a direct message]" {
		t.Errorf("a direct message is %q", got)
	}
	asks := chat.Action{Label: "Resolve INC-42", Command: "incident resolve 42", Confirm: "Sure?"}
	if got := m.actionButton(0, asks).Confirm.Deny.Text; got != "[Not now]" {
		t.Errorf("the button that does nothing is %q", got)
	}
	v, err := m.renderForm(chat.Form{Title: "Resolve INC-42", Submit: "Resolve"}, origins{})
	if err != nil || v.Close.Text != "[Cancel]" {
		t.Errorf("a form is left by %q, %v", v.Close.Text, err)
	}
	if m.say = nil; m.own("Cancel") != "Cancel" {
		t.Error("it is not English where no language is given")
	}
}
