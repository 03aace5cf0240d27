package desk

import "time"

const (
	// editEvery is how often the posts of an alert are changed at most.
	editEvery = 5 * time.Second
	// AgainWithin is how long after it cleared what fails again is the same alert.
	AgainWithin = 10 * time.Minute
	// flapsAfter is with the how manieth failure again it is said to come and go.
	flapsAfter = 2
	// calmAfter is how long it must stand still until that is over.
	calmAfter = 10 * time.Minute
	// afterIncident is how long what still fails when its incident ended may take to pass:
	// monitors elsewhere lag behind.
	afterIncident = 10 * time.Minute
	// freedLag is how long what failed for another may take to pass after that.
	freedLag = time.Minute
	// SilentAfter is how long a monitor that reported a failure may say nothing, until that
	// is shown.
	SilentAfter = 6 * time.Hour
	// ReopenWithin is how long after the end of an incident a new failure offers to reopen
	// it.
	ReopenWithin = 30 * time.Minute
	// warnsFor is how long before it declares an incident by rule the bot says so at least,
	// unless the rule gives less.
	warnsFor = time.Minute
	// awayFor is how late what was due is no more done as if it were due now: the bot was
	// away, and checks first say how it stands.
	awayFor = time.Minute
	// HoldFor is how long *Hold* puts a declaration by rule off.
	HoldFor = 10 * time.Minute
)

// AlertAround is what the clock has to know beside an alert.
type AlertAround struct {
	// Quiet: all of its services that fail are muted or under planned work. QuietUntil is
	// when the first mute ends; zero: the end of the work will say so.
	Quiet      bool
	QuietUntil time.Time
	// Heeded: not so one of its services that passes again.
	Heeded bool
	// Incident is the one that it belongs to; nil: none.
	Incident *Incident
	// Cleared is since when nothing that it concerns is seen to fail any more by any alert of
	// that incident; zero: something is.
	Cleared time.Time
	// Evidence is since when our own probe, or two independent witnesses, see the failure;
	// zero: they do not. Rule is what its service says of declaring by itself.
	Evidence time.Time
	Rule     Service
	// Heard is when the monitor elsewhere that has been silent longest was last heard;
	// zero: there is none.
	Heard time.Time
}

// AlertDue is what is to be done about an alert.
type AlertDue struct {
	Alert Alert
	// Announce is what is told; nil: nothing.
	Announce *Announcement
	// Declare: an incident is to be declared of it, Resolve: its incident is to be
	// resolved, by rule.
	Declare bool
	Resolve bool
}

// Due is what the clock makes of an alert at now: what is told of it, and what comes of
// it by rule. Its Alert has WakeAt set.
func (a Alert) Due(now time.Time, r AlertAround) AlertDue {
	open := r.Incident != nil && r.Incident.IsOpen()
	if r.Incident != nil && !open && a.Incident != 0 {
		a.leaveIncident(*r.Incident)
	}
	a.countDown(now, r)
	a.noteSilence(now, r)
	d := AlertDue{Alert: a}
	d.Declare = !a.DeclareAt.IsZero() && !now.Before(a.DeclareAt)
	at := r.resolvesAt()
	d.Resolve = open && !at.IsZero() && !now.Before(at)
	if kind, reach := a.news(now, r, open); kind != "" && !d.Declare {
		d.Announce = d.Alert.tell(now, kind, reach)
	}
	d.Alert.WakeAt = d.Alert.nextDue(now, r, open)
	return d
}

// leaveIncident has it stand by itself again: where it still fails when the incident
// ended, that is told when the monitors had the time to see the end. Of what somebody took
// back no incident is declared by rule again.
func (a *Alert) leaveIncident(i Incident) {
	a.Incident = 0
	if i.IsRetracted() {
		a.Dirty, a.Declined = true, true
		return
	}
	a.Before = i.Number
	if a.Told == ToldFailing || a.Told == ToldWarning || a.Told == ToldFlapping {
		a.Told, a.Again, a.Dirty = ToldCleared, 0, true // as the end of the incident said
	}
	if a.IsFailing() {
		a.LagUntil = i.endSaidAt().Add(afterIncident)
	}
}

// countDown sets when an incident is declared by rule. Who acknowledged it decides.
func (a *Alert) countDown(now time.Time, r AlertAround) {
	at := time.Time{}
	if r.Rule.AutoDeclare > 0 && a.Expectation == Availability && a.IsFailing() && a.Incident == 0 &&
		a.Into == 0 && a.AckedAt.IsZero() && !a.Declined && !r.Quiet && !r.Evidence.IsZero() {
		at = latest(latest(r.Evidence.Add(r.Rule.AutoDeclare), a.HeldUntil), a.LagUntil)
		at = latest(at, a.warned(now, r))
	}
	if !at.Equal(a.DeclareAt) {
		a.DeclareAt, a.Dirty = at, true
	}
}

// warned is when people will have known long enough that an incident is about to be
// declared.
func (a Alert) warned(now time.Time, r AlertAround) time.Time {
	soonest := now.Add(min(warnsFor, r.Rule.AutoDeclare))
	if !a.DeclareAt.IsZero() && now.Sub(a.DeclareAt) < awayFor {
		return earliest(soonest, a.DeclareAt)
	}
	return soonest
}

// noteSilence notes since when a monitor has said nothing.
func (a *Alert) noteSilence(now time.Time, r AlertAround) {
	since := time.Time{}
	if a.IsFailing() && !r.Heard.IsZero() && !now.Before(r.Heard.Add(SilentAfter)) {
		since = r.Heard
	}
	if !since.Equal(a.SilentSince) {
		a.SilentSince, a.Dirty = since, true
	}
}

// resolvesAt is when the incident is resolved by rule; zero: it is not.
func (r AlertAround) resolvesAt() time.Time {
	if r.Incident == nil || !r.Incident.Auto || r.Cleared.IsZero() || r.Rule.AutoResolveAfter <= 0 {
		return time.Time{}
	}
	return r.Cleared.Add(r.Rule.AutoResolveAfter)
}

// news is what is to be told of it now; "": nothing. While it belongs to an open
// incident, that speaks: the alert's posts are only kept true.
func (a Alert) news(now time.Time, r AlertAround, open bool) (EntryKind, Reach) {
	switch {
	case a.Into != 0:
		if a.Told == "" || a.Told == ToldElsewhere {
			return "", ""
		}
		return AlertAbsorbed, ReachEdit
	case a.Told == "" && a.Leads:
		return AlertRaised, ReachChannel
	case open, r.Quiet && a.corrects(r):
		return a.edit(now)
	case r.Quiet, a.lags(now), a.Told == "" && !a.IsFailing():
		return "", ""
	case a.Told == "":
		return AlertRaised, ReachChannel
	case a.Told == ToldFlapping:
		return a.calm(now)
	case a.begins() && a.Again >= flapsAfter:
		return AlertFlapping, ReachChannel
	case a.begins():
		return AlertAgain, ReachChannel
	case !a.IsFailing() && a.Told == ToldFailing && a.Expectation == Performance:
		return AlertCleared, ReachThread
	case !a.IsFailing() && (a.Told == ToldFailing || a.Told == ToldWarning):
		return AlertCleared, ReachChannel
	case a.Told == ToldFailing && a.hasEased():
		return AlertEased, ReachChannel
	}
	return a.edit(now)
}

// begins reports whether it fails anew: it was told to be over, or a warning.
func (a Alert) begins() bool {
	return a.IsFailing() && (a.Told == ToldCleared || a.Told == ToldWarning && !a.OnlyWarns())
}

// corrects reports whether its posts are kept true while it is quiet: they show a countdown
// that goes on no more, or it is over, as they say, for another time, or what is not quiet
// passes again while others fail.
func (a Alert) corrects(r AlertAround) bool {
	return !a.DeclareTold.IsZero() && a.DeclareAt.IsZero() || a.Told == ToldCleared && !a.IsFailing() || (a.Told == ToldFailing || a.Told == ToldWarning) && r.Heeded
}

// lags reports whether its incident has just ended.
func (a Alert) lags(now time.Time) bool { return now.Before(a.LagUntil) }

// calm ends what came and went once it stands still.
func (a Alert) calm(now time.Time) (EntryKind, Reach) {
	switch {
	case now.Before(a.ChangedAt.Add(calmAfter)):
		return a.edit(now)
	case a.hasEased():
		return AlertEased, ReachChannel
	case a.IsFailing():
		return AlertAgain, ReachChannel
	}
	return AlertCleared, ReachChannel
}

func (a Alert) edit(now time.Time) (EntryKind, Reach) {
	if a.Told == "" || !a.Dirty || now.Before(a.ToldAt.Add(editEvery)) {
		return "", ""
	}
	return AlertSeen, ReachEdit
}

// tell makes the announcement and notes what was told.
func (a *Alert) tell(now time.Time, kind EntryKind, reach Reach) *Announcement {
	if a.Told == "" || (a.Told == ToldFlapping && kind != AlertSeen) {
		a.Again = 0
	}
	switch {
	case kind == AlertAbsorbed:
		a.Told = ToldElsewhere
	case kind == AlertFlapping:
		a.Told = ToldFlapping
	case kind == AlertSeen && a.Incident == 0 && !(a.Told == ToldFailing && a.warnsAlone()): // says nothing new
	case a.IsFailing() && a.OnlyWarns():
		a.Told = ToldWarning
	case a.IsFailing():
		a.Told = ToldFailing
	default:
		a.Told = ToldCleared
	}
	a.ToldAt, a.DeclareTold, a.Dirty = now, a.DeclareAt, false
	snap := a.clone()
	snap.WakeAt = time.Time{}
	return &Announcement{Subject: a.Subject(), At: now, Kind: kind, Reach: reach, Snapshot: Snapshot{Alert: &snap}}
}

// nextDue is when Due has something to say next; zero: never by itself.
func (a Alert) nextDue(now time.Time, r AlertAround, open bool) time.Time {
	edit := unless(a.Told == "" || !a.Dirty, latest(a.ToldAt.Add(editEvery), now))
	switch {
	case a.Into != 0:
		return time.Time{}
	case open:
		return earliest(r.resolvesAt(), edit)
	case r.Quiet:
		return earliest(unless(!a.IsFailing() && a.Told == "", r.QuietUntil), unless(!a.corrects(r), edit))
	case a.lags(now):
		return earliest(a.DeclareAt, a.LagUntil)
	}
	next := earliest(a.DeclareAt, edit)
	if a.IsFailing() && a.SilentSince.IsZero() && !r.Heard.IsZero() {
		next = earliest(next, r.Heard.Add(SilentAfter))
	}
	if a.Told == ToldFlapping {
		next = earliest(next, a.ChangedAt.Add(calmAfter))
	}
	return next
}
