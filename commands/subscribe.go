package commands

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

// place is the channel that a subscription is about.
type place struct {
	channel   desk.Channel
	elsewhere bool
}

// other is the channel where it is not the one in which it was typed.
func (p place) other() desk.Channel {
	if p.elsewhere {
		return p.channel
	}
	return desk.Channel{}
}

// takePlace takes the address of another channel off the line, as it is
// (boston/library) or as adapters write the channels of their platform
// (#amherst/C1). Without one it is the channel where it was typed.
func (a *asked) takePlace() (place, error) {
	here := place{channel: a.req.Channel}
	word, rest := cutWord(a.line.rest)
	address, marked := strings.CutPrefix(word, "#")
	ch, err := desk.ParseChannel(address)
	if _, isTarget := a.Words.Catalog.FindTarget(word); isTarget || (err != nil && !marked) {
		if here.channel.IsZero() {
			return here, desk.Refuse(desk.Invalid, "Which channel?").WithHint("Like: %s boston/library learn", a.command)
		}
		return here, nil
	}
	if err != nil { // a platform's name of a channel, which only its own addresses stand for
		return here, desk.Refuse(desk.Unknown, "I do not know which channel %q is.", clip(word)).
			WithHint("Type it in that channel, or say its address; like: %s boston/library learn", a.command)
	}
	if !a.connected(ch.Connection) {
		return here, unknownWord("connection", string(ch.Connection), a.connections())
	}
	a.line.rest = rest
	there := place{channel: ch, elsewhere: ch != a.req.Channel}
	if !there.elsewhere {
		return there, nil
	}
	return there, a.Access.May(a.actor, desk.FollowElsewhere)
}

func (a *asked) connected(name desk.ConnectionName) bool {
	return name == desk.Local || slices.Contains(a.Connections, name)
}

func (a *asked) connections() []string {
	out := make([]string, len(a.Connections))
	for k, c := range a.Connections {
		out[k] = string(c)
	}
	return out
}

// subscribe reads [channel] [target] [kinds] [least]; alone it says what the
// channel hears, and "test" posts a test.
func subscribe(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	a.foldWishes()
	at, err := a.takePlace()
	if err != nil {
		return chat.Reply{}, err
	}
	now, err := a.journal.Subscriptions(ctx, at.channel)
	if err != nil {
		return chat.Reply{}, err
	}
	if _, target := a.Words.Catalog.FindTarget(a.line.rest); strings.EqualFold(a.line.rest, wordTest) && !target {
		return a.testPost(ctx, at)
	}
	if a.line.rest == "" {
		return a.hears(now, page, at)
	}
	sub, err := a.subscription(at)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := a.maySubscribe(sub, now); err != nil {
		return chat.Reply{}, err
	}
	done, err := a.journal.Subscribe(ctx, a.by(), sub, func(old desk.Subscription) error { return a.mayReplace(old, sub) })
	if err != nil {
		return chat.Reply{}, err
	}
	matching, err := a.matching(ctx, done.Now)
	if err != nil {
		return chat.Reply{}, err
	}
	m := a.Words.Subscribed(sub, done.Before != nil, matching, at.other())
	if _, can := a.Senders[at.channel.Connection]; can {
		m.Actions = []chat.Action{{Label: a.Words.SendTest(), Command: at.testLine()}}
	}
	return answer(m)
}

// wordTest behind subscribe sends a test post.
const wordTest = "test"

// testLine is the line that sends a test post there.
func (p place) testLine() string {
	return strings.Join(strings.Fields("subscribe "+p.other().String()+" "+wordTest), " ")
}

// testPost posts to the channel as news will be, so that who subscribed sees that
// it arrives, or reads why it cannot.
func (a *asked) testPost(ctx context.Context, at place) (chat.Reply, error) {
	if err := a.Access.May(a.actor, desk.Follow); err != nil {
		return chat.Reply{}, err
	}
	sender, can := a.Senders[at.channel.Connection]
	if !can {
		return chat.Reply{}, desk.Refuse(desk.Invalid, "%s", a.Words.NoTest())
	}
	again := at.testLine()
	first, err := a.journal.Claim(ctx, a.by(), journal.AuditEntry{Did: "test post", About: at.channel.String()})
	if err != nil {
		return chat.Reply{}, err
	}
	if !first {
		return answer(a.Words.TestOnce(again))
	}
	_, err = sender.Post(ctx, chat.Delivery{
		Channel: at.channel, Subject: desk.Subject{Kind: desk.NoticeSubject}, Trace: a.req.Trace,
		Snapshot: &desk.Snapshot{Notice: &desk.Notice{At: a.req.At, Text: a.Words.For(at.channel.Connection).TestPost()}},
	})
	if err == nil {
		return answer(a.Words.TestSent())
	}
	failed := &chat.SendError{Outcome: chat.Unknown, Reason: "no answer"}
	errors.As(err, &failed)
	a.log.Warn("test post failed", "trace", a.req.Trace, "channel", at.channel.String(), "error", err)
	return chat.Reply{}, a.Words.TestFailed(*failed, again)
}

// subscription reads <target> [kinds] [least] [manner] [quiet hours].
func (a *asked) subscription(at place) (desk.Subscription, error) {
	target, err := a.takeTarget()
	if err != nil {
		return desk.Subscription{}, err
	}
	sub := desk.Subscription{Channel: at.channel, Target: target}
	targets, said := []desk.Target{target}, []string(nil)
	words := strings.FieldsFunc(strings.ToLower(a.line.rest), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' })
	for len(words) > 0 {
		n, err := addWish(&sub, words)
		if err != nil {
			return sub, err
		}
		said = append(said, words[:n]...)
		if t, more := a.targetAt(words); n == 0 && more > 0 {
			n = more
			if !slices.Contains(targets, t) {
				targets = append(targets, t)
			}
		}
		if n == 0 {
			return sub, a.correcting(unknownWord("kind, least impact or manner", words[0], wishes()), a.typed, words[0])
		}
		words = words[n:]
	}
	if len(targets) > 1 {
		return sub, a.oneByOne(at, targets, said)
	}
	if sub.Least != "" && !sub.Hears(desk.TopicIncidents) {
		return sub, desk.Refuse(desk.Invalid, "The least impact is about incidents only, and these are not among the kinds.").
			WithHint("Like: subscribe learn incidents windows major+").In("least")
	}
	return sub, nil
}

// oneByOne refuses several targets, and offers a subscription of each with the wishes that
// were said.
func (a *asked) oneByOne(at place, targets []desk.Target, said []string) error {
	q := &question{Refusal: desk.Refuse(desk.Invalid, "A subscription is of one service or group.").WithHint("Say a line for each, like: subscribe learn")}
	for _, t := range targets[:min(len(targets), maxOffers)] {
		words := slices.Concat(strings.Fields(at.other().String()), []string{cmp.Or(t.Name, string(t.Kind))}, said)
		q.offering(a.action(a.Words.Offer(t), strings.Join(words, " ")))
	}
	return q
}

// takeTarget takes a target off the front of the line.
func (a *asked) takeTarget() (desk.Target, error) {
	words := strings.Fields(a.line.rest)
	if len(words) > 1 && slices.Contains([]string{"to", "from"}, strings.ToLower(words[0])) {
		words = words[1:]
	}
	apart := strings.Fields(strings.ReplaceAll(strings.Join(words, " "), ",", ", "))
	for _, words := range [][]string{words, apart} {
		if t, n := a.targetAt(words); n > 0 {
			a.line.rest = strings.Join(words[n:], " ")
			return t, nil
		}
	}
	q := unknownWord("service or group", words[0], append(a.Words.Catalog.Words(), string(desk.TargetAll)))
	return desk.Target{}, a.correcting(q, a.typed, words[0])
}

// targetAt finds the target that words begin with, behind what joins it to others, and
// tells how many words that is; 0: there is none.
func (a *asked) targetAt(words []string) (desk.Target, int) {
	joined := 0
	if len(words) > 1 && between(words[0], 0) {
		joined = 1
	}
	for n := min(len(words)-joined, serviceWords); n > 0; n-- {
		name := strings.TrimSuffix(strings.Join(words[joined:joined+n], " "), ",")
		if t, ok := a.Words.Catalog.FindTarget(unwrap(name)); ok {
			return t, joined + n
		}
	}
	return desk.Target{}, 0
}

func (a *asked) maySubscribe(sub desk.Subscription, now []desk.Subscription) error {
	deed := desk.Follow
	if sub.Hears(desk.TopicProbes) {
		deed = desk.FollowProbes
	}
	if err := a.Access.May(a.actor, deed); err != nil {
		return err
	}
	same, has := find(now, sub.Target)
	wider, ok := a.wider(sub.Target, now)
	if ok && (!has || same.Narrows(sub)) {
		return a.mayReplace(wider, sub)
	}
	return nil
}

// wider finds the less specific subscription that says what a channel hears of a
// target where none is for the target itself.
func (a *asked) wider(t desk.Target, now []desk.Subscription) (desk.Subscription, bool) {
	targets := []desk.Target{desk.All()}
	if t.Kind == desk.TargetService {
		targets = a.Words.Catalog.TargetsOf([]desk.ServiceID{desk.ServiceID(t.Name)})
	}
	for _, w := range targets {
		if s, ok := find(now, w); ok && w != t {
			return s, true
		}
	}
	return desk.Subscription{}, false
}

func find(subs []desk.Subscription, t desk.Target) (desk.Subscription, bool) {
	k := slices.IndexFunc(subs, func(s desk.Subscription) bool { return s.Target == t })
	if k < 0 {
		return desk.Subscription{}, false
	}
	return subs[k], true
}

// mayReplace refuses to hear less than old did, but for who may.
func (a *asked) mayReplace(old, sub desk.Subscription) error {
	if !old.Narrows(sub) {
		return nil
	}
	return a.Access.MayLoosen(a.actor, old)
}

// matching lists what is open or planned and matches the subscriptions.
func (a *asked) matching(ctx context.Context, subs []desk.Subscription) (out wording.Matching, err error) {
	all, err := open(ctx, a)
	if err != nil {
		return out, err
	}
	for _, i := range all {
		wish := a.Words.Catalog.AudienceOf(desk.Snapshot{Incident: &i}.Scope()).Wish(subs)
		if wish.Matches {
			out.Open = append(out.Open, wording.OpenNow{Incident: i, QuietUntil: wish.QuietUntil(a.req.At, i.Impact, a.Words.Zone)})
		}
	}
	coming, err := a.coming(ctx, nil, func(w desk.Window) bool {
		return a.Words.Catalog.AudienceOf(desk.Snapshot{Window: &w}.Scope()).Wish(subs).Matches
	})
	out.Coming = coming[:min(len(coming), shownTimes)]
	return out, err
}

// maxOffers is how many targets a channel is offered by buttons.
const maxOffers = 5

// hears answers what the channel hears, with buttons for what it could.
func (a *asked) hears(now []desk.Subscription, page int, at place) (chat.Reply, error) {
	var lines []chat.Line
	for _, s := range now {
		lines = append(lines, a.Words.HearsLine(s))
	}
	p, err := a.page(lines, page, at.other().String())
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Hears(len(now), p, a.offers(now, at), at.other()))
}

func (a *asked) offers(now []desk.Subscription, at place) (out []chat.Action) {
	for _, s := range a.Words.Catalog.Services() {
		t := desk.ServiceTarget(s.ID)
		has := slices.ContainsFunc(now, func(s desk.Subscription) bool { return s.Target == t || s.Target == desk.All() })
		if !has && len(out) < maxOffers {
			out = append(out, a.action(a.Words.Offer(t), strings.TrimSpace(at.other().String()+" "+string(s.ID))))
		}
	}
	return out
}

// unsubscribe reads [channel] [target]; alone it ends everything, after a question.
func unsubscribe(ctx context.Context, a *asked) (chat.Reply, error) {
	a.fold("target")
	whole := a.again()
	at, err := a.takePlace()
	if err != nil {
		return chat.Reply{}, err
	}
	target, err := a.ending(ctx, at, whole)
	if err != nil {
		return chat.Reply{}, err
	}
	loosen := func(old desk.Subscription) error { return a.Access.MayLoosen(a.actor, old) }
	done, err := a.journal.Unsubscribe(ctx, a.by(), at.channel, target, loosen)
	if err != nil {
		return chat.Reply{}, a.notSubscribed(ctx, err, at, target)
	}
	return answer(a.Words.Unsubscribed(done.Removed, done.Now, at.other()))
}

// notSubscribed says what the channel does subscribe to, where what was to end is
// not there.
func (a *asked) notSubscribed(ctx context.Context, err error, at place, target *desk.Target) error {
	var r *desk.Refusal
	switch {
	case !errors.As(err, &r) || r.Code != desk.Unknown:
		return err
	case target == nil:
		return desk.Refuse(desk.Unknown, "%s", a.Words.HearsNothing())
	}
	now, rerr := a.journal.Subscriptions(ctx, at.channel)
	if rerr != nil {
		return rerr
	}
	return a.Words.NotSubscribed(*target, now)
}

// ending reads the target that ends; nil: all, which takes --yes.
func (a *asked) ending(ctx context.Context, at place, whole string) (*desk.Target, error) {
	now, err := a.journal.Subscriptions(ctx, at.channel)
	if err != nil {
		return nil, err
	}
	if a.line.rest != "" {
		named := func(s desk.Subscription) bool { return strings.EqualFold(s.Target.Name, a.line.rest) }
		if k := slices.IndexFunc(now, named); k >= 0 {
			return &now[k].Target, nil // it may be retired, and so in no catalog
		}
		target, err := a.takeTarget()
		if err == nil && a.line.rest != "" {
			err = a.tooMuch()
		}
		return &target, err
	}
	if _, yes := a.line.flags[flagYes]; yes {
		return nil, nil
	}
	if len(now) == 0 {
		return nil, desk.Refuse(desk.Unknown, "%s", a.Words.HearsNothing())
	}
	q := &question{Refusal: desk.Refuse(desk.Ambiguous, "%s", a.Words.UnsubscribeAll(len(now)))}
	if len(now) > 1 {
		one := cmp.Or(now[len(now)-1].Target.Name, string(desk.TargetAll))
		q.WithHint("Or name one: %s", strings.Join(strings.Fields("unsubscribe "+at.other().String()+" "+one), " "))
	}
	button := a.action(a.Words.UnsubscribeAllYes(), whole, flagYes)
	button.Style = chat.Danger
	return nil, q.offering(button)
}
