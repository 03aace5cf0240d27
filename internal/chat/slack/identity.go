package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// identity is who we are in the workspace.
type identity struct {
	team, bot, user, app string // app is empty where Slack does not say it
	scopes               []string
}

// Run learns who the workspace, the app and its people are, and keeps it up to
// date until ctx ends. Requests are refused with 503 until the first success.
func (w *Workspace) Run(ctx context.Context) error {
	retry := firstRetry
	for {
		pause := refreshEvery
		if err := w.refresh(ctx); err != nil && ctx.Err() == nil {
			pause, retry = retry, min(2*retry, lastRetry)
			w.opt.Log.Warn("cannot ask Slack who we are; trying again", "connection", w.name, "error", err, "in", pause)
		} else {
			retry = firstRetry
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// How long Run waits after a failure, first and at most, and after a success.
const (
	firstRetry   = 250 * time.Millisecond
	lastRetry    = 30 * time.Second
	refreshEvery = 10 * time.Minute
)

func (w *Workspace) refresh(ctx context.Context) error {
	id, err := w.whoAmI(ctx)
	if err != nil {
		return err
	}
	if id.app, err = w.appOf(ctx, id.bot); err != nil {
		return err
	}
	if w.known.Swap(&id) == nil {
		close(w.learned)
	}
	w.refreshGroups(ctx)
	return nil
}

// whoAmI asks auth.test. The scopes granted are in a header of every answer
// (docs.slack.dev/authentication, "X-OAuth-Scopes").
func (w *Workspace) whoAmI(ctx context.Context) (identity, error) {
	var a struct {
		answer
		Team string `json:"team_id"`
		Bot  string `json:"bot_id"`
		User string `json:"user_id"`
	}
	h, err := w.callForm(ctx, "auth.test", nil, &a)
	if err != nil {
		return identity{}, err
	}
	return identity{team: a.Team, bot: a.Bot, user: a.User, scopes: scopesOf(h)}, nil
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
	return id != nil && slices.Contains(id.scopes, scope)
}

// patience is how long a request waits, just after a start, for us to know who we
// are; within Slack's 3 s.
const patience = 1500 * time.Millisecond

// awaitIdentity returns who we are, or nil where that does not become known.
func (w *Workspace) awaitIdentity(ctx context.Context) *identity {
	if id := w.known.Load(); id != nil {
		return id
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-w.learned:
	case <-ctx.Done():
	}
	return w.known.Load()
}

// claims checks that a request is from our workspace and our app.
func (w *Workspace) claims(ctx context.Context, team, app string) error {
	id := w.awaitIdentity(ctx)
	switch {
	case id == nil:
		return &httpError{status: http.StatusServiceUnavailable, sentence: "Belltower is not connected to Slack yet. Please try again in a few seconds."}
	case team != id.team, id.app != "" && app != id.app:
		return &httpError{status: http.StatusForbidden, sentence: "This request is of another workspace or app."}
	}
	return nil
}
