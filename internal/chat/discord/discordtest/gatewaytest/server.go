// Package gatewaytest is a fake gateway of Discord that keeps Discord's rules, for
// tests: HELLO, IDENTIFY and READY, heartbeats and their ACKs, RESUME with what was
// missed, opcodes 7 and 9, close codes, and the limits on sessions and on what is
// sent. It is an [http.Handler] with GET .../gateway/bot and the sockets:
//
//	fake := gatewaytest.New()
//	fake.Start() // in this process, over pipes that testing/synctest understands
//	defer fake.Close()
//	// give the bot fake.API(), fake.Token(), fake.App() and fake.Transport()
//	id := fake.Interact(map[string]any{"type": 2})
//	fake.Cut()
//
// Rules are those of docs.discord.com/developers/events/gateway and
// docs.discord.com/developers/topics/opcodes-and-status-codes. "Unconfirmed" marks
// what nobody documents; there the fake takes the answer that is harder for a client.
package gatewaytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/umassonline/belltower/internal/chat/chattest/inprocess"
)

// Discord's limits, and how long it keeps a session that nobody is connected to (a few
// minutes; unconfirmed).
const (
	identifiesADay = 1000
	identifyGap    = 5 * time.Second // of one identify to the next: max_concurrency 1
	sendsAMinute   = 120
	maxSent        = 4096 // bytes of a payload that a client sends
	sessionKept    = 3 * time.Minute
	beatEvery      = 41250 * time.Millisecond
	epoch          = 1420070400000 // the first millisecond of Discord's ids
)

// Server is the fake. All methods may be called from many goroutines.
type Server struct {
	mu       sync.Mutex
	changed  *sync.Cond
	token    string
	ids      int
	sessions map[string]*session
	conns    []*conn // open, the oldest first
	guilds   []Guild
	faults   faults
	stats    Stats
	begun    []time.Time // of each IDENTIFY
	host     *inprocess.Host
}

// Guild is a server that the bot is in.
type Guild struct {
	ID       string
	Channels []string
}

// faults are what goes wrong until it is told otherwise.
type faults struct {
	withhold bool // no ACK
	silent   bool // no HELLO
	unready  bool // neither READY nor RESUMED
	down     bool // nobody can connect
	lookup   int  // the status of GET /gateway/bot; 0: 200
	after    int  // its Retry-After, seconds; 0: none
	refuse   int  // the close code that answers IDENTIFY; 0: none
	forget   bool // every session is invalid when it is to be resumed
	spent    int  // IDENTIFYs of the day that others have used up
}

// Stats are what happened so far.
type Stats struct {
	Lookups    int   // GET /gateway/bot
	Identifies int   // IDENTIFYs
	Resumes    int   // RESUMEs that succeeded
	Invalid    int   // opcode 9 said
	Heartbeats int   // heartbeats that came
	Opened     int   // connections
	Closes     []int // codes by which the client closed; 1006: without a word
	Intents    int   // of the last IDENTIFY
	Open       int   // connections that are READY now
	Lost       int   // events that no session was there for
	Reset      bool  // the token was reset: too many IDENTIFYs
}

// New makes a fake with one bot and no guilds.
func New() *Server {
	s := &Server{token: "discord-token-secret", sessions: map[string]*session{}}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// Token is the bot's token.
func (s *Server) Token() string { return s.token }

// App is the application's id.
func (s *Server) App() string { return "1100000000000000001" }

// Stats tells what happened.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.stats
	out.Closes = append([]int(nil), s.stats.Closes...)
	return out
}

// ServeHTTP answers GET .../gateway/bot and takes sockets at /gateway and /resume.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := strings.TrimSuffix(r.URL.Path, "/"); {
	case strings.HasSuffix(path, "/gateway/bot"):
		s.lookup(w, r)
	case path == "/gateway" || path == "/resume":
		s.socket(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) lookup(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.stats.Lookups++
	f, left, reset := s.faults, s.left(), s.stats.Reset
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if f.after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.after))
	}
	switch {
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case f.lookup != 0:
		w.WriteHeader(f.lookup)
	case r.Header.Get("Authorization") != "Bot "+s.token || reset:
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"message": "401: Unauthorized", "code": 0}`)
	case !strings.HasPrefix(r.Header.Get("User-Agent"), "DiscordBot ("):
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message": "Cloudflare is blocking your request", "code": 40333}`)
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{ // a client that is gone needs no answer
			"url": "ws://" + r.Host + "/gateway", "shards": 1,
			"session_start_limit": map[string]any{
				"total": identifiesADay, "remaining": left, "reset_after": (24 * time.Hour).Milliseconds(), "max_concurrency": 1,
			},
		})
	}
}

// left is how many IDENTIFYs are left today; with mu held.
func (s *Server) left() int {
	n := s.faults.spent
	for _, at := range s.begun {
		if time.Since(at) < 24*time.Hour {
			n++
		}
	}
	return max(0, identifiesADay-n)
}

func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // it has been answered
	}
	c := &conn{Server: s, ws: ws, resumeAt: r.Host, resuming: strings.HasPrefix(r.URL.Path, "/resume"), out: make(chan outgoing, 4096), gone: make(chan struct{})}
	s.mu.Lock()
	s.stats.Opened++
	s.conns = append(s.conns, c)
	silent := s.faults.silent
	if s.host != nil { // else there is but one address
		c.resumeAt = resumeHost
	}
	s.mu.Unlock()
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write()
	}()
	q := r.URL.Query()
	switch {
	case silent:
	case q.Get("v") != "10" || q.Get("encoding") != "json":
		c.bye(invalidVersion)
	default:
		c.send(hello, map[string]any{"heartbeat_interval": beatEvery.Milliseconds()})
	}
	c.read()
	c.leave()
	<-written
}

// id makes a snowflake of this moment; with mu held.
func (s *Server) id() string {
	s.ids++
	return strconv.FormatInt(max(0, time.Now().UnixMilli()-epoch)<<22|int64(s.ids), 10)
}
