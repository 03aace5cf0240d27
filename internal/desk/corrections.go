package desk

import (
	"slices"
	"strings"
	"time"
)

// SetImpact corrects how bad it is. Worse reaches the channel; an incident that
// is over is corrected in place.
func (i Incident) SetImpact(to Impact, act Act) (Change, error) {
	if err := i.CheckStands(); err != nil {
		return Change{}, err
	}
	if to.Rank() == 0 {
		return Change{}, Refuse(Invalid, "No impact was named.").WithHint("Say slow, partly or down; like: incident impact %d down", i.Number)
	}
	if to == i.Impact {
		return Change{}, Refuse(Conflict, "%s is %s already.", i.Subject(), to).About(i.Subject())
	}
	e := Entry{Kind: Eased, Before: string(i.Impact), After: string(to)}
	reach := ReachThread
	if to.Rank() > i.Impact.Rank() {
		e.Kind, reach = Worsened, ReachChannel
	}
	i = i.clone()
	if e.Kind == Worsened {
		i = i.untested()
	}
	i.Impact = to
	if to == Critical {
		i.CriticalAt = act.At
	}
	if to.Rank() > i.Peak.Rank() || !i.IsOpen() { // what is over got no better: it was less bad
		i.Peak = to
	}
	return i.corrected(act, e, reach), nil
}

// corrected is change for what corrects: over is over, so then nothing is said
// but posts are put right.
func (i Incident) corrected(act Act, e Entry, reach Reach) Change {
	if !i.IsOpen() {
		i.CorrectedAt = act.At
		reach = ReachEdit
	}
	return i.change(act, e, reach)
}

// Rescope is a change of the services of an incident.
type Rescope struct {
	Add    []Affected // those that are there already get the status said here
	Remove []ServiceID
}

// SetServices corrects what it is about. A service added to an open incident is
// told to those who follow it.
func (i Incident) SetServices(r Rescope, act Act) (Change, error) {
	if err := i.CheckStands(); err != nil {
		return Change{}, err
	}
	old := i
	i = i.untested()
	for _, id := range r.Remove {
		if !i.Concerns(id) {
			return Change{}, Refuse(Conflict, "%s is not about %s.", i.Subject(), id).About(i.Subject())
		}
		i.Services = slices.DeleteFunc(i.Services, func(a Affected) bool { return a.Service == id })
	}
	for _, a := range r.Add {
		i.affect(a)
	}
	if len(i.Services) == 0 {
		return Change{}, Refuse(Conflict, "%s would be about no service.", i.Subject()).WithHint("If it never was one: incident retract %d", i.Number).About(i.Subject())
	}
	if slices.Equal(old.Services, i.Services) {
		return Change{}, Refuse(Conflict, "%s is about just these services already.", i.Subject()).About(i.Subject())
	}
	return i.corrected(act, Entry{Kind: Rescoped, Before: old.serviceNames(), After: i.serviceNames()}, ReachThread), nil
}

func (i *Incident) affect(a Affected) {
	k := slices.IndexFunc(i.Services, func(b Affected) bool { return b.Service == a.Service })
	if k < 0 {
		i.Services = append(i.Services, a)
		return
	}
	i.Services[k] = a
}

func (i Incident) serviceNames() string {
	names := make([]string, len(i.Services))
	for k, a := range i.Services {
		names[k] = a.Name
	}
	return strings.Join(names, ", ")
}

// SetTitle corrects the title, in place.
func (i Incident) SetTitle(title string, act Act) (Change, error) {
	if err := i.CheckStands(); err != nil {
		return Change{}, err
	}
	title, err := CleanTitle(title)
	if err != nil {
		return Change{}, err
	}
	if title == "" {
		return Change{}, Refuse(Invalid, "There is no title.").WithHint("Like: incident title %d Learn is slow for everyone", i.Number)
	}
	if title == i.Title {
		return Change{}, Refuse(Conflict, "This is the title of %s already.", i.Subject()).About(i.Subject())
	}
	e := Entry{Kind: Retitled, Before: i.Title, After: title}
	i = i.clone()
	i.Title, i.CorrectedAt = title, act.At
	return i.change(act, e, ReachEdit), nil
}

// SetBegan corrects when it began, in place.
func (i Incident) SetBegan(began time.Time, act Act) (Change, error) {
	if err := i.CheckStands(); err != nil {
		return Change{}, err
	}
	switch {
	case began.After(act.At):
		return Change{}, Refuse(Invalid, "An incident cannot begin in the future.").WithHint("Like: incident began %d 03:52", i.Number)
	case !i.EndedAt.IsZero() && !began.Before(i.EndedAt):
		return Change{}, Refuse(Invalid, "It cannot begin after it ended.").WithHint("If the end is wrong: incident ended %d <time>", i.Number)
	}
	e := Entry{Kind: Redated, Before: stamp(i.BeganAt), After: stamp(began)}
	i = i.clone()
	i.BeganAt, i.CorrectedAt = began, act.At
	return i.change(act, e, ReachEdit), nil
}

// SetEnded corrects when it ended, in place. Only what has ended has an end.
func (i Incident) SetEnded(ended time.Time, act Act) (Change, error) {
	if err := i.CheckEnded(); err != nil {
		return Change{}, err
	}
	switch {
	case ended.After(act.At):
		return Change{}, Refuse(Invalid, "An incident cannot end in the future.").WithHint("Like: incident ended %d 04:31", i.Number)
	case !ended.After(i.BeganAt):
		return Change{}, Refuse(Invalid, "It cannot end before it began.").WithHint("If the begin is wrong: incident began %d <time>", i.Number)
	}
	e := Entry{Kind: Redated, Before: stamp(i.EndedAt), After: stamp(ended)}
	i = i.clone()
	i.EndedAt, i.CorrectedAt = ended, act.At
	return i.change(act, e, ReachEdit), nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Reword corrects a public text: old is the entry that said it. What was told is
// corrected in its thread.
func (i Incident) Reword(old Entry, text string, act Act) (Change, error) {
	if err := i.CheckStands(); err != nil {
		return Change{}, err
	}
	text, err := requireText(text, "incident edit 42 #3 Learn is back for most people.")
	if err != nil {
		return Change{}, err
	}
	if !old.Public() {
		return Change{}, Refuse(Unknown, "%s has no such message.", i.Subject()).About(i.Subject())
	}
	if text == old.Text {
		return Change{}, Refuse(Conflict, "Message #%d of %s says just that already.", old.Update, i.Subject()).About(i.Subject())
	}
	e := Entry{Kind: Reworded, Text: text, Before: old.Text, After: text, Update: old.Update}
	i = i.clone()
	for k := range i.Latest {
		if i.Latest[k].Number == old.Update {
			i.Latest[k].Text, i.Latest[k].CorrectedAt = text, act.At
		}
	}
	i.CorrectedAt = act.At
	c := i.change(act, e, ReachThread)
	old.Text, old.CorrectedAt = text, act.At
	c.Rewritten = &old
	return c, nil
}

// Merge folds one open incident into another: from ends as merged, and into is
// about the services of both, as bad as the worse of them.
func Merge(from, into Incident, act Act) (fromChange, intoChange Change, err error) {
	if err := errorsOfMerge(from, into); err != nil {
		return Change{}, Change{}, err
	}
	from = from.untested()
	from.MergedInto, from.EndedAt, from.NextUpdateBy = into.Number, act.At, time.Time{}
	fromChange = from.change(act, Entry{Kind: Merged, After: into.Subject().String()}, ReachChannel)

	both := into.absorb(from)
	e := Entry{Kind: Absorbed, Before: into.serviceNames(), After: both.serviceNames()}
	reach := ReachEdit
	switch {
	case both.Impact != into.Impact:
		reach = ReachChannel
	case e.Before != e.After:
		reach = ReachThread
	}
	return fromChange, both.change(act, e, reach), nil
}

// absorb returns i with the services of another, each in the worst state that
// either gave it.
func (i Incident) absorb(from Incident) Incident {
	i = i.untested()
	if from.Impact.Rank() > i.Impact.Rank() {
		for k, a := range i.Services {
			i.Services[k].Status = i.statusOf(a)
		}
		i.Impact, i.CriticalAt = from.Impact, from.criticalSince()
	}
	for _, a := range from.Services {
		if s := Worst(i.StatusOf(a.Service), from.statusOf(a)); s != i.StatusOf(a.Service) {
			i.affect(Affected{Service: a.Service, Name: a.Name, Status: s})
		}
	}
	if from.Peak.Rank() > i.Peak.Rank() {
		i.Peak = from.Peak
	}
	if from.BeganAt.Before(i.BeganAt) {
		i.BeganAt = from.BeganAt
	}
	return i
}

func errorsOfMerge(from, into Incident) error {
	if from.Number == into.Number {
		return Refuse(Invalid, "An incident cannot be merged into itself.").WithHint("Like: incident merge 43 into 42")
	}
	if from.Drill != into.Drill {
		return Refuse(Conflict, "A drill and a real incident cannot be merged.").About(from.Subject(), into.Subject())
	}
	if err := from.CheckOpen(); err != nil {
		return err
	}
	return into.CheckOpen()
}

// Unseen returns a change of what nobody but ops was told of: there is nothing that
// readers saw, and so nothing that was corrected, nor was it ever worse.
func (c Change) Unseen() Change {
	c.Incident = c.Incident.clone()
	c.Incident.Peak, c.Incident.CorrectedAt = c.Incident.Impact, time.Time{}
	c.Entry.Unseen = true
	for k := range c.Incident.Latest {
		c.Incident.Latest[k].CorrectedAt = time.Time{}
	}
	if c.Announce != nil {
		a, snap := *c.Announce, c.Incident.clone()
		a.Snapshot.Incident, a.Snapshot.Untold = &snap, true
		c.Announce = &a
	}
	return c
}

// Together is the one announcement of changes that were made at once, in their order:
// of the kind that is said and comes first, with the text that was corrected, showing
// how the last left it. There is at least one change, and each is announced.
func Together(changes []Change) *Announcement {
	all := *changes[len(changes)-1].Announce
	for _, c := range slices.Backward(changes[:len(changes)-1]) {
		if a := c.Announce; a.Reach != ReachEdit {
			all.Kind, all.Reach, all.Before, all.After = a.Kind, a.Reach, a.Before, a.After
		}
	}
	return &all
}
