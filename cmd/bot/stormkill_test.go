package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
)

// stormRounds is how often each check is told of while the storm lasts.
const stormRounds = 10

// sender is a monitor that tells of some checks, a call after the other. A call that is not
// answered, or with 503, it sends again: so the bot may hear it twice.
type sender struct {
	w      *stormy
	source string
	token  string
	states []stormState
	batch  int
	body   func([]stormState) string
}

// stormy is a world in a storm of alerts.
type stormy struct {
	*world
	url     atomic.Pointer[string] // of the bot that runs
	taken   atomic.Int64           // alerts that were answered
	again   atomic.Int64           // calls that were sent again
	senders []*sender
}

func newStormy(t *testing.T) *stormy {
	w := &stormy{world: newWorld(t)}
	w.story.Patience(2 * time.Minute)
	w.more = stormConfig(stormServices)
	w.up()
	w.open("CHECKS")
	w.story.Type("CHECKS", ann, "/subscribe all probes")
	for n := range 4 {
		w.senders = append(w.senders, &sender{w: w, source: "prometheus", token: stormToken, batch: 25, body: alertmanagerCall})
		for k := n * 70; k < (n+1)*70; k++ {
			w.senders[n].states = append(w.senders[n].states, stormState{check: k, service: stormService(k)})
		}
	}
	last := &sender{w: w, source: "pingdom", token: pingdomToken, batch: 1, body: pingdomCall}
	for k := 4 * 70; k < stormChecks; k++ {
		last.states = append(last.states, stormState{check: k, service: stormService(k)})
	}
	w.senders = append(w.senders, last)
	return w
}

// pingdomCall is the call of a Pingdom, which tells of one check.
func pingdomCall(states []stormState) string {
	s := states[0]
	is := map[bool]string{true: "DOWN", false: "UP"}[s.failing]
	return fmt.Sprintf(`{"check_id": %d, "check_name": "check %d", "check_type": "HTTP", "current_state": %q, "importance_level": "HIGH",
		"state_changed_timestamp": %d, "long_description": "HTTP Server Error 503", "first_probe": {"location": "Stockholm"}, "version": 1}`,
		s.check, s.check, is, s.since.Unix())
}

// up starts the bot, and the monitors find it.
func (w *stormy) up() {
	w.t.Helper()
	w.start()
	public := w.public // the next start writes that
	w.url.Store(&public)
}

// killed kills the bot, has a look, and starts it anew; a command is answered at once.
func (w *stormy) killed(look func()) {
	w.t.Helper()
	w.kill()
	look()
	w.up()
	w.story.Type(ops, ann, "/incident list")
}

// tell has a monitor tell how all of its checks are.
func (s *sender) tell(ctx context.Context, failing func(stormState) bool) {
	for k := range s.states {
		one := &s.states[k]
		if is := failing(*one); is != one.failing || one.since.IsZero() {
			one.failing, one.since = is, time.Now().UTC()
		}
	}
	for k := 0; k < len(s.states); k += s.batch {
		some := s.states[k:min(k+s.batch, len(s.states))]
		for body := s.body(some); !s.send(ctx, body); s.w.again.Add(1) {
			if ctx.Err() != nil {
				s.w.t.Errorf("%s was not heard in time", s.source)
				return
			}
			time.Sleep(20 * time.Millisecond) // a monitor waits before it calls again
		}
		s.w.taken.Add(int64(len(some)))
	}
}

// send reports whether a call was taken.
func (s *sender) send(ctx context.Context, body string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, *s.w.url.Load()+"/sources/"+s.source, strings.NewReader(body))
	if err != nil {
		s.w.t.Error(err)
		return true
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusServiceUnavailable {
		s.w.t.Errorf("%s is answered %s", s.source, res.Status)
	}
	return res.StatusCode == http.StatusOK
}

// all has every monitor tell of its checks so many times, at once.
func (w *stormy) all(times int, failing func(*rand.Rand, stormState) bool) (done chan struct{}) {
	done = make(chan struct{})
	var sending sync.WaitGroup
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*time.Minute)
	for n, s := range w.senders {
		sending.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 7))
			for range times {
				s.tell(ctx, func(one stormState) bool { return failing(random, one) })
			}
		})
	}
	go func() { sending.Wait(); cancel(); close(done) }()
	return done
}

// sends waits until so many more alerts were taken.
func (w *stormy) sends(alerts int64) {
	for until := w.taken.Load() + alerts; w.taken.Load() < until; {
		time.Sleep(time.Millisecond)
	}
}

// stored checks what the store of a bot that does not run holds against what the monitors
// said last.
func (w *stormy) stored() {
	w.t.Helper()
	db, err := openStore(filepath.Join(w.dir, "data", "belltower.db"), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	j := journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{})
	known := map[string]desk.Report{}
	for n := range stormServices {
		seen, err := j.Sightings(w.t.Context(), desk.ServiceID(fmt.Sprintf("s%d", n)))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, r := range seen {
			known[r.Witness.Name+" "+r.Witness.Check] = r
		}
	}
	for _, s := range w.senders {
		for _, one := range s.states {
			id := map[string]string{"prometheus": fmt.Sprintf("prometheus %016x", one.check), "pingdom": fmt.Sprintf("pingdom %d", one.check)}[s.source]
			if r := known[id]; r.Failed() != one.failing {
				w.t.Errorf("%s is %q, and failing was said last to be %v", id, r.State, one.failing)
			}
		}
	}
}

// A storm of alerts of 300 checks of 12 services, told by four Alertmanagers in calls of 25
// and a Pingdom in single ones, which change as they like, with SIGKILL three times: twice
// inside, and as all is well again. Commands are answered meanwhile. Each channel has one
// post, which reads as the monitors said last; that it is over, and that it fails again, is
// told once; and no check is another way than it was said to be.
func TestAStormOfAlertsThroughKills(t *testing.T) {
	t.Parallel()
	w := newStormy(t)
	<-w.all(1, func(*rand.Rand, stormState) bool { return true })
	roots := map[slacktest.ChannelID]slacktest.Message{}
	for _, ch := range []slacktest.ChannelID{ops, "CHECKS"} {
		roots[ch] = w.story.Expect(ch, "Checks see a failure of Service")
	}
	storm := w.all(stormRounds, func(r *rand.Rand, _ stormState) bool { return r.IntN(2) == 0 })
	for range 2 {
		w.sends(stormChecks * stormRounds / 4)
		w.killed(func() {})
	}
	<-storm
	<-w.all(1, func(*rand.Rand, stormState) bool { return false })
	w.killed(w.stored)
	for ch, root := range roots {
		roots[ch] = w.story.ExpectEdit(root, "working again")
		w.story.ExpectClaim(ch, slacktest.Claim{Text: "working again", InThread: root.TS})
	}
	<-w.all(1, func(_ *rand.Rand, s stormState) bool { return s.service == 3 || s.service == 7 })
	for ch, root := range roots {
		w.story.ExpectClaim(ch, slacktest.Claim{Text: "Again: Checks see a failure of Service 0", InThread: root.TS})
		both := "Service 03 and Service 07" // in the order in which they came first
		if _, all, _ := strings.Cut(root.Reads(), "This is about"); strings.Index(all, "Service 07") < strings.Index(all, "Service 03") {
			both = "Service 07 and Service 03"
		}
		w.story.ExpectEdit(root, "Checks see a failure of "+both+" since")
	}
	w.settled()
	w.story.NothingElse()
	t.Logf("%d alerts were taken, %d calls came again", w.taken.Load(), w.again.Load())
	if status := w.stop(); status != 0 {
		t.Errorf("exit status %d:\n%s", status, w.logged.text())
	}
	w.stored()
}
