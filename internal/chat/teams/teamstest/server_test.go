package teamstest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

const (
	it  teamstest.TeamID    = "19:it@thread.tacv2"
	ops teamstest.ChannelID = "19:ops@thread.tacv2"
	ann teamstest.UserID    = "29:ann"
)

// world is a fake Teams and a client that calls it as a bot does.
type world struct {
	*testing.T
	fake  *teamstest.Server
	at    teamstest.Tenant
	token string
}

func inWorld(t *testing.T, test func(*world), options ...teamstest.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, fake: teamstest.New(options...), at: teamstest.NewTenant("boston").At("http://bot.example")}
		w.fake.AddTenant(w.at)
		w.fake.AddTeam(w.at.ID, teamstest.Team{ID: it, Name: "IT", Installed: true, Members: []teamstest.UserID{ann}})
		w.fake.AddChannel(it, teamstest.Channel{ID: ops, Name: "ops"})
		w.fake.AddUser(w.at.ID, teamstest.User{ID: ann, Name: "Ann"})
		if err := w.fake.StartInProcess(); err != nil {
			t.Fatal(err)
		}
		defer w.fake.Close()
		w.token = w.login(string(w.at.Secret))
		test(w)
	})
}

// login gets a token.
func (w *world) login(secret string) string {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {w.at.App}, "client_secret": {secret}, "scope": {"https://api.botframework.com/.default"}}
	_, body := w.call(http.MethodPost, strings.ReplaceAll(w.fake.TokenURL(), "{tenant}", string(w.at.ID)), []byte(form.Encode()))
	var a struct {
		Token string `json:"access_token"`
	}
	_ = json.Unmarshal(body, &a) // an error has no token
	return a.Token
}

func (w *world) call(method, address string, body []byte) (int, []byte) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	res, err := w.fake.Transport().RoundTrip(req)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return res.StatusCode, out
}

const card = `"summary":"Look.","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","body":[{"type":"TextBlock","text":"Look."}]}}]`

// to is an address below ops.
func (w *world) to(thread, path string) string {
	return w.fake.ServiceURL() + "v3/conversations/" + url.PathEscape(string(ops)+thread) + path
}

func TestTheConnectorsRules(t *testing.T) {
	inWorld(t, func(w *world) {
		create := func(activity string) string {
			return fmt.Sprintf(`{"isGroup":true,"bot":{"id":"28:boston-app"},"tenantId":"boston-tenant","channelData":{"channel":{"id":%q}},"activity":{%s}}`, ops, activity)
		}
		for _, tc := range []struct {
			name, method, address, body, want string
			status                            int
		}{
			{"a root", "POST", w.fake.ServiceURL() + "v3/conversations", create(`"type":"message",` + card), `"activityId":"946684800000"`, 201},
			{"a wrong opening", "POST", w.fake.ServiceURL() + "v3/conversations", `{"activity":{}}`, "ServiceError", 502},
			{"a reply", "POST", w.to(";messageid=946684800000", "/activities"), `{"type":"message",` + card + `}`, `"id":"946684800001"`, 201},
			{"a reply to nothing", "POST", w.to(";messageid=1", "/activities"), `{"type":"message",` + card + `}`, "ActivityNotFoundInConversation", 404},
			{"a change", "PUT", w.to(";messageid=946684800000", "/activities/946684800000"), `{"type":"message",` + card + `}`, `"id":"946684800000"`, 200},
			{"a change of nothing", "PUT", w.to("", "/activities/1"), `{"type":"message",` + card + `}`, "ActivityNotFoundInConversation", 404},
			{"nothing said", "POST", w.to("", "/activities"), `{"type":"message"}`, "BadSyntax", 400},
			{"no card", "POST", w.to("", "/activities"), `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{}}]}`, "BadArgument", 400},
			{"too large", "POST", w.to("", "/activities"), `{"type":"message","text":"` + strings.Repeat("x", 60<<10) + `"}`, "MessageSizeTooBig", 413},
			{"text and card", "POST", w.to("", "/activities"), `{"type":"message","text":"x",` + card + `}`, "{}", 201},
			{"for Ann alone", "POST", w.to("", "/activities?isTargetedActivity=true"), `{"type":"message","recipient":{"id":"29:ann"},` + card + `}`, `"id":"946684800004"`, 201},
			{"for nobody", "POST", w.to("", "/activities?isTargetedActivity=true"), `{"type":"message",` + card + `}`, "BadArgument", 400},
			{"hers, for all", "PUT", w.to("", "/activities/946684800004"), `{"type":"message",` + card + `}`, "ActivityNotFoundInConversation", 404},
			{"hers", "PUT", w.to("", "/activities/946684800004?isTargetedActivity=true"), `{"type":"message",` + card + `}`, `"id"`, 200},
			{"a roster", "GET", w.to("", "/pagedmembers?pageSize=1"), ``, `"aadObjectId":"ann-object"`, 200},
			{"a member", "GET", w.to("", "/members/ann-object"), ``, `"id":"29:ann"`, 200},
			{"nobody", "GET", w.to("", "/members/bob"), ``, "MemberNotFoundInConversation", 404},
			{"the channels", "GET", w.fake.ServiceURL() + "v3/teams/" + string(it) + "/conversations", ``, `"name":null`, 200},
			{"another's channel", "POST", w.fake.ServiceURL() + "v3/conversations/19:x/activities", `{}`, "ConversationNotFound", 404},
		} {
			status, body := w.call(tc.method, tc.address, []byte(tc.body))
			if status != tc.status || !strings.Contains(string(body), tc.want) {
				t.Errorf("%s: %d %s, want %d %s", tc.name, status, body, tc.status, tc.want)
			}
		}
	})
}

func TestWhoIsLetIn(t *testing.T) {
	inWorld(t, func(w *world) {
		if got := w.login("wrong"); got != "" {
			t.Errorf("a wrong secret gets %q", got)
		}
		w.token = w.login(string(w.at.Secret))
		read := func() int { status, _ := w.call(http.MethodGet, w.to("", "/pagedmembers"), nil); return status }
		if got := read(); got != 200 {
			t.Error(got)
		}
		time.Sleep(time.Hour)
		if got := read(); got != 401 {
			t.Errorf("an old token: %d", got)
		}
	})
}

func TestLimitsSlide(t *testing.T) {
	inWorld(t, func(w *world) {
		post := func() int {
			status, _ := w.call(http.MethodPost, w.to("", "/activities"), []byte(`{"type":"message",`+card+`}`))
			return status
		}
		var got []int
		for range 9 {
			got = append(got, post())
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(150 * time.Millisecond) // the first is a second old
		got = append(got, post())
		if want := "[201 201 201 201 201 201 201 429 429 201]"; fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
	}, teamstest.WithLimits(teamstest.TeamsLimits()))
}

func TestFaultsThatStoreAndLoseTheAnswer(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.Faults(teamstest.On{Channel: ops}, teamstest.ErrorAfter(502), teamstest.ErrorBefore(502), teamstest.Slow(time.Minute, teamstest.StoreLate))
		begun := time.Now()
		for range 3 {
			w.call(http.MethodPost, w.to("", "/activities"), []byte(`{"type":"message",`+card+`}`))
		}
		if n := len(w.fake.Messages(ops)); n != 2 || time.Since(begun) != time.Minute {
			t.Errorf("%d messages after %v", n, time.Since(begun))
		}
		var outcomes []string
		for _, c := range w.fake.Log() {
			if c.Channel == ops {
				outcomes = append(outcomes, c.Outcome)
			}
		}
		if got := strings.Join(outcomes, "; "); got != "502, 201; 502, not stored; 201" {
			t.Error(got)
		}
	})
}

// failures is a test that may fail.
type failures struct {
	testing.TB
	said []string
}

func (f *failures) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}
func (f *failures) Logf(string, ...any) {}
func (f *failures) Cleanup(func())      {}

func TestAStoryFailsOnWhatNobodyExpects(t *testing.T) {
	inWorld(t, func(w *world) {
		f := &failures{TB: t}
		story := teamstest.NewStory(f, w.fake)
		for range 2 {
			w.call(http.MethodPost, w.to("", "/activities"), []byte(`{"type":"message",`+card+`}`))
		}
		story.Expect(ops, "Look.")
		story.NothingElse()
		if len(f.said) != 1 || !strings.Contains(f.said[0], "nobody expected this") {
			t.Errorf("%q", f.said)
		}
		story.Expect(ops, "Look.")
		f.said = nil
		if story.NothingElse(); len(f.said) != 0 {
			t.Errorf("%q", f.said)
		}
	})
}
