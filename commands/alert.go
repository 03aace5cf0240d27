package commands

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/wording"
)

// alertVerbs are what can be done about alerts.
func alertVerbs() []verb {
	return []verb{
		{name: "alerts", deed: desk.ReadStaff, do: listAlerts},
		{name: "show", deed: desk.ReadStaff, do: showAlert},
		{name: "deliveries", deed: desk.ReadStaff, do: alertDeliveries},
		{name: "declare", deed: desk.Respond, form: true, flags: []flag{flagNext, flagSeparate, flagYes}, do: declareAlert},
		{name: "ack", deed: desk.Respond, do: acknowledge},
		{name: "hold", deed: desk.Respond, do: holdAlert},
		{name: "close", deed: desk.Respond, do: closeAlert},
		{name: "mute", deed: desk.Respond, form: true, do: mute},
		{name: "unmute", deed: desk.Respond, form: true, do: unmute},
	}
}

// probeVerbs are the verbs of probes and of what they and other monitors see.
func probeVerbs() []verb {
	return slices.Concat([]verb{
		{name: "list", deed: desk.ReadStaff, do: listProbes},
		{name: "run", deed: desk.ReadStaff, form: true, do: runProbes},
	}, alertVerbs(), []verb{{name: verbHelp, deed: desk.Read, do: help}})
}

// parseAlertNumber reads 7, #7 and ALR-7.
func parseAlertNumber(word string) (int, bool) {
	word = strings.ToLower(strings.TrimRight(word, ",:."))
	word = strings.TrimPrefix(strings.TrimPrefix(word, "#"), "alr-")
	n, err := strconv.Atoi(word)
	return n, err == nil && n > 0
}

// takeAlert takes the alert meant off the line: by its number, as the newest that fails
// now about a service, or because there is just one. Else it refuses and offers those that
// there are.
func (a *asked) takeAlert(ctx context.Context) (desk.Alert, error) {
	a.fold("alert", "incident", "services")
	word, rest := cutWord(a.line.rest)
	if n, ok := parseAlertNumber(word); ok {
		a.line.rest = rest
		return a.journal.Alert(ctx, n)
	}
	if number, again, err := a.journal.RepeatedAlert(ctx, a.by()); again || err != nil {
		if err != nil {
			return desk.Alert{}, err
		}
		return a.journal.Alert(ctx, number)
	}
	open, err := a.journal.OpenAlerts(ctx)
	if err != nil {
		return desk.Alert{}, err
	}
	switch {
	case word != "":
	case len(open) == 1:
		return open[0], nil
	default:
		return desk.Alert{}, a.whichAlert(open)
	}
	s, n := findService(a.Words.Catalog, strings.Fields(a.line.rest))
	if n == 0 {
		return desk.Alert{}, desk.Refuse(desk.Unknown, "%q is no alert.", clip(word)).WithHint("Give its number; like: %s 7", a.path())
	}
	for range n {
		_, a.line.rest = cutWord(a.line.rest)
	}
	for _, one := range open {
		if slices.Contains(one.ServiceIDs(), s.ID) {
			return one, nil
		}
	}
	return desk.Alert{}, desk.Refuse(desk.Unknown, "No check sees a failure of %s.", s.Name).WithHint("probe alerts shows what is seen.")
}

// whichAlert asks which alert is meant, by a button that says the line with its number.
func (a *asked) whichAlert(open []desk.Alert) error {
	if len(open) == 0 {
		return desk.Refuse(desk.Unknown, "No check sees a failure, so please give the number of the alert.").WithHint("Like: %s", desk.Term(a.path()+" 7"))
	}
	q := &question{Refusal: desk.Refuse(desk.Ambiguous, "More than one alert may be meant. Which one?").WithHint("Like: %s", desk.Term(a.path()+" 7"))}
	for _, one := range open[:min(len(open), maxOffered)] {
		q.offering(a.action(a.Words.PickAlert(one), strings.TrimSpace(fmt.Sprintf("%d %s", one.Number, a.again()))))
	}
	return q
}

// maxAlerts is how many alerts an answer lists.
const maxAlerts = 20

func listAlerts(ctx context.Context, a *asked) (chat.Reply, error) {
	open, err := a.journal.OpenAlerts(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	muted, err := a.journal.Mutes(ctx, a.req.At)
	if err != nil {
		return chat.Reply{}, err
	}
	l := wording.Alerts{Open: open[:min(len(open), maxAlerts)], More: max(0, len(open)-maxAlerts), Now: a.req.At}
	for _, m := range muted {
		l.Muted = append(l.Muted, wording.Muted{Service: a.Words.Catalog.Name(m.Service), Until: m.Until})
	}
	return answer(a.Words.Alerts(l))
}

func showAlert(ctx context.Context, a *asked) (chat.Reply, error) {
	one, err := a.takeAlert(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Alert(one))
}

// alertDeliveries reads [7] [page N].
func alertDeliveries(ctx context.Context, a *asked) (chat.Reply, error) {
	page := a.takePage()
	one, err := a.takeAlert(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.delivered(ctx, told{one.Subject(), one.ClearedAt}, page)
}

// declareAlert reads <alert> [title] [| message], and declares an incident of what the
// alert is about.
func declareAlert(ctx context.Context, a *asked) (chat.Reply, error) {
	one, err := a.takeAlert(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	_, again, err := a.journal.RepeatedAlert(ctx, a.by())
	if err == nil && !again {
		err = one.CheckOpen()
	}
	if err != nil {
		return chat.Reply{}, err
	}
	var ids []string
	for _, s := range one.Affected() {
		ids = append(ids, string(s.Service))
	}
	impact := cmp.Or(a.line.options["impact"], string(a.alertImpact(one)))
	delete(a.line.options, "impact")
	a.line.rest = strings.TrimSpace(fmt.Sprintf("%s %s %s", strings.Join(ids, ","), impact, a.line.rest))
	a.command, a.verb.name = "incident", "declare" // what its questions offer
	return a.declare(ctx, false)
}

// alertImpact is how bad an alert is, if nobody says otherwise: what its services say of
// failures, of which the worst counts, and minor where they are slow.
func (a *asked) alertImpact(one desk.Alert) (impact desk.Impact) {
	if one.Expectation == desk.Performance {
		return desk.Minor
	}
	for _, s := range one.Affected() {
		of, _ := a.Words.Catalog.Find(string(s.Service))
		if is := cmp.Or(of.AutoImpact, desk.Major); is.Rank() > impact.Rank() {
			impact = is
		}
	}
	return impact
}

func acknowledge(ctx context.Context, a *asked) (chat.Reply, error) {
	return a.onAlert(ctx, "acknowledge", desk.Alert.Acknowledge, a.Words.Acknowledged)
}

func holdAlert(ctx context.Context, a *asked) (chat.Reply, error) {
	return a.onAlert(ctx, "hold declaration", desk.Alert.Hold, a.Words.AlertHeld)
}

// onAlert changes an alert by a rule, and answers with what it came to.
func (a *asked) onAlert(ctx context.Context, did string, rule func(desk.Alert, desk.Act) (desk.Alert, error), say func(desk.Alert) chat.Message) (chat.Reply, error) {
	one, err := a.takeAlert(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	done, err := a.journal.ApplyAlert(ctx, a.by(), one.Number, did, rule)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(say(done.Alert))
}

func closeAlert(ctx context.Context, a *asked) (chat.Reply, error) {
	one, err := a.takeAlert(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	done, err := a.journal.CloseAlert(ctx, a.by(), one.Number)
	if err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Closed(done.Alert, done.Left))
}

// muteFor is how long a mute lasts where nothing else is said, maxMute at most.
const (
	muteFor = time.Hour
	maxMute = 7 * 24 * time.Hour
)

// mute reads <service>[,...]|<alert> [2h].
func mute(ctx context.Context, a *asked) (chat.Reply, error) {
	services, err := a.takeMuted(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	length := muteFor
	words := strings.Fields(a.line.all("for"))
	if len(words) > 0 && words[0] == "for" {
		words = words[1:]
	}
	if len(words) > 0 {
		var n int
		if length, n = parseLength(words); n < len(words) || length > maxMute {
			return chat.Reply{}, desk.Refuse(desk.Invalid, "%q is no length of time up to seven days.", clip(strings.Join(words, " "))).
				WithHint("Like: probe mute learn 2h").In("for")
		}
	}
	until := a.req.At.Add(length)
	if err := a.journal.Mute(ctx, a.by(), ids(services), until); err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.MutedUntil(services, until, a.req.At))
}

func unmute(ctx context.Context, a *asked) (chat.Reply, error) {
	services, err := a.takeMuted(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := a.journal.Mute(ctx, a.by(), ids(services), time.Time{}); err != nil {
		return chat.Reply{}, err
	}
	return answer(a.Words.Unmuted(services))
}

// takeMuted takes the services off the line, or those of an alert.
func (a *asked) takeMuted(ctx context.Context) ([]desk.Affected, error) {
	a.fold("services")
	word, rest := cutWord(a.line.rest)
	if n, ok := parseAlertNumber(word); ok {
		one, err := a.journal.Alert(ctx, n)
		a.line.rest = rest
		return one.Affected(), err
	}
	var services []desk.Affected
	for {
		s, n := findService(a.Words.Catalog, strings.Fields(a.line.rest))
		if n == 0 {
			break
		}
		for range n {
			_, a.line.rest = cutWord(a.line.rest)
		}
		addAffected(&services, desk.Affected{Service: s.ID, Name: s.Name})
	}
	if len(services) > 0 {
		return services, nil
	}
	for piece := range strings.SplitSeq(word, ",") {
		s, err := a.affected(a.again(), piece)
		if err != nil {
			return nil, err
		}
		addAffected(&services, s)
	}
	a.line.rest = rest
	return services, nil
}

func ids(services []desk.Affected) (out []desk.ServiceID) {
	for _, s := range services {
		out = append(out, s.Service)
	}
	return out
}
