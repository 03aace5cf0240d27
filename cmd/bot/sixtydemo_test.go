package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/config"
)

// onWeb is the demo's platform, used through its page.
type onWeb struct {
	platform *webchat.Platform
	h        *house
	wire     *handed
}

// handed carries HTTP to a handler in this process.
type handed struct {
	mu sync.Mutex
	to http.Handler
}

func (x *handed) set(to http.Handler) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.to = to
}

// RoundTrip serves the request at once.
func (x *handed) RoundTrip(r *http.Request) (*http.Response, error) {
	x.mu.Lock()
	to := x.to
	x.mu.Unlock()
	if to == nil {
		return nil, errors.New("connection refused")
	}
	rec := httptest.NewRecorder()
	to.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func webHouse() (*house, error) {
	h := &house{connection: "eastgate", people: map[string]string{"ann": "ann", "root": "root", "student": "student"}, rooms: map[string]string{"ops": "1ops", "teach": "2teach", "lib": "3lib"}}
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, err
	}
	token, secret := config.NewSecret("a token"), config.NewSecret("a secret")
	toBot, toPlatform := &handed{}, &handed{}
	set := webchat.Settings{Title: "Sixty", Campuses: []webchat.Campus{{Name: h.connection, Label: "Eastgate"}}, Token: token, Secret: secret, Zone: zone, Now: time.Now, Log: slog.New(slog.DiscardHandler), Transport: toBot}
	for _, name := range cast() {
		set.People = append(set.People, webchat.Person{ID: name, Name: name, Staff: true})
	}
	p := webchat.New(set)
	for _, name := range rooms() {
		p.AddChannel(webchat.Channel{Address: h.channel(name), Name: name})
	}
	toPlatform.set(p.Handler())
	h.web = []web.Settings{{Name: h.connection, OpsChannel: h.rooms["ops"], APIURL: "http://localhost/api/", Token: token, SigningSecret: secret}}
	h.transport, h.company, h.close = toPlatform, onWeb{p, h, toBot}, func() error { return nil }
	h.mention, h.room = h.at, h.address
	return h, nil
}

func (s onWeb) meets(bot http.Handler) {
	s.wire.set(bot)
	s.platform.SetBot(webchat.Bot{URL: "http://bot"}, "")
}

// do is a deed of a person on the page.
func (s onWeb) do(ctx context.Context, c cue, path string, fields url.Values) error {
	fields.Set("as", s.h.people[c.who])
	fields.Set("in", s.h.address(c.in))
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	s.platform.Handler().ServeHTTP(rec, r)
	var done struct{ Fault string }
	if err := json.Unmarshal(rec.Body.Bytes(), &done); err != nil || done.Fault != "" || rec.Code != http.StatusOK {
		return fmt.Errorf("%w: %w, status %d, %s", errUnsound, err, rec.Code, done.Fault)
	}
	return nil
}

func (s onWeb) types(ctx context.Context, c cue) error {
	return s.do(ctx, c, "/say", url.Values{"line": {"/" + c.line}})
}

func (s onWeb) presses(ctx context.Context, c cue) error {
	page := httptest.NewRecorder()
	query := url.Values{"as": {s.h.people[c.who]}, "in": {s.h.address(c.in)}}
	s.platform.Handler().ServeHTTP(page, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/?"+query.Encode(), nil))
	button := regexp.MustCompile(`data-press="([^"]+)" data-n="([0-9]+)"[^>]*>` + regexp.QuoteMeta(c.press) + `</button>`)
	all := button.FindAllStringSubmatch(page.Body.String(), -1)
	if len(all) == 0 {
		return errNoButton
	}
	newest := all[len(all)-1]
	return s.do(ctx, c, "/press", url.Values{"post": {newest[1]}, "n": {newest[2]}})
}

// fills sends what a form holds, as a browser does.
func (s onWeb) fills(ctx context.Context, c cue) error {
	fields := url.Values{"command": {c.form.Command}}
	for _, f := range c.form.Fields {
		fields.Set("option."+f.Name, strings.Join(f.Initial, ","))
	}
	for name, v := range c.fill {
		fields.Set("option."+name, v)
	}
	return s.do(ctx, c, "/submit", fields)
}
