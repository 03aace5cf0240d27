package desk

import (
	"slices"
	"time"
)

// Cadence is how often news of an incident is promised, by impact.
type Cadence struct {
	Minor, Major, Critical time.Duration
	// Holding: where a promise passes the bot itself says that nothing is new.
	Holding bool
	// Zone is that of nights, in which a minor incident is no trouble. nil: UTC.
	Zone *time.Location
}

const (
	// relaxAfter is how long an incident is critical before it is told of less often,
	// relaxedTo how often at least.
	relaxAfter = 2 * time.Hour
	relaxedTo  = time.Hour
	// nudgeBefore is how long before a promise is due ops is reminded, or a third of the
	// cadence where that is shorter.
	nudgeBefore = 5 * time.Minute
)

// Of is how often news of the incident is promised at now, and whether that is less
// often than at its beginning.
func (c Cadence) Of(i Incident, now time.Time) (every time.Duration, relaxed bool) {
	switch i.Impact {
	case Critical:
		if now.Sub(i.criticalSince()) >= relaxAfter && c.Critical < relaxedTo {
			return relaxedTo, true
		}
		return c.Critical, false
	case Major:
		return c.Major, false
	}
	return c.Minor, false
}

// criticalSince is when an incident that is critical was declared so, got so or, after it was
// resolved, is so again.
func (i Incident) criticalSince() time.Time {
	return latest(i.DeclaredAt, latest(i.ReopenedAt, i.CriticalAt))
}

// next is the promise that is made at now; zero where there is no cadence. That of a
// minor incident never falls into the night.
func (c Cadence) next(i Incident, now time.Time) time.Time {
	every, _ := c.Of(i, now)
	if every <= 0 {
		return time.Time{}
	}
	at := now.Add(every)
	if i.Impact == Minor && isNight(at, c.zone()) {
		at = morning(at, c.zone())
	}
	return at
}

func (c Cadence) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// informs reports whether an entry tells what people know, so that the next promise
// counts from it.
func (k EntryKind) informs() bool {
	return slices.Contains([]EntryKind{Declared, Updated, Reopened, Worsened, Eased, Absorbed, NothingNew}, k)
}

// Promise gives what a change tells the promise of the next news, unless somebody
// made one with it, or before for an earlier time.
func (c Change) Promise(cad Cadence) Change {
	now := c.Entry.At
	if !c.Entry.Kind.informs() || !c.Incident.IsOpen() {
		return c
	}
	i := c.Incident.clone()
	before := i.Relaxed
	i.Missed, i.InformedAt, i.ExpectedBy = 0, now, time.Time{}
	_, i.Relaxed = cad.Of(i, now)
	i.RelaxedNow = i.Relaxed && !before
	next := cad.next(i, now)
	sooner := i.NextUpdateBy.After(now) && (next.IsZero() || i.NextUpdateBy.Before(next))
	if !c.promised && !sooner {
		i.NextUpdateBy = next
	}
	return c.with(i)
}

// with replaces the incident, in what is told too.
func (c Change) with(i Incident) Change {
	c.Incident = i
	if c.Announce != nil {
		a, snap := *c.Announce, i.clone()
		a.Snapshot.Incident = &snap
		c.Announce = &a
	}
	return c
}

// saidTwice is how soon after each other nothing new is said just once: two people press the
// same button, or one presses it twice.
const saidTwice = time.Minute

// NothingNew says that nothing is new, by a person.
func (i Incident) NothingNew(act Act) (Change, error) {
	if err := i.CheckOpen(); err != nil {
		return Change{}, err
	}
	if i.NothingNewAt.Equal(i.InformedAt) && act.At.Sub(i.InformedAt).Abs() < saidTwice {
		return Change{}, Refuse(Conflict, "It was just said that nothing is new about %s.", i.Subject()).About(i.Subject())
	}
	i = i.clone()
	i.NextUpdateBy, i.NothingNewAt = time.Time{}, act.At
	return i.change(act, Entry{Kind: NothingNew, Since: i.informedAt()}, ReachThread), nil
}

// Snooze puts a promise off without a word: posts show the later time.
func (i Incident) Snooze(by time.Duration, act Act) (Change, error) {
	if err := i.CheckOpen(); err != nil {
		return Change{}, err
	}
	if by < time.Minute || by > MaxPromise {
		return Change{}, Refuse(Invalid, "It can be put off by between one minute and seven days.").WithHint("Like: incident snooze 42 10m").In("next")
	}
	i = i.clone()
	from := act.At
	if i.NextUpdateBy.After(from) {
		from = i.NextUpdateBy
	}
	i.NextUpdateBy, i.Missed, i.ExpectedBy = from.Add(by), 0, time.Time{}
	return i.change(act, Entry{Kind: Snoozed}, ReachEdit), nil
}

// IsSilent reports whether so many promises passed that nothing more is promised until
// somebody acts.
func (i Incident) IsSilent() bool { return i.Missed >= maxMissed }

// informedAt is when people last said what they know.
func (i Incident) informedAt() time.Time {
	if i.InformedAt.IsZero() {
		return i.DeclaredAt
	}
	return i.InformedAt
}

// expected is when news is due: as promised, or as it would have been.
func (i Incident) expected() time.Time {
	if !i.NextUpdateBy.IsZero() {
		return i.NextUpdateBy
	}
	return i.ExpectedBy
}

// nudgeAt is when ops is reminded of the promise.
func (i Incident) nudgeAt(c Cadence) time.Time {
	by := i.expected()
	every, _ := c.Of(i, by)
	if left := max(0, by.Sub(i.informedAt())); left < every || every == 0 { // none: the clock was set back
		every = left
	}
	return by.Add(-min(nudgeBefore, every/3))
}

// NextDue is when Due has something to say next; zero: never by itself.
func (i Incident) NextDue(c Cadence) time.Time { return earliest(i.dueNews(c), i.dueTests()) }

// dueNews is when the clock has to look at the promise.
func (i Incident) dueNews(c Cadence) time.Time {
	by := i.expected()
	switch {
	case !i.IsOpen(), by.IsZero():
		return time.Time{}
	case i.NudgedFor.Equal(by):
		return by
	}
	return i.nudgeAt(c)
}

// IncidentDue is what the clock makes of an incident: a change, what ops is to be
// asked (nil: nothing), and whether those beyond ops are to be called.
type IncidentDue struct {
	Change   Change
	Ask      *Question
	Escalate bool
}

// Due is what the clock makes of the incident at now. It is to be asked again until it
// answers false; then nothing is due before NextDue.
func (i Incident) Due(now time.Time, c Cadence) (IncidentDue, bool) {
	if at := i.dueTests(); !at.IsZero() && !now.Before(at) {
		return i.NotPassed(i.Verify.Failing, Act{At: now})
	}
	at := i.dueNews(c)
	if at.IsZero() || now.Before(at) {
		return IncidentDue{}, false
	}
	if by := i.expected(); now.Before(by) {
		i = i.clone()
		i.NudgedFor = by
		d := IncidentDue{Change: Change{Incident: i}}
		if i.Impact != Minor || !isNight(now, c.zone()) {
			d.Ask = i.ask(AskUpdate, by)
		}
		return d, true
	}
	return i.missed(now, c), true
}

// missed says what is known when a promise has passed: since when nothing is. The
// third time in a row it promises nothing more.
func (i Incident) missed(now time.Time, c Cadence) IncidentDue {
	i = i.clone()
	promised := i.NextUpdateBy
	i.Missed++
	last := i.Missed >= maxMissed
	next := c.next(i, now)
	before := i.Relaxed
	_, i.Relaxed = c.Of(i, now)
	i.RelaxedNow = i.Relaxed && !before
	i.NextUpdateBy, i.ExpectedBy = next, time.Time{}
	reach := ReachThread
	switch {
	case last:
		i.NextUpdateBy = time.Time{}
	case !c.Holding:
		i.NextUpdateBy, i.ExpectedBy = time.Time{}, next
	}
	if !c.Holding {
		reach = ReachEdit
	}
	d := IncidentDue{
		Change:   i.change(Act{At: now}, Entry{Kind: Holding, Since: i.informedAt(), Unseen: !c.Holding}, reach),
		Ask:      i.ask(AskMissed, i.NextUpdateBy),
		Escalate: i.Missed == maxMissed-1 && !i.Drill,
	}
	d.Ask.Missed, d.Ask.Promised = i.Missed, promised
	if i.Impact == Minor && isNight(now, c.zone()) {
		d.Ask = nil
	}
	return d
}
