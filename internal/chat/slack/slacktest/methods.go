package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxBody bounds what is read of a request; Slack's own bound is not known.
const maxBody = 4 << 20

// object is a JSON object of an answer.
type object map[string]any

// call is one Web API call: who calls what with which arguments. An argument
// that is not a JSON string is kept as its JSON text, so that forms and JSON
// bodies look alike.
type call struct {
	method string
	team   *team
	args   map[string]string
}

func (c *call) channel() ChannelID { return ChannelID(c.args["channel"]) }

// flag reads a boolean argument as Slack does: "true" and "1".
func (c *call) flag(name string) bool { return c.args[name] == "true" || c.args[name] == "1" }

// given says whether an argument was sent at all, even empty.
func (c *call) given(name string) bool { _, ok := c.args[name]; return ok }

// reply is what a method answers: a JSON object, an HTTP status other than 200
// where a response_url has one, and the posted message's id for the log.
type reply struct {
	body   object
	status int
	ts     TS
}

func (r reply) write(w http.ResponseWriter) {
	b, err := json.Marshal(r.body)
	if err != nil {
		http.Error(w, "fake Slack: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if r.status != 0 {
		w.WriteHeader(r.status)
	}
	_, _ = w.Write(b) // a client that hung up is its own business
}

// err is the error code of the answer, "" if it is ok.
func (r reply) err() string { e, _ := r.body["error"].(string); return e }

func done(body object) reply { body["ok"] = true; return reply{body: body} }

func failed(code string) reply { return reply{body: object{"ok": false, "error": code}} }

// missingScope names the scope needed and those granted, as Slack does.
func missingScope(t *team, scope string) reply {
	r := failed("missing_scope")
	r.body["needed"], r.body["provided"] = scope, strings.Join(t.Scopes, ",")
	return r
}

// method is an entry of the table below. run is called with s.mu held.
type method struct {
	scope string // "" = none, or it depends on the kind of channel
	run   func(*Server, *call) reply
}

func methodNamed(name string) (method, bool) {
	switch name {
	case "auth.test":
		return method{"", (*Server).authTest}, true
	case "chat.postMessage":
		return method{"chat:write", (*Server).postMessage}, true
	case "chat.update":
		return method{"chat:write", (*Server).updateMessage}, true
	case "chat.delete":
		return method{"chat:write", (*Server).deleteMessage}, true
	case "chat.postEphemeral":
		return method{"chat:write", (*Server).postEphemeral}, true
	case "conversations.info":
		return method{"", (*Server).conversationsInfo}, true
	case "conversations.history":
		return method{"", (*Server).conversationsHistory}, true
	case "conversations.replies":
		return method{"", (*Server).conversationsReplies}, true
	case "conversations.join":
		return method{"channels:join", (*Server).conversationsJoin}, true
	case "users.info":
		return method{"users:read", (*Server).usersInfo}, true
	case "users.conversations":
		return method{"", (*Server).usersConversations}, true
	case "bots.info":
		return method{"users:read", (*Server).botsInfo}, true
	case "views.publish":
		return method{"", (*Server).publishView}, true
	case "views.open":
		return method{"", (*Server).openView}, true
	case "usergroups.users.list":
		return method{"usergroups:read", (*Server).groupMembers}, true
	case "apps.connections.open":
		return method{"", (*Server).connectionsOpen}, true
	}
	return method{}, false
}

// serveAPI answers one Web API call. Errors of the API are HTTP 200 with
// ok:false; only limits (429), outages and faults are not
// (docs.slack.dev/apis/web-api, "Evaluating responses").
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	if s.refuse(w) {
		return
	}
	if s.light != nil {
		s.light.serve(w, r)
		return
	}
	s.enter()
	defer s.leave()
	c, token, err := readCall(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	m, known := methodNamed(c.method)
	if !known {
		s.finish(w, c, failed("unknown_method"))
		return
	}
	s.mu.Lock()
	if appTokenOnly(c.method) {
		c.team = s.apps[token]
	} else if c.team = s.tokens[token]; c.team != nil {
		w.Header().Set("X-OAuth-Scopes", strings.Join(c.team.Scopes, ","))
	}
	s.mu.Unlock()
	switch {
	case token == "":
		s.finish(w, c, failed("not_authed"))
	case c.team == nil:
		s.finish(w, c, failed("invalid_auth"))
	default:
		s.perform(w, c, m)
	}
}

// perform runs an authenticated call through limits and faults.
func (s *Server) perform(w http.ResponseWriter, c *call, m method) {
	record := s.begin(c)
	if wait := s.takeToken(c); wait > 0 {
		s.limited(w, record, wait)
		return
	}
	run := func() reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		if m.scope != "" && !c.team.granted(m.scope) {
			return missingScope(c.team, m.scope)
		}
		return m.run(s, c)
	}
	if f := s.faultFor(c); f != (Fault{}) {
		s.misbehave(w, misdeed{f, record, run})
		return
	}
	r := run()
	s.end(record, outcomeOf(r), r.ts)
	r.write(w)
}

// finish answers a call that did not get as far as a workspace.
func (s *Server) finish(w http.ResponseWriter, c *call, r reply) {
	s.end(s.begin(c), outcomeOf(r), "")
	r.write(w)
}

func outcomeOf(r reply) string {
	if e := r.err(); e != "" {
		return e
	}
	return "ok"
}

// readCall reads a form or JSON body. The token is the form's or the Bearer
// header's; one inside a JSON body does not count (docs.slack.dev/apis/web-api,
// "POST bodies": JSON requires the header).
func readCall(r *http.Request) (*call, Secret, error) {
	c := &call{method: r.PathValue("method"), args: map[string]string{}}
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	if kind == "application/json" {
		return c, Secret(bearer), readJSONArgs(r.Body, c.args)
	}
	if err := r.ParseMultipartForm(maxBody); err != nil && err != http.ErrNotMultipart {
		return nil, "", fmt.Errorf("read form: %w", err)
	}
	for k, v := range r.Form {
		c.args[k] = v[0]
	}
	token := Secret(bearer)
	if t := c.args["token"]; t != "" {
		token = Secret(t)
	}
	delete(c.args, "token")
	return c, token, nil
}

func readJSONArgs(body io.Reader, args map[string]string) error {
	var raw map[string]json.RawMessage
	if err := json.NewDecoder(body).Decode(&raw); err != nil && err != io.EOF {
		return fmt.Errorf("read JSON body: %w", err)
	}
	for k, v := range raw {
		var text string
		if json.Unmarshal(v, &text) != nil {
			text = string(v)
		}
		args[k] = text
	}
	return nil
}
