package commands

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func declare(ctx context.Context, a *asked) (chat.Reply, error) { return a.declare(ctx, false) }

func drill(ctx context.Context, a *asked) (chat.Reply, error) { return a.declare(ctx, true) }

func (a *asked) declare(ctx context.Context, isDrill bool) (chat.Reply, error) {
	whole := a.line
	d, err := a.declaration()
	if err != nil {
		return chat.Reply{}, err
	}
	typed := d
	d.Drill = isDrill
	if d.Title == "" {
		d.Title = a.Words.ReadyTitle(d.Services)
	}
	if d.Text == "" {
		d.Text = a.Words.ReadyText()
	}
	d.Doubts = a.doubts(d.Services, d.Title, d.Text)
	if !isDrill {
		d.Doubts = append(d.Doubts, desk.DoubtsOf(d.Services, a.probes())...)
	}
	_, separate := a.line.flags[flagSeparate]
	done, err := a.journal.Declare(ctx, a.drafting(a.by(), d.Doubts), d, separate)
	if err != nil {
		a.line = whole
		return chat.Reply{}, a.duplicate(ctx, err, typed)
	}
	return a.done(done, d.Doubts)
}

// declaration reads <services> <impact> [title] [| message] and the flags.
func (a *asked) declaration() (desk.Declaration, error) {
	began, err := a.since()
	if err != nil {
		return desk.Declaration{}, err
	}
	said, err := a.takeDeclared()
	if err != nil {
		return desk.Declaration{}, inField(err, "services")
	}
	next, err := a.takeNext()
	if err != nil {
		return desk.Declaration{}, err
	}
	d := desk.Declaration{Services: said.services, Impact: said.impact, Next: next, Began: began}
	d.Title = a.line.part("title")
	d.Text = a.line.all("message")
	if n := utf8.RuneCountInString(d.Title); n > desk.MaxTitle {
		return d, a.noTitle(said, strings.TrimSpace(d.Title+"\n"+d.Text), n)
	}
	return d, nil
}

// noTitle refuses a message that was typed where a title belongs, and offers all of it as
// the message.
func (a *asked) noTitle(said declared, text string, n int) error {
	q := &question{Refusal: desk.Refuse(desk.Invalid, "The title has %d characters; at most %d fit.", n, desk.MaxTitle).
		WithHint("A title ends at the first bar or line break; like: %s learn down Logins fail | We are looking into it.", a.path()).In("title")}
	if utf8.RuneCountInString(text) > desk.MaxText {
		return q
	}
	return q.offering(a.action(a.Words.AsMessage(), said.words()+" | "+text))
}

// since reads the flag --since; zero: it is not there.
func (a *asked) since() (time.Time, error) {
	v, ok := a.line.flags[flagSince]
	if !ok {
		return time.Time{}, nil
	}
	t, err := a.pastTime(v, func(better string) chat.Action {
		b := *a
		b.line.flags = maps.Clone(b.line.flags)
		b.line.flags[flagSince] = better
		return b.action(better, b.again())
	})
	return t, inField(err, string(flagSince))
}

// takeNext reads when news is promised: the flag --next, or a rest that is just "next 45m".
func (a *asked) takeNext() (time.Duration, error) {
	if err := a.line.takeNext(); err != nil {
		return 0, err
	}
	return a.next()
}

// next reads the flag --next.
func (a *asked) next() (time.Duration, error) {
	v, ok := a.line.flags[flagNext]
	if !ok {
		return 0, nil
	}
	d, ok := parseDuration(strings.Join(strings.Fields(v), ""))
	if !ok {
		return 0, desk.Refuse(desk.Invalid, "%q is no length of time.", clip(v)).WithHint("Like: --next 45m; also 40s, 4h, 1h30m, 2d.").In("next")
	}
	return d, nil
}

// pastTime reads a time that is over. Where better words are known, offer makes
// the button that says them.
func (a *asked) pastTime(text string, offer func(better string) chat.Action) (time.Time, error) {
	words := strings.Fields(text)
	if len(words) > 1 && slices.Contains([]string{"at", "on", wordFrom, string(flagSince)}, strings.ToLower(words[0])) {
		words = words[1:] // began at 03:52
	}
	if len(words) == 0 {
		return time.Time{}, desk.Refuse(desk.Invalid, "No time was given.").WithHint("Like: 03:52")
	}
	m, n := parseMoment(words)
	if n == 0 || n < len(words) {
		return time.Time{}, desk.Refuse(desk.Invalid, "%q is no time that I understand.", clip(text)).
			WithHint("Like: 03:52, 3:52am, yesterday 23:10, 20m ago, nov 26 10pm, 2026-11-26 22:00.")
	}
	t, err := m.past(a.req.At, a.Words.Zone)
	return t, offered(err, offer)
}

// duplicate asks what to do with a declaration of what is open already.
func (a *asked) duplicate(ctx context.Context, err error, typed desk.Declaration) error {
	var r *desk.Refusal
	if !errors.As(err, &r) || r.Code != desk.Duplicate || len(r.Subjects) == 0 {
		return err
	}
	q := &question{}
	var sentences []string
	for _, s := range r.Subjects[:min(len(r.Subjects), maxDuplicates)] {
		i, err := a.journal.Incident(ctx, s.Number)
		if err != nil {
			return err
		}
		sentences = append(sentences, a.Words.AlreadyOpen(i, a.req.At))
		if add := a.addTo(i, typed); utf8.RuneCountInString(add.Value()) <= maxCommand {
			q.offering(add)
		}
	}
	q.Refusal = desk.Refuse(desk.Duplicate, "%s", strings.Join(sentences, " ")).About(r.Subjects...)
	q.offering(a.override(a.Words.Separate(), flagSeparate))
	if len(q.actions) == 0 {
		q.WithHint("This is too long for a button. Please type: incident update %d <message>, or declare it again with %s.", r.Subjects[0].Number, flagSeparate.dashed())
	}
	return q
}

// addTo is the button that adds a declaration to an open incident: what was typed, or
// how those of its services do that the incident is about.
func (a *asked) addTo(i desk.Incident, typed desk.Declaration) chat.Action {
	way := chat.Action{Label: a.Words.AddAsUpdate(i), Command: fmt.Sprintf("incident update %d", i.Number), Style: chat.Primary}
	text := strings.TrimSpace(typed.Title + "\n" + typed.Text)
	if text == "" {
		others := func(s desk.Affected) bool { return !i.Concerns(s.Service) }
		text = a.Words.ReadyAgain(slices.DeleteFunc(slices.Clone(typed.Services), others), typed.Impact)
	}
	if a.req.Filled {
		way.Options = map[string]string{"message": text}
		if typed.Next > 0 {
			way.Options[string(flagNext)] = durationWords(typed.Next)
		}
		return way
	}
	if typed.Next > 0 {
		text = flagNext.dashed() + ` "` + durationWords(typed.Next) + `" ` + text
	}
	way.Command += " " + text
	return way
}

// maxDuplicates is how many open incidents a declaration is compared with in the answer.
const maxDuplicates = 3
