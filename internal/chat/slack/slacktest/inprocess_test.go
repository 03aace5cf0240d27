package slacktest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// bubble runs a test in a synctest bubble with a fake in it and a client.
func bubble(t *testing.T, f func(t *testing.T, fake *Server, api *slack.Client)) {
	synctest.Test(t, func(t *testing.T) {
		fake, ws := New(), NewWorkspace("amherst").At("http://bot.test")
		fake.AddWorkspace(ws)
		fake.AddChannel(ws.Team, Channel{ID: "CTEACH", Name: "teaching", Member: true})
		if err := fake.StartInProcess(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := fake.Close(); err != nil {
				t.Error(err)
			}
		}()
		client := &http.Client{Transport: fake.Transport(), Timeout: 10 * time.Second}
		f(t, fake, slack.New(string(ws.Token), slack.OptionAPIURL(fake.APIURL()), slack.OptionHTTPClient(client)))
	})
}

func TestTenMinutesOfOutagePassInNoTime(t *testing.T) {
	bubble(t, func(t *testing.T, fake *Server, api *slack.Client) {
		post := func() error {
			_, _, err := api.PostMessage("CTEACH", slack.MsgOptionText("x", false))
			return err
		}
		fake.Faults(On{}, DropAfter(), Slow(20*time.Second, StoreLate))
		begun := time.Now()
		if err := post(); err == nil {
			t.Error("a lost answer came")
		}
		if err := post(); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		fake.Down(OutageRefuse)
		if err := post(); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("down: %v", err)
		}
		time.Sleep(10 * time.Minute)
		if err := errors.Join(fake.Up(), post()); err != nil {
			t.Error(err)
		}
		if got := len(fake.Messages("CTEACH")); got != 3 {
			t.Errorf("stored %d: want the lost one, the late one and the last", got)
		}
	})
}

func TestABotInProcessIsCalledAndRestarted(t *testing.T) {
	bubble(t, func(t *testing.T, fake *Server, _ *slack.Client) {
		story := NewStory(t, fake)
		for i := range 2 {
			fake.ServeBot(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, "life %d", i) }))
			if a := story.Type("CTEACH", "UANN", "/status"); a.Reply.Text != fmt.Sprintf("life %d", i) {
				t.Errorf("%+v", a)
			}
		}
		fake.ServeBot(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // net/http notices a client that left only then
			<-r.Context().Done()
		}))
		a, err := fake.Type(t.Context(), Command{Channel: "CTEACH", User: "UANN", Line: "/status"})
		if err != nil || !a.Late || a.Took != 3*time.Second {
			t.Errorf("late %v after %v, %v", a.Late, a.Took, err)
		}
	})
}
