package slacktest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	. "github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// BenchmarkPost says what a post costs client and fake together: through a bare
// handler that answers the same bytes, the light fake, and the full one. The
// difference to bare is what a measurement through a fake has too much.
func BenchmarkPost(b *testing.B) {
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"ok":true,"channel":"C0001234","ts":"1795381215.000001"}`)
	}))
	defer bare.Close()
	b.Run("bare", func(b *testing.B) { postAll(b, bare.URL+"/") })
	for name, options := range map[string][]Option{"light": {Light()}, "full": {WithLog(0)}} {
		fake, ws := New(options...), NewWorkspace("amherst")
		fake.AddWorkspace(ws)
		for i := range 10_000 {
			fake.AddChannel(ws.Team, Channel{ID: ChannelID(fmt.Sprintf("C%07d", i)), Member: true})
		}
		if err := fake.Start(); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) { postAll(b, fake.APIURL()) })
		if err := fake.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func postAll(b *testing.B, api string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	n := 0
	for b.Loop() {
		body := fmt.Sprintf(`{"channel":"C%07d","text":"Learn is not available","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*Learn* is not available"}}]}`, n%10_000)
		n++
		req, err := http.NewRequest(http.MethodPost, api+"chat.postMessage", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		req.Header.Set("Authorization", "Bearer xoxb-amherst-token")
		res, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		answer, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || !strings.HasPrefix(string(answer), `{`) || !strings.Contains(string(answer), `"ok":true`) {
			b.Fatalf("%s %v", answer, err)
		}
	}
}
