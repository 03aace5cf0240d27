package gatewaytest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/umassonline/belltower/internal/chat/discord/discordtest/gatewaytest"
)

// client is a client that does only what the test says.
type client struct {
	t  *testing.T
	ws *websocket.Conn
}

func dial(t *testing.T, fake *gatewaytest.Server, address string) client {
	t.Helper()
	d := websocket.Dialer{NetDialContext: fake.Transport().DialContext}
	ws, _, err := d.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetCloseHandler(func(int, string) error { return nil })
	return client{t, ws}
}

const gatewayAddress, resumeAddress = "ws://discord.test/gateway?v=10&encoding=json", "ws://resume.discord.test/resume?v=10&encoding=json"

func (c client) say(text string) {
	_ = c.ws.WriteMessage(websocket.TextMessage, []byte(text)) // one that is closed says so when it is read
}

func (c client) identify(token string, intents int) {
	c.say(fmt.Sprintf(`{"op":2,"d":{"token":%q,"intents":%d,"properties":{"os":"linux"}}}`, token, intents))
}

func (c client) resume(token, session string, seq int) {
	c.say(fmt.Sprintf(`{"op":6,"d":{"token":%q,"session_id":%q,"seq":%d}}`, token, session, seq))
}

type said struct {
	Op   int             `json:"op"`
	Type string          `json:"t"`
	Seq  int             `json:"s"`
	Data json.RawMessage `json:"d"`
}

// hears waits for a payload of that kind: the name of an event, or an opcode. It passes
// others by, and answers the close code where the connection ends first.
func (c client) hears(kind string) (said, int) {
	for {
		_, text, err := c.ws.ReadMessage()
		if err != nil {
			var e *websocket.CloseError
			if errors.As(err, &e) {
				return said{}, e.Code
			}
			return said{}, websocket.CloseAbnormalClosure
		}
		var s said
		if err := json.Unmarshal(text, &s); err != nil {
			c.t.Fatal(err)
		}
		if s.Type == kind || fmt.Sprint(s.Op) == kind {
			return s, 0
		}
	}
}

func (c client) closes(want int) {
	c.t.Helper()
	if _, got := c.hears("never"); got != want {
		c.t.Errorf("closed with %d, want %d", got, want)
	}
}

// session begins one and tells its id.
func (c client) session(token string) string {
	c.t.Helper()
	c.identify(token, 1)
	ready, code := c.hears("READY")
	var d struct {
		Session string `json:"session_id"`
		URL     string `json:"resume_gateway_url"`
	}
	if err := json.Unmarshal(ready.Data, &d); code != 0 || err != nil || ready.Seq != 1 || !strings.HasPrefix(d.URL, "ws://resume.") {
		c.t.Fatalf("%d %v %+v", code, err, ready)
	}
	return d.Session
}

func ruled(t *testing.T, tell func(*testing.T, *gatewaytest.Server, client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		fake := gatewaytest.New()
		fake.Start()
		c := dial(t, fake, gatewayAddress)
		tell(t, fake, c)
		c.ws.Close()
		fake.Close()
	})
}

func TestWhatIsAgainstTheRulesIsClosed(t *testing.T) {
	for name, tc := range map[string]struct {
		do   func(*gatewaytest.Server, client)
		want int
	}{
		"no JSON":             {func(_ *gatewaytest.Server, c client) { c.say("{") }, 4002},
		"too long":            {func(_ *gatewaytest.Server, c client) { c.say(`{"op":1,"d":"` + strings.Repeat("x", 5000) + `"}`) }, 4002},
		"no session":          {func(_ *gatewaytest.Server, c client) { c.say(`{"op":3,"d":{}}`) }, 4003},
		"a wrong token":       {func(_ *gatewaytest.Server, c client) { c.identify("wrong", 1) }, 4004},
		"twice":               {func(s *gatewaytest.Server, c client) { c.session(s.Token()); c.identify(s.Token(), 1) }, 4005},
		"an unknown op":       {func(s *gatewaytest.Server, c client) { c.session(s.Token()); c.say(`{"op":77}`) }, 4001},
		"unknown intents":     {func(s *gatewaytest.Server, c client) { c.identify(s.Token(), 1<<30) }, 4013},
		"privileged intents":  {func(s *gatewaytest.Server, c client) { c.identify(s.Token(), 1<<15) }, 4014},
		"too many payloads":   {func(_ *gatewaytest.Server, c client) { flood(c) }, 4008},
		"no heartbeats":       {func(s *gatewaytest.Server, c client) { c.session(s.Token()) }, 4000},
		"identify, no intent": {func(s *gatewaytest.Server, c client) { c.say(`{"op":2,"d":{"token":"x"}}`) }, 4002},
	} {
		t.Run(name, func(t *testing.T) {
			ruled(t, func(t *testing.T, fake *gatewaytest.Server, c client) {
				tc.do(fake, c)
				c.closes(tc.want)
			})
		})
	}
}

func flood(c client) {
	go func() {
		for range 121 {
			c.say(`{"op":1,"d":null}`)
		}
	}()
}

func TestAnotherVersionIsRefused(t *testing.T) {
	ruled(t, func(t *testing.T, fake *gatewaytest.Server, _ client) {
		c := dial(t, fake, "ws://discord.test/gateway?v=6&encoding=json")
		c.closes(4012)
		c.ws.Close()
	})
}

// A session is resumed, with what was missed, unless the client ended it.
func TestResuming(t *testing.T) {
	for name, tc := range map[string]struct {
		leave   func(client)
		address string
		after   time.Duration
		seq     int
		want    string
		code    int
	}{
		"a line that broke":    {func(c client) { c.ws.Close() }, resumeAddress, time.Minute, 1, "RESUMED", 0},
		"closed for resuming":  {goodbye(4900), resumeAddress, time.Minute, 1, "RESUMED", 0},
		"closed with 1000":     {goodbye(1000), resumeAddress, time.Second, 1, "9", 0},
		"closed with 1001":     {goodbye(1001), resumeAddress, time.Second, 1, "9", 0},
		"too late":             {goodbye(4900), resumeAddress, gatewaytest.Asleep(), 1, "9", 0},
		"at the other address": {goodbye(4900), gatewayAddress, time.Second, 1, "9", 0},
		"from the future":      {goodbye(4900), resumeAddress, time.Second, 99, "RESUMED", 4007},
	} {
		t.Run(name, func(t *testing.T) {
			ruled(t, func(t *testing.T, fake *gatewaytest.Server, c client) {
				id := c.session(fake.Token())
				tc.leave(c)
				synctest.Wait()
				missed := fake.Interact(nil)
				time.Sleep(tc.after)
				again := dial(t, fake, tc.address)
				defer again.ws.Close()
				again.resume(fake.Token(), id, tc.seq)
				if tc.want == "RESUMED" && tc.code == 0 {
					got, _ := again.hears("INTERACTION_CREATE")
					if !strings.Contains(string(got.Data), missed) || got.Seq != 2 {
						t.Errorf("%+v", got)
					}
				}
				got, code := again.hears(tc.want)
				if code != tc.code || tc.want == "9" && string(got.Data) != "false" {
					t.Errorf("%+v, closed with %d", got, code)
				}
			})
		})
	}
}

func goodbye(code int) func(client) {
	return func(c client) {
		_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
		c.ws.Close()
	}
}

// A second session within 5 s is not begun, and the thousandth of a day costs the token.
func TestTheQuota(t *testing.T) {
	ruled(t, func(t *testing.T, fake *gatewaytest.Server, c client) {
		c.session(fake.Token())
		second := dial(t, fake, gatewayAddress)
		second.identify(fake.Token(), 1)
		if got, code := second.hears("9"); code != 0 || string(got.Data) != "false" {
			t.Errorf("%+v %d", got, code)
		}
		second.ws.Close()
		fake.Spend(998)
		time.Sleep(10 * time.Second)
		third := dial(t, fake, gatewayAddress)
		third.identify(fake.Token(), 1)
		third.closes(4004)
		third.ws.Close()
		if s := fake.Stats(); !s.Reset || s.Identifies != 3 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWhereTheGatewayIs(t *testing.T) {
	ruled(t, func(t *testing.T, fake *gatewaytest.Server, _ client) {
		transport := fake.Transport()
		defer transport.CloseIdleConnections()
		for _, tc := range []struct {
			token, agent string
			want         int
		}{
			{"Bot " + fake.Token(), "DiscordBot (x, 1)", 200},
			{"Bot wrong", "DiscordBot (x, 1)", 401},
			{"Bot " + fake.Token(), "curl", 403},
		} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fake.API()+"/gateway/bot", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", tc.token)
			req.Header.Set("User-Agent", tc.agent)
			res, err := transport.RoundTrip(req)
			if err != nil || res.StatusCode != tc.want {
				t.Fatalf("%+v: %v %v", tc, res, err)
			}
			res.Body.Close()
		}
	})
}
