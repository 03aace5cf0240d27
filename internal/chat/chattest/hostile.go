package chattest

import (
	"net/http/httptest"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// Hostile are messages that want to break a platform's limits.
func Hostile() map[string]chat.Message {
	long := strings.Repeat("Learn ist nicht verfügbar & <langsam>. ", 400)
	word := strings.Repeat("é😀&", 5000)
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	many := chat.Message{Summary: chat.Plain("There is much to say.")}
	for range 120 {
		many.Lines = append(many.Lines, chat.Line{Text: chat.Plain("A line.")}, chat.Line{Text: chat.Plain("An item."), Kind: chat.Item},
			chat.Line{Text: chat.Plain("Typed.\nTwice."), Kind: chat.Quote}, chat.Line{Text: chat.Plain("Head"), Kind: chat.Heading})
		many.Facts = append(many.Facts, chat.Fact{Label: "Since", Value: chat.Text{{Time: at}}})
		many.Context = append(many.Context, chat.Text{{Plain: "Until "}, {Time: at, Form: chat.FullDate}})
	}
	for range 30 {
		many.Actions = append(many.Actions, chat.Action{Label: "Do it", Command: "incident list"})
	}
	parts := func(s string) chat.Message {
		line := chat.Text{{Plain: s}, {Strong: s}, {Code: s}, {Link: chat.Link{URL: "https://x.edu/", Label: s}}, {Link: chat.Link{URL: "https://x.edu/" + s, Label: "x"}}}
		return chat.Message{Summary: chat.Plain(s), Lines: []chat.Line{{Text: line}, {Text: line, Kind: chat.Quote}, {Text: line, Kind: chat.Item}, {Text: line, Kind: chat.Heading}},
			Facts: []chat.Fact{{Label: s, Value: line}}, Context: []chat.Text{line},
			Actions: []chat.Action{{Label: s, Command: s, Confirm: s}, {Label: s, URL: "https://x.edu/" + s}, {Label: "Go", Command: "x", Style: chat.Danger}}}
	}
	return map[string]chat.Message{
		"long sentences": parts(long), "a long word": parts(word), "many parts": many,
		"controls":     parts("a\x00b\x07c\u202ed\u2066e\xff\xfef"),
		"spaces":       parts("  \n \t\n"),
		"just a line":  {Lines: []chat.Line{{Text: chat.Plain("x")}}, Summary: chat.Plain("y")},
		"empty pieces": {Summary: chat.Plain("x"), Lines: []chat.Line{{}, {Kind: chat.Quote}, {Kind: chat.Heading}}, Facts: []chat.Fact{{}}, Context: []chat.Text{{}, nil}, Actions: []chat.Action{{}}},
	}
}

func hostilePosts(s *suite) {
	for name, m := range Hostile() {
		sender := s.Connect(s.Transport, func(chat.Delivery) chat.Message { return m })
		id, err := sender.Post(s.Context(), delivery(s.Channel, 1))
		if err != nil {
			s.Errorf("%s: %v", name, err)
			continue
		}
		if !s.Abilities.Edit {
			continue
		}
		d := delivery(s.Channel, 2)
		d.Root = id
		if err := sender.Edit(s.Context(), d); err != nil {
			s.Errorf("%s, as an edit: %v", name, err)
		}
	}
	for _, p := range s.Seen(s.Channel) {
		if len(p.Faults) > 0 {
			s.Errorf("%.60q: %v", p.Text, p.Faults)
		}
	}
}

func hostileAnswers(s *suite) {
	for name, m := range Hostile() {
		h := s.Inbound.Handler(handling(nil, chat.Reply{Message: m}))
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, s.Inbound.Command("list"))
		if rec.Code != 200 || rec.Body.Len() > 100_000 {
			s.Errorf("%s: %d, %d bytes", name, rec.Code, rec.Body.Len())
		}
		s.shows(rec.Body.String())
	}
}

// injection: what people type is shown as it is and nothing happens by it.
func injection(s *suite) {
	for _, typed := range []string{
		"<!channel> <!here> <!everyone>", "@everyone @here @channel", "<@U1> <@!123> <@&456> <at>Ann</at>", "<#C1> <#123>",
		"<https://evil.example|the status page>", "[the status page](https://evil.example)", "<a href=\"https://evil.example\">x</a>",
		"&lt;!channel&gt;", "&amp;lt;!channel>", "<!subteam^S1>", "<!date^0^{date}|x>", "<:smile:123>", "</t:0:R>",
		"*bold* _italic_ ~struck~ `code` **bold** __under__ ||spoiler|| # Head", "> quoted\n>>> quoted", "```\ncode\n```", "- item\n1. item",
	} {
		sender := s.Connect(s.Transport, func(chat.Delivery) chat.Message {
			return chat.Message{Summary: chat.Plain(typed), Lines: []chat.Line{{Text: chat.Plain(typed)}, {Text: chat.Plain(typed), Kind: chat.Quote}},
				Facts: []chat.Fact{{Label: typed, Value: chat.Plain(typed)}}, Context: []chat.Text{chat.Plain(typed)},
				Actions: []chat.Action{{Label: typed, Command: "incident list"}}}
		})
		id, err := sender.Post(s.Context(), delivery(s.Channel, 1))
		if err != nil {
			s.Errorf("%q: %v", typed, err)
			continue
		}
		s.actsOnNothing(typed, id)
		if !s.Abilities.Edit {
			continue
		}
		d := delivery(s.Channel, 2)
		d.Root = id
		if err := sender.Edit(s.Context(), d); err != nil {
			s.Errorf("%q, as an edit: %v", typed, err)
		}
		s.actsOnNothing(typed, id)
	}
}

// actsOnNothing fails when the platform acts on what was typed into a post.
func (s *suite) actsOnNothing(typed string, id chat.PostID) {
	s.Helper()
	shown := false
	for _, p := range s.Seen(s.Channel) {
		if p.ID != id {
			continue
		}
		shown = true
		if len(p.Acts) > 0 {
			s.Errorf("%q: the platform acts on %q", typed, p.Acts)
		}
	}
	if !shown {
		s.Errorf("%q: the post is not there", typed)
	}
}
