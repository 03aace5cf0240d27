package journal

import (
	"math"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

func alertTable() storage.Table[desk.Alert]     { return storage.TableOf[desk.Alert]("alert") }
func sightingTable() storage.Table[desk.Report] { return storage.TableOf[desk.Report]("sighting") }
func raisedTable() storage.Table[int]           { return storage.TableOf[int]("raised") }
func heardTable() storage.Table[[]desk.Report]  { return storage.TableOf[[]desk.Report]("heard") }
func muteTable() storage.Table[Mute]            { return storage.TableOf[Mute]("mute") }

// Mute is until when failures of a service are recorded and not told.
type Mute struct {
	Service desk.ServiceID
	Until   time.Time
	By      desk.Person `json:",omitzero"`
}

func alertKey(n int) storage.Key { return alertTable().Key().Num(math.MaxUint64 - uint64(n)) }

func raisedKey(id desk.ServiceID, e desk.Expectation) storage.Key {
	return raisedTable().Key().Str(string(id)).Str(string(e))
}

func muteKey(id desk.ServiceID) storage.Key { return muteTable().Key().Str(string(id)) }

// sightingsKey is the begin of the sightings of a service.
func sightingsKey(id desk.ServiceID, e desk.Expectation) storage.Key {
	return sightingTable().Key().Str(string(id)).Str(string(e))
}

// sourceKey is the begin of the keys of what the source of a report says about a service.
func sourceKey(r desk.Report) storage.Key {
	return sightingsKey(r.Service, r.Expectation).Str(string(r.Witness.Kind)).Str(r.Witness.Name)
}

func sightingKey(r desk.Report) storage.Key { return sourceKey(r).Str(r.Witness.Check) }

// sightingsKnown is how many checks are kept in memory as they were last heard, some 1 KiB
// each; alertsKnown how many alerts, as many as a failure is looked for among, 10 KiB each
// at most.
const (
	sightingsKnown = 4096
	alertsKnown    = absorbsAmong
)

// heardKey is of what was heard in one transaction, by the first of it.
func heardKey(by By, first desk.Report) storage.Key {
	w := first.Witness
	return heardTable().Key().Time(first.At).Str(by.Trace).Str(string(first.Service)).Str(string(first.Expectation)).Str(string(w.Kind)).Str(w.Name).Str(w.Check)
}

func getAlert(tx storage.Tx, n int) (desk.Alert, error) {
	a, ok, err := alertTable().Get(tx, alertKey(n))
	if err == nil && !ok {
		err = unknownAlert(n)
	}
	return a, err
}

func unknownAlert(n int) error {
	return desk.Refuse(desk.Unknown, "There is no ALR-%d.", n).WithHint("probe alerts shows what is seen.")
}

// maxSightings is how many checks of a service are looked through for what is shown of
// it, and those of each source for evidence: one that has more hides no other's.
const maxSightings = 1000

// failingOf lists what witnesses see fail of a service, of each source so many at most, as
// it was scanned: there may be more of them than a transaction may Get.
func (j *Journal) failingOf(tx storage.Tx, id desk.ServiceID, e desk.Expectation, most int) (out []desk.Report, err error) {
	from := sightingsKey(id, e)
	for end := from.End(); from != nil && err == nil; {
		var next storage.Key // where another source begins; nil: there is none
		var of desk.Witness
		read, failing := 0, 0
		err = j.sightings.scan(tx, from, end, 0, func(k storage.Key, r desk.Report) (bool, error) {
			if r.Witness.Kind != of.Kind || r.Witness.Name != of.Name {
				of, read, failing = r.Witness, 0, 0
			}
			read++
			if r.Failed() {
				failing++
				out = append(out, r)
			}
			if read < maxSightings && failing < most {
				return true, nil
			}
			next = sourceOf(k).End()
			return false, nil
		})
		from = next
	}
	return out, err
}

// sourceOf is the begin of the keys of the source of a sighting.
func sourceOf(k storage.Key) storage.Key {
	r, source := storage.ReadKey(k), storage.Key(nil)
	for range 5 { // the table, the service, the expectation, the kind and the name
		source = source.Str(r.Str())
	}
	return source
}

// scanAlert reads an alert as it was scanned: a transaction may Get only so many.
func scanAlert(tx storage.Tx, n int) (a desk.Alert, err error) {
	k := alertKey(n)
	err = alertTable().Scan(tx, k, k.End(), 1, func(_ storage.Key, one desk.Alert) (bool, error) {
		a = one
		return false, nil
	})
	return a, err
}

// seenOf completes a declaration with what checks see of its services: the alerts, who
// sees it, and since when where nobody said. It is read as scanned: what belongs to the
// incident is looked at anew when that is stored.
func seenOf(tx storage.Tx, d desk.Declaration) (desk.Declaration, error) {
	if d.Drill {
		return d, nil
	}
	d.Alerts, d.Seen = nil, nil
	var since time.Time
	for _, s := range d.Services {
		raised, err := allRaised(tx, s.Service)
		if err != nil {
			return d, err
		}
		for _, a := range raised {
			one, fails := a.Fails(s.Service)
			if !fails {
				continue
			}
			if !slices.Contains(d.Alerts, a.Number) {
				d.Alerts = append(d.Alerts, a.Number)
			}
			d.Seen = append(d.Seen, one.Seen...)
			if at := one.Since(a); since.IsZero() || at.Before(since) {
				since = at
			}
		}
	}
	desk.OwnFirst(d.Seen)
	if d.Began.IsZero() {
		d.Began = since
	}
	return d, nil
}

func expectations() []desk.Expectation {
	return []desk.Expectation{desk.Availability, desk.Performance}
}

// allRaised is the newest alert about each expectation of a service, as they were scanned.
func allRaised(tx storage.Tx, id desk.ServiceID) (out []desk.Alert, err error) {
	k := raisedTable().Key().Str(string(id))
	err = raisedTable().Scan(tx, k, k.End(), len(expectations()), func(_ storage.Key, number int) (bool, error) {
		a, err := scanAlert(tx, number)
		out = append(out, a)
		return true, err
	})
	return out, err
}

// scanRaised is the newest alert about a service, as it was scanned; the zero Alert: there
// was none.
func scanRaised(tx storage.Tx, id desk.ServiceID, e desk.Expectation) (a desk.Alert, err error) {
	k := raisedKey(id, e)
	n := 0
	err = raisedTable().Scan(tx, k, k.End(), 1, func(_ storage.Key, number int) (bool, error) {
		n = number
		return false, nil
	})
	if err != nil || n == 0 {
		return a, err
	}
	return scanAlert(tx, n)
}

// wakeAlert has the clock look at an alert at a time.
func wakeAlert(tx storage.Tx, a desk.Alert, at time.Time) error {
	if err := moveMark(tx, a.Subject(), a.WakeAt, at); err != nil {
		return err
	}
	a.WakeAt = at
	return alertTable().Put(tx, alertKey(a.Number), a)
}

// wakeAlertsOf has the clock look at the alerts about services, as planned work on them
// began or ended.
func wakeAlertsOf(tx storage.Tx, services []desk.ServiceID, at time.Time) error {
	return judgeAnew(tx, judging{Services: services}, at)
}

// attach has the clock look at the alerts of an incident and of its services: they belong
// to it, or stand by themselves again.
func attach(tx storage.Tx, i desk.Incident, at time.Time) error {
	if i.Drill {
		return nil
	}
	return judgeAnew(tx, judging{Alerts: i.Alerts, Services: i.ServiceIDs()}, at)
}
