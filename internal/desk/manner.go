package desk

import (
	"fmt"
	"time"
)

// Manner is how much a channel makes of what it hears.
type Manner string

// The manners, from silent to noisy.
const (
	// Quiet: one post, which is edited. Where posts cannot be edited it is as Normal.
	Quiet Manner = "quiet"
	// Normal: updates in the thread of the post, and what matters to the channel in
	// the channel too.
	Normal Manner = ""
	// Loud: all that is said is said in the channel too.
	Loud Manner = "loud"
)

// ParseManner reads "quiet", "normal", "loud".
func ParseManner(word string) (Manner, bool) {
	switch m := Manner(word); m {
	case Quiet, Loud:
		return m, true
	case "normal":
		return Normal, true
	}
	return Normal, false
}

func (m Manner) String() string {
	if m == Normal {
		return "normal"
	}
	return string(m)
}

// rank orders manners; a louder one is greater.
func (m Manner) rank() int {
	switch m {
	case Quiet:
		return 0
	case Loud:
		return 2
	}
	return 1
}

// DayTime is a time of day, in minutes since midnight by the clock on the wall.
type DayTime int

// MarshalText writes "22:00".
func (d DayTime) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *DayTime) UnmarshalText(b []byte) error {
	t, err := time.Parse("15:04", string(b))
	if err != nil {
		return fmt.Errorf("%q is not a time of day like 22:00", b)
	}
	*d = DayTime(t.Hour()*60 + t.Minute())
	return nil
}

func (d DayTime) String() string { return fmt.Sprintf("%02d:%02d", d/60, d%60) }

// Hours are quiet hours: in them a channel is told of nothing but incidents of at
// least an impact. They are by the clock of the organization's zone, and go over
// midnight where To is before From.
type Hours struct {
	From, To DayTime
	// Least is the least impact that is told all the same.
	Least Impact
}

// ends returns the end of the quiet hours that t is in; zero: it is in none.
func (h Hours) ends(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	now := DayTime(local.Hour()*60 + local.Minute())
	overnight := h.To < h.From
	switch {
	case overnight && now < h.From && now >= h.To, !overnight && (now < h.From || now >= h.To):
		return time.Time{}
	}
	y, m, day := local.Date()
	if overnight && now >= h.From {
		day++
	}
	end := time.Date(y, m, day, int(h.To)/60, int(h.To)%60, 0, 0, zone)
	if !end.After(t) { // a clock set forward skips that time, one set back repeats it
		end = end.Add(time.Hour)
	}
	return end.UTC()
}

// quieter reports whether h keeps back anything that was, which may be nil, did not.
func (h *Hours) quieter(was *Hours) bool {
	switch {
	case h == nil:
		return false
	case was == nil:
		return true
	}
	return h.Least.Rank() > was.Least.Rank() || !was.covers(h.From, h.To)
}

// covers reports whether all of from to to is in the quiet hours.
func (h *Hours) covers(from, to DayTime) bool {
	const day = 24 * 60
	length := func(a, b DayTime) DayTime { return (b - a + day) % day }
	return length(h.From, from)+length(from, to) <= length(h.From, h.To)
}

// Wish is how a channel wants to hear of a scope. The zero Wish is that of a channel
// that no subscription speaks for.
type Wish struct {
	// Matches: it is to be told.
	Matches bool
	// Speaks: a subscription says how, even where it lets this scope not through.
	Speaks bool
	Manner Manner
	hours  []Hours // it is quiet in what all of these have in common
}

// QuietUntil tells until when the channel is told nothing of something that has this
// impact; zero: it may be told now. What has no impact is told outside quiet hours.
func (w Wish) QuietUntil(now time.Time, i Impact, zone *time.Location) (until time.Time) {
	for _, h := range w.hours {
		end := h.ends(now, zone)
		if end.IsZero() || (i != "" && i.Rank() >= h.Least.Rank()) {
			return time.Time{}
		}
		if until.IsZero() || end.Before(until) {
			until = end
		}
	}
	return until
}

// Audience decides who hears of a scope, and how.
type Audience struct {
	scope   Scope
	targets [][]Target // of each service, the most specific first
}

// AudienceOf returns who hears of the scope.
func (c *Catalog) AudienceOf(sc Scope) Audience {
	a := Audience{scope: sc}
	for _, id := range sc.Services {
		a.targets = append(a.targets, c.TargetsOf([]ServiceID{id}))
	}
	return a
}

// Matches reports whether a channel with these subscriptions is to be told. For each
// service the most specific subscription decides alone: service beats group beats all.
func (a Audience) Matches(subs []Subscription) bool {
	if a.scope.OpsOnly || a.scope.Retracted {
		return false
	}
	for _, targets := range a.targets {
		if s := deciding(subs, targets); s != nil && s.admits(a.scope) {
			return true
		}
	}
	return false
}

// Wish returns how a channel with these subscriptions wants to hear. Where several
// of them decide, each for a service, the loudest does, and it is quiet only in hours
// in which all are; where none does, in those of all that the channel has.
func (a Audience) Wish(subs []Subscription) Wish {
	w := Wish{Matches: a.Matches(subs)}
	var speak []Subscription
	for _, targets := range a.targets {
		s := deciding(subs, targets)
		if s == nil || !s.Hears(a.scope.Topic) || (w.Matches && !s.admits(a.scope)) {
			continue
		}
		if !w.Speaks || s.Manner.rank() > w.Manner.rank() {
			w.Manner = s.Manner
		}
		w.Speaks = true
		speak = append(speak, *s)
	}
	if !w.Speaks {
		speak = subs
	}
	w.hours = sharedHours(speak)
	return w
}

// sharedHours are the quiet hours of all these subscriptions; nil where one has none.
func sharedHours(subs []Subscription) (all []Hours) {
	for _, s := range subs {
		if s.Hours == nil {
			return nil
		}
		all = append(all, *s.Hours)
	}
	return all
}

// deciding finds the most specific subscription of those of the targets; nil: none.
func deciding(subs []Subscription, targets []Target) *Subscription {
	for _, t := range targets {
		for k := range subs {
			if subs[k].Target == t {
				return &subs[k]
			}
		}
	}
	return nil
}
