package card

import (
	"strings"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
)

// perRow is how many buttons Teams shows at once; more go into a menu
// (learn.microsoft.com, "Adaptive Cards overflow menu").
const perRow = 6

// The width of a row, in pixels: that of the inside of a card on a small phone, whose
// screen has 320 to 360. What is beyond it phones cut off, without a sign that there is
// more (github.com/microsoft/AdaptiveCards, issue 4758), and so do narrow windows.
const (
	rowWidth    = 290
	buttonFrame = 34 // of a button, around its title
	perLetter   = 7.5
	betweenTwo  = 8
)

const (
	maxButtons = 24
	maxTitle   = 80
	maxCommand = 3000 // in bytes
	maxConfirm = 500
)

// action is a button.
type action struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	Style string `json:"style,omitempty"`
	URL   string `json:"url,omitempty"`

	// Of what is sent back.
	Verb string `json:"verb,omitempty"`
	Data *data  `json:"data,omitempty"`
	// Fallback is for clients that do not know Action.Execute.
	Fallback *action `json:"fallback,omitempty"`
	// Card is what opens below the button.
	Card *root `json:"card,omitempty"`
}

// Verb is the verb of all actions that come back as an invoke named
// adaptiveCard/action.
const Verb = "command"

// buttons makes the buttons of a message; left are the labels of those that have no
// place or whose command does not fit.
func (w *writer) buttons(list []chat.Action) (made []action, left []string) {
	room := buttonsRoom
	for _, a := range list {
		title := shorten(strings.TrimSpace(clean(oneLine(a.Label))), maxTitle)
		if title == "" || a.Command == "" && a.URL == "" || w.LinksOnly && a.URL == "" {
			continue
		}
		b := w.button(a, title)
		need := size(b)
		if len(made) == maxButtons || need > room || len(a.Value()) > maxCommand || a.URL != "" && !isLink(a.URL) {
			left = append(left, title)
			continue
		}
		room -= need
		made = append(made, b)
	}
	return made, left
}

func (w *writer) button(a chat.Action, title string) action {
	style := buttonStyle(a.Style)
	if a.URL != "" {
		return action{Type: "Action.OpenUrl", Title: title, URL: a.URL, Style: style}
	}
	do := execute(title, style, data{Command: a.Value(), Place: w.Place})
	if a.Confirm == "" {
		return do
	}
	ask := element{Type: "TextBlock", Text: string(w.literal(nil, shorten(oneLine(a.Confirm), maxConfirm))), Wrap: true}
	card := &root{Type: "AdaptiveCard", Version: "1.5", Body: []element{ask}, Actions: []action{do}}
	return action{Type: "Action.ShowCard", Title: title, Style: style, Card: card}
}

// execute is a button that sends data back: as an invoke, or from old clients as a
// message that has a value.
func execute(title, style string, d data) action {
	submit := &action{Type: "Action.Submit", Title: title, Style: style, Data: &d}
	return action{Type: "Action.Execute", Title: title, Style: style, Verb: Verb, Data: &d, Fallback: submit}
}

func buttonStyle(s chat.ActionStyle) string {
	switch s {
	case chat.Primary:
		return "positive"
	case chat.Danger:
		return "destructive"
	}
	return ""
}

// place puts the buttons into a card: below it, or in rows where one would be too wide.
func (r *root) place(buttons []action) {
	rows := inRows(buttons)
	if len(rows) == 1 {
		r.Actions = buttons
		return
	}
	for n, row := range rows {
		set := element{Type: "ActionSet", Actions: row, Spacing: "Small"}
		if n == 0 {
			set.Spacing = "Medium"
		}
		r.Body = append(r.Body, set)
	}
}

// inRows parts buttons into rows that a phone shows whole. One that is too wide by itself
// has a row of its own.
func inRows(buttons []action) (rows [][]action) {
	room := 0.0
	for _, b := range buttons {
		need := width(b)
		last := len(rows) - 1
		if last < 0 || need > room || len(rows[last]) == perRow {
			rows, room, last = append(rows, nil), rowWidth+betweenTwo, last+1
		}
		rows[last] = append(rows[last], b)
		room -= need
	}
	return rows
}

// width is about how wide a button is, with what is between it and the next.
func width(b action) float64 {
	return buttonFrame + perLetter*float64(utf8.RuneCountInString(b.Title)) + betweenTwo
}
