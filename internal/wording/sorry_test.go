package wording

import (
	"testing"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// Ops can put up the sorry page from the post of an incident that needs one, and take
// down what is up; nobody else sees anything of it.
func TestTheOpsPostHasTheSorryPage(t *testing.T) {
	c := campusIn(nil)
	c.Catalog = desk.NewCatalog([]desk.Service{{ID: "learn", Name: "Learn System", SorryPage: true}, {ID: "mail", Name: "Mail"}})
	i := desk.Incident{Number: 1, Title: "x", Impact: desk.Critical, Status: desk.Investigating, Services: []desk.Affected{{Service: "mail", Name: "Mail"}, {Service: "learn", Name: "Learn System"}}}
	slow := i
	slow.Impact = desk.Minor
	for name, tc := range map[string]struct {
		snap    desk.Snapshot
		ops     bool
		command string
		fact    bool
	}{
		"down":      {desk.Snapshot{Incident: &i}, true, "service sorry learn on", false},
		"up":        {desk.Snapshot{Incident: &i, Sorry: []string{"Learn System"}}, true, "service sorry learn off", true},
		"slow":      {desk.Snapshot{Incident: &slow}, true, "", false},
		"slow, up":  {desk.Snapshot{Incident: &slow, Sorry: []string{"Learn System"}}, true, "service sorry learn off", true},
		"elsewhere": {desk.Snapshot{Incident: &i, Sorry: []string{"Learn System"}}, false, "", false},
	} {
		m := c.Post(chat.Delivery{Subject: i.Subject(), Snapshot: &tc.snap, Ops: tc.ops})
		command, fact := "", false
		for _, a := range m.Actions {
			if len(a.Command) > 7 && a.Command[:7] == "service" {
				command = a.Command
				if (a.Confirm != "") != (a.Command == "service sorry learn on") {
					t.Errorf("%s: %+v", name, a)
				}
			}
		}
		for _, f := range m.Facts {
			fact = fact || f.Label == "Sorry page"
		}
		if command != tc.command || fact != tc.fact {
			t.Errorf("%s: %q %v", name, command, fact)
		}
	}
}

func TestWhatMovedByItselfIsSaid(t *testing.T) {
	learn := desk.Gate{Service: "learn", Name: "Learn System", Closed: true, Cause: desk.GateByWitnesses, About: desk.Subject{Kind: desk.IncidentSubject, Number: 42}}
	mail := desk.Gate{Service: "mail", Name: "Mail", Closed: true, Cause: desk.GateByWitnesses}
	for want, moved := range map[string][]desk.Gate{
		"The sorry page of Learn System is up: our own check sees the failure of INC-42 too. service sorry learn off takes it down.":             {learn},
		"The sorry pages of Mail and Learn System are up: our own check and another monitor see it fail. service sorry mail off takes one down.": {mail, learn},
		"The sorry page of Mail is down again: people are let through.":                                                                          {{Service: "mail", Name: "Mail"}},
		"The sorry pages of Mail and Portal are down again: people are let through.":                                                             {{Name: "Mail"}, {Name: "Portal"}},
	} {
		if got := campusIn(nil).SorryTold(moved); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
