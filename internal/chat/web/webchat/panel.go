package webchat

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/desk"
)

// Bot is the bot's process, as the page shows it.
type Bot struct {
	// URL is where it listens; empty: it does not run.
	URL string
	PID int
}

// panel is what the page shows of what goes on behind it.
type panel struct {
	bot     Bot
	events  []event // of its process, newest first
	subject string  // the incident whose deliveries are shown
	told    web.Message
	state   SystemState
	does    string
	rev     int
}

// event is something that happened to the bot's process.
type event struct {
	At   time.Time
	Text string
}

// maxEvents is how many events are shown.
const maxEvents = 6

// SetBot says where the bot is now, and what happened.
func (p *Platform) SetBot(b Bot, happened string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.panel.bot = b
	p.panel.events = append([]event{{p.set.Now().UTC(), happened}}, p.panel.events...)
	p.panel.events = p.panel.events[:min(len(p.panel.events), maxEvents)]
	p.notePanel()
}

func (p *Platform) notePanel() {
	p.note(nil)
	p.panel.rev = p.rev
}

// lookEvery is how often the panel asks the bot who was told.
const lookEvery = time.Second

// Run keeps the panel true until ctx ends.
func (p *Platform) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			p.look(ctx)
			p.watchAll(ctx)
		}
	}
}

// look asks the bot, as the first person would, who was told of the newest incident.
// While nobody looks or the bot does not run, the panel stays as it is.
func (p *Platform) look(ctx context.Context) {
	p.mu.Lock()
	watched, subject, at := p.streams > 0, p.panel.subject, p.rooms[0].Address
	p.mu.Unlock()
	if !watched {
		return
	}
	if open, err := p.complete(ctx, at.Connection, "/incident deliveries "); err == nil && len(open) > 0 && newer(open[0].Value, subject) {
		subject = open[0].Value
	}
	if subject == "" {
		return
	}
	a, err := p.Do(ctx, p.set.People[0].ID, at, "/incident deliveries "+subject)
	if err != nil || a.Failed {
		return
	}
	a.Message.Actions = nil // the panel is for looking
	p.mu.Lock()
	defer p.mu.Unlock()
	if subject != p.panel.subject || !reflect.DeepEqual(a.Message, p.panel.told) {
		p.panel.subject, p.panel.told = subject, a.Message
		p.notePanel()
	}
}

// watchAll looks at all views at once, while somebody looks on.
func (p *Platform) watchAll(ctx context.Context) {
	p.mu.Lock()
	watched := p.streams > 0
	p.mu.Unlock()
	if !watched {
		return
	}
	var all sync.WaitGroup
	for n := range p.set.Views {
		all.Go(func() { p.watch(ctx, n) })
	}
	all.Wait()
}

// newer reports whether an incident is newer than another: the panel stays with the
// newest, and sees its end.
func newer(one, than string) bool {
	a, err := desk.ParseSubject(one)
	b, _ := desk.ParseSubject(than) // the zero subject is the oldest
	return err == nil && a.Number > b.Number
}

// tally counts what the bot has posted, and what it has said twice in one channel: two
// posts that open one subject, or two replies that tell one version of it.
func (p *Platform) tally() (posts, twice int) {
	for _, r := range p.rooms {
		seen := map[string]bool{}
		for _, one := range r.posts {
			if one.by != "" || one.to != "" || one.subject == "" {
				continue
			}
			posts++
			what := one.subject
			if one.root != "" {
				what += fmt.Sprint(one.root, one.n)
			}
			if seen[what] {
				twice++
			}
			seen[what] = true
		}
	}
	return posts, twice
}

// waiting lists what the platform itself knows of channels that take no posts.
func (p *Platform) waiting() (all []string) {
	for _, r := range p.rooms {
		if r.turned > 0 {
			all = append(all, fmt.Sprintf("%s takes one post every %d seconds: %s turned away", r.Name, int(r.Every.Seconds()), times(r.turned)))
		}
		if r.archived {
			all = append(all, r.Name+" was archived: nobody can post there")
		}
	}
	return all
}

func times(n int) string {
	if n == 1 {
		return "1 try was"
	}
	return strings.Replace("N tries were", "N", fmt.Sprint(n), 1)
}
