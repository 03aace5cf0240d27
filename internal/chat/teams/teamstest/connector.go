package teamstest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
)

// maxBody bounds what is read of a call.
const maxBody = 4 << 20

// call is one call being served.
type call struct {
	method  string
	channel ChannelID
	thread  MessageID // of the conversation's id
	tenant  *tenant   // whose bot calls the Connector
	request *http.Request
	body    []byte
	form    url.Values
	serve   func(http.ResponseWriter, *call)
	number  int64
}

// handler serves the login service and the Connector, whose region is part of a path.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	login := func(pattern, method string, serve func(http.ResponseWriter, *call)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.answer(w, r, &call{method: method, serve: serve}) })
	}
	login("GET /v1/.well-known/openidconfiguration", MethodOpenID, s.serveOpenID)
	login("GET /v1/.well-known/keys", MethodKeys, s.serveKeys)
	login("POST /{tenant}/oauth2/v2.0/token", MethodToken, s.serveToken)
	mux.HandleFunc("POST /workflows/{name}/triggers/manual/paths/invoke", func(w http.ResponseWriter, r *http.Request) {
		s.answer(w, r, &call{method: MethodFlow, channel: ChannelID(r.PathValue("name")), serve: s.serveFlow})
	})
	connector := func(pattern, method string, serve func(http.ResponseWriter, *call)) {
		verb, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(verb+" /{region}/v3/"+path, func(w http.ResponseWriter, r *http.Request) {
			c := &call{method: method, serve: serve}
			c.channel, c.thread = split(r.PathValue("id"))
			if c.tenant = s.bearer(r); c.tenant == nil {
				refuse(w, http.StatusUnauthorized, "Unauthorized")
				return
			}
			s.answer(w, r, c)
		})
	}
	connector("POST conversations", MethodCreate, s.create)
	connector("POST conversations/{id}/activities", MethodPost, s.post)
	connector("PUT conversations/{id}/activities/{activity}", MethodUpdate, s.update)
	connector("DELETE conversations/{id}/activities/{activity}", MethodDelete, s.remove)
	connector("GET conversations/{id}/pagedmembers", MethodMembers, s.pagedMembers)
	connector("GET conversations/{id}/members/{member}", MethodMember, s.member)
	connector("GET teams/{id}/conversations", MethodChannels, s.teamChannels)
	return mux
}

// split parts a conversation's id: 19:...@thread.tacv2;messageid=1612345678901.
func split(conversation string) (ChannelID, MessageID) {
	id, root, _ := strings.Cut(conversation, ";messageid=")
	return ChannelID(id), MessageID(root)
}

// bearer finds whose token a call carries; nil where it is none that is good.
func (s *Server) bearer(r *http.Request) *tenant {
	value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.issued[value]
	if !ok || !known || !s.now().Before(t.until) {
		return nil
	}
	return t.tenant
}

// answer serves a call, or lets it fail.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, c *call) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return // the client is gone
	}
	c.request, c.body = r, body
	c.form, _ = url.ParseQuery(string(body)) // no form has no fields
	if c.method == MethodCreate {
		c.channel = channelIn(body)
	}
	s.mu.Lock()
	s.begin(c)
	defer func() {
		s.mu.Lock()
		s.running--
		s.touch()
		s.mu.Unlock()
	}()
	down, wait := s.outage, s.admit(c)
	var f Fault
	if !down && wait == 0 {
		f = faulty.Draw(s.plans, c)
	}
	silent := s.limits.Silent
	s.mu.Unlock()
	switch {
	case down:
		s.end(c, "503")
		Fault{Answer: AnswerError, Status: http.StatusServiceUnavailable}.answer(w, nil)
	case wait > 0:
		s.end(c, "429")
		if !silent {
			w.Header().Set("Retry-After", retryAfter(wait))
		}
		refuse(w, http.StatusTooManyRequests, "Throttled")
	case f != Fault{}:
		s.misbehave(w, c, f)
	default:
		told := &held{header: http.Header{}}
		c.serve(told, c)
		s.end(c, strconv.Itoa(told.status))
		Fault{}.answer(w, told)
	}
}

// channelIn is the channel that a new thread is for.
func channelIn(body []byte) ChannelID {
	var in struct {
		Data struct {
			Channel struct {
				ID ChannelID `json:"id"`
			} `json:"channel"`
		} `json:"channelData"`
	}
	_ = json.Unmarshal(body, &in) // create says what is wrong
	return in.Data.Channel.ID
}

// refuse answers an error as the Connector does. That a thread takes no posts is told in the
// older form ("Send proactive messages").
func refuse(w http.ResponseWriter, status int, code string) {
	if code == "MessageWritesBlocked" || code == "ThreadAccessDenied" {
		writeJSON(w, status, object{"errorCode": 209, "message": "{\r\n  \"subCode\": \"" + code + "\",\r\n  \"details\": \"Thread is not writable\",\r\n  \"errorCode\": null\r\n}"})
		return
	}
	writeJSON(w, status, object{"error": object{"code": code, "message": "The request was refused: " + code}})
}
