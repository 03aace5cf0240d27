// Package web connects the demo's made-up chat platform, which runs on this machine
// and is used in a browser: package webchat, a server of its own. The adapter talks
// to it as it would to a real one: requests come signed over HTTP, posts go out with
// a token, and the bot may be killed while the platform goes on.
//
// The package's parts: wire.go (what is sent either way), render.go (a neutral message
// in that form, within the platform's limits), send.go (posts, edits, look-ups),
// request.go (what people typed and pressed), verify.go (did the platform sign it).
package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Settings are what one connection to the platform needs.
type Settings struct {
	Name desk.ConnectionName
	// OpsChannel is the id of its ops channel.
	OpsChannel string
	// APIURL is where the platform takes calls: "http://127.0.0.1:8080/api/".
	APIURL string
	// Token opens the API, SigningSecret signs what the platform sends.
	Token, SigningSecret config.Secret
}

// Options are what a Connection is given. All but Transport are needed.
type Options struct {
	// Word puts a delivery into words.
	Word func(chat.Delivery) chat.Message
	Now  func() time.Time
	Log  *slog.Logger
	// Transport carries the calls; nil: the network.
	Transport http.RoundTripper
}

// Connection is one campus of the platform: a [chat.Sender]. All methods may be
// called from many goroutines.
type Connection struct {
	name     desk.ConnectionName
	settings Settings
	opt      Options
	api      *url.URL
}

// New makes a connection. It calls nobody.
func New(s Settings, opt Options) (*Connection, error) {
	api, err := url.Parse(strings.TrimSuffix(s.APIURL, "/") + "/")
	if err != nil || api.Host == "" {
		return nil, fmt.Errorf("the platform's address %q is no URL", s.APIURL)
	}
	if opt.Transport == nil {
		opt.Transport = &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Minute}
	}
	return &Connection{name: s.Name, settings: s, opt: opt, api: api}, nil
}

// Name is the connection's name.
func (c *Connection) Name() desk.ConnectionName { return c.name }

// Abilities are what the platform can do: everything.
func (c *Connection) Abilities() chat.Abilities {
	return chat.Abilities{LookUp: true, Edit: true, Thread: true}
}
