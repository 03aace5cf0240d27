package teams

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// person is what a conversation's roster tells of somebody.
type person struct {
	Object string `json:",omitempty"` // in the directory: the id in addresses
	Name   string `json:",omitempty"` // as people in Teams read it
	Guest  bool   `json:",omitempty"`
	In     string `json:",omitempty"` // a conversation that they were seen in
	At     time.Time

	tried time.Time // when Teams last did not say
}

// address is the person's id in addresses: that in the directory, which is the same for
// every bot. Who has none is known by the bot's own id, which no access list has.
func (p person) address(a account) string {
	if p.Object != "" {
		return p.Object
	}
	return a.ID
}

// How long an answer about a person counts, how long a failure is not tried again, how
// long a command waits for the first answer, how many people are remembered, and how often
// at most one is asked for again in the background ("get members" allows 14 a second).
const (
	personKept    = 24 * time.Hour
	personRetry   = time.Minute
	personTimeout = 700 * time.Millisecond
	personsKept   = 20_000
	personPace    = time.Second
	personLook    = time.Hour
)

type people struct {
	known records[person]
	names records[string] // by their ids in the directory

	mu     sync.Mutex
	unkept map[string]bool
	wake   chan struct{}
}

func newPeople() people { return people{unkept: map[string]bool{}, wake: make(chan struct{}, 1)} }

// person tells what is known of who sent an activity. Only who was never seen before is
// asked for at once; what is a day old is asked for again in the background. Where Teams
// does not answer in time nobody is a guest: access is granted by name, and commands must
// work when the Connector does not.
func (c *Connection) person(ctx context.Context, a activity) person {
	p, now := c.people.known.get(a.From.ID), c.opt.Now()
	if p.At.IsZero() && now.Sub(p.tried) >= personRetry {
		ctx, cancel := context.WithTimeout(ctx, personTimeout)
		defer cancel()
		p = c.learnPerson(ctx, a.From.ID, a.channel())
	}
	if a.From.Object != "" {
		p.Object = a.From.Object
	}
	p.Guest = p.Guest || strings.EqualFold(a.From.Role, "guest")
	return p
}

// learnPerson asks who somebody is and remembers it; the record is kept in the background.
func (c *Connection) learnPerson(ctx context.Context, id, in string) person {
	p, err := c.askPerson(ctx, id, in)
	if err != nil {
		was := c.people.known.get(id)
		was.tried = c.opt.Now()
		c.people.put(id, was)
		return was
	}
	c.people.put(id, p)
	c.people.call(p)
	c.people.note(id)
	return p
}

// member is somebody in a roster ("Get context for your Teams bot").
type member struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Object string `json:"aadObjectId"`
	Other  string `json:"objectId"` // what older answers call it
	UPN    string `json:"userPrincipalName"`
	Role   string `json:"userRole"`
	Tenant string `json:"tenantId"`
}

func (m member) object() string {
	if m.Object != "" {
		return m.Object
	}
	return m.Other
}

// guest reports whether a member is a guest in a tenant: by role, by the form of an
// invited account's name, or as of another tenant.
func (m member) guest(tenant string) bool {
	return strings.EqualFold(m.Role, "guest") || strings.Contains(strings.ToUpper(m.UPN), "#EXT#") || m.Tenant != "" && m.Tenant != tenant
}

func (c *Connection) askPerson(ctx context.Context, id, in string) (person, error) {
	var m member
	err := c.do(ctx, call{method: http.MethodGet, url: at(c.serviceOf(in), "conversations", in, "members", id)}, &m)
	return person{Object: m.object(), Name: m.Name, Guest: m.guest(c.conf.TenantID), In: in, At: c.opt.Now().UTC()}, err
}

func (c *Connection) serviceOf(channel string) string {
	if p := c.places.known.get(channel); p.Service != "" {
		return p.Service
	}
	return c.service()
}

// mentioned is the address of who is mentioned in an activity.
func (c *Connection) mentioned(ctx context.Context, a activity, m account) (desk.Person, bool) {
	id := m.Object
	if id == "" {
		known := c.people.known.get(m.ID)
		if known.At.IsZero() && m.ID != a.Recipient.ID {
			ctx, cancel := context.WithTimeout(ctx, personTimeout)
			defer cancel()
			known = c.learnPerson(ctx, m.ID, a.channel())
		}
		id = known.Object
	}
	return desk.Person{Connection: c.name, ID: id}, id != ""
}

// put remembers a person. Where there is no room, anyone makes some.
func (p *people) put(id string, who person) {
	p.known.mu.Lock()
	defer p.known.mu.Unlock()
	if _, is := p.known.byID[id]; !is && len(p.known.byID) >= personsKept {
		for other := range p.known.byID {
			delete(p.known.byID, other)
			break
		}
	}
	p.known.set(id, who)
}

// call notes what a person is called.
func (p *people) call(who person) {
	if who.Object != "" && who.Name != "" {
		p.names.put(who.Object, who.Name)
	}
}

// note has a record kept.
func (p *people) note(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unkept[id] = true
	signal(p.wake)
}

func (p *people) take() (id string, some bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range p.unkept {
		delete(p.unkept, id)
		return id, true
	}
	return "", false
}

// keepPeople keeps what was learned of people, and asks again for what is a day old.
func (c *Connection) keepPeople(ctx context.Context) {
	for ctx.Err() == nil {
		wait(ctx, c.people.wake, personLook)
		for id, some := c.people.take(); some; id, some = c.people.take() {
			c.keep(ctx, personTable, id, c.people.known.get(id))
		}
		for _, id := range c.people.old(c.opt.Now()) {
			wait(ctx, nil, personPace)
			if ctx.Err() != nil {
				return
			}
			c.learnPerson(ctx, id, c.people.known.get(id).In)
		}
	}
}

// old are the people who were asked for more than a day ago.
func (p *people) old(now time.Time) (ids []string) {
	p.known.each(func(id string, who person) {
		if !who.At.IsZero() && now.Sub(who.At) >= personKept && now.Sub(who.tried) >= personKept {
			ids = append(ids, id)
		}
	})
	return ids
}
