package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
)

const verbHelp = "help"

// belltowerVerbs lists what /belltower can do beside all other commands.
func belltowerVerbs() []verb {
	return []verb{
		{verbHelp, desk.Read, nil, false, help},
		{"whoami", desk.Read, nil, false, whoami},
		{"why", desk.Read, nil, false, why},
		{"access", desk.Administer, nil, false, access},
		{"audit", desk.Administer, nil, false, audit},
		{"hold", desk.Administer, nil, false, hold},
		{"release", desk.Administer, nil, false, release},
	}
}

// help reads [command [verb]].
func help(_ context.Context, a *asked) (chat.Reply, error) {
	word := strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(a.line.rest, "/", " ")), " "))
	if a.command != root && !strings.HasPrefix(word, a.command) {
		word = strings.TrimSpace(a.command + " " + word)
	}
	if h, ok := wording.HelpOf(word); ok {
		return answer(a.Words.HelpOn(h))
	}
	_, isCommand := a.table[word]
	for _, command := range []string{root, "incident", "window", "probe", "service"} {
		if h, ok := wording.HelpOf(command + " " + word); ok && !isCommand {
			return answer(a.Words.HelpOn(h))
		}
	}
	var known []string
	for _, h := range wording.AllHelp() {
		command, _, _ := strings.Cut(h.Path, " ")
		if word == "" || word == command {
			return answer(a.Words.HelpFor(word))
		}
		known = append(known, h.Path)
	}
	q := unknownWord("command", word, known)
	if q.near == "" {
		q.WithHint("belltower help lists all.")
	}
	return chat.Reply{}, a.correcting(q, word, word)
}

func whoami(_ context.Context, a *asked) (chat.Reply, error) {
	return answer(a.Words.Whoami(wording.Who{
		Person: a.req.Person, Groups: a.req.Groups, Role: a.Access.RoleOf(a.actor), Missing: a.Access.Missing(),
		Channel: a.req.Channel, Reader: a.req.Zone,
		Grants: a.Access.Grants(a.actor), Rosters: a.rosters(), Unknown: a.unknownGroups(), At: a.req.At,
	}))
}

// why reads [42] and [win-17]. What was taken back is there for the channels that
// were told.
func why(ctx context.Context, a *asked) (chat.Reply, error) {
	if word, rest := cutWord(a.line.rest); strings.HasPrefix(strings.ToLower(word), "win") {
		if n, ok := parseWindowNumber(word); ok {
			a.line.rest = rest
			return a.whyWindow(ctx, n)
		}
	}
	if word, _ := cutWord(a.line.rest); strings.HasPrefix(strings.ToLower(word), "alr") {
		return a.whyAlert(ctx)
	}
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	i, err := a.journal.Incident(ctx, a.number)
	if err != nil {
		return chat.Reply{}, err
	}
	w, err := a.whyHere(ctx, i.Subject(), "incident")
	if err != nil {
		return chat.Reply{}, err
	}
	if !a.maySee(i) && (i.Drill || w.At.IsZero()) {
		return chat.Reply{}, notThere(i)
	}
	return a.because(ctx, w, told{i.Subject(), i.EndedAt})
}

// whyWindow answers why this channel did or did not hear of a window.
func (a *asked) whyWindow(ctx context.Context, n int) (chat.Reply, error) {
	win, err := a.journal.Window(ctx, n)
	if err != nil {
		return chat.Reply{}, err
	}
	w, err := a.whyHere(ctx, win.Subject(), "window")
	if err != nil {
		return chat.Reply{}, err
	}
	return a.because(ctx, w, told{win.Subject(), win.EndedAt})
}

// whyAlert answers why this channel did or did not hear of an alert. Who may not read
// alerts learns only of those that were told here.
func (a *asked) whyAlert(ctx context.Context) (chat.Reply, error) {
	one, err := a.takeAlert(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	w, err := a.whyHere(ctx, one.Subject(), "probe")
	if err != nil {
		return chat.Reply{}, err
	}
	if !a.staff() && w.At.IsZero() {
		return chat.Reply{}, desk.Refuse(desk.Unknown, "There is no %s.", one.Subject()).WithHint("probe alerts shows what is seen.")
	}
	return a.because(ctx, w, told{one.Subject(), one.ClearedAt})
}

// whyHere is how this channel stands with a subject; command is the one that is about
// such.
func (a *asked) whyHere(ctx context.Context, s desk.Subject, command string) (outbox.Why, error) {
	if a.line.rest != "" {
		return outbox.Why{}, a.tooMuch()
	}
	if a.req.Channel.IsZero() {
		return outbox.Why{}, desk.Refuse(desk.Invalid, "There is no channel here.").WithHint("Like: %s", fmt.Sprintf("%s deliveries %d", command, s.Number))
	}
	return a.journal.Why(ctx, s, a.req.Channel)
}

// because answers it.
func (a *asked) because(ctx context.Context, w outbox.Why, t told) (chat.Reply, error) {
	if w.Announced == 0 && !t.ended.IsZero() {
		return answer(a.Words.Forgotten(t.subject, t.ended, a.Kept))
	}
	if !a.staff() {
		var err error
		if w.Why, err = a.withoutReason(ctx, w); err != nil {
			return chat.Reply{}, err
		}
	}
	return answer(a.Words.Why(t.subject, standing(w.Standing), w.Subscriptions))
}

// withoutReason is why a channel waits, without an admin's reason of a hold, which
// is for staff.
func (a *asked) withoutReason(ctx context.Context, w outbox.Why) (string, error) {
	holds, err := a.journal.Holds(ctx)
	reason := holds[w.Channel.Connection].Why
	if err != nil || reason == "" {
		return w.Why, err
	}
	return strings.TrimSuffix(w.Why, ": "+reason), nil
}

func access(_ context.Context, a *asked) (chat.Reply, error) {
	return answer(a.Words.AccessList(a.Access, a.rosters(), a.req.At))
}

// maxAudit is how many entries of the audit can be looked at here; the export has
// them all.
const maxAudit = 500

// audit reads [page N].
func audit(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	if a.line.rest != "" {
		return chat.Reply{}, a.tooMuch()
	}
	all, err := a.journal.Audit(ctx, a.req.At, maxAudit)
	if err != nil {
		return chat.Reply{}, err
	}
	var lines []chat.Line
	for _, e := range all {
		lines = append(lines, a.Words.AuditLine(audited(e)))
	}
	p, err := a.page(lines, page, "")
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.AuditList(len(all), p))
}

func audited(e journal.AuditEntry) wording.Audited {
	return wording.Audited{
		At: e.At, By: e.By, Name: e.Name, From: e.From, Did: e.Did, About: e.About,
		Before: e.Before, After: e.After, Reason: e.Reason,
	}
}

// hold reads [connection|all] [why].
func hold(ctx context.Context, a *asked) (chat.Reply, error) {
	conn, err := a.takeConnection()
	if err != nil {
		return chat.Reply{}, err
	}
	by := a.by()
	if by.Reason, err = desk.CleanReason(a.line.all("reason")); err != nil {
		return chat.Reply{}, err
	}
	held, err := a.journal.Hold(ctx, by, conn)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Held(held))
}

// release reads [connection|all].
func release(ctx context.Context, a *asked) (chat.Reply, error) {
	conn, err := a.takeConnection()
	if err != nil {
		return chat.Reply{}, err
	}
	if a.line.rest != "" {
		return chat.Reply{}, a.tooMuch()
	}
	freed, err := a.journal.Release(ctx, a.by(), conn)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Freed(freed))
}

// takeConnection takes a connection off the line; "all" and none are all of them.
func (a *asked) takeConnection() (desk.ConnectionName, error) {
	text := a.line.rest
	word, rest := cutWord(text)
	name := desk.ConnectionName(strings.ToLower(word))
	a.line.rest = rest
	if word == "" || name == "all" {
		return "", nil
	}
	for _, c := range a.Connections {
		if strings.EqualFold(string(c), string(name)) {
			return c, nil
		}
	}
	q := unknownWord("connection", word, append(a.connections(), "all"))
	return "", a.correcting(q, text, word)
}
