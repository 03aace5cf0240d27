package chattest

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// handling notes requests and replies.
func handling(note *[]chat.Request, r chat.Reply) chat.Handler {
	return func(_ context.Context, req chat.Request) chat.Reply {
		if note != nil {
			*note = append(*note, req)
		}
		return r
	}
}

// ask serves a request and returns the status and the requests handled.
func (s *suite) ask(r *http.Request) (int, []chat.Request) {
	var got []chat.Request
	rec := httptest.NewRecorder()
	s.Inbound.Handler(handling(&got, chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}})).ServeHTTP(rec, r)
	s.shows(rec.Body.String())
	return rec.Code, got
}

func commandAsTyped(s *suite) {
	for _, text := range []string{"declare learn down", "", "update 42 identified: it's “the disk” — 100% & <more>", "declare learn down Título | 😀 \u202e\x00", "update a\xff"} {
		status, got := s.ask(s.Inbound.Command(text))
		if status != http.StatusOK || len(got) != 1 {
			s.Fatalf("%q: %d, %d handled", text, status, len(got))
		}
		r, want := got[0], text
		if s.Inbound.Carries != nil {
			want = s.Inbound.Carries(text)
		}
		if r.Command != "incident" || r.Text != want {
			s.Errorf("%q came as %q %q", text, r.Command, r.Text)
		}
		if r.ID == "" || r.Trace == "" || r.At.IsZero() || r.At.Location() != time.UTC || r.Person.IsZero() || r.Channel.IsZero() {
			s.Errorf("%q: %+v lacks something", text, r)
		}
		if r.Person.Connection != s.Channel.Connection || r.Channel.Connection != s.Channel.Connection || !strings.HasPrefix(r.ID, string(s.Channel.Connection)+"/") {
			s.Errorf("%q: %+v is not of this connection", text, r)
		}
	}
}

func commandAgain(s *suite) {
	request := s.Inbound.Command("declare learn down")
	body := read(request)
	ids := map[string]bool{}
	for n := range 2 {
		request.Body = body()
		status, got := s.ask(request)
		if s.Inbound.Once && n > 0 {
			if status != http.StatusUnauthorized || len(got) != 0 {
				s.Errorf("a replay: %d, %d handled", status, len(got))
			}
			continue
		}
		ids[got[0].ID] = true
	}
	if len(ids) != 1 {
		s.Errorf("one request has the ids %v", ids)
	}
	_, got := s.ask(s.Inbound.Command("declare learn down"))
	if ids[got[0].ID] {
		s.Error("two requests have one id")
	}
}

// read takes the body and returns a maker of copies of it.
func read(r *http.Request) func() *body {
	var b bytes.Buffer
	_, _ = b.ReadFrom(r.Body)
	return func() *body { return &body{bytes.NewReader(b.Bytes())} }
}

type body struct{ *bytes.Reader }

func (*body) Close() error { return nil }

func unbelieved(s *suite) {
	for name, r := range s.Inbound.Unbelieved {
		if status, got := s.ask(r); status != http.StatusUnauthorized || len(got) != 0 {
			s.Errorf("%s: %d, %d handled", name, status, len(got))
		}
	}
}

func strangers(s *suite) {
	for name, r := range s.Inbound.Strangers {
		if status, got := s.ask(r); status != http.StatusForbidden || len(got) != 0 {
			s.Errorf("%s: %d, %d handled", name, status, len(got))
		}
	}
}

func unreadable(s *suite) {
	get := s.Inbound.Command("list")
	get.Method = http.MethodGet
	broken := s.Inbound.Command("list")
	broken.Body = &body{bytes.NewReader(nil)}
	another := http.StatusUnauthorized
	if s.Inbound.BodyUnsigned {
		another = http.StatusBadRequest
	}
	for name, tc := range map[string]struct {
		request *http.Request
		want    int
	}{
		"another method": {get, http.StatusMethodNotAllowed},
		"nowhere":        {s.Inbound.Nowhere, http.StatusNotFound},
		"10 MB":          {s.Inbound.Sign(bytes.Repeat([]byte("a"), 10<<20)), http.StatusRequestEntityTooLarge},
		"garbage":        {s.Inbound.Sign([]byte("\x00\xff%zz{")), http.StatusBadRequest},
		"deep":           {s.Inbound.Sign(bytes.Repeat([]byte("["), 500_000)), http.StatusBadRequest},
		"nothing":        {s.Inbound.Sign(nil), http.StatusBadRequest},
		"another body":   {broken, another},
	} {
		if status, got := s.ask(tc.request); status != tc.want || len(got) != 0 {
			s.Errorf("%s: %d, want %d; %d handled", name, status, tc.want, len(got))
		}
	}
}

// lateAnswer: an answer that takes 6 s has the platform waiting less than 3.
func lateAnswer(s *suite) {
	h := s.Inbound.Handler(func(context.Context, chat.Request) chat.Reply {
		time.Sleep(6 * time.Second)
		return chat.Reply{Message: chat.Message{Summary: chat.Plain("Done.")}}
	})
	begun := time.Now()
	w := &firstByte{ResponseRecorder: httptest.NewRecorder()}
	h.ServeHTTP(w, s.Inbound.Command("declare learn down"))
	if waited := w.at.Sub(begun); w.at.IsZero() || waited >= 3*time.Second || w.Code != http.StatusOK {
		s.Errorf("answered %d after %v", w.Code, waited)
	}
}

// firstByte notes when a response was sent.
type firstByte struct {
	*httptest.ResponseRecorder
	at time.Time
}

func (w *firstByte) Flush() {
	if w.at.IsZero() {
		w.at = time.Now()
	}
	w.ResponseRecorder.Flush()
}

// brokenCommand: one that breaks after 3 s, while the platform is being told that the answer
// comes later, leaves the response when that is written. It may be another request's then.
func brokenCommand(s *suite) {
	h := s.Inbound.Handler(func(context.Context, chat.Request) chat.Reply {
		time.Sleep(3 * time.Second)
		panic("a fault")
	})
	w := &slowResponse{ResponseRecorder: httptest.NewRecorder()}
	func() {
		defer func() { w.left = recover() == "a fault" }()
		h.ServeHTTP(w, s.Inbound.Command("declare learn down"))
	}()
	time.Sleep(time.Minute)
	if !w.left || w.uses == 0 || w.late != 0 {
		s.Errorf("broken: %v; of %d uses of the response %d were late", w.left, w.uses, w.late)
	}
}

// slowResponse takes 2 s to be written, and counts what is done with it after its handler
// was left.
type slowResponse struct {
	*httptest.ResponseRecorder
	left       bool
	uses, late int
}

func (w *slowResponse) use() {
	time.Sleep(2 * time.Second)
	w.uses++
	if w.left {
		w.late++
	}
}

func (w *slowResponse) WriteHeader(status int) {
	w.use()
	w.ResponseRecorder.WriteHeader(status)
}

func (w *slowResponse) Write(b []byte) (int, error) {
	w.use()
	return w.ResponseRecorder.Write(b)
}

func (w *slowResponse) Flush() {
	w.use()
	w.ResponseRecorder.Flush()
}
