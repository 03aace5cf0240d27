package webchat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// update is what changed since a page was last told.
type update struct {
	Posts  []postUpdate `json:"posts,omitempty"`
	Rooms  []roomUpdate `json:"rooms,omitempty"`
	Panel  string       `json:"panel,omitempty"`
	System string       `json:"system,omitempty"`
	Views  []sightView  `json:"views,omitempty"`
	Run    string       `json:"run"` // of another platform than the page is of: all is to be loaded anew
	rev    int
}

// postUpdate is a post that is new or changed; Parent is the post that it stands under.
type postUpdate struct {
	ID     string `json:"id"`
	Parent string `json:"parent,omitempty"`
	HTML   string `json:"html,omitempty"` // empty: it is gone
}

// roomUpdate is a channel that has news.
type roomUpdate struct {
	Address string `json:"address"`
	Rev     int    `json:"rev"`
	State   string `json:"state,omitempty"`
}

// keepAlive is how often a stream says something, so that one who left is noticed.
const keepAlive = 20 * time.Second

// stream sends what changes, as server-sent events, from the revision on that the page
// shows or the last event told.
func (p *Platform) stream(w http.ResponseWriter, r *http.Request) {
	s, found := p.seat(r)
	if !found {
		http.Error(w, "There is no such channel for you.", http.StatusNotFound)
		return
	}
	rev, err := strconv.Atoi(r.Header.Get("Last-Event-ID"))
	if err != nil {
		rev, _ = strconv.Atoi(r.FormValue("rev")) // 0: everything
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{}) // a stream has no end
	w.Header().Set("Content-Type", "text/event-stream")
	p.watched(1)
	defer p.watched(-1)
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		u, changed := p.since(rev, s)
		if err := send(w, u); err != nil || control.Flush() != nil {
			return
		}
		rev = u.rev
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-alive.C:
		}
	}
}

func send(w http.ResponseWriter, u update) error {
	body, err := json.Marshal(u)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", u.rev, body)
	return err
}

func (p *Platform) watched(by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams += by
}

// since gathers what changed after a revision for a seat, and what tells the next
// change.
func (p *Platform) since(rev int, s seat) (update, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := update{Run: p.run, rev: p.rev}
	for _, one := range s.room.posts {
		if one.rev > rev && (one.to == "" || one.to == s.me.ID) {
			u.Posts = append(u.Posts, p.updated(s.room, one)...)
		}
	}
	for _, r := range p.rooms {
		if r.rev > rev && s.me.sees(r) {
			u.Rooms = append(u.Rooms, roomUpdate{r.Address.String(), r.rev, r.state()})
		}
	}
	if p.panel.rev > rev {
		u.Panel, u.System = written(p.drawPanel(p.panelView())), written(drawSystem(p.systemView()))
	}
	for n, s := range p.sights {
		if s.rev > rev {
			u.Views = append(u.Views, p.sightView(n))
		}
	}
	return u, p.changed
}

// updated is a post, and what the channel itself shows of a reply that is for it too.
func (p *Platform) updated(r *room, one *post) []postUpdate {
	if one.gone {
		return []postUpdate{{ID: one.id}}
	}
	all := []postUpdate{{one.id, one.root, written(p.drawPost(p.postView(r, one)))}}
	if one.broadcast {
		all = append(all, postUpdate{ID: "also-" + one.id, HTML: written(p.drawPost(p.alsoView(r, one)))})
	}
	return all
}
