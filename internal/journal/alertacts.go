package journal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// AlertApplied is what somebody did about an alert.
type AlertApplied struct {
	Alert desk.Alert
	// Left counts the checks elsewhere that still have to be closed: too many see it fail
	// for one transaction.
	Left int `json:",omitempty"`
}

// AlertRule is a rule of the desk about an alert with all but the state and the act filled
// in.
type AlertRule func(desk.Alert, desk.Act) (desk.Alert, error)

// ApplyAlert changes an alert by a rule, and tells what is to be told of it.
func (j *Journal) ApplyAlert(ctx context.Context, by By, number int, did string, rule AlertRule) (AlertApplied, error) {
	return j.hearOnce(ctx, by, func(h *hearing) (out AlertApplied, err error) {
		a, err := h.load(number)
		if err != nil {
			return out, err
		}
		if a.Alert, err = rule(a.Alert, by.act()); err != nil {
			return out, err
		}
		if err := audit(h.tx, by, AuditEntry{Did: did, About: a.Subject().String()}); err != nil {
			return out, err
		}
		err = h.settle()
		return AlertApplied{Alert: a.Alert}, err
	})
}

func (h *hearing) load(number int) (*heldAlert, error) {
	a, err := getAlert(h.tx, number)
	return h.hold(a), err
}

// heardOnce carries what a hearing came to beside its answer.
type heardOnce struct {
	AlertApplied
	told  []desk.Subject
	times []time.Time
}

func (o heardOnce) about() []desk.Subject { return o.told }
func (o heardOnce) wakes() []time.Time    { return o.times }

func (j *Journal) hearOnce(ctx context.Context, by By, fn func(*hearing) (AlertApplied, error)) (AlertApplied, error) {
	out, err := once(ctx, j, by, func(tx storage.Tx) (heardOnce, error) {
		h := j.hearing(tx, by)
		done, err := fn(h)
		return heardOnce{done, h.told, h.wakes}, err
	})
	return out.AlertApplied, err
}

// RepeatedAlert returns the number of the alert that a request was about which was seen
// before: it may not fail any more.
func (j *Journal) RepeatedAlert(ctx context.Context, by By) (number int, found bool, err error) {
	type about struct {
		Alert    desk.Alert
		Incident desk.Incident
	}
	err = j.db.View(ctx, func(tx storage.Tx) error {
		var was about
		was, found, err = seenBefore[about](tx, by)
		if number = was.Alert.Number; len(was.Incident.Alerts) > 0 {
			number = was.Incident.Alerts[0]
		}
		return err
	})
	return number, found && number != 0, err
}

// CloseAlert says that what monitors elsewhere report of an alert is over, though they
// never said so. Probes of ours say it themselves.
func (j *Journal) CloseAlert(ctx context.Context, by By, number int) (AlertApplied, error) {
	return j.hearOnce(ctx, by, func(h *hearing) (out AlertApplied, err error) {
		a, err := h.load(number)
		if err != nil {
			return out, err
		}
		if err := a.CheckOpen(); err != nil {
			return out, err
		}
		closed, left := 0, 0
		for _, s := range a.Services {
			seen, err := h.j.failingOf(h.tx, s.Service, a.Expectation, maxSightings)
			if err != nil {
				return out, err
			}
			for _, r := range seen {
				switch {
				case r.Witness.IsOwn():
					continue
				case closed == closeAtOnce:
					left++
					continue
				}
				closed++
				r.State, r.Since, r.Places, r.Closed = desk.Passing, time.Time{}, nil, true
				if err := h.hear(cleanReport(r, by.At)); err != nil {
					return out, err
				}
			}
		}
		if closed == 0 {
			return out, desk.Refuse(desk.Conflict, "Only our own checks see %s, and they say themselves when it is over.", a.Subject()).
				WithHint("probe mute %s 1h keeps quiet about it.", a.Services[0].Service)
		}
		if err := audit(h.tx, by, AuditEntry{Did: "close alert", About: a.Subject().String()}); err != nil {
			return out, err
		}
		err = h.settle()
		return AlertApplied{h.alerts[number].Alert, left}, err
	})
}

// closeAtOnce is how many checks are closed in one transaction.
const closeAtOnce = 20

// Mute has failures of services recorded and not told until a time; at its end they are
// judged anew. The zero time ends a mute. It may be given again after an error.
func (j *Journal) Mute(ctx context.Context, by By, services []desk.ServiceID, until time.Time) error {
	request := by.Request
	for k := 0; len(services) > 0; k++ {
		n := min(len(services), muteAtOnce)
		if k > 0 && request != "" {
			by.Request = fmt.Sprintf("%s/%d", request, k)
		}
		_, err := once(ctx, j, by, func(tx storage.Tx) (muting, error) {
			for _, id := range services[:n] {
				if err := mute(tx, by, Mute{Service: id, Until: until.UTC(), By: by.Person}); err != nil {
					return muting{}, err
				}
			}
			return muting{by.At.UTC()}, judgeAnew(tx, judging{Services: services[:n]}, by.At.UTC())
		})
		if err != nil {
			return err
		}
		services = services[n:]
	}
	return nil
}

// muteAtOnce is how many services are muted in one transaction.
const muteAtOnce = 40

// muting is what a mute came to: from when on it is so.
type muting struct{ At time.Time }

func (m muting) wakes() []time.Time { return []time.Time{m.At} }

func mute(tx storage.Tx, by By, m Mute) error {
	was, _, err := muteTable().Get(tx, muteKey(m.Service))
	if err != nil {
		return err
	}
	e := AuditEntry{Did: "mute", About: string(m.Service), Before: stamp(was.Until), After: stamp(m.Until)}
	if m.Until.IsZero() {
		e.Did, err = "unmute", muteTable().Delete(tx, muteKey(m.Service))
	} else {
		err = muteTable().Put(tx, muteKey(m.Service), m)
	}
	if err != nil {
		return err
	}
	return audit(tx, by, e)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// Mutes lists the services that are muted at now.
func (j *Journal) Mutes(ctx context.Context, now time.Time) (out []Mute, err error) {
	t := muteTable()
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, m Mute) (bool, error) {
			if m.Until.After(now) {
				out = append(out, m)
			}
			return true, nil
		})
	})
	return out, err
}

// Alert returns alert number, or a desk.Unknown refusal.
func (j *Journal) Alert(ctx context.Context, number int) (a desk.Alert, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		a, err = getAlert(tx, number)
		return err
	})
	return a, err
}

// OpenAlerts lists the alerts that fail now, newest first.
func (j *Journal) OpenAlerts(ctx context.Context) (out []desk.Alert, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		numbers, err := raisedNumbers(tx)
		if err != nil {
			return err
		}
		for _, n := range numbers {
			a, err := scanAlert(tx, n)
			if err != nil {
				return err
			}
			if a.IsFailing() && a.Into == 0 {
				out = append(out, a)
			}
		}
		return nil
	})
	return out, err
}

// raisedNumbers lists the newest alert about each service, newest first.
func raisedNumbers(tx storage.Tx) (out []int, err error) {
	t := raisedTable()
	err = t.Scan(tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, n int) (bool, error) {
		out = append(out, n)
		return true, nil
	})
	slices.Sort(out)
	out = slices.Compact(out)
	slices.Reverse(out)
	return out, err
}

// Sightings lists what checks say about a service's expectations, as they said it last.
func (j *Journal) Sightings(ctx context.Context, id desk.ServiceID) (out []desk.Report, err error) {
	k := sightingTable().Key().Str(string(id))
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		return sightingTable().Scan(tx, k, k.End(), maxSightings, func(_ storage.Key, r desk.Report) (bool, error) {
			out = append(out, r)
			return true, nil
		})
	})
	return out, err
}

// OwnFailing lists what probes of ours see fail.
func (j *Journal) OwnFailing(ctx context.Context) ([]desk.Report, error) {
	return j.allFailing(ctx, func(r desk.Report) bool { return r.Witness.IsOwn() })
}

// allFailing lists what witnesses see fail.
func (j *Journal) allFailing(ctx context.Context, which func(desk.Report) bool) (out []desk.Report, err error) {
	t := sightingTable()
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(_ storage.Key, r desk.Report) (bool, error) {
			if r.Failed() && which(r) {
				out = append(out, r)
			}
			return true, nil
		})
	})
	return out, err
}

// Retire has what witnesses that are watched no more saw fail stand no longer: nobody will
// ever say that it is over, and whether it is nobody knows. But of heirs, probes of ours that
// could see the same, the ones that were never tried before take it over until they pass: a
// probe that has another name now, or a better one in its place.
func (j *Journal) Retire(ctx context.Context, by By, watched func(desk.Report) bool, heirs func(desk.Report) []desk.ProbeID) error {
	gone, err := j.allFailing(ctx, func(r desk.Report) bool { return !watched(r) })
	if err != nil {
		return err
	}
	var said []desk.Report
	for _, r := range gone {
		for _, heir := range heirs(r) {
			tried, err := j.tried(ctx, heir, by.At)
			if err != nil {
				return err
			}
			if !tried {
				is := r
				is.Witness.Name, is.Called = heir.Name, heir.Name
				said = append(said, is)
			}
		}
		r.State, r.Since, r.Detail, r.Retired = desk.Passing, by.At.UTC(), "", true
		said = append(said, r)
	}
	return j.Hear(ctx, by, said)
}

// tried reports whether a probe came to anything in the day before now.
func (j *Journal) tried(ctx context.Context, of desk.ProbeID, now time.Time) (bool, error) {
	day := ResultSpan{By: desk.PerMinute, From: now.Add(-desk.PerMinute.Kept()), To: now.Add(desk.PerMinute.Length())}
	results, err := j.Results(ctx, of, day)
	return len(results) > 0, err
}

// ForgetHeard deletes what was heard before a time, at most as much as fits a
// transaction, and reports whether there may be more.
func (j *Journal) ForgetHeard(ctx context.Context, before time.Time) (more bool, err error) {
	k := heardTable().Key()
	err = j.db.Background(ctx, func(tx storage.Tx) error {
		n := 0
		return tx.Scan(k, k.Time(before), storage.MaxWrites-10, func(key, _ []byte) (bool, error) {
			n++
			more = n == storage.MaxWrites-10
			return true, tx.Delete(key)
		})
	})
	return more, err
}
