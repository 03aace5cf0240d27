package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// identity is who we are in the workspace.
type identity struct {
	Team, Bot, User string
	App             string // empty where Slack does not say it
	Scopes          []string
}

// Run recalls what Slack told before a restart, learns who the workspace, the app
// and its people are, and keeps that up to date until ctx ends. Until something of
// it is known requests are refused with 503.
func (w *Workspace) Run(ctx context.Context) error {
	w.recall(ctx)
	close(w.recalled)
	var all sync.WaitGroup
	for _, keep := range []func(context.Context){w.keepIdentity, w.groups.Run, w.keepPeople, w.keepChannels, w.keepHomes} {
		all.Go(func() { keep(ctx) })
	}
	all.Wait()
	return nil
}

// keepIdentity asks who we are until ctx ends.
func (w *Workspace) keepIdentity(ctx context.Context) {
	retry := firstRetry
	for ctx.Err() == nil {
		pause := refreshEvery
		if err := w.refresh(ctx); err != nil && ctx.Err() == nil {
			pause, retry = retry, min(2*retry, lastRetry)
			w.opt.Log.Warn("cannot ask Slack who we are; trying again", "connection", w.name, "error", err, "in", pause)
		} else {
			retry = firstRetry
		}
		wait(ctx, w.renew, pause)
	}
}

// How long Run waits after a failure, first and at most, and after a success.
const (
	firstRetry   = 250 * time.Millisecond
	lastRetry    = 30 * time.Second
	refreshEvery = 10 * time.Minute
)

// wait returns when woken, after d, or at the end of ctx.
func wait(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	select {
	case <-wake:
	case <-ctx.Done():
	}
}

// await is wait for what happens once, as a rule long before.
func await(ctx context.Context, happened <-chan struct{}, d time.Duration) {
	select {
	case <-happened:
	default:
		wait(ctx, happened, d)
	}
}

// signal wakes who waits, now or next.
func signal(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

func (w *Workspace) refresh(ctx context.Context) error {
	id, _, err := w.whoAmI(ctx)
	if err != nil {
		return err
	}
	if id.App, err = w.appOf(ctx, id.Bot); err != nil {
		return err
	}
	was := w.known.Swap(&id)
	w.confirm.Do(func() { close(w.learned) })
	if was == nil || !reflect.DeepEqual(*was, id) {
		w.keep(ctx, teamTable, "", id)
	}
	return nil
}

// whoAmI asks auth.test, and returns its headers, too. The scopes granted are in a
// header of every answer (docs.slack.dev/authentication, "X-OAuth-Scopes").
func (w *Workspace) whoAmI(ctx context.Context) (identity, http.Header, error) {
	var a struct {
		answer
		Team string `json:"team_id"`
		Bot  string `json:"bot_id"`
		User string `json:"user_id"`
	}
	h, err := w.callForm(ctx, "auth.test", nil, &a)
	if err != nil {
		return identity{}, nil, err
	}
	return identity{Team: a.Team, Bot: a.Bot, User: a.User, Scopes: scopesOf(h)}, h, nil
}

func scopesOf(h http.Header) []string {
	return strings.FieldsFunc(h.Get("X-OAuth-Scopes"), func(r rune) bool { return r == ',' || r == ' ' })
}

// appOf asks for the app behind the bot. Where the scope for it (users:read) or
// the method is missing the app stays unknown, and only the signing secret, which
// is one app's alone, tells apps apart.
func (w *Workspace) appOf(ctx context.Context, bot string) (string, error) {
	var a struct {
		answer
		Bot struct {
			App string `json:"app_id"`
		} `json:"bot"`
	}
	_, err := w.callForm(ctx, "bots.info", url.Values{"bot": {bot}}, &a)
	var e *chat.SendError
	if errors.As(err, &e) && (e.Outcome == chat.Locked || e.Outcome == chat.Refused) {
		w.opt.Log.Warn("Slack does not tell our app's id, so requests are checked by signature and workspace only", "connection", w.name, "error", err)
		return "", nil
	}
	return a.Bot.App, err
}

// Abilities are what the granted scopes allow. Until Slack has told them a
// look-up is worth trying, since whoever does not look up may post twice.
func (w *Workspace) Abilities() chat.Abilities {
	lookUp := w.known.Load() == nil || w.granted("channels:history") && w.granted("groups:history")
	return chat.Abilities{LookUp: lookUp, Edit: true, Thread: true}
}

// granted reports whether the bot is known to have a scope.
func (w *Workspace) granted(scope string) bool {
	id := w.known.Load()
	return id != nil && slices.Contains(id.Scopes, scope)
}

// patience is how long a request waits, just after a start, for us to know who we
// are; within Slack's 3 s.
const patience = 1500 * time.Millisecond

// claims checks that a request is from our workspace and our app.
func (w *Workspace) claims(ctx context.Context, team, app string) error {
	return w.claim(ctx, func(id *identity) bool { return id.matches(team, app) })
}

// claimsTeam is claims for what names no app: the signature is our app's own.
func (w *Workspace) claimsTeam(ctx context.Context, team string) error {
	return w.claim(ctx, func(id *identity) bool { return id != nil && team == id.Team })
}

// claim checks a request by who we are. What was known before a restart is enough
// to believe it; to refuse it, Slack must have said so since, as the token may be
// another workspace's now.
func (w *Workspace) claim(ctx context.Context, is func(*identity) bool) error {
	await(ctx, w.recalled, patience)
	if is(w.known.Load()) {
		return nil
	}
	await(ctx, w.learned, patience)
	select {
	case <-w.learned:
	default:
		return &httpError{status: http.StatusServiceUnavailable, sentence: "Belltower is not connected to Slack yet. Please try again in a few seconds."}
	}
	if !is(w.known.Load()) {
		return &httpError{status: http.StatusForbidden, sentence: "This request is of another workspace or app."}
	}
	return nil
}

func (id *identity) matches(team, app string) bool {
	return id != nil && team == id.Team && (id.App == "" || app == id.App)
}
