package teamstest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// flowServer is a fake with the workflow library, and a team with a webhook at url.
func flowServer(t *testing.T, url string, options ...teamstest.Option) *teamstest.Server {
	t.Helper()
	s := teamstest.New(options...)
	at := teamstest.NewTenant("boston")
	s.AddTenant(at)
	s.AddTeam(at.ID, teamstest.Team{ID: "19:it@thread.tacv2", Name: "IT"})
	s.AddUser(at.ID, teamstest.User{ID: "29:ann", Name: "Ann"})
	s.AddFlow(at.ID, "library")
	s.AddWebhook("19:it@thread.tacv2", teamstest.Webhook{URL: url, Token: "c2VjcmV0"})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestAWorkflowSaysThatItQueuedAndNoMore(t *testing.T) {
	s := flowServer(t, "")
	const card = `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Learn is down"}]}}]}`
	for _, tc := range []struct {
		url, body string
		status    int
	}{
		{s.FlowURL("library"), card, 202},
		{s.FlowURL("library"), `{"text":"no card"}`, 202}, // its run fails, which only its history tells
		{s.FlowURL("museum"), card, 404},
		{strings.Replace(s.FlowURL("library"), "sig=", "sig=x", 1), card, 401},
		{s.FlowURL("library"), card + strings.Repeat(" ", 28<<10), 413},
	} {
		res, err := http.Post(tc.url, "application/json", strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != tc.status || len(body) > 0 {
			t.Errorf("%.60q: %d %q, want %d", tc.body, res.StatusCode, body, tc.status)
		}
	}
	if got := s.Messages("library"); len(got) != 1 || got[0].Reads() != "Learn is down" || len(got[0].Faults()) > 0 {
		t.Errorf("the channel has %+v", got)
	}
}

func TestAWorkflowTakesFourASecond(t *testing.T) {
	second := time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)
	s := flowServer(t, "", teamstest.WithLimits(teamstest.TeamsLimits()), teamstest.WithClock(func() time.Time { return second }))
	limited := 0
	for range 5 {
		res, err := http.Post(s.FlowURL("library"), "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited != 1 {
		t.Errorf("%d of 5 were limited", limited)
	}
}

func TestAWebhookIsAnsweredInItsChannel(t *testing.T) {
	answer, signature := `{"type":"message","text":"Done."}`, ""
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signature = r.Header.Get("Authorization")
		_, _ = io.WriteString(w, answer)
	}))
	defer bot.Close()
	s := flowServer(t, bot.URL)
	line := teamstest.Line{Channel: "19:it@thread.tacv2", User: "29:ann", Text: "status"}
	a, err := s.Mention(t.Context(), line)
	if err != nil || len(a.Problems) > 0 || !strings.HasPrefix(signature, "HMAC ") {
		t.Errorf("%v, %q, signed %q", err, a.Problems, signature)
	}
	all := s.Messages("19:it@thread.tacv2")
	if len(all) != 2 || all[1].Text != "Done." || all[1].Root != all[0].ID {
		t.Errorf("the channel has %+v", all)
	}
	answer = `{}`
	if a, err = s.Mention(t.Context(), line); err != nil || len(a.Problems) == 0 {
		t.Errorf("an answer without a message: %v, %q", err, a.Problems)
	}
	s.AddWebhook("19:it@thread.tacv2", teamstest.Webhook{})
	if _, err = s.Mention(t.Context(), line); err == nil {
		t.Error("there is no webhook")
	}
}
