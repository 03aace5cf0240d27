package commands

import (
	"context"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// serviceVerbs lists what /service can do.
func serviceVerbs() []verb {
	return []verb{
		{"sorry", desk.Respond, nil, true, sorry},
		{verbHelp, desk.Read, nil, false, help},
	}
}

// sorry reads <service> on|off|auto [reason].
func sorry(ctx context.Context, a *asked) (chat.Reply, error) {
	a.fold("services", "state")
	whole := a.again()
	s, err := a.takeService(whole)
	if err != nil {
		return chat.Reply{}, err
	}
	word, rest := cutWord(a.line.rest)
	verb, err := a.sorryVerb(s, word, whole)
	if err != nil {
		return chat.Reply{}, err
	}
	a.line.rest = rest
	reason, err := desk.CleanReason(a.line.all("reason"))
	if err != nil {
		return chat.Reply{}, inField(err, "reason")
	}
	done, err := a.journal.Sorry(ctx, a.by(), s, verb, reason)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.SorryDone(s, done.Before, done.Gate, done.For))
}

// takeService takes the one service that the line begins with.
func (a *asked) takeService(whole string) (desk.Service, error) {
	words := strings.Fields(a.line.rest)
	if len(words) == 0 {
		return desk.Service{}, desk.Refuse(desk.Invalid, "No service was named.").WithHint("Like: %s", "service sorry learn on").In("services")
	}
	if s, n := findService(a.Words.Catalog, words); n > 0 {
		a.line.rest = strings.Join(words[n:], " ")
		return s, nil
	}
	return desk.Service{}, a.unknownOne(whole, words[0])
}

// sorryVerb reads on, off or auto. Without any it asks, with a button for each.
func (a *asked) sorryVerb(s desk.Service, word, whole string) (desk.SorryVerb, error) {
	verbs := []string{string(desk.SorryOn), string(desk.SorryOff), string(desk.SorryAuto)}
	low := strings.ToLower(word)
	switch near := nearest(low, verbs); {
	case slices.Contains(verbs, low):
		return desk.SorryVerb(low), nil
	case word != "" && near != "":
		return "", a.correcting(unknownWord("word for a sorry page", word, verbs), whole, word)
	}
	q := &question{Refusal: desk.Refuse(desk.Invalid, "It is not said what is to become of the sorry page of %s.", s.Name).
		WithHint("Say on, off or auto; like: %s", "service sorry "+string(s.ID)+" on")}
	for _, one := range verbs {
		q.offering(a.action(a.Words.SorryButton(s, desk.SorryVerb(one)), string(s.ID)+" "+one))
	}
	return "", q
}
