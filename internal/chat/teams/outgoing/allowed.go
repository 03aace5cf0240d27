package outgoing

import (
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
)

// allowed are the commands that a webhook carries out, with their verbs: what everybody
// in the channel may read the answer of, and what can be said in one line. "" is the
// command without more. Notes, and who was told, are for staff alone.
func allowed() map[string][]string {
	return map[string][]string{
		"incident":  {"", "help", "list", "show", "declare", "update", "resolve"},
		"window":    {"", "help", "list", "show", "faculty"},
		"probe":     {"", "help"}, // what checks see is for staff
		"service":   {"", "help"}, // whoever has the token could close a gate
		"status":    nil,          // all of it
		"subscribe": nil,
		root:        {"", "help", "whoami", "why"},
		"help":      nil, // said to the bot by its name
		"whoami":    nil,
		"why":       nil,
		"":          {""}, // a bare mention
	}
}

// root is the command under which all others are found too.
const root = "belltower"

// whole is a command with its rest, without the root that may stand before it.
func whole(command, rest string) (string, string) {
	if word, after := split(rest); command == root && word != root && word != "" {
		if _, known := allowed()[word]; known {
			return word, after
		}
	}
	return command, rest
}

// may reports whether a webhook carries a command out.
func may(command, rest string) bool {
	command, rest = whole(command, rest)
	verb, _ := split(rest)
	verbs, known := allowed()[command]
	return known && (verbs == nil || slices.Contains(verbs, verb))
}

// forbidden is the answer to what a webhook does not do.
func (h *handler) forbidden(req chat.Request) (chat.Message, bool) {
	if !may(req.Command, req.Text) {
		return h.refusal(), true
	}
	command, rest := whole(req.Command, req.Text)
	target, _ := split(rest)
	here := command == "subscribe" && target != "" && !strings.Contains(target, "/")
	if here && h.do.Reaches != nil && !h.do.Reaches(req.Channel) {
		return h.unreached(), true
	}
	return chat.Message{}, false
}

// refusal says what a webhook does.
func (w *Webhook) refusal() chat.Message {
	m := chat.Message{
		Summary: chat.Plain(w.own("This cannot be done by an outgoing webhook.")), Tone: chat.ToneRefused,
		Lines: []chat.Line{{Text: chat.Plain(w.own("Everybody here would read the answer, and it has no buttons or forms. What can be done here:"))}},
	}
	for _, line := range []string{
		"status", "incident list", "incident declare learn down", "incident update 42 identified: A disk is full.", "incident resolve 42",
		"window list", "subscribe learn", "belltower help",
	} {
		m.Lines = append(m.Lines, chat.Line{Kind: chat.Item, Text: chat.Text{{Code: line}}})
	}
	m.Lines = append(m.Lines, chat.Line{Text: chat.Plain(w.own("Nothing was done. For all else use a connection with a bot."))})
	return w.public(m)
}

// unreached says how a channel can hear of anything.
func (w *Webhook) unreached() chat.Message {
	return w.public(chat.Message{
		Summary: chat.Plain(w.own("This channel cannot be subscribed: nothing can be posted to it yet.")), Tone: chat.ToneRefused,
		Lines: []chat.Line{
			{Text: chat.Plain(w.own("Add the bot to the team, or make a workflow in the channel, whose address belongs into [[teams.workflows]]. By the name that it gets there it can be subscribed:"))},
			{Kind: chat.Item, Text: chat.Text{{Code: "subscribe " + string(w.name) + "/library learn"}}},
		},
	})
}
