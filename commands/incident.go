package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/wording"
)

// incidentVerbs lists what /incident can do.
func incidentVerbs() []verb {
	opening := []flag{flagNext, flagSince, flagSeparate}
	return []verb{
		{"declare", desk.Respond, opening, true, declare},
		{"drill", desk.Respond, []flag{flagNext, flagSince}, true, drill},
		{"update", desk.Respond, []flag{flagNext}, true, update},
		{"resolve", desk.Respond, []flag{flagYes, flagForce}, false, resolve},
		{"retract", desk.Respond, []flag{flagYes}, false, retract},
		{"tell", desk.Respond, nil, false, tellNow},
		{"reopen", desk.Respond, []flag{flagYes}, true, reopen},
		{"note", desk.Respond, nil, true, note},
		{"impact", desk.Respond, nil, true, setImpact},
		{"services", desk.Respond, nil, true, setServices},
		{"title", desk.Respond, nil, true, setTitle},
		{"lead", desk.Respond, nil, true, setLead},
		{"began", desk.Respond, nil, true, setBegan},
		{"ended", desk.Respond, nil, true, setEnded},
		{"edit", desk.Respond, nil, true, edit},
		{"change", desk.Respond, nil, true, change},
		{"merge", desk.Respond, nil, true, merge},
		{"nothing-new", desk.Respond, nil, false, nothingNew},
		{"snooze", desk.Respond, nil, false, snooze},
		{"list", desk.Read, nil, false, list},
		{"show", desk.Read, nil, false, show},
		{"timeline", desk.ReadStaff, nil, false, timeline},
		{"deliveries", desk.ReadStaff, nil, false, deliveries},
		{verbHelp, desk.Read, nil, false, help},
	}
}

// apply changes the incident meant by a rule. Texts are looked at for what is
// doubtful, which ops sees while it can be taken back.
func (a *asked) apply(ctx context.Context, text string, rule journal.Rule) (chat.Reply, error) {
	return a.applyBy(ctx, a.by(), text, rule)
}

// applyBy is apply by somebody who may have a reason.
func (a *asked) applyBy(ctx context.Context, by journal.By, text string, rule journal.Rule) (chat.Reply, error) {
	doubts := a.doubts(nil, "", text)
	done, err := a.journal.Apply(ctx, a.drafting(by, doubts), a.number, func(i desk.Incident, act desk.Act) (desk.Change, error) {
		c, err := rule(i, act)
		if err == nil && c.Announce != nil {
			c.Announce.Snapshot.Doubts = doubts
		}
		return c, err
	})
	if err != nil {
		return chat.Reply{}, err
	}
	return a.done(done, doubts)
}

// doubts says what looks wrong in a text: what the desk knows, and a word that is
// nearly a flag, which would be told as text.
func (a *asked) doubts(services []desk.Affected, title, text string) []string {
	out := desk.Doubts(a.Words.Catalog, services, title, text)
	for w := range strings.FieldsSeq(title + " " + text) {
		if near := nearFlag(w); near != "" && near != w {
			out = append(out, a.Words.NearlyFlag(clip(w), near))
		}
	}
	return out
}

// nearFlag is the flag that a word with two dashes is nearest to.
func nearFlag(word string) string {
	if !strings.HasPrefix(word, "--") || len(word) <= len("--")+2 {
		return ""
	}
	var names []string
	for _, f := range flagNames() {
		names = append(names, f.dashed())
	}
	return nearest(word, names)
}

// drafting has the answer to a change made while the change is stored: the disk takes
// longer than that.
func (a *asked) drafting(by journal.By, doubts []string) journal.By {
	by.Draft = func(d journal.Applied) {
		a.draft = nil
		defer func() { _ = recover() }() // done makes it again, where that is caught
		r := a.reply(d, doubts)
		if a.req.Draft != nil {
			a.req.Draft(r)
			r.Drafted = true
		}
		a.draft = &r
	}
	return by
}

// done answers a change, by the draft where there is one.
func (a *asked) done(d journal.Applied, doubts []string) (chat.Reply, error) {
	if a.draft != nil {
		return *a.draft, nil
	}
	return a.reply(d, doubts), nil
}

func (a *asked) reply(d journal.Applied, doubts []string) chat.Reply {
	return chat.Reply{Message: a.Words.Done(wording.Done{
		Incident: d.Incident, Entry: d.Entry, Also: d.Also, Untold: d.Untold, Forgotten: d.Forgotten, Channels: d.Channels, Held: d.Held, Into: d.Into, NotTested: d.NotTested(),
		Stopped: d.Stopped, Doubts: doubts, Now: a.doneAt(d.Entry), Reader: a.req.Zone,
	})}
}

// doneAt is when a change was made: where its request comes again, the answer is that
// of the first time.
func (a *asked) doneAt(e desk.Entry) time.Time {
	if e.At.IsZero() {
		return a.req.At
	}
	return e.At
}

// takeStatus takes a status and its colon off the line, with a blank behind or without
// ("resolved:It works"). A word with a colon that is nearly a status is refused: it would be
// told as text.
func (a *asked) takeStatus() (desk.IncidentStatus, error) {
	if v, ok := a.line.options["status"]; ok {
		s := desk.IncidentStatus(strings.ToLower(strings.TrimSpace(v)))
		if !known(s) {
			return "", unknownWord("status", v, statusWords()).in("status")
		}
		return s, nil
	}
	word, _ := cutWord(a.line.rest)
	name, _, colon := strings.Cut(word, ":")
	s := desk.IncidentStatus(strings.ToLower(name))
	switch {
	case !colon:
		return "", nil
	case known(s):
		a.line.rest = strings.TrimSpace(strings.TrimSpace(a.line.rest)[len(name)+1:])
		return s, nil
	}
	q := unknownWord("status", name, statusWords())
	if q.near == "" {
		return "", nil
	}
	return "", a.correcting(q, a.again(), name)
}

func known(s desk.IncidentStatus) bool { return slices.Contains(statusWords(), string(s)) }

func statusWords() []string {
	return []string{string(desk.Investigating), string(desk.Identified), string(desk.Monitoring), string(desk.Resolved)}
}
