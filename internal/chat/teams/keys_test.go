package teams_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// asks sends a command that is signed as a forgery says, and returns the status.
func (w *world) asks(f teamstest.Forgery) int {
	w.t.Helper()
	return w.serve(w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: f}))).Code
}

func TestMadeUpTokensKeepNoKeysAway(t *testing.T) {
	inWorld(t, func(w *world) {
		for range 200 {
			go w.asks(teamstest.Forgery{OtherKey: true, KeyID: "made-up"})
			time.Sleep(100 * time.Millisecond)
		}
		if got := w.asks(teamstest.Forgery{}); got != http.StatusOK {
			t.Errorf("status %d", got)
		}
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodOpenID}); n != 1 {
			t.Errorf("the slow issuer was asked %d times", n)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
	}, func(w *world) {
		w.options = []teamstest.Option{func(s *teamstest.Server) {
			s.FaultsAlways(teamstest.On{Method: teamstest.MethodOpenID}, teamstest.Slow(8*time.Second, teamstest.StoreEarly))
		}}
	})
}

func TestARequestWaitsForTheFirstKeys(t *testing.T) {
	inWorld(t, func(w *world) {
		if got := w.asks(teamstest.Forgery{}); got != http.StatusOK {
			t.Errorf("status %d", got)
		}
	}, func(w *world) {
		w.options = []teamstest.Option{func(s *teamstest.Server) {
			s.FaultsAlways(teamstest.On{Method: teamstest.MethodOpenID}, teamstest.Slow(time.Second, teamstest.StoreEarly))
		}}
	})
}

func TestKeysThatCouldNotBeRenewedForAWeekCountNoMore(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodOpenID}, teamstest.ErrorBefore(503))
		time.Sleep(6 * 24 * time.Hour)
		if got := w.asks(teamstest.Forgery{}); got != http.StatusOK {
			t.Errorf("after six days: status %d", got)
		}
		time.Sleep(25 * time.Hour)
		if got := w.asks(teamstest.Forgery{}); got != http.StatusServiceUnavailable {
			t.Errorf("after a week: status %d", got)
		}
		w.fake.ClearFaults()
		time.Sleep(5 * time.Minute)
		if got := w.asks(teamstest.Forgery{}); got != http.StatusOK {
			t.Errorf("put right: status %d", got)
		}
	})
}
