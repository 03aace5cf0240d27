package commands

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// update reads [42] [identified:] <message>.
func update(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	status, err := a.takeStatus()
	if err != nil {
		return chat.Reply{}, err
	}
	next, err := a.takeNext()
	if err != nil {
		return chat.Reply{}, err
	}
	text := a.line.all("message")
	if err := a.checkMessage(status, text); err != nil {
		return chat.Reply{}, err
	}
	if status == desk.Resolved {
		return a.resolve(ctx, text)
	}
	p := desk.Progress{Status: status, Text: text, Next: next}
	return a.apply(ctx, text, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Update(p, act) })
}

// resolve reads [42] [message]. Where tests have to pass first, they are begun; --force
// tells it at once.
func resolve(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	if err := a.line.takeNext(); err != nil {
		return chat.Reply{}, err
	}
	text := a.line.all("message")
	if err := a.checkMessage(desk.Resolved, text); err != nil {
		return chat.Reply{}, err
	}
	return a.resolve(ctx, text)
}

// checkMessage refuses what is hardly meant to be told: only numbers, and a status without
// its colon, which would contradict the one that is shown.
func (a *asked) checkMessage(said desk.IncidentStatus, text string) error {
	if err := a.checkNumbers(text, "message"); err != nil {
		return err
	}
	alone := strings.ToLower(strings.Trim(text, " .!"))
	if said != "" || !known(desk.IncidentStatus(alone)) {
		return nil
	}
	way := alone + ":"
	q := &question{Refusal: desk.Refuse(desk.Invalid, "%q alone is no message.", clip(text)).
		WithHint("A status stands before a message, with a colon: %s %d %s ...", a.path(), a.number, way).In("message")}
	if alone != string(desk.Resolved) {
		return q // the message is still to be typed
	}
	return q.offering(a.action(a.Words.Instead(way), way))
}

// checkNumbers refuses a text that is to be told and only names incidents: "retract 41 42".
func (a *asked) checkNumbers(text, field string) error {
	if !justNumbers(text) {
		return nil
	}
	return desk.Refuse(desk.Invalid, "%q is no message.", clip(text)).
		WithHint("A line is about one incident, like: %s %d", a.path(), a.number).In(field)
}

// justNumbers reports whether a text names incidents and says nothing.
func justNumbers(text string) bool {
	pieces := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" ,\n&+", r) })
	rest := slices.DeleteFunc(slices.Clone(pieces), func(w string) bool {
		_, number := parseNumber(w)
		return number || w == "and"
	})
	return len(pieces) > 0 && len(rest) == 0
}

func (a *asked) resolve(ctx context.Context, text string) (chat.Reply, error) {
	if v, promised := a.line.flags[flagNext]; promised {
		return chat.Reply{}, desk.Refuse(desk.Invalid, "What is resolved promises no next update, so --next %s has no place.", clip(v)).In("next")
	}
	reason, forced := a.line.flags[flagForce]
	reason, err := desk.CleanReason(reason)
	if err != nil {
		return chat.Reply{}, inField(err, "reason")
	}
	by := a.by()
	by.Reason = reason
	reply, err := a.applyBy(ctx, by, text, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		said := text
		switch {
		case said == "" && i.IsVerifying():
			said = i.Verify.Text
		case said == "":
			said = a.Words.ReadyEnd(i)
		}
		return i.End(desk.Ending{Text: said, Untested: forced}, a.journal.Proving(i.ServiceIDs()), act)
	})
	return reply, a.tested(ctx, err)
}

// tested offers to tell at once what is being tested already.
func (a *asked) tested(ctx context.Context, err error) error {
	var r *desk.Refusal
	if !errors.As(err, &r) || r.Code != desk.Conflict {
		return err
	}
	i, readErr := a.journal.Incident(ctx, a.number)
	if readErr != nil || !i.IsVerifying() {
		return err
	}
	b := *a
	b.req.Filled, b.line.flags = false, nil // the button is a line to type
	return (&question{Refusal: r}).offering(b.action(a.Words.TellsNow(), "", flagForce))
}

// retract reads [42] [why].
func retract(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	why := a.line.all("reason")
	if err := a.checkNumbers(why, "reason"); err != nil {
		return chat.Reply{}, err
	}
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract(why, act) })
}

// reopen reads [42] <message>; of what is being tested the message may be left out.
func reopen(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongEnded); err != nil {
		return chat.Reply{}, err
	}
	text := a.line.all("message")
	if err := a.checkNumbers(text, "message"); err != nil {
		return chat.Reply{}, err
	}
	return a.apply(ctx, text, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Reopen(text, act) })
}

// note reads [42] <text>.
func note(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	text := a.line.all("message")
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Note(text, act) })
}

// tellNow reads [42]: it ends the grace.
func tellNow(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	if a.line.rest != "" {
		return chat.Reply{}, a.tooMuch()
	}
	sent, err := a.journal.SendNow(ctx, a.by(), a.number)
	if err != nil {
		return chat.Reply{}, err
	}
	s := desk.Subject{Kind: desk.IncidentSubject, Number: a.number}
	return answer(a.Words.TellingNow(s, sent))
}

// tooMuch refuses words that nothing is known to do with.
func (a *asked) tooMuch() error {
	h, _ := wording.HelpOf(a.path())
	return desk.Refuse(desk.Invalid, "I do not understand %q here.", clip(a.line.rest)).WithHint("Like: %s", desk.Term(h.Example))
}
