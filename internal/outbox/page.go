package outbox

import (
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// page is the part of the audience between two channels: those whose
// subscriptions match, those with a post, and those that are open.
type page struct {
	chunk    *chunk
	from, to string // behind from, up to to; empty: to the end
	looked   int
	upTo     string // all up to this channel was looked at
	atEnd    bool   // all was
	found    map[string]*member
}

func (p *page) look(tx storage.Tx) error {
	p.found, p.atEnd = map[string]*member{}, true
	if err := p.lookSubscriptions(tx); err != nil {
		return err
	}
	if err := p.lookPosts(tx, p.chunk.subject.id); err != nil {
		return err
	}
	if out := p.chunk.subject.out; out.goesOn() {
		if err := p.lookPosts(tx, out.From); err != nil {
			return err
		}
	}
	for _, id := range p.chunk.open {
		if id > p.from && (p.to == "" || id <= p.to) {
			p.member(id)
		}
	}
	p.gather()
	return nil
}

func (p *page) member(id string) *member {
	m := p.found[id]
	if m == nil {
		m = &member{channel: id}
		p.found[id] = m
	}
	return m
}

// cut ends the page at channel id.
func (p *page) cut(id string) {
	if p.atEnd || id < p.upTo {
		p.atEnd, p.upTo = false, id
	}
}

// bounds are the page's bounds within keys that begin with k and the channel.
func (p *page) bounds(k storage.Key) (from, to storage.Key) {
	from, to = k, k.End()
	if p.from != "" {
		from = k.Str(p.from).End()
	}
	if p.to != "" {
		to = k.Str(p.to).End()
	}
	return from, to
}

func (p *page) lookSubscriptions(tx storage.Tx) error {
	c := p.chunk
	scope := c.scope
	// Who may have been told in the gap before a restore is looked at: they hear the
	// correction.
	scope.Retracted = scope.Retracted && c.subject.out.Lost.N == 0
	if scope.OpsOnly || scope.Retracted {
		return nil
	}
	audience := c.line.engine.cfg.Book.Places().Catalog.AudienceOf(scope)
	matching, seen := 0, 0
	visit := func(id string, subs []desk.Subscription) (more bool) {
		seen += len(subs)
		if audience.Matches(subs) {
			matching++
			if m := p.member(id); !c.scope.Retracted {
				m.wish = audience.Wish(subs)
			}
		}
		if more = matching < c.size && seen < rowsLooked; !more {
			p.cut(id)
		}
		return more
	}
	defer func() { p.looked += seen }()
	if r := c.line.engine.cfg.Book.rollAsOf(c.line.name, c.asked.subs); r != nil {
		for _, s := range r.between(p.from, p.to) {
			if !visit(s.channel, s.subs) {
				break
			}
		}
		return nil
	}
	from, to := p.bounds(subTable().Key().Str(string(c.line.name)))
	g := &subscribers{visit: func(ch desk.Channel, subs []desk.Subscription) (bool, error) { return visit(ch.ID, subs), nil }}
	return g.scan(tx, from, to)
}

// lookPosts finds the channels with a post about the subject, or about the one whose
// posts it goes on with.
func (p *page) lookPosts(tx storage.Tx, about desk.Subject) error {
	c := p.chunk
	behind, seen := 0, 0
	k := withSubject(postTable().Key(), about).Str(string(c.line.name))
	from, to := p.bounds(k)
	if !p.atEnd {
		to = k.Str(p.upTo).End()
	}
	err := postTable().Scan(tx, from, to, 0, func(k storage.Key, post Post) (bool, error) {
		ch, err := postChannel(k)
		if err != nil {
			return false, err
		}
		seen++
		if about != c.subject.id {
			post = post.continued()
		}
		m := p.found[ch.ID]
		switch {
		case about != c.subject.id && !post.made():
		case m == nil, m.post == Post{}:
			p.member(ch.ID).post = post
		default:
			post = m.post
		}
		if post.Told < c.fan.N {
			behind++
		}
		if behind < c.size && seen < rowsLooked {
			return true, nil
		}
		p.cut(ch.ID)
		return false, nil
	})
	p.looked += seen
	return err
}

// gather makes members of those found that are owed something, in order.
func (p *page) gather() {
	c := p.chunk
	places := c.line.engine.cfg.Book.Places().connection(c.line.name)
	var all []*member
	for _, m := range p.found {
		_, gone := c.line.gone[m.channel]
		past := !p.atEnd && m.channel > p.upTo
		if !past && !gone && m.post.Told < c.fan.N && !slices.Contains(places.Ops, m.channel) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *member) int { return strings.Compare(a.channel, b.channel) })
	if len(all) > c.size {
		all = all[:c.size]
		p.cut(all[c.size-1].channel)
	}
	for _, m := range all {
		c.members = append(c.members, *m)
	}
}
