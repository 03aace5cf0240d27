package desk

import (
	"slices"
	"time"
)

// Planning is what the organization says of planned work.
type Planning struct {
	// Zone is that of nights, days and working days. nil: UTC.
	Zone        *time.Location
	Standing    []Standing
	Moratoriums []Moratorium
	// Notice is how long before its begin a window must be scheduled; StandingNotice the
	// same for one that lies in a standing window.
	Notice         LeadTime
	StandingNotice time.Duration
	Reminders      []Reminder
	// AutoComplete: the planned end says that the work is done.
	AutoComplete bool
}

func (p Planning) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// Standing is a recurring time reserved for work.
type Standing struct {
	Services []ServiceID
	Rule     Recurrence
}

// Moratorium is a period in which no work may be scheduled.
type Moratorium struct {
	Name     string
	Services []ServiceID // empty: all
	Period   Period
}

// LeadTime is a length of time, or (where that is 0) a number of working days.
type LeadTime struct {
	Length      time.Duration
	WorkingDays int
}

// earliest is the first begin that may be scheduled at now. A working day is one from
// Monday to Friday; notice of two of them on a Friday afternoon is that time on Tuesday,
// and on a weekend the begin of Wednesday, so that nothing is won by waiting.
func (n LeadTime) earliest(now time.Time, zone *time.Location) time.Time {
	if n.WorkingDays == 0 {
		return now.Add(n.Length)
	}
	t := now.In(zone)
	day, clock := t.Day(), t
	for isWeekend(t, day) {
		day, clock = day+1, time.Time{}
	}
	for left := n.WorkingDays; left > 0; {
		if day++; !isWeekend(t, day) {
			left--
		}
	}
	return time.Date(t.Year(), t.Month(), day, clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), zone).UTC()
}

// isWeekend reports whether a day of the month of t, or behind its end, is one.
func isWeekend(t time.Time, day int) bool {
	d := time.Date(t.Year(), t.Month(), day, 0, 0, 0, 0, time.UTC).Weekday()
	return d == time.Saturday || d == time.Sunday
}

// Reminder is when a window is told again: Before its begin, or (where that is 0) at a
// time of day DaysBefore the day of its begin.
type Reminder struct {
	Before     time.Duration
	DaysBefore int
	At         DayTime
}

// at is when a window that begins then is told again.
func (r Reminder) at(begin time.Time, zone *time.Location) time.Time {
	if r.DaysBefore == 0 {
		return begin.Add(-r.Before)
	}
	y, m, d := begin.In(zone).Date()
	return time.Date(y, m, d-r.DaysBefore, int(r.At)/60, int(r.At)%60, 0, 0, zone).UTC()
}

// Nights are from 22:00 until 7:00.
const nightFrom, nightTo = 22, 7

func isNight(t time.Time, zone *time.Location) bool {
	h := t.In(zone).Hour()
	return h >= nightFrom || h < nightTo
}

// morning is the end of the night that t is in.
func morning(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	y, m, d := local.Date()
	if local.Hour() >= nightFrom {
		d++
	}
	return time.Date(y, m, d, nightTo, 0, 0, 0, zone).UTC()
}

// evening is right before the begin of the last night that began at t or before.
func evening(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	y, m, d := local.Date()
	if local.Hour() < nightFrom {
		d--
	}
	return time.Date(y, m, d, nightFrom, 0, 0, 0, zone).Add(-1).UTC()
}

// ObjectionKind is what speaks against a time.
type ObjectionKind string

// The kinds of objection.
const (
	Overlapping  ObjectionKind = "overlap"
	InMoratorium ObjectionKind = "moratorium"
	ShortNotice  ObjectionKind = "notice"
)

// Objection is the refusal of a time for work, as an error. Overlaps and moratoriums
// yield to a reason of Override.Force, short notice to one of Override.Urgent.
type Objection struct {
	Kind ObjectionKind
	// At is the time that is objected to: of a series the first such occurrence.
	At Period
	// All are the times of a series that lie in moratoriums, or in the way of others.
	All []Period
	// NoneFree: all times of a series that were looked at are in the way of others.
	NoneFree bool
	// Other is the window in the way of it, and Period its time, or the moratorium's.
	Other  Subject
	Period Period
	Name   string // the moratorium's
	// Earliest is the first begin with enough notice.
	Earliest time.Time
	// Admins: only an admin may override it.
	Admins bool
}

func (o *Objection) Error() string { return "this time is not free: " + string(o.Kind) }

// Override is why somebody does what is objected to; empty: nobody does.
type Override struct {
	Force, Urgent string
	Admin         bool
}

// Taken is a time of another window.
type Taken struct {
	Subject Subject
	Period  Period
}

// Check refuses, as an *Objection, a time that is not free for work on these services.
// times are the occurrences of a series that are looked at; taken are those of other
// windows about any of the services.
func (p Planning) Check(services []ServiceID, times []Period, now time.Time, taken []Taken, o Override) error {
	for _, at := range times {
		if other, ok := overlapping(at, taken); ok && o.Force == "" {
			all := allOverlapping(times, taken)
			return &Objection{Kind: Overlapping, At: at, All: all, NoneFree: len(all) == len(times), Other: other.Subject, Period: other.Period}
		}
		if m, ok := p.moratorium(services, at); ok && (o.Force == "" || !o.Admin) {
			return &Objection{Kind: InMoratorium, At: at, Name: m.Name, Period: m.Period, Admins: true}
		}
	}
	if len(times) == 0 || o.Urgent != "" {
		return nil
	}
	first := p.Notice.earliest(now, p.zone())
	if p.reserved(services, times[0]) {
		first = now.Add(p.StandingNotice)
	}
	if times[0].From.Before(first) {
		return &Objection{Kind: ShortNotice, At: times[0], Earliest: first}
	}
	return nil
}

func overlapping(at Period, taken []Taken) (Taken, bool) {
	k := slices.IndexFunc(taken, func(t Taken) bool { return t.Period.Overlaps(at) })
	if k < 0 {
		return Taken{}, false
	}
	return taken[k], true
}

// allOverlapping lists those of the times of a series that are not free; of one time none.
func allOverlapping(times []Period, taken []Taken) (all []Period) {
	for _, at := range times {
		if _, ok := overlapping(at, taken); ok && len(times) > 1 {
			all = append(all, at)
		}
	}
	return all
}

func (p Planning) moratorium(services []ServiceID, at Period) (Moratorium, bool) {
	k := slices.IndexFunc(p.Moratoriums, func(m Moratorium) bool {
		return m.Period.Overlaps(at) && (len(m.Services) == 0 || meet(m.Services, services))
	})
	if k < 0 {
		return Moratorium{}, false
	}
	return p.Moratoriums[k], true
}

// CheckRule refuses, as an *Objection, a series of which times from its first on lie in
// moratoriums. It names them all.
func (p Planning) CheckRule(services []ServiceID, r Recurrence, first Period, o Override) error {
	if o.Force != "" && o.Admin {
		return nil
	}
	var all []Period
	for _, m := range p.Moratoriums {
		for _, at := range r.Between(latest(first.From, m.Period.From.Add(-r.For)), m.Period.To, int(m.Period.Length()/(24*time.Hour))+2) {
			if _, meets := p.moratorium(services, at); meets && !slices.Contains(all, at) {
				all = append(all, at)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b Period) int { return a.From.Compare(b.From) })
	m, _ := p.moratorium(services, all[0])
	return &Objection{Kind: InMoratorium, At: all[0], All: all, Name: m.Name, Period: m.Period, Admins: true}
}

// FirstOf is the first occurrence of a series, from the first given on, that has enough
// notice.
func (p Planning) FirstOf(r Recurrence, first Period, services []ServiceID, now time.Time) Period {
	for p.Check(services, []Period{first}, now, nil, Override{Force: "only the notice counts", Admin: true}) != nil {
		next, ok := r.Next(first.From)
		if !ok {
			break
		}
		first = next
	}
	return first
}

// reserved reports whether at lies in a standing window of each of the services.
func (p Planning) reserved(services []ServiceID, at Period) bool {
	for _, id := range services {
		if !slices.ContainsFunc(p.Standing, func(s Standing) bool {
			return slices.Contains(s.Services, id) && s.Rule.holds(at)
		}) {
			return false
		}
	}
	return len(services) > 0
}

// Reserved lists the times reserved for work on a service that begin between two moments,
// at most limit, in order. One in a moratorium is not for work.
func (p Planning) Reserved(id ServiceID, between Period, limit int) (out []Period) {
	for _, s := range p.Standing {
		if slices.Contains(s.Services, id) {
			out = append(out, p.allowed(id, s.Rule, between, limit)...)
		}
	}
	slices.SortFunc(out, func(a, b Period) int { return a.From.Compare(b.From) })
	return out[:min(len(out), limit)]
}

// allowed lists the times of a rule in which work on a service may be scheduled.
func (p Planning) allowed(id ServiceID, r Recurrence, between Period, limit int) (out []Period) {
	for at := range r.from(between.From) {
		if len(out) >= limit || !at.From.Before(between.To) {
			break
		}
		if _, forbidden := p.moratorium([]ServiceID{id}, at); !forbidden {
			out = append(out, at)
		}
	}
	return out
}

func meet(a, b []ServiceID) bool {
	return slices.ContainsFunc(a, func(id ServiceID) bool { return slices.Contains(b, id) })
}
