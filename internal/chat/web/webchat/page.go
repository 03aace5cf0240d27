package webchat

import (
	"context"
	"embed"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/desk"
)

//go:embed assets
var assets embed.FS

// maxForm is the largest form that the page may send, in bytes.
const maxForm = 64 << 10

// Handler has every URL of the platform: the page of people and the API of the bot.
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.page)
	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, assets, "assets/"+name) })
	}
	mux.HandleFunc("GET /events", p.stream)
	mux.HandleFunc("GET /complete", p.typing)
	mux.HandleFunc("POST /say", p.deed(p.say))
	mux.HandleFunc("POST /press", p.deed(p.press))
	mux.HandleFunc("POST /submit", p.deed(p.submit))
	mux.HandleFunc("POST /dismiss", p.deed(p.dismiss))
	mux.HandleFunc("POST /kill", p.deed(p.kill))
	mux.HandleFunc("POST /system", p.deed(p.turn))
	mux.HandleFunc("GET /views/{n}", p.show)
	own := http.NewCrossOriginProtection().Handler(mux)
	outer := http.NewServeMux()
	outer.HandleFunc("POST /api/{connection}/{method}", p.api)
	outer.Handle("/", guarded(own))
	return outer
}

// guarded lets only pages of this machine in: a name of somebody else's that leads to
// the loopback would else read what is here.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "This page is for this machine only: open it as http://127.0.0.1.", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// seat is who a tab is for and the channel that it shows.
type seat struct {
	me   Person
	room *room
}

// seat reads ?as= and ?in=; what is unknown, or not for this person, is the first that
// is.
func (p *Platform) seat(r *http.Request) (seat, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	me, known := p.person(r.FormValue("as"))
	if !known {
		me = p.set.People[0]
	}
	in, _ := desk.ParseChannel(r.FormValue("in"))
	if one := p.room(in); one != nil && me.sees(one) {
		return seat{me, one}, true
	}
	for _, one := range p.rooms {
		if me.sees(one) {
			return seat{me, one}, false
		}
	}
	return seat{me: me}, false
}

// page shows a channel.
func (p *Platform) page(w http.ResponseWriter, r *http.Request) {
	s, _ := p.seat(r)
	if s.room == nil {
		http.Error(w, "There is no channel.", http.StatusNotFound)
		return
	}
	p.mu.Lock()
	text := written(p.drawPage(p.view(s)))
	p.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(text)) // who left does not need it
}

// done is what comes of something that a person did: a form to fill in, or what was
// wrong and with which field.
type done struct {
	Form  string `json:"form,omitempty"`
	Fault string `json:"fault,omitempty"`
	Field string `json:"field,omitempty"`
}

// deed answers something that a person did, at a seat that must exist.
func (p *Platform) deed(do func(*http.Request, seat) done) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			http.Error(w, "This is no form.", http.StatusBadRequest)
			return
		}
		s, found := p.seat(r)
		if !found {
			http.Error(w, "There is no such channel for you.", http.StatusNotFound)
			return
		}
		writeJSON(w, do(r, s))
	}
}

// say says a line in the channel, or gives it to the bot when it begins with a slash.
func (p *Platform) say(r *http.Request, s seat) done {
	line := strings.TrimSpace(r.FormValue("line"))
	if line == "" {
		return done{}
	}
	if !strings.HasPrefix(line, "/") {
		p.Say(s.room.Address, s.me.ID, line)
		return done{}
	}
	return p.give(r.Context(), s, p.request(s.me, s.room.Address, line), nil)
}

// give gives the bot a request and shows the answer. replaced is the answer in which
// the button was that was pressed, if any: it is spent unless the bot refused.
func (p *Platform) give(ctx context.Context, s seat, req chat.Request, replaced *post) done {
	req = p.again(req)
	a, err := p.ask(ctx, req)
	p.answers(req, err)
	switch {
	case errors.Is(err, errNoBot):
		return done{Fault: "The bot does not answer: it was stopped, and starts again in a moment. What you typed is still here."}
	case err != nil:
		p.set.Log.Warn("a request failed", "error", err)
		return done{Fault: "The bot could not answer."}
	case a.Form != nil:
		p.mu.Lock()
		defer p.mu.Unlock()
		return done{Form: written(p.drawForm(p.formView(*a.Form, s.room.Address.Connection)))}
	case req.Filled && a.Failed && len(a.Message.Actions) == 0:
		return done{Fault: fault(a.Message), Field: a.Field}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answered(s, a, replaced)
	return done{}
}

// again is the request as it was made before where the bot did not live to answer it:
// with the same id, so that it is done once, however often it is tried.
func (p *Platform) again(r chat.Request) chat.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, waits := p.unanswered[place{r.Person, r.Channel}]
	if waits && was.Command == r.Command && was.Text == r.Text && was.Filled == r.Filled && maps.Equal(was.Options, r.Options) {
		r.ID = was.ID
	}
	return r
}

// answers remembers a request that got no answer, and forgets it when one of the same
// place did.
func (p *Platform) answers(r chat.Request, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if errors.Is(err, errNoBot) {
		p.unanswered[place{r.Person, r.Channel}] = r
	} else {
		delete(p.unanswered, place{r.Person, r.Channel})
	}
}

// answered shows an answer: to everybody, or to who asked alone, there in the place of
// the answer before.
func (p *Platform) answered(s seat, a web.Answer, replaced *post) {
	switch {
	case len(a.Message.Summary) == 0:
	case a.Public:
		p.add(s.room, &post{message: a.Message})
	case replaced != nil && !a.Failed:
		replaced.message = a.Message
		p.touch(s.room, replaced)
	default:
		p.add(s.room, &post{message: a.Message, to: s.me.ID})
	}
}

// press does what a button says. A button in an answer is one deed, however often it is
// pressed.
func (p *Platform) press(r *http.Request, s seat) done {
	p.mu.Lock()
	one := s.room.find(r.FormValue("post"))
	n, err := strconv.Atoi(r.FormValue("n"))
	if one == nil || one.to != "" && one.to != s.me.ID || err != nil || n < 0 || n >= len(one.message.Actions) {
		p.mu.Unlock()
		return done{Fault: "That button is gone."}
	}
	value := one.message.Actions[n].Value
	p.mu.Unlock()
	command, options := chat.ParseValue(value)
	req := p.request(s.me, s.room.Address, command)
	req.Options, req.Filled = options, options != nil
	var own *post
	if one.to != "" {
		own, req.ID = one, "own/"+one.id+"/"+strconv.Itoa(n)+"/"+strconv.Itoa(one.rev)
	}
	return p.give(r.Context(), s, req, own)
}

// submit sends a form that was filled in. Several values of a field are joined.
func (p *Platform) submit(r *http.Request, s seat) done {
	req := p.request(s.me, s.room.Address, r.FormValue("command"))
	req.Filled, req.Forms, req.Options = true, false, map[string]string{}
	for name, values := range r.PostForm {
		if name, is := strings.CutPrefix(name, "option."); is {
			req.Options[name] = strings.Join(values, ",")
		}
	}
	return p.give(r.Context(), s, req, nil)
}

// dismiss takes away an answer that only this person sees.
func (p *Platform) dismiss(r *http.Request, s seat) done {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := s.room.find(r.FormValue("post")); one != nil && one.to == s.me.ID {
		one.gone = true
		p.touch(s.room, one)
	}
	return done{}
}

// kill ends the bot's process.
func (p *Platform) kill(*http.Request, seat) done {
	if p.set.Kill == nil {
		return done{Fault: "The bot cannot be killed from here."}
	}
	p.set.Kill()
	return done{}
}

// typing lists how a line may go on.
func (p *Platform) typing(w http.ResponseWriter, r *http.Request) {
	s, found := p.seat(r)
	choices := []chat.Choice{}
	if found {
		if more, err := p.complete(r.Context(), s.room.Address.Connection, r.FormValue("line")); err == nil {
			choices = append(choices, more...)
		}
	}
	writeJSON(w, choices)
}
