package journal

import (
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// repeatsKey is where a series stands among those of a service: with its rule in the key,
// so that all times of a service are found in one scan, without reading any series.
func repeatsKey(service desk.ServiceID, w desk.Window) storage.Key {
	r := w.Rule
	days := uint64(0)
	for _, d := range r.Days {
		days |= 1 << d
	}
	k := storage.K(repeatsName).Str(string(service)).Num(uint64(w.Number)).Time(w.Planned.From).
		Num(uint64(r.Every)).Num(uint64(r.Nth + 1)).Num(days).Num(uint64(r.At)).Num(uint64(r.For)).Str(r.Zone).
		Time(r.First).Time(r.Until)
	for _, day := range r.Except {
		k = k.Time(day)
	}
	return k
}

// repeating is what is kept of a series among those of a service.
type repeating struct {
	number int
	from   time.Time // the begin of its first time
	rule   desk.Recurrence
}

// readRepeats reads what a key says of a series behind its service. Of one that has no
// time near within it reads just as much as shows that, and answers false.
func readRepeats(rest []byte, within desk.Period) (s repeating, near bool, err error) {
	k := storage.ReadKey(rest)
	s.number, s.from = int(k.Num()), k.Time()
	s.rule.Every, s.rule.Nth = int(k.Num()), int(k.Num())-1
	days := k.Num()
	s.rule.At, s.rule.For = desk.DayTime(k.Num()), time.Duration(k.Num())
	if k.Err() != nil || !s.near(days, within) {
		return s, false, k.Err()
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if days&(1<<d) != 0 {
			s.rule.Days = append(s.rule.Days, d)
		}
	}
	s.rule.Zone, s.rule.First = k.Str(), k.Time()
	if until := k.Time(); until.After(s.rule.First) || until.Equal(s.rule.First) { // else it has none
		s.rule.Until = until
	}
	for k.More() {
		s.rule.Except = append(s.rule.Except, k.Time())
	}
	return s, true, k.Err()
}

const (
	aDay = 24 * time.Hour
	// farZone is more than the clocks of any zone were ever off UTC (15:13 hours, in
	// Alaska until 1867).
	farZone = 16 * time.Hour
)

// near reports whether one of the days of the week has a time that may overlap within,
// whatever the zone.
func (s repeating) near(days uint64, within desk.Period) bool {
	from, to := within.From.Add(-s.rule.For-farZone), within.To.Add(farZone)
	if !s.from.Before(within.To) {
		return false
	}
	at := time.Duration(s.rule.At) * time.Minute
	for day := from.Add(-at).Truncate(aDay); day.Add(at).Before(to); day = day.Add(aDay) {
		if days&(1<<day.Weekday()) != 0 && !day.Add(at).Before(from) {
			return true
		}
	}
	return false
}

// seriesAbout lists the series that are not over, are about any of the services and may
// have a time that overlaps within.
func seriesAbout(tx storage.Tx, services []desk.ServiceID, within desk.Period) (all []repeating, err error) {
	for _, id := range services {
		k := storage.K(repeatsName).Str(string(id))
		err := tx.Scan(k, k.End(), 0, func(key, _ []byte) (bool, error) {
			s, near, err := readRepeats(key[len(k):], within)
			if near && !slices.ContainsFunc(all, func(o repeating) bool { return o.number == s.number }) {
				all = append(all, s)
			}
			return true, err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// future lists the times of a series that are not windows of their own yet.
func (s repeating) future(tx storage.Tx, within desk.Period) (out []desk.Taken, err error) {
	slots := s.rule.Between(latest(within.From.Add(-s.rule.For), s.from), within.To, 10*lookAhead)
	if len(slots) == 0 {
		return nil, nil
	}
	made := map[int64]bool{}
	last := madeKey(s.number, slots[len(slots)-1].From).End()
	err = madeTable().Scan(tx, madeKey(s.number, slots[0].From), last, 0, func(key storage.Key, _ int) (bool, error) {
		slot, err := slotOf(key)
		made[slot.UnixNano()] = true
		return true, err
	})
	about := desk.Subject{Kind: desk.WindowSubject, Number: s.number}
	for _, slot := range slots {
		if !made[slot.From.UnixNano()] {
			out = append(out, desk.Taken{Subject: about, Period: slot})
		}
	}
	return out, err
}
