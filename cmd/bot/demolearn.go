package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/umassonline/belltower/internal/chat/web/webchat"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.1118 generate

// learn is the demo's made-up Learn System: a page to log in, a list of courses, a course.
// It can be broken, so that its login page opens and nobody can log in, and slow. It knows
// nothing of the bot. Its pages are templ components, for the reason that package webchat
// gives.
type learn struct {
	token string // of its forms
	// changed is told of each change.
	changed func(state webchat.SystemState, does string)

	mu       sync.Mutex // guards what follows
	state    webchat.SystemState
	sessions map[string]bool
}

func newLearn() *learn {
	return &learn{token: rand.Text(), state: webchat.SystemWorks, sessions: map[string]bool{}}
}

// does says what each state is like.
func does(s webchat.SystemState) string {
	switch s {
	case webchat.SystemBroken:
		return "its login page opens, and nobody can log in"
	case webchat.SystemSlow:
		return "the list of courses takes 1.3 seconds"
	}
	return "people log in, and so does the bot, every 2 seconds"
}

// turn has it work, be slow or be broken.
func (l *learn) turn(to webchat.SystemState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = to
	l.changed(to, does(to))
}

// is reports whether it is in a state.
func (l *learn) is(s webchat.SystemState) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == s
}

// learnSlow is what the list of courses takes while it is slow: more than the demo's
// check expects, and less than it waits.
const learnSlow = 1300 * time.Millisecond

// handler has every page of it.
func (l *learn) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { learnAnswer(w, r, http.StatusOK, learnLogin(l.token)) })
	mux.HandleFunc("POST /login", l.logIn)
	mux.HandleFunc("GET /courses", l.inside(learnCourses()))
	mux.HandleFunc("GET /courses/nursing-101", l.inside(learnCourse()))
	mux.HandleFunc("POST /logout", l.logOut)
	return mux
}

const learnCookie = "learn_session"

// mostSessions is how many may be logged in at once; then all have to log in again.
const mostSessions = 1000

// logIn lets in whoever asks.
func (l *learn) logIn(w http.ResponseWriter, r *http.Request) {
	switch {
	case l.is(webchat.SystemBroken):
		learnAnswer(w, r, http.StatusInternalServerError, learnBroken())
		return
	case r.FormValue("token") != l.token:
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	session := rand.Text()
	l.mu.Lock()
	if len(l.sessions) >= mostSessions {
		clear(l.sessions)
	}
	l.sessions[session] = true
	l.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: learnCookie, Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/courses", http.StatusSeeOther)
}

// inside is a page for those who are logged in.
func (l *learn) inside(page templ.Component) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		c, err := r.Cookie(learnCookie)
		known := err == nil && l.sessions[c.Value]
		l.mu.Unlock()
		switch {
		case l.is(webchat.SystemBroken):
			learnAnswer(w, r, http.StatusInternalServerError, learnBroken())
			return
		case !known:
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		case l.is(webchat.SystemSlow) && r.URL.Path == "/courses":
			wait(r.Context(), learnSlow)
		}
		learnAnswer(w, r, http.StatusOK, page)
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (l *learn) logOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(learnCookie); err == nil {
		l.mu.Lock()
		delete(l.sessions, c.Value)
		l.mu.Unlock()
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func learnAnswer(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_ = page.Render(r.Context(), w) // who left does not need it
}
