package commands_test

import (
	"testing"

	"github.com/umassonline/belltower/internal/chat"
)

// Whoever carries requests gets the answer to a change while that is stored, and only what
// was drafted last counts as drafted.
func TestAnswersAreDrafted(t *testing.T) {
	o := newOffice(t)
	var drafts []chat.Reply
	o.req.Draft = func(r chat.Reply) { drafts = append(drafts, r) }
	for _, c := range []struct {
		line    string
		drafted bool
	}{
		{"incident declare learn down Login fails", true},
		{"incident declare learn down Login fails | again", false},
		{"incident list", false},
		{"incident update 1 We restart it.", true},
		{"incident change 1 slow", true},
		{"incident update 7 Nothing.", false},
		{"incident resolve 1 It works again.", true},
	} {
		drafts = nil
		r := o.typed(c.line)
		if r.Drafted != c.drafted || len(drafts) > 0 != c.drafted {
			t.Errorf("%s: drafted %v, %d drafts; want %v\n%s", c.line, r.Drafted, len(drafts), c.drafted, plain(r))
		}
		if c.drafted && plain(drafts[len(drafts)-1]) != plain(r) {
			t.Errorf("%s: drafted\n%s\nanswered\n%s", c.line, plain(drafts[len(drafts)-1]), plain(r))
		}
	}
}

// A draft that breaks down takes nothing with it: the answer is made when all is stored.
func TestADraftThatBreaksDown(t *testing.T) {
	o := newOffice(t)
	o.req.Draft = func(chat.Reply) { panic("this form cannot be drawn") }
	if r := o.typed("incident declare learn down Login fails"); r.Failed || r.Drafted || r.Message.Summary.PlainText(newYork(t)) == "" {
		t.Errorf("%+v", r)
	}
}
