package webchat

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/desk"
)

// maxCall is the largest call that is read, in bytes.
const maxCall = 1 << 20

// call is what any method is called with.
type call struct {
	web.Post
	Since time.Time `json:"since"`
}

// api answers POST /api/{connection}/{method}: post, edit, find or reach. Limits are
// answered with 429 and Retry-After, everything else that is not done with 200 and a
// word, as Slack does.
func (p *Platform) api(w http.ResponseWriter, r *http.Request) {
	var c call
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxCall)).Decode(&c); err != nil {
		http.Error(w, "This is no call.", http.StatusBadRequest)
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !p.set.Token.Equal(token) {
		writeJSON(w, web.Result{Error: web.BadToken})
		return
	}
	result, wait := p.call(desk.ConnectionName(r.PathValue("connection")), r.PathValue("method"), c)
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		http.Error(w, "Too many posts in this channel.", http.StatusTooManyRequests)
		return
	}
	writeJSON(w, result)
}

// call carries out a call, or says how long to wait.
func (p *Platform) call(conn desk.ConnectionName, method string, c call) (web.Result, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.room(desk.Channel{Connection: conn, ID: c.Channel})
	switch {
	case method == "reach" && c.Channel == "":
		return web.Result{OK: true}, 0
	case r == nil:
		return web.Result{Error: web.NoChannel}, 0
	case r.archived && method != "find":
		return web.Result{Error: web.Archived}, 0
	}
	switch method {
	case "post":
		return p.post(r, c.Post)
	case "edit":
		return p.edit(r, c.Post), 0
	case "find":
		return web.Result{OK: true, Found: r.look(c)}, 0
	case "reach":
		return web.Result{OK: true}, 0
	}
	return web.Result{Error: "no_such_method"}, 0
}

func (p *Platform) post(r *room, c web.Post) (web.Result, time.Duration) {
	now := p.set.Now()
	switch {
	case now.Before(r.next):
		r.turned++
		p.note(r)
		return web.Result{}, r.next.Sub(now)
	case c.Message.Check() != nil:
		return web.Result{Error: web.BadMessage}, 0
	case c.Root != "" && r.find(c.Root) == nil:
		return web.Result{Error: web.NoPost}, 0
	}
	r.next = now.Add(r.Every)
	one := &post{root: c.Root, broadcast: c.Broadcast, message: c.Message, subject: c.Subject, n: c.N}
	p.add(r, one)
	return web.Result{OK: true, ID: one.id}, 0
}

func (p *Platform) edit(r *room, c web.Post) web.Result {
	one := r.find(c.ID)
	switch {
	case one == nil || one.by != "" || one.to != "":
		return web.Result{Error: web.NoPost}
	case c.Message.Check() != nil:
		return web.Result{Error: web.BadMessage}
	}
	one.message, one.edited = c.Message, true
	p.touch(r, one)
	return web.Result{OK: true, ID: one.id}
}

// look finds the bot's posts about a subject: roots, or the replies to one.
func (r *room) look(c call) (found []web.Found) {
	for _, one := range r.posts {
		if one.by == "" && one.to == "" && one.subject == c.Subject && one.root == c.Root && !one.at.Before(c.Since) {
			found = append(found, web.Found{ID: one.id, N: one.n, At: one.at})
		}
	}
	return found
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // a caller that hung up is its own business
}
