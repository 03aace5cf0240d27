package desk

import (
	"slices"
	"time"
)

// Act is who does something and when (UTC).
type Act struct {
	By Person
	At time.Time
}

// Change is what a rule answers: the state after, the line of the timeline, and
// what is to be told (nil: nothing).
type Change struct {
	Incident Incident
	Entry    Entry
	Announce *Announcement
	// Rewritten is an older entry whose text was corrected; nil: none.
	Rewritten *Entry
	// promised: somebody said when the next news comes.
	promised bool
}

// Declaration is what is said to declare an incident. Title and Text are
// required: whoever asks puts ready sentences where people typed none.
type Declaration struct {
	Services []Affected
	Impact   Impact
	Title    string
	Text     string
	Began    time.Time     // zero: now
	Next     time.Duration // until the promised next update; 0: no promise
	Drill    bool
	In       Channel
	// Window is the number of the window that it is made of; 0: none.
	Window int
	// Doubts are shown to ops while it may be taken back.
	Doubts []string
	// Alerts are the numbers of those about its services, Seen the first of the checks
	// that see it.
	Alerts []int
	Seen   []Report
	// Auto: the bot declares it, by its rule.
	Auto bool
}

// Declare opens incident number.
func Declare(number int, d Declaration, act Act) (Change, error) {
	title, text, err := cleanDeclaration(d)
	if err != nil {
		return Change{}, err
	}
	began, err := beginning(d.Began, act.At)
	if err != nil {
		return Change{}, err
	}
	next, err := promise(d.Next, act.At)
	if err != nil {
		return Change{}, err
	}
	i := Incident{
		Number: number, Title: title, Services: slices.Clone(d.Services),
		Impact: d.Impact, Peak: d.Impact, Status: Investigating, Drill: d.Drill,
		DeclaredAt: act.At, DeclaredBy: act.By, DeclaredIn: d.In, BeganAt: began,
		NextUpdateBy: next, Window: d.Window, Alerts: d.Alerts, Seen: d.Seen[:min(len(d.Seen), SeenKept)], Auto: d.Auto,
	}
	u := i.say(act.At, text)
	c := i.change(act, Entry{Kind: Declared, Text: text, Update: u.Number}, ReachChannel)
	c.promised = !next.IsZero()
	c.Announce.Snapshot.Doubts = d.Doubts
	return c, nil
}

func cleanDeclaration(d Declaration) (title, text string, err error) {
	if len(d.Services) == 0 {
		return "", "", Refuse(Invalid, "No service was named.").WithHint("Like: incident declare learn down")
	}
	if d.Impact.Rank() == 0 {
		return "", "", Refuse(Invalid, "No impact was named.").WithHint("Say slow, partly or down; like: incident declare learn down")
	}
	if title, err = CleanTitle(d.Title); err != nil {
		return "", "", err
	}
	if text, err = CleanText(d.Text); err != nil {
		return "", "", err
	}
	if title == "" || text == "" {
		return "", "", Refuse(Invalid, "An incident needs a title and a message.")
	}
	return title, text, nil
}

func beginning(began, now time.Time) (time.Time, error) {
	if began.IsZero() {
		return now, nil
	}
	if began.After(now) {
		return began, Refuse(Invalid, "An incident cannot begin in the future.").WithHint("Like: --since 03:52").In("since")
	}
	return began, nil
}

// MaxPromise is the longest time until a promised next update.
const MaxPromise = 7 * 24 * time.Hour

func promise(next time.Duration, now time.Time) (time.Time, error) {
	switch {
	case next == 0:
		return time.Time{}, nil
	case next < time.Minute || next > MaxPromise:
		return time.Time{}, Refuse(Invalid, "The next update can be promised for between one minute and seven days from now.").WithHint("Like: --next 45m").In("next")
	}
	return now.Add(next), nil
}

// change puts a Change together: it numbers the entry and makes the announcement
// that tells it, with what the incident shows now.
func (i Incident) change(act Act, e Entry, reach Reach) Change {
	i.Entries++
	e.Seq, e.At, e.By, e.Status, e.Impact = i.Entries, act.At, act.By, i.Status, i.Impact
	snap := i.clone()
	a := &Announcement{
		Subject: i.Subject(), At: act.At, Kind: e.Kind, Reach: reach, Text: e.Text,
		Before: e.Before, After: e.After, Update: e.Update, Since: e.Since, Snapshot: Snapshot{Incident: &snap},
	}
	return Change{Incident: i, Entry: e, Announce: a}
}

// Progress is what an update says.
type Progress struct {
	Status IncidentStatus // empty: as it was
	Text   string
	Next   time.Duration // until the promised next update; 0: no promise
}

// Update says how the work goes.
func (i Incident) Update(p Progress, act Act) (Change, error) {
	if err := i.CheckOpen(); err != nil {
		return Change{}, err
	}
	text, err := requireText(p.Text, "incident update 42 identified: The database is back, we are checking.")
	if err != nil {
		return Change{}, err
	}
	next, err := promise(p.Next, act.At)
	if err != nil {
		return Change{}, err
	}
	if p.Status == Resolved {
		return Change{}, Refuse(Invalid, "An update cannot resolve.").WithHint("Like: incident resolve 42")
	}
	i = i.untested()
	if p.Status != "" {
		i.Status = p.Status
	}
	i.NextUpdateBy = next
	u := i.say(act.At, text)
	c := i.change(act, Entry{Kind: Updated, Text: text, Update: u.Number}, ReachThread)
	c.promised = !next.IsZero()
	return c, nil
}

// Resolve ends the incident with a message, whatever tests say.
func (i Incident) Resolve(text string, act Act) (Change, error) {
	if err := i.CheckOpen(); err != nil {
		return Change{}, err
	}
	text, err := requireText(text, "incident resolve 42 Learn works again.")
	if err != nil {
		return Change{}, err
	}
	i = i.untested()
	i.Status, i.EndedAt, i.NextUpdateBy, i.ExpectedBy = Resolved, act.At, time.Time{}, time.Time{}
	u := i.say(act.At, text)
	return i.change(act, Entry{Kind: Ended, Text: text, Update: u.Number}, i.endReach()), nil
}

// ResolveByRule ends an incident that the bot declared: it ended when checks saw the last of
// it pass, though that had to last a while.
func (i Incident) ResolveByRule(text string, cleared time.Time, act Act) (Change, error) {
	c, err := i.Resolve(text, act)
	if err == nil && cleared.After(i.DeclaredAt) && cleared.After(i.BeganAt) {
		c.Incident.EndedAt = cleared
		c = c.with(c.Incident)
	}
	return c, err
}

// endSaidAt is when people were told that it is over: the end itself may have been before.
func (i Incident) endSaidAt() time.Time {
	at := i.EndedAt
	for _, u := range i.Latest {
		at = latest(at, u.At)
	}
	return at
}

// endReach: the end of what was ever major reaches the channel itself.
func (i Incident) endReach() Reach {
	if i.Peak.Rank() >= Major.Rank() {
		return ReachChannel
	}
	return ReachThread
}

// Retract takes the incident back, open or resolved. Who was told is told the
// reason too; it may be empty.
func (i Incident) Retract(why string, act Act) (Change, error) {
	if err := i.CheckStands(); err != nil {
		return Change{}, err
	}
	why, err := CleanReason(why)
	if err != nil {
		return Change{}, err
	}
	i = i.untested()
	i.RetractedAt, i.RetractedWhy, i.NextUpdateBy = act.At, why, time.Time{}
	if i.EndedAt.IsZero() {
		i.EndedAt = act.At
	}
	return i.change(act, Entry{Kind: Retracted, Text: why}, ReachChannel), nil
}

// Reopen says that a resolved incident goes on. What is said to be resolved and is being
// tested goes on without a word, or with an update.
func (i Incident) Reopen(text string, act Act) (Change, error) {
	if err := i.CheckResolved(); err != nil {
		return Change{}, err
	}
	text, err := CleanText(text)
	switch {
	case err != nil:
		return Change{}, err
	case i.IsVerifying() && text == "":
		return i.notYet(act), nil
	case i.IsVerifying():
		return i.Update(Progress{Text: text}, act)
	}
	if text, err = requireText(text, "incident reopen 42 Learn fails again."); err != nil {
		return Change{}, err
	}
	i = i.clone()
	i.Verified, i.Untested = false, false
	i.Status, i.EndedAt, i.ReopenedAt, i.NextUpdateBy = Investigating, time.Time{}, act.At, time.Time{}
	u := i.say(act.At, text)
	return i.change(act, Entry{Kind: Reopened, Text: text, Update: u.Number}, ReachChannel), nil
}

// Note keeps a text for staff. It is never told.
func (i Incident) Note(text string, act Act) (Change, error) {
	text, err := requireText(text, "incident note 42 Vendor ticket 8841 is open.")
	if err != nil {
		return Change{}, err
	}
	c := i.change(act, Entry{Kind: Noted, Text: text}, ReachOps)
	c.Announce = nil
	return c, nil
}

// Lead names who leads the work; the zero Person: nobody.
func (i Incident) SetLead(who Person, act Act) (Change, error) {
	if err := i.CheckOpen(); err != nil {
		return Change{}, err
	}
	before := i.Lead
	if before == who {
		return Change{}, Refuse(Conflict, "This is so already: nothing changes about who leads %s.", i.Subject()).About(i.Subject())
	}
	i = i.clone()
	i.Lead = who
	return i.change(act, Entry{Kind: Led, Before: before.String(), After: who.String()}, ReachOps), nil
}

func requireText(text, example string) (string, error) {
	text, err := CleanText(text)
	if err == nil && text == "" {
		err = Refuse(Invalid, "There is no message.").WithHint("Like: %s", Term(example)).In("message")
	}
	return text, err
}

// CheckStands refuses what was retracted or merged: nothing can be done to it but a note.
func (i Incident) CheckStands() error {
	switch {
	case i.IsRetracted():
		return Refuse(Conflict, "%s was taken back.", i.Subject()).WithHint("Declare a new incident if there is one.").About(i.Subject())
	case i.MergedInto != 0:
		into := Subject{Kind: IncidentSubject, Number: i.MergedInto}
		return Refuse(Conflict, "%s was merged into %s.", i.Subject(), into).WithHint("Please use %s.", into).About(into)
	}
	return nil
}

// CheckOpen refuses, with what happened to it, an incident on which no work goes on.
func (i Incident) CheckOpen() error {
	if err := i.CheckStands(); err != nil {
		return err
	}
	if !i.IsOpen() {
		return Refuse(Conflict, "%s is resolved already.", i.Subject()).
			WithHint("If it fails again: incident reopen %d <message>", i.Number).About(i.Subject())
	}
	return nil
}

// CheckResolved refuses an incident that cannot be opened again, with why: what is said
// to be resolved and is being tested can.
func (i Incident) CheckResolved() error {
	if err := i.CheckStands(); err != nil {
		return err
	}
	if i.IsOpen() && !i.IsVerifying() {
		return Refuse(Conflict, "%s is open already.", i.Subject()).About(i.Subject())
	}
	return nil
}

// CheckEnded refuses an incident that has no end to correct, with why.
func (i Incident) CheckEnded() error {
	if err := i.CheckStands(); err != nil {
		return err
	}
	if i.IsOpen() {
		return Refuse(Conflict, "%s is open; it has no end yet.", i.Subject()).WithHint("Like: incident resolve %d", i.Number).About(i.Subject())
	}
	return nil
}
