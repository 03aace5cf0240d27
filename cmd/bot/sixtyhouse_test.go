package main

import (
	"context"
	"errors"
	"net/http"

	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/desk"
)

// The platforms that the script of sixty commands is played on.

var (
	errNoButton = errors.New("nobody sees such a button")
	errUnsound  = errors.New("the platform would not show the answer as meant")
)

// house is a platform with the people and channels of the script.
type house struct {
	connection desk.ConnectionName
	// people and rooms are the platform's ids of those of the script.
	people, rooms map[string]string
	config        string // the connection's section; the demo's has none
	web           []web.Settings
	transport     http.RoundTripper
	company       company
	// mention writes a person, room a channel, as the platform does in what is typed.
	mention, room func(name string) string
	close         func() error
}

// company is the platform's people at work.
type company interface {
	// meets has the platform send to this bot from now on; nil: to nobody.
	meets(bot http.Handler)
	types(context.Context, cue) error
	presses(context.Context, cue) error
	// fills fills in the form that the person was shown last, and sends it.
	fills(context.Context, cue) error
}

func (h *house) person(name string) desk.Person {
	return desk.Person{Connection: h.connection, ID: h.people[name]}
}

func (h *house) channel(name string) desk.Channel {
	return desk.Channel{Connection: h.connection, ID: h.rooms[name]}
}

// address is a channel as the grammar reads it everywhere.
func (h *house) address(name string) string { return h.channel(name).String() }

// at is a person as the grammar reads one everywhere.
func (h *house) at(name string) string { return "@" + h.person(name).String() }

// roles and places of the script, in the order of their ids on every platform.
func cast() []string  { return []string{"ann", "root", "student"} }
func rooms() []string { return []string{"ops", "teach", "lib"} }
