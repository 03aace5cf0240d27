package commands

import (
	"context"

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
	next, err := a.next()
	if err != nil {
		return chat.Reply{}, err
	}
	text := a.line.all("message")
	if status == desk.Resolved {
		return a.resolve(ctx, text)
	}
	p := desk.Progress{Status: status, Text: text, Next: next}
	return a.apply(ctx, text, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Update(p, act) })
}

// resolve reads [42] [message].
func resolve(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	return a.resolve(ctx, a.line.all("message"))
}

func (a *asked) resolve(ctx context.Context, text string) (chat.Reply, error) {
	if v, promised := a.line.flags[flagNext]; promised {
		return chat.Reply{}, desk.Refuse(desk.Invalid, "What is resolved promises no next update, so --next %s has no place.", clip(v)).In("next")
	}
	return a.apply(ctx, text, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		said := text
		if said == "" {
			said = a.Words.ReadyEnd(i)
		}
		return i.Resolve(said, act)
	})
}

// retract reads [42] [why].
func retract(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	why := a.line.all("reason")
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract(why, act) })
}

// reopen reads [42] <message>.
func reopen(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongEnded); err != nil {
		return chat.Reply{}, err
	}
	text := a.line.all("message")
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
