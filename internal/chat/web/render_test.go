package web

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// A time is the reader's, but where another language writes it in its own words.
func TestATimeInAnotherLanguage(t *testing.T) {
	at := time.Date(2026, 12, 2, 9, 12, 0, 0, time.UTC)
	f := &fitting{left: MaxMessage}
	if s := f.span(chat.Span{Time: at, Form: chat.Clock}); !s.At.Equal(at) {
		t.Errorf("%+v", s)
	}
	if s := f.span(chat.Span{Time: at, Form: chat.Clock, Written: "04:12 EST"}); s.Text != "04:12 EST" || !s.At.IsZero() {
		t.Errorf("%+v", s)
	}
}

// Who is called is shown apart from who is only named.
func TestAPersonWhoIsCalled(t *testing.T) {
	f := &fitting{left: MaxMessage}
	ann := desk.Person{Connection: "amherst", ID: "UANN"}
	if s := f.span(chat.Span{Person: ann, Notify: true}); s.Person != "amherst/UANN" || !s.Notify {
		t.Errorf("%+v", s)
	}
	if s := f.span(chat.Span{Person: ann}); s.Notify {
		t.Errorf("%+v", s)
	}
}
