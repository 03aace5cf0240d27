package desk

import (
	"slices"
	"time"
)

// Proving is how tests prove that services work again.
type Proving struct {
	// Gated: tests of one of its services have to pass.
	Gated bool
	// Passes is how many in a row; at least 1.
	Passes int
	// Limit is how long they may take before ops is asked what to do; 0: for ever.
	Limit time.Duration
}

// Verification is an end of an incident that people said and tests have still to prove.
// Nobody but ops knows of it.
type Verification struct {
	// Since is when it was said, By by whom, Text what is told when the tests pass.
	Since time.Time
	By    Person
	Text  string
	// Passes is how many tests in a row have to pass.
	Passes int
	// AskAt is when the clock asks ops what to do; zero: not any more.
	AskAt time.Time `json:",omitzero"`
	// AskedAt is when ops was asked because tests fail, or took too long; zero: it was not.
	AskedAt time.Time `json:",omitzero"`
	// Failing names the tests that failed when ops was asked.
	Failing []string `json:",omitempty"`
}

// Ending is what is said to end an incident.
type Ending struct {
	Text string
	// Untested: it is told although tests have not passed.
	Untested bool
}

// IsVerifying reports whether it was said to be resolved and is being tested.
func (i Incident) IsVerifying() bool { return i.IsOpen() && i.Verify != nil }

// End ends the incident, or has tests prove first that it may end. What is said again
// while they run replaces what was said. No test is asked about a drill.
func (i Incident) End(r Ending, p Proving, act Act) (Change, error) {
	if !p.Gated || i.Drill {
		return i.Resolve(r.Text, act)
	}
	if r.Untested {
		c, err := i.Resolve(r.Text, act)
		if err == nil {
			c.Incident.Untested = true
			c = c.with(c.Incident)
		}
		return c, err
	}
	if err := i.CheckOpen(); err != nil {
		return Change{}, err
	}
	text, err := requireText(r.Text, "incident resolve 42 Learn works again.")
	if err != nil {
		return Change{}, err
	}
	if v := i.Verify; v != nil && v.Text == text && v.AskedAt.IsZero() {
		return Change{}, Refuse(Conflict, "%s is being tested already.", i.Subject()).
			WithHint("It is told when the tests pass. Before, with a reason: incident resolve %d --force \"reason\"", i.Number).
			About(i.Subject()).In("reason")
	}
	i = i.clone()
	i.Verify = &Verification{Since: act.At, By: act.By, Text: text, Passes: p.Passes}
	if p.Limit > 0 {
		i.Verify.AskAt = act.At.Add(p.Limit)
	}
	return i.change(act, Entry{Kind: Testing, Text: text, Unseen: true}, ReachOps), nil
}

// Passed ends an incident whose tests have shown that its services work, with what
// people said. It ends then: from when on it worked before that nobody knows for sure.
func (i Incident) Passed(act Act) (Change, error) {
	if err := i.checkVerifying(); err != nil {
		return Change{}, err
	}
	c, err := i.Resolve(i.Verify.Text, act)
	if err == nil {
		c.Incident.Verified = true
		c = c.with(c.Incident)
	}
	return c, err
}

// NotPassed says which tests fail: ops is asked what to do, and they go on. It answers
// false where that is known already.
func (i Incident) NotPassed(failing []string, act Act) (IncidentDue, bool) {
	if i.checkVerifying() != nil {
		return IncidentDue{}, false
	}
	known := func(test string) bool { return slices.Contains(i.Verify.Failing, test) }
	news := slices.ContainsFunc(failing, func(test string) bool { return !known(test) })
	if !i.Verify.AskedAt.IsZero() && !news {
		return IncidentDue{}, false
	}
	i = i.clone()
	i.Verify.AskAt, i.Verify.AskedAt, i.Verify.Failing = time.Time{}, act.At, slices.Clone(failing)
	c := i.change(act, Entry{Kind: TestsFail, Unseen: true}, ReachOps)
	return IncidentDue{Change: c, Ask: c.Incident.ask(AskVerify, time.Time{})}, true
}

// notYet says that it is not resolved after all. Only ops knew.
func (i Incident) notYet(act Act) Change {
	i = i.untested()
	return i.change(act, Entry{Kind: TestsStopped, Unseen: true}, ReachOps)
}

func (i Incident) checkVerifying() error {
	if err := i.CheckOpen(); err != nil {
		return err
	}
	if i.Verify == nil {
		return Refuse(Conflict, "%s is not being tested.", i.Subject()).WithHint("Like: incident resolve %d", i.Number).About(i.Subject())
	}
	return nil
}

// untested is a copy of the incident of which no tests are expected any more: people
// said something newer, or it is about something else.
func (i Incident) untested() Incident {
	i = i.clone()
	i.Verify = nil
	return i
}

// dueTests is when the clock asks how the tests stand; zero: never.
func (i Incident) dueTests() time.Time {
	if !i.IsVerifying() {
		return time.Time{}
	}
	return i.Verify.AskAt
}

// Within has ops be asked where the tests of a window whose work is done take longer; 0:
// for ever.
func (c WindowChange) Within(limit time.Duration) WindowChange {
	if c.Entry.Kind == WindowVerifying && limit > 0 {
		c.Window.AskTestsAt = c.Entry.At.Add(limit)
	}
	return c
}

// KnowsFailing reports whether ops was asked already about tests that all fail of these.
func (w Window) KnowsFailing(failing []string) bool {
	known := func(test string) bool { return slices.Contains(w.Failing, test) }
	asked := len(w.Failing) > 0 || w.AskTestsAt.IsZero()
	return asked && !slices.ContainsFunc(failing, func(test string) bool { return !known(test) })
}
