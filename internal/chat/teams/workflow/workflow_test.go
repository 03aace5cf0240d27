package workflow_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/teams/workflow"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

func TestWorkflowsKeepTheContractOfAdapters(t *testing.T) {
	chattest.Run(t, func(t *testing.T) chattest.Adapter {
		p := newPlatform()
		return chattest.Adapter{
			Transport: p,
			Connect: func(over http.RoundTripper, words chattest.Words) chat.Sender {
				return connect(t, over, words)
			},
			Channel: channel("library"), Closed: channel("old"), Others: []desk.Channel{channel("registrar"), channel("ops")},
			Seen: p.seen, Mute: true,
			Secrets: []string{sig, "workflows/"},
			Log:     func() string { return "" }, // it logs nothing
		}
	})
}

const sig = "Sig-of-the-workflow"

func channel(id string) desk.Channel { return desk.Channel{Connection: "boston", ID: id} }

func address(name string) string {
	return "https://default4d3c.environment.api.powerplatform.example:443/powerautomate/automations/direct/workflows/" + name +
		"/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=" + sig
}

func connect(t testing.TB, over http.RoundTripper, words chattest.Words) *workflow.Connection {
	conf := config.Teams{Name: "boston"}
	for _, name := range []string{"library", "old", "registrar", "ops"} {
		conf.Workflows = append(conf.Workflows, config.Workflow{Name: name, URL: config.NewSecret(address(name))})
	}
	c, err := workflow.New(conf, workflow.Options{Word: words, Zone: time.UTC, Transport: over})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// platform is the workflows of channels, each with what it was sent. It takes 28 KB a
// message, as Teams does, and in all perSecond requests of one second (0: any number;
// the suite sends faster than the outbox does).
type platform struct {
	mu        sync.Mutex
	got       map[string][][]byte
	perSecond int
	second    time.Time
	in        int // requests in this second
}

func newPlatform() *platform { return &platform{got: map[string][][]byte{}} }

// RoundTrip is the webhook of whichever workflow is called.
func (p *platform) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	status := p.take(r, body)
	res := &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: r, ProtoMajor: 1, ProtoMinor: 1}
	return res, nil
}

func (p *platform) take(r *http.Request, body []byte) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	parts := strings.Split(r.URL.Path, "/")
	name := parts[len(parts)-5]
	switch {
	case r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		return http.StatusBadRequest
	case r.URL.Query().Get("sig") != sig:
		return http.StatusUnauthorized
	case name == "old":
		return http.StatusNotFound
	case len(body) > 28*1024:
		return http.StatusRequestEntityTooLarge
	}
	if now := time.Now().Truncate(time.Second); now.Equal(p.second) {
		p.in++
	} else {
		p.second, p.in = now, 1
	}
	if p.perSecond > 0 && p.in > p.perSecond {
		return http.StatusTooManyRequests
	}
	p.got[name] = append(p.got[name], body)
	return http.StatusAccepted
}

// post is what a workflow made from the template reads.
type post struct {
	Type        string
	Attachments []struct {
		ContentType string
		Content     json.RawMessage
	}
}

// marks are what Teams would act on in a text.
var marks = regexp.MustCompile(`\]\(|<at>|\{\{(DATE|TIME)\(|(?:^|[^\\*])\*\*?[^*\\]|<[a-zA-Z/!]`)

func (p *platform) seen(ch desk.Channel) (posts []chattest.Post) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, body := range p.got[ch.ID] {
		sum := sha256.Sum256(body)
		one := chattest.Post{ID: chat.PostID("queued-" + hex.EncodeToString(sum[:8]))}
		var got post
		if err := json.Unmarshal(body, &got); err != nil || got.Type != "message" || len(got.Attachments) != 1 || got.Attachments[0].ContentType != "application/vnd.microsoft.card.adaptive" {
			one.Faults = append(one.Faults, fmt.Sprint("the workflow cannot read it: ", err))
		} else {
			one.Text = strings.Join(texts(got.Attachments[0].Content), "\n")
			one.Acts = marks.FindAllString(one.Text, -1)
		}
		posts = append(posts, one)
	}
	return posts
}

// texts are those of a card that are read as Markdown.
func texts(content json.RawMessage) (all []string) {
	var whole any
	_ = json.Unmarshal(content, &whole)
	var walk func(any)
	walk = func(part any) {
		switch part := part.(type) {
		case []any:
			for _, p := range part {
				walk(p)
			}
		case map[string]any:
			for key, p := range part {
				if s, ok := p.(string); ok && (key == "text" || key == "value") {
					all = append(all, s)
				}
				walk(p)
			}
		}
	}
	walk(whole)
	return all
}

func delivery(name string) chat.Delivery {
	return chat.Delivery{Channel: channel(name), Subject: desk.Subject{Kind: desk.IncidentSubject, Number: 7}, N: 1, Snapshot: &desk.Snapshot{}}
}

func says(m chat.Message) chattest.Words { return func(chat.Delivery) chat.Message { return m } }

// sentence is a post with a button that does something and one that is a link.
var sentence = chat.Message{Summary: chat.Plain("Learn System is not available."), Tone: chat.ToneDown, Context: []chat.Text{chat.Plain("We will post again by 10.")},
	Actions: []chat.Action{{Label: "Resolve INC-7", Command: "incident resolve 7"}, {Label: "Status page", URL: "https://status.example.edu/"}}}

func TestWhatAWorkflowIsSent(t *testing.T) {
	p := newPlatform()
	if _, err := connect(t, p, says(sentence)).Post(t.Context(), delivery("library")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, p.got["library"][0], "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	path := filepath.Join("testdata", "post.json")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("written anew with UPDATE=1 (-want +got):\n%s", diff)
	}
}

func TestHowAWorkflowsAnswersAreJudged(t *testing.T) {
	for _, tc := range []struct {
		status  int
		want    chat.Outcome
		says    string
		limited bool
	}{
		{status: 200}, {status: 202},
		{status: 201, want: chat.Unknown}, {status: 204, want: chat.Unknown}, {status: 302, want: chat.Unknown},
		{status: 400, want: chat.Refused, says: "template"}, {status: 415, want: chat.Refused, says: "template"}, {status: 413, want: chat.Refused},
		{status: 401, want: chat.Gone, says: "let Anyone trigger it, or make a new one"}, {status: 404, want: chat.Gone, says: "HTTP 404"}, {status: 410, want: chat.Gone, says: "[[teams.workflows]]"},
		{status: 403, want: chat.NotSent}, {status: 429, want: chat.NotSent, limited: true},
		{status: 408, want: chat.Unknown}, {status: 500, want: chat.Unknown}, {status: 502, want: chat.Unknown}, {status: 504, want: chat.Unknown},
	} {
		over := answering(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: tc.status, Header: http.Header{"Location": {address("library")}}, Body: io.NopCloser(strings.NewReader(address("library")))}, nil
		})
		id, err := connect(t, over, says(sentence)).Post(t.Context(), delivery("library"))
		if tc.want == "" {
			if err != nil || id == "" {
				t.Errorf("%d: %q, %v", tc.status, id, err)
			}
			continue
		}
		var e *chat.SendError
		if !errors.As(err, &e) || e.Outcome != tc.want || e.Limited != tc.limited || !strings.Contains(e.Reason, tc.says) || id != "" {
			t.Errorf("%d: %q, %+v", tc.status, id, err)
		}
		if strings.Contains(err.Error(), sig) || strings.Contains(err.Error(), "workflows/") {
			t.Errorf("%d: the address is shown: %v", tc.status, err)
		}
	}
}

// A workflow that its owner or Microsoft switched off, or that was deleted, says so with 400
// as one does that cannot read a post.
func TestAWorkflowThatIsSwitchedOffIsGone(t *testing.T) {
	const off = `{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"Could not execute workflow '8f08' trigger 'manual' with state 'Suspended': trigger is not enabled."}}`
	for said, want := range map[string]chat.Outcome{
		off: chat.Gone, `{"error":{"code":"TriggerInputSchemaMismatch","message":"WorkflowTriggerIsNotEnabled"}}`: chat.Refused, "<html>": chat.Refused, `{"error":7}`: chat.Refused,
	} {
		over := answering(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusBadRequest, Body: io.NopCloser(strings.NewReader(said))}, nil
		})
		_, err := connect(t, over, says(sentence)).Post(t.Context(), delivery("library"))
		var e *chat.SendError
		if !errors.As(err, &e) || e.Outcome != want || (want == chat.Gone) != strings.Contains(e.Reason, "switch it on") || strings.Contains(e.Error(), "8f08") {
			t.Errorf("%s: %+v", said, err)
		}
	}
}

type answering func(*http.Request) (*http.Response, error)

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func TestACallHasItsCallersTimeOrTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := answering(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		c := connect(t, over, says(sentence))
		for want, ctx := range map[time.Duration]func() context.Context{10 * time.Second: t.Context, time.Minute: func() context.Context { return within(t, time.Minute) }} {
			begun := time.Now()
			_, err := c.Post(ctx(), delivery("library"))
			var e *chat.SendError
			if took := time.Since(begun); took != want || !errors.As(err, &e) || e.Outcome != chat.Unknown {
				t.Errorf("%v: took %v, %v", want, took, err)
			}
		}
	})
}

func TestTheFifthRequestOfASecondIsSurelyNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform()
		p.perSecond = 4
		c := connect(t, p, says(sentence))
		for n := 1; n <= 5; n++ {
			_, err := c.Post(t.Context(), delivery("library"))
			var e *chat.SendError
			if limited := errors.As(err, &e) && e.Outcome == chat.NotSent && e.Limited; limited != (n == 5) || (err == nil) == limited {
				t.Errorf("request %d: %v", n, err)
			}
		}
		time.Sleep(time.Second) // of the bubble's time
		if _, err := c.Post(t.Context(), delivery("library")); err != nil || len(p.got["library"]) != 5 {
			t.Errorf("%v, %d posts", err, len(p.got["library"]))
		}
	})
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestThereIsNothingBesidePosting(t *testing.T) {
	called := answering(func(*http.Request) (*http.Response, error) { t.Error("a call"); return nil, io.EOF })
	c := connect(t, called, says(sentence))
	for what, err := range map[string]error{
		"edit": c.Edit(t.Context(), delivery("library")),
		"find": func() error { _, err := c.Find(t.Context(), chat.Sought{Channel: channel("library")}); return err }(),
	} {
		var e *chat.SendError
		if !errors.As(err, &e) || e.Outcome != chat.Refused {
			t.Errorf("%s: %v", what, err)
		}
	}
	var e *chat.SendError
	if _, err := c.Post(t.Context(), delivery("museum")); !errors.As(err, &e) || e.Outcome != chat.Gone || !strings.Contains(e.Reason, "no workflow") {
		t.Errorf("a channel that is no workflow: %v", err)
	}
	if err := c.Reach(t.Context(), channel("library")); err != nil {
		t.Errorf("reach: %v", err)
	}
	if c.Abilities() != (chat.Abilities{Queues: true}) || c.Name() != "boston" || !c.Serves(channel("library")) || c.Serves(channel("museum")) ||
		c.Serves(desk.Channel{Connection: "lowell", ID: "library"}) {
		t.Error("it is not what it is")
	}
}

func TestNothingPrintsAnAddress(t *testing.T) {
	c := connect(t, newPlatform(), says(sentence))
	_, err := workflow.New(config.Teams{Name: "boston", Workflows: []config.Workflow{{Name: "library", URL: config.NewSecret("https://x.example/%zz?sig=" + sig)}}}, workflow.Options{})
	if err == nil || !strings.Contains(err.Error(), "boston/library") {
		t.Errorf("an address that is none: %v", err)
	}
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%+v %#v %s", c, c, c), fmt.Sprint(err)} {
		if strings.Contains(text, sig) || strings.Contains(text, "powerplatform") {
			t.Error(text)
		}
	}
}

func TestOurOwnSentencesAreSaidInTheReadersLanguage(t *testing.T) {
	c, err := workflow.New(config.Teams{Name: "boston"}, workflow.Options{Word: says(sentence), Zone: time.UTC, Say: func(english string) string { return "¡" + english }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Post(t.Context(), delivery("library")); err == nil || !strings.Contains(err.Error(), "¡there is no workflow") {
		t.Error(err)
	}
}

// TestTheGoldenPostIsValid asks the official schema about its card.
func TestTheGoldenPostIsValid(t *testing.T) {
	kit := os.Getenv("BELLTOWER_KIT")
	if kit == "" {
		t.Skip("BELLTOWER_KIT names no folder with validate-adaptivecard.mjs")
	}
	raw, err := os.ReadFile(filepath.Join("testdata", "post.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got post
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "card.json")
	if err := os.WriteFile(file, got.Attachments[0].Content, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "node", filepath.Join(kit, "validate-adaptivecard.mjs"), file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
