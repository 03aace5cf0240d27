package wording

import (
	"slices"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// What is said of sorry pages to staff. Readers of one meet package statuspage.

// SorryButton labels the button of a word for a sorry page.
func (c Context) SorryButton(s desk.Service, verb desk.SorryVerb) string {
	switch verb {
	case desk.SorryOn:
		return c.word("Put up the sorry page of %s", s.Name)
	case desk.SorryOff:
		return c.word("Take down the sorry page of %s", s.Name)
	}
	return c.word("Leave the sorry page of %s to the rule", s.Name)
}

// SorryDone answers a word about a sorry page. about is what goes on about the service.
func (c Context) SorryDone(s desk.Service, before, now desk.Gate, about desk.Subject) chat.Message {
	m := chat.Message{Tone: chat.ToneInfo}
	ends := about != (desk.Subject{})
	switch {
	case now.Closed && now.Cause == desk.GateByHand:
		m.Summary = c.say("The sorry page of %s is up.", s.Name)
		m.Lines = []chat.Line{paragraph(c.say("Neither an incident nor planned work about the service goes on, so it stays up until %s.", chat.Span{Code: sorryLine(s, desk.SorryOff)}))}
		if ends {
			m.Lines = []chat.Line{paragraph(c.say("It comes down by itself when %s is over; %s takes it down before.", about, chat.Span{Code: sorryLine(s, desk.SorryOff)}))}
		}
	case now.Closed:
		m.Summary = c.say("The sorry page of %s is up: %s.", s.Name, c.gateCause(now))
	case now.Cause == desk.GateByHand && !before.Closed:
		m.Summary = c.say("The sorry page of %s stays down.", s.Name)
	default:
		m.Summary = c.say("The sorry page of %s is down.", s.Name)
	}
	if !now.Closed && now.Cause == desk.GateByHand {
		text := c.say("It stays so until %s.", chat.Span{Code: sorryLine(s, desk.SorryAuto)})
		if ends {
			text = c.say("It stays so until %s is over, or until %s.", about, chat.Span{Code: sorryLine(s, desk.SorryAuto)})
		}
		m.Lines = []chat.Line{paragraph(text)}
	}
	if now.Closed {
		m.Actions = []chat.Action{c.sorryAction(s, desk.SorryOff)}
	} else {
		m.Actions = []chat.Action{c.sorryAction(s, desk.SorryOn)}
	}
	return m
}

// sorryLine is typed for it.
func sorryLine(s desk.Service, verb desk.SorryVerb) string {
	return "service sorry " + string(s.ID) + " " + string(verb)
}

func (c Context) sorryAction(s desk.Service, verb desk.SorryVerb) chat.Action {
	return chat.Action{Label: c.SorryButton(s, verb), Command: sorryLine(s, verb)}
}

// gateCause says why a gate is closed, without a full stop.
func (c Context) gateCause(g desk.Gate) string {
	switch g.Cause {
	case desk.GateByWindow:
		return c.word("planned work goes on (%s)", g.About)
	case desk.GateByWitnesses:
		if g.About != (desk.Subject{}) {
			return c.word("our own check sees the failure of %s too", g.About)
		}
		return c.word("our own check and another monitor see it fail")
	}
	return c.word("somebody put it up")
}

// SorryTold says to ops that sorry pages went up, or came down, by what witnesses see.
func (c Context) SorryTold(moved []desk.Gate) string {
	names := make([]desk.Affected, len(moved))
	for k, g := range moved {
		names[k] = desk.Affected{Service: g.Service, Name: g.Name}
	}
	g := moved[0]
	switch {
	case !g.Closed && len(moved) == 1:
		return c.word("The sorry page of %s is down again: people are let through.", g.Name)
	case !g.Closed:
		return c.word("The sorry pages of %s are down again: people are let through.", c.Names(names))
	case len(moved) == 1:
		return c.word("The sorry page of %s is up: %s. service sorry %s off takes it down.", g.Name, c.gateCause(g), g.Service)
	}
	return c.word("The sorry pages of %s are up: %s. service sorry %s off takes one down.", c.Names(names), c.gateCause(g), g.Service)
}

// SorryUp says in a status whether the sorry page of a service is up, or is kept down;
// empty: it is down by the rule.
func (c Context) SorryUp(g desk.Gate) string {
	switch {
	case g.Closed:
		return c.word("Sorry page up: %s.", c.gateCause(g))
	case g.Cause == desk.GateByHand:
		return c.word("Sorry page kept down.")
	}
	return ""
}

// sorryButtons put up the sorry page of the first service that needs one, or take it down;
// none where no service has one.
func (c Context) sorryButtons(s desk.Snapshot, services []desk.Affected, needs func(desk.ServiceID) bool) []chat.Action {
	for _, a := range services {
		service, known := c.Catalog.Find(string(a.Service))
		up := slices.Contains(s.Sorry, service.Name)
		if !known || !service.SorryPage || !up && !needs(a.Service) {
			continue
		}
		if up {
			return []chat.Action{c.sorryAction(service, desk.SorryOff)}
		}
		put := c.sorryAction(service, desk.SorryOn)
		put.Confirm = c.word("Show everybody the sorry page in place of %s?", service.Name)
		return []chat.Action{put}
	}
	return nil
}

// sorryFacts tell in ops posts whose sorry pages are up.
func (c Context) sorryFacts(s desk.Snapshot) []chat.Fact {
	if len(s.Sorry) == 0 {
		return nil
	}
	return []chat.Fact{{Label: c.word("Sorry page"), Value: c.say("Up: %s", c.and(s.Sorry))}}
}
