package commands

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage"
)

// Settings are what the configuration says; replaced whole at SIGHUP.
type Settings struct {
	// Words hold the catalog of services and the organisation's zone, in which
	// typed times are read, and the languages of connections. Its Zone must not be nil.
	Words  wording.Context
	Access desk.Access
	// Connections are the names of all configured connections.
	Connections []desk.ConnectionName
	// Planning is what the organization says of planned work.
	Planning desk.Planning
	// Faculty are the campuses of connections, for the texts that they forward. Others
	// have the organization's.
	Faculty map[desk.ConnectionName]wording.FacultyCampus
	// Rosters tells what is known of the groups that the access list names; nil:
	// there are none.
	Rosters func() []chat.Roster
	// Kept is how long it is kept who was told of what has ended.
	Kept time.Duration
	// Senders post to the channels of connections: for test posts only.
	Senders map[desk.ConnectionName]chat.Sender
	// Probes are the checks that the bot runs itself; nil: there are none.
	Probes Probes
}

func (s *Settings) rosters() []chat.Roster {
	if s.Rosters == nil {
		return nil
	}
	return s.Rosters()
}

// Commands answers what people type. Its methods may be called from many goroutines.
type Commands struct {
	journal  *journal.Journal
	log      *slog.Logger
	table    map[string][]verb // that of table, made once
	settings atomic.Pointer[Settings]
}

// New makes Commands. The log is told what went wrong with the record.
func New(j *journal.Journal, log *slog.Logger, s Settings) *Commands {
	c := &Commands{journal: j, log: log, table: table()}
	c.SetSettings(s)
	return c
}

// SetSettings replaces the settings.
func (c *Commands) SetSettings(s Settings) { c.settings.Store(&s) }

// asked is one request on its way through its verb.
type asked struct {
	*Settings
	Words   wording.Context // in the language of the connection of who asks
	journal *journal.Journal
	log     *slog.Logger
	table   map[string][]verb
	req     chat.Request
	actor   desk.Actor
	line    line
	typed   string // the rest of the line as it was behind the verb
	command string // "incident"
	verb    verb
	draft   *chat.Reply // made while what it answers is stored; nil: none
	// number is that of the incident or window meant; 0: not known yet.
	number int
}

// verb is one thing that can be done: its name (empty where the command is the
// verb), who may, and the flags that it takes.
type verb struct {
	name  string
	deed  desk.Deed
	flags []flag
	// form: alone it says nothing, so alone it is answered with its usage.
	form bool
	do   func(context.Context, *asked) (chat.Reply, error)
}

// changes reports whether a refusal should say that nothing was done: of a verb
// that changes something, or where no verb was understood.
func (v verb) changes() bool { return v.do == nil || v.deed == desk.Respond || v.deed == desk.Follow }

// table lists every command and its verbs. A new one is one line here or in the
// list of its command.
func table() map[string][]verb {
	return map[string][]verb{
		"incident":    incidentVerbs(),
		"window":      windowVerbs(),
		"probe":       probeVerbs(),
		"subscribe":   {{deed: desk.Read, do: subscribe}},
		"unsubscribe": {{deed: desk.Follow, flags: []flag{flagYes}, do: unsubscribe}},
		"status":      {{deed: desk.Read, do: status}},
		"service":     serviceVerbs(),
		root:          belltowerVerbs(),
	}
}

// root is the command under which all others are found too.
const root = "belltower"

// Do carries out a request and answers it. It is a chat.Handler.
func (c *Commands) Do(ctx context.Context, req chat.Request) chat.Reply {
	a := c.ask(req)
	reply, err := a.run(ctx)
	if err != nil {
		return c.failed(a, err)
	}
	reply.Staff = a.verb.deed == desk.ReadStaff || a.verb.deed == desk.Administer
	return reply
}

func (c *Commands) ask(req chat.Request) *asked {
	s := c.settings.Load()
	words := s.Words.For(req.Person.Connection)
	words.Near = req.At
	return &asked{Settings: s, Words: words, journal: c.journal, log: c.log, table: c.table, req: req, actor: actorOf(req)}
}

func actorOf(req chat.Request) desk.Actor {
	return desk.Actor{Person: req.Person, Groups: req.Groups, Guest: req.Guest, Manages: req.Manages, Direct: req.Direct}
}

// MayFollow reports whether who asks may subscribe a channel.
func (c *Commands) MayFollow(req chat.Request, ch desk.Channel) bool {
	deed := desk.Follow
	if ch != req.Channel {
		deed = desk.FollowElsewhere
	}
	return c.settings.Load().Access.May(actorOf(req), deed) == nil
}

func (a *asked) run(ctx context.Context) (chat.Reply, error) {
	l, err := parseLine(a.req.Text, a.req.Options)
	if err != nil {
		return chat.Reply{}, err
	}
	a.line = l
	if err := a.find(strings.ToLower(strings.Trim(a.req.Command, "/ "))); err != nil {
		return chat.Reply{}, err
	}
	a.typed = a.line.rest
	if _, service := a.Words.Catalog.Find(verbHelp); asksHelp(a.line.rest) && !service {
		a.line.rest = a.verb.name
		return help(ctx, a)
	}
	if err := a.Access.May(a.actor, a.verb.deed); err != nil {
		return chat.Reply{}, err
	}
	if f, err := a.form(ctx); f != nil || err != nil {
		reply := a.usage()
		reply.Form = f
		return reply, err
	}
	if a.verb.form && a.line.bare() && !a.req.Filled {
		return a.usage(), nil
	}
	if err := a.reasons(); err != nil {
		return chat.Reply{}, err
	}
	for f := range a.line.flags {
		if !slices.Contains(a.verb.flags, f) {
			return chat.Reply{}, desk.Refuse(desk.Invalid, "%s does not take %s.", a.path(), f.dashed()).
				WithHint("To say it as text, put it in quotes.")
		}
	}
	return a.verb.do(ctx, a)
}

// asksHelp reports whether a word asks for help: alone behind a verb it is never a
// message.
func asksHelp(word string) bool {
	return slices.Contains([]string{verbHelp, "--" + verbHelp, "-h", "?"}, strings.ToLower(word))
}

// find finds the verb meant, and takes its words off the line.
func (a *asked) find(command string) error {
	verbs, ok := a.table[command]
	if !ok {
		return a.unknownCommand(command)
	}
	a.command = command
	if len(verbs) == 1 {
		a.verb = verbs[0]
		return nil
	}
	name := a.line.word()
	if _, other := a.table[name]; other && command == root && name != root {
		return a.find(name)
	}
	if name == "" || asksHelp(name) {
		name = verbHelp
	}
	k := slices.IndexFunc(verbs, func(v verb) bool { return v.name == name })
	if k < 0 {
		return a.unknownVerb(name, verbs)
	}
	a.verb = verbs[k]
	return nil
}

// unknownCommand refuses a first word that is no command, as a terminal and the demo send any:
// "declare learn down" is likely a verb without its command.
func (a *asked) unknownCommand(name string) error {
	q := unknownWord("command", name, slices.Sorted(mapKeys(a.table)))
	if command, v, ok := a.verbOf(name); ok {
		a.command, a.verb = command, v
		q.near = a.path()
		q.WithHint("Did you mean %s?", q.near)
	} else if a.command = q.near; q.near == "" {
		return q
	}
	return q.offering(a.action(a.Words.Instead(q.near), a.again()))
}

// path is how the verb is typed: "incident declare".
func (a *asked) path() string { return strings.TrimSpace(a.command + " " + a.verb.name) }

// startsNumber reports whether a number was typed for a verb.
func (a *asked) startsNumber(name string) bool {
	_, window := parseWindowNumber(name)
	_, incident := parseNumber(name)
	return a.command == "window" && window || a.command == "incident" && incident
}

// verbBehind is the verb behind a number ("42 resolve Works again."), and what is behind it;
// without one it is show, which takes nothing more.
func (a *asked) verbBehind(verbs []string) (name, rest string) {
	word, rest := cutWord(a.line.rest)
	if near := nearest(word, verbs); word != "" && near != "" && near != verbHelp {
		return near, rest
	}
	return "show", ""
}

func (a *asked) unknownVerb(name string, verbs []verb) error {
	var names []string
	for _, v := range verbs {
		names = append(names, v.name)
	}
	if a.command == root {
		names = append(names, slices.Sorted(mapKeys(a.table))...)
		if command, v, ok := a.verbOf(name); ok {
			a.command, a.verb = command, v
			q := unknownWord(root+" command", name, []string{a.path()})
			q.WithHint("Did you mean %s?", a.path())
			return q.offering(a.action(a.Words.Instead(a.path()), a.again()))
		}
	}
	err := unknownWord(desk.Term(a.command+" command"), name, names)
	if a.startsNumber(name) {
		name = strings.TrimRight(name, ":,")
		a.verb.name, a.line.rest = a.verbBehind(names)
		err.near = a.verb.name + " " + name
		err.WithHint("Did you mean %s?", a.command+" "+err.near)
		return err.offering(a.action(a.Words.Instead(err.near), strings.TrimSpace(name+" "+a.line.rest)))
	}
	if err.near != "" {
		a.verb.name = err.near
		return err.offering(a.action(a.Words.Instead(err.near), a.again()))
	}
	return err
}

// verbOf finds the command that has a verb of this name; each has help, which is asked for
// all of them.
func (a *asked) verbOf(name string) (command string, v verb, ok bool) {
	for _, command := range []string{"incident", "window", "probe", "service", root} {
		verbs := a.table[command]
		if k := slices.IndexFunc(verbs, func(v verb) bool { return v.name == name }); k >= 0 && (name != verbHelp || command == root) {
			return command, verbs[k], true
		}
	}
	return "", verb{}, false
}

func (a *asked) by() journal.By {
	return journal.By{
		Request: a.req.ID, Trace: a.req.Trace, At: a.req.At, Person: a.req.Person,
		Name: a.req.Name, From: a.req.Channel,
	}
}

// failed answers what went wrong: a refusal with its sentence, anything else with
// what is known of the record.
func (c *Commands) failed(a *asked, err error) chat.Reply {
	var refusal *desk.Refusal
	if errors.As(err, &refusal) {
		var q *question
		if !errors.As(err, &q) {
			q = &question{Refusal: refusal}
		}
		m := a.Words.Refused(q.Refusal, q.actions)
		if unknown := a.unknownGroups(); refusal.Code == desk.Forbidden && len(unknown) > 0 {
			m.Lines = append(m.Lines, a.Words.GroupsUnknown(unknown))
		}
		if a.verb.changes() {
			m.Context = append(m.Context, a.Words.NothingDone())
		}
		return chat.Reply{Message: m, Failed: true, Field: refusal.Field}
	}
	c.log.Error("command failed", "trace", a.req.Trace, "command", a.path(), "error", err)
	switch {
	case errors.Is(err, storage.ErrUnavailable):
		return refused(a.Words.NotStored())
	case errors.Is(err, storage.ErrUnknown), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return refused(a.Words.MaybeStored())
	}
	return refused(a.Words.Broken(a.req.Trace))
}

// unknownGroups lists the groups that might give the actor more rights, if it were
// known who belongs to them.
func (a *asked) unknownGroups() (out []chat.Roster) {
	if a.actor.Guest || a.Access.RoleOf(a.actor) == desk.Admin {
		return nil
	}
	for _, r := range a.rosters() {
		if r.Group.Connection == a.actor.Person.Connection && !r.Counts(a.req.At) {
			out = append(out, r)
		}
	}
	return out
}

func refused(m chat.Message) chat.Reply { return chat.Reply{Message: m, Failed: true} }

func answer(m chat.Message) (chat.Reply, error) { return chat.Reply{Message: m}, nil }
