package discordtest

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
)

// object is a JSON object of an answer.
type object map[string]any

// maxBody bounds what is read of a request (resources/message: 25 MiB).
const maxBody = 25 << 20

// call is one call of the REST API.
type call struct {
	route string // "message.create"
	app   *application
	r     *http.Request
	body  []byte
}

func (c *call) id(name string) ID { return ID(c.r.PathValue(name)) }

// reply is what a call is answered with.
type reply struct {
	status int
	body   any
	id     ID // of what was made or changed, for the log
}

func (r reply) write(w http.ResponseWriter) {
	if r.body == nil {
		w.WriteHeader(r.status)
		return
	}
	b, err := json.Marshal(r.body)
	if err != nil {
		http.Error(w, "fake Discord: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_, _ = w.Write(b) // a client that hung up is its own business
}

func done(body any) reply { return reply{status: http.StatusOK, body: body} }

func failed(status, code int, message string) reply {
	return reply{status: status, body: object{"message": message, "code": code}}
}

// The refusals that several calls share (topics/opcodes-and-status-codes).
func unknownChannel() reply { return failed(http.StatusNotFound, 10003, "Unknown Channel") }
func unknownMessage() reply { return failed(http.StatusNotFound, 10008, "Unknown Message") }
func missingAccess() reply  { return failed(http.StatusForbidden, 50001, "Missing Access") }
func missingPermissions() reply {
	return failed(http.StatusForbidden, 50013, "Missing Permissions")
}

// routes are all addresses of the API; run is called with s.mu held.
func (s *Server) routes() {
	for _, r := range []route{
		{"GET users/@me", "user.me", (*Server).me, false},
		{"GET applications/@me", "application.me", (*Server).application, false},
		{"GET applications/{app}/commands", "commands.get", (*Server).getCommands, false},
		{"PUT applications/{app}/commands", "commands.put", (*Server).putCommands, false},
		{"GET applications/{app}/guilds/{guild}/commands", "commands.get", (*Server).getCommands, false},
		{"PUT applications/{app}/guilds/{guild}/commands", "commands.put", (*Server).putCommands, false},
		{"GET guilds/{guild}", "guild.get", (*Server).guild, false},
		{"GET guilds/{guild}/members/{user}", "member.get", (*Server).member, false},
		{"GET channels/{channel}", "channel.get", (*Server).channel, false},
		{"POST channels/{channel}/messages", "message.create", (*Server).createMessage, false},
		{"GET channels/{channel}/messages", "message.list", (*Server).listMessages, false},
		{"GET channels/{channel}/messages/{message}", "message.get", (*Server).getMessage, false},
		{"PATCH channels/{channel}/messages/{message}", "message.edit", (*Server).editMessage, false},
		{"DELETE channels/{channel}/messages/{message}", "message.delete", (*Server).deleteMessage, false},
		{"POST channels/{channel}/messages/{message}/crosspost", "message.crosspost", (*Server).crosspost, false},
		{"POST channels/{channel}/messages/{message}/threads", "thread.create", (*Server).createThread, false},
		{"POST interactions/{interaction}/{token}/callback", "callback", (*Server).callback, true},
		{"GET webhooks/{app}/{token}/messages/{message}", "webhook.get", (*Server).getFollowUp, true},
		{"PATCH webhooks/{app}/{token}/messages/{message}", "webhook.edit", (*Server).editFollowUp, true},
		{"DELETE webhooks/{app}/{token}/messages/{message}", "webhook.delete", (*Server).deleteFollowUp, true},
		{"POST webhooks/{app}/{token}", "webhook.create", (*Server).createFollowUp, true},
	} {
		method, path, _ := strings.Cut(r.pattern, " ")
		for _, version := range []string{"/api/v9/", "/api/v10/"} {
			s.mux.HandleFunc(method+" "+version+path, func(w http.ResponseWriter, req *http.Request) {
				s.serveCall(w, req, r)
			})
		}
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		failed(http.StatusNotFound, 0, "404: Not Found").write(w)
	})
}

// route is one address of the API.
type route struct {
	pattern, name string
	run           func(*Server, *call) reply
	bare          bool // the address holds an interaction's token, and no bot is named
}

// serveCall checks who calls, then limits, then faults, then does it.
func (s *Server) serveCall(w http.ResponseWriter, r *http.Request, to route) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return // a client that hung up
	}
	c := &call{route: to.name, r: r, body: body}
	record := s.begin(c)
	if s.banned(w) {
		s.end(record, "banned", "")
		return
	}
	if refused := s.admit(c, to.bare); refused != nil {
		s.count(refused.status, "")
		s.end(record, outcome(*refused), "")
		refused.write(w)
		return
	}
	if !to.bare && s.limited(w, c, record) {
		return
	}
	do := func() reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		out := to.run(s, c)
		s.touch()
		return out
	}
	if f := s.faultFor(c); f != (Fault{}) {
		s.misbehave(w, misdeed{f, record, do})
		return
	}
	out := do()
	s.count(out.status, "")
	s.end(record, outcome(out), out.id)
	out.write(w)
}

// admit checks what every call must have: a user agent (reference, "User Agent"), a
// token, JSON.
func (s *Server) admit(c *call, bare bool) *reply {
	refuse := func(r reply) *reply { return &r }
	if !strings.HasPrefix(c.r.Header.Get("User-Agent"), "DiscordBot (") {
		return refuse(failed(http.StatusForbidden, 40333, "internal network error"))
	}
	if len(c.body) > maxBody {
		return refuse(failed(http.StatusRequestEntityTooLarge, 40005, "Request entity too large"))
	}
	if kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type")); len(c.body) > 0 && kind != "application/json" {
		return refuse(failed(http.StatusBadRequest, 50035, "Expected \"Content-Type\" header to be one of {'application/json'}."))
	}
	if bare {
		return nil
	}
	token, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bot ")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.apps {
		if token != "" && token == string(a.Token) {
			c.app = a
			return nil
		}
	}
	return refuse(failed(http.StatusUnauthorized, 0, "401: Unauthorized"))
}

// me answers who the token belongs to (resources/user, "Get Current User").
func (s *Server) me(c *call) reply {
	return done(object{"id": c.app.Bot, "username": "belltower", "discriminator": "0", "bot": true})
}

// application answers which application it is of (resources/application).
func (s *Server) application(c *call) reply {
	var url any
	if c.app.URL != "" {
		url = c.app.URL
	}
	return done(object{"id": c.app.ID, "name": c.app.Name, "verify_key": c.app.PublicKey(), "bot_public": c.app.Public, "interactions_endpoint_url": url})
}

func (s *Server) guild(c *call) reply {
	g := s.guilds[c.id("guild")]
	if g == nil || g.Left {
		return failed(http.StatusNotFound, 10004, "Unknown Guild")
	}
	roles := []object{
		{"id": g.ID, "name": "@everyone", "permissions": "0"},
		{"id": botRole, "name": "bots", "permissions": text(g.BotMay)},
	}
	for _, id := range g.Roles {
		roles = append(roles, object{"id": id, "name": "role " + string(id), "permissions": "0"})
	}
	return done(object{"id": g.ID, "name": g.Name, "owner_id": g.Owner, "roles": roles})
}

func (s *Server) member(c *call) reply {
	g := s.guilds[c.id("guild")]
	if g == nil || g.Left {
		return failed(http.StatusNotFound, 10004, "Unknown Guild")
	}
	if c.id("user") == c.app.Bot {
		return done(object{"user": object{"id": c.app.Bot, "username": "belltower", "bot": true}, "roles": []ID{botRole}, "nick": nil})
	}
	u, known := s.users[c.id("user")]
	if !known {
		return failed(http.StatusNotFound, 10007, "Unknown Member")
	}
	return done(s.memberOf(u))
}

// channel hides what the bot cannot view.
func (s *Server) channel(c *call) reply {
	ch := s.find(c.id("channel"))
	switch {
	case ch == nil:
		return unknownChannel()
	case s.may(ch)&ViewChannel == 0:
		return missingAccess()
	}
	return done(s.describe(ch))
}
