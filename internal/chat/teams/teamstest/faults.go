package teamstest

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest/faulty"
)

// Fault is one thing that goes wrong with one call. The zero Fault is none: the call goes
// through, which is how a plan says "this one is well".
type Fault struct {
	Store      Store         // does the call take effect, and when
	Delay      time.Duration // wait so long before answering
	Hold       <-chan struct{}
	Answer     Response
	Status     int    // of AnswerError and AnswerCode
	Code       string // of AnswerCode
	RetryAfter int    // seconds, of AnswerCode; 0: not said
}

// Store says when a faulty call takes effect.
type Store = faulty.Store

// A call takes effect before the wait, after it, or never.
const (
	StoreEarly = faulty.StoreEarly
	StoreLate  = faulty.StoreLate
	StoreNever = faulty.StoreNever
)

// Response says what the client gets.
type Response int

// The answers: the true one, the connection cut, an HTML page with Status, bytes that are
// no JSON, 201 without an id, the Connector's own error with Status and Code, and that of
// the login service.
const (
	AnswerTrue Response = iota
	AnswerDrop
	AnswerError
	AnswerGarbage
	AnswerNoID
	AnswerCode
	AnswerToken
)

// DropBefore cuts the connection and stores nothing.
func DropBefore() Fault { return Fault{Store: StoreNever, Answer: AnswerDrop} }

// DropAfter stores and cuts the connection: the answer is lost.
func DropAfter() Fault { return Fault{Answer: AnswerDrop} }

// Slow answers after d, having stored when store says.
func Slow(d time.Duration, store Store) Fault { return Fault{Delay: d, Store: store} }

// ErrorBefore answers a page with a status and stores nothing.
func ErrorBefore(status int) Fault {
	return Fault{Store: StoreNever, Answer: AnswerError, Status: status}
}

// ErrorAfter stores and answers a page with a status (openclaw issue 121116).
func ErrorAfter(status int) Fault { return Fault{Answer: AnswerError, Status: status} }

// Refused answers the Connector's own error, like 412 "PreconditionFailed" or 403
// "BotDisabledByAdmin", and stores nothing.
func Refused(status int, code string) Fault {
	return Fault{Store: StoreNever, Answer: AnswerCode, Status: status, Code: code}
}

// Limited answers 429 and stores nothing; retryAfter is in seconds, 0: not said.
func Limited(retryAfter int) Fault {
	return Fault{Store: StoreNever, Answer: AnswerCode, Status: http.StatusTooManyRequests, Code: "Throttled", RetryAfter: retryAfter}
}

// Hang answers only when held is closed (or the server is).
func Hang(held <-chan struct{}, store Store) Fault { return Fault{Hold: held, Store: store} }

// The calls, as faults and the log name them.
const (
	MethodOpenID   = "openid"
	MethodKeys     = "keys"
	MethodToken    = "token"
	MethodCreate   = "create" // a thread in a channel, or a chat
	MethodPost     = "post"   // to a thread or chat
	MethodUpdate   = "update"
	MethodDelete   = "delete"
	MethodMembers  = "members"
	MethodMember   = "member"
	MethodChannels = "channels"
	MethodFlow     = "flow" // the webhook of a workflow
)

// On selects calls; an empty field selects all.
type On struct {
	Method  string
	Channel ChannelID
}

func (o On) selects(c *call) bool {
	return (o.Method == "" || o.Method == c.method) && (o.Channel == "" || o.Channel == c.channel)
}

// Odds are the share of calls that fail, and the seed of the dice.
type Odds = faulty.Odds

// plans say what goes wrong with which calls.
type plans = faulty.Plans[On, *call, Fault]

// misbehave plays the fault: store early, wait, store late, answer.
func (s *Server) misbehave(w http.ResponseWriter, c *call, f Fault) {
	r := &held{header: http.Header{}}
	if f.Store == StoreEarly {
		c.serve(r, c)
	}
	if !faulty.Linger(f.Delay, f.Hold, s.stopped) {
		s.end(c, "closed")
		faulty.Drop(w)
		return
	}
	if f.Store == StoreLate {
		c.serve(r, c)
	}
	s.end(c, f.outcome(r))
	f.answer(w, r)
}

// held is the true answer, kept back.
type held struct {
	header http.Header
	status int
	body   []byte
}

func (h *held) Header() http.Header { return h.header }
func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}
func (h *held) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	h.body = append(h.body, b...)
	return len(b), nil
}

// outcome is what the log says: the lie, and the truth when it differs.
func (f Fault) outcome(r *held) string {
	truth := "not stored"
	if f.Store != StoreNever {
		truth = strconv.Itoa(r.status)
	}
	switch f.Answer {
	case AnswerTrue:
		return truth
	case AnswerDrop:
		return "dropped, " + truth
	case AnswerError:
		return strconv.Itoa(f.Status) + ", " + truth
	case AnswerCode, AnswerToken:
		return f.Code + ", " + truth
	}
	return "garbage, " + truth
}

// answer writes what the client gets.
func (f Fault) answer(w http.ResponseWriter, r *held) {
	switch f.Answer {
	case AnswerDrop:
		faulty.Drop(w)
	case AnswerError:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte("<html><body>Service Error</body></html>"))
	case AnswerGarbage:
		_, _ = w.Write([]byte(`{"id":"16`))
	case AnswerNoID:
		writeJSON(w, http.StatusCreated, object{})
	case AnswerCode:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		}
		refuse(w, f.Status, f.Code)
	case AnswerToken:
		writeJSON(w, f.Status, object{"error": f.Code})
	default:
		if r.status == 0 { // nothing was stored, so there is no true answer
			refuse(w, http.StatusBadGateway, "ServiceError")
			return
		}
		for name := range r.header {
			w.Header().Set(name, r.header.Get(name))
		}
		w.WriteHeader(r.status)
		_, _ = w.Write(r.body)
	}
}

// Call is one call as the server saw it.
type Call struct {
	Number  int64
	Method  string
	Channel ChannelID
	At      time.Time
	Done    time.Time // zero while it runs
	Outcome string    // the status, or what the fault did
}

// Log returns all calls, oldest first.
func (s *Server) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Count is how many calls that on selects have begun.
func (s *Server) Count(on On) (n int) {
	for _, c := range s.Log() {
		if on.selects(&call{method: c.Method, channel: c.Channel}) {
			n++
		}
	}
	return n
}

// AwaitCalls blocks until n calls that on selects have begun.
func (s *Server) AwaitCalls(ctx context.Context, on On, n int) error {
	return s.Wait(ctx, func() bool { return s.Count(on) >= n })
}

// begin notes a call. The caller holds s.mu.
func (s *Server) begin(c *call) {
	c.number = s.next()
	s.running++
	s.calls = append(s.calls, Call{Number: c.number, Method: c.method, Channel: c.channel, At: s.now()})
	s.touch()
}

// end notes how a call ended.
func (s *Server) end(c *call, outcome string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.calls) - 1; i >= 0; i-- {
		if one := &s.calls[i]; one.Number == c.number {
			one.Done, one.Outcome = s.now(), outcome
			break
		}
	}
	s.touch()
}
