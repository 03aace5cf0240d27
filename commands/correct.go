package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// setImpact reads [42] <impact>.
func setImpact(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	word := strings.ToLower(a.line.all("impact"))
	to, ok := parseImpact(word)
	if !ok && word != "" {
		q := unknownWord("impact", word, []string{"slow", "partly", "down", "minor", "major", "critical"})
		return chat.Reply{}, a.correcting(q, word, word)
	}
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetImpact(to, act) })
}

// setServices reads [42] +portal -learn; a form says all that it is about.
func setServices(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	read := a.rescope
	if a.req.Filled {
		read = a.rescopeTo
	}
	r, err := read(a.line.part("services"))
	if err != nil {
		return chat.Reply{}, err
	}
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetServices(r, act) })
}

func (a *asked) rescope(text string) (r desk.Rescope, err error) {
	words := signed(text)
	if len(words) == 0 || a.line.rest != "" {
		return r, desk.Refuse(desk.Invalid, "Say which services are added or removed.").WithHint("Like: incident services %d +portal -learn", a.number)
	}
	for _, w := range words {
		service, err := a.affected(text, strings.TrimLeft(w, "+-−"))
		switch {
		case err != nil:
			return r, err
		case strings.HasPrefix(w, "+"):
			r.Add = append(r.Add, service)
		case w[0] == '-' || strings.HasPrefix(w, "−"):
			r.Remove = append(r.Remove, service.Service)
		default:
			return r, desk.Refuse(desk.Invalid, "Is %s added or removed?", w).WithHint("Put + or - before it; like: incident services %d +%s", a.number, w)
		}
	}
	return r, nil
}

// signed are the words of a list in which what a comma joins has the sign of what is
// before it, and a sign may stand alone: "+portal, mail - learn".
func signed(text string) (out []string) {
	sign := ""
	for word := range strings.FieldsSeq(text) {
		goes := strings.HasSuffix(word, ",")
		for _, piece := range pieces(word) {
			name := strings.TrimLeft(piece, "+-−")
			if name != piece {
				sign = strings.TrimSuffix(piece, name)
			}
			if name != "" {
				out = append(out, sign+name)
			}
			goes = goes || name == ""
		}
		if !goes {
			sign = ""
		}
	}
	return out
}

// pieces are the words of a list.
func pieces(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == ' ' || c == ',' || c == '\n' })
}

// rescopeTo is what a form changes: text is what the incident is to be about, and the
// line says what it was about when the form was opened.
func (a *asked) rescopeTo(text string) (r desk.Rescope, err error) {
	was := pieces(a.line.rest)
	for _, w := range pieces(text) {
		s, err := a.affected(text, w)
		if err != nil {
			return r, inField(err, "services")
		}
		k := slices.Index(was, string(s.Service))
		if k < 0 || s.Status != "" {
			r.Add = append(r.Add, s)
		}
		if k >= 0 {
			was = slices.Delete(was, k, k+1)
		}
	}
	for _, id := range was {
		r.Remove = append(r.Remove, desk.ServiceID(id))
	}
	return r, nil
}

// setTitle reads [42] <title>.
func setTitle(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	title := a.line.all("title")
	return a.apply(ctx, title, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetTitle(title, act) })
}

// setLead reads [42] me|@user|nobody.
func setLead(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	var who desk.Person
	if word := a.line.all("lead"); word != "" || !a.req.Filled {
		var err error
		if who, err = a.person(word); err != nil {
			return chat.Reply{}, err
		}
	}
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.SetLead(who, act) })
}

// person reads me, nobody, @amherst/U1 as adapters write the people of their
// platform, and the address alone.
func (a *asked) person(word string) (desk.Person, error) {
	switch strings.ToLower(word) {
	case "me":
		return a.req.Person, nil
	case "nobody":
		return desk.Person{}, nil
	case "":
		return desk.Person{}, desk.Refuse(desk.Invalid, "It is not said who leads.").WithHint("Like: incident lead %d me", a.number)
	}
	p, err := desk.ParsePerson(strings.TrimPrefix(word, "@"))
	if err != nil || strings.ContainsAny(p.ID, " \n") || !a.connected(p.Connection) {
		return p, desk.Refuse(desk.Unknown, "I do not know who %q is.", clip(word)).
			WithHint("Pick a name as you type @, or say me; like: incident lead %d me", a.number)
	}
	return p, nil
}

// setBegan reads [42] <time>.
func setBegan(ctx context.Context, a *asked) (chat.Reply, error) {
	return a.redate(ctx, amongOpen, func(i desk.Incident, t time.Time, act desk.Act) (desk.Change, error) { return i.SetBegan(t, act) })
}

// setEnded reads [42] <time>.
func setEnded(ctx context.Context, a *asked) (chat.Reply, error) {
	return a.redate(ctx, amongEnded, func(i desk.Incident, t time.Time, act desk.Act) (desk.Change, error) { return i.SetEnded(t, act) })
}

func (a *asked) redate(ctx context.Context, among candidates, rule func(desk.Incident, time.Time, desk.Act) (desk.Change, error)) (chat.Reply, error) {
	if err := a.incident(ctx, among); err != nil {
		return chat.Reply{}, err
	}
	t, err := a.pastTime(a.line.all("when"), func(better string) chat.Action { return a.action(better, better) })
	if err != nil {
		return chat.Reply{}, err
	}
	return a.apply(ctx, "", func(i desk.Incident, act desk.Act) (desk.Change, error) { return rule(i, t, act) })
}

// edit reads [42] [#3] <message>.
func edit(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	update := 0
	if word, rest := cutWord(a.line.rest); strings.HasPrefix(word, "#") {
		n, ok := parseNumber(word)
		if !ok {
			return chat.Reply{}, a.tooMuch()
		}
		update, a.line.rest = n, rest
	}
	done, err := a.journal.Reword(ctx, a.by(), a.number, update, a.line.all("message"))
	if err != nil {
		return chat.Reply{}, err
	}
	return a.done(done, a.doubts(nil, "", done.Entry.Text))
}

// merge reads 43 into 42.
func merge(ctx context.Context, a *asked) (chat.Reply, error) {
	words := strings.Fields(strings.ToLower(a.line.rest))
	if len(words) == 3 && words[1] == "into" {
		words = []string{words[0], words[2]}
	}
	if len(words) != 2 {
		return chat.Reply{}, a.tooMuch()
	}
	from, okFrom := parseNumber(words[0])
	into, okInto := parseNumber(words[1])
	if !okFrom || !okInto {
		return chat.Reply{}, a.tooMuch()
	}
	done, err := a.journal.Merge(ctx, a.by(), from, into)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.done(done, nil)
}

// change reads [42] [impact] [title] [| message]: how the declaration is to read.
func change(ctx context.Context, a *asked) (chat.Reply, error) {
	if err := a.incident(ctx, amongOpen); err != nil {
		return chat.Reply{}, err
	}
	var r journal.Revision
	word, rest := cutWord(a.line.rest)
	if v, given := a.line.options["impact"]; given {
		word, rest = v, a.line.rest
	}
	if impact, ok := desk.ParseImpact(strings.ToLower(word)); ok {
		r.Impact, a.line.rest = impact, rest
	}
	r.Title, r.Text = a.line.part("title"), a.line.all("message")
	if r.Impact == "" && r.Title == "" && r.Text == "" {
		return chat.Reply{}, desk.Refuse(desk.Invalid, "It is not said what is to change.").WithHint("Like: incident change %d down Nobody can log in | We restart it.", a.number)
	}
	i, err := a.journal.Incident(ctx, a.number)
	if err != nil {
		return chat.Reply{}, err
	}
	r.Doubts = a.doubts(i.Services, r.Title, r.Text)
	done, err := a.journal.Revise(ctx, a.drafting(a.by(), r.Doubts), a.number, r)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.done(done, r.Doubts)
}
