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
func heardTable() storage.Table[desk.Report]    { return storage.TableOf[desk.Report]("heard") }
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

func sightingKey(r desk.Report) storage.Key {
	w := r.Witness
	return sightingsKey(r.Service, r.Expectation).Str(string(w.Kind)).Str(w.Name).Str(w.Check)
}

func heardKey(r desk.Report) storage.Key {
	w := r.Witness
	return heardTable().Key().Time(r.At).Str(string(r.Service)).Str(string(r.Expectation)).Str(string(w.Kind)).Str(w.Name).Str(w.Check)
}

func getAlert(tx storage.Tx, n int) (desk.Alert, error) {
	a, ok, err := alertTable().Get(tx, alertKey(n))
	if err == nil && !ok {
		err = desk.Refuse(desk.Unknown, "There is no ALR-%d.", n).WithHint("probe list shows what there is.")
	}
	return a, err
}

// maxSightings is how many checks of a service are looked through for what is shown of
// it, and for evidence.
const maxSightings = 1000

// failing lists what witnesses see fail of a service's availability, as it was scanned:
// there may be more of them than a transaction may Get.
func failing(tx storage.Tx, id desk.ServiceID) ([]desk.Report, error) {
	return failingOf(tx, id, desk.Availability)
}

func failingOf(tx storage.Tx, id desk.ServiceID, e desk.Expectation) (out []desk.Report, err error) {
	k := sightingsKey(id, e)
	err = sightingTable().Scan(tx, k, k.End(), maxSightings, func(_ storage.Key, r desk.Report) (bool, error) {
		if r.Failed() {
			out = append(out, r)
		}
		return true, nil
	})
	return out, err
}

// raisedFor is the newest alert about a service and an expectation; the zero Alert: there
// was none. Whether there is one is scanned: an incident may be about more services than a
// transaction may Get.
func raisedFor(tx storage.Tx, id desk.ServiceID, e desk.Expectation) (a desk.Alert, err error) {
	k, number := raisedKey(id, e), 0
	err = raisedTable().Scan(tx, k, k.End(), 1, func(_ storage.Key, n int) (bool, error) {
		number = n
		return false, nil
	})
	if err != nil || number == 0 {
		return a, err
	}
	return getAlert(tx, number)
}

// newestAlerts lists the newest alerts, as scanned.
func newestAlerts(tx storage.Tx, limit int) (out []desk.Alert, err error) {
	err = alertTable().Scan(tx, alertTable().Key(), alertTable().Key().End(), limit, func(_ storage.Key, a desk.Alert) (bool, error) {
		out = append(out, a)
		return true, nil
	})
	return out, err
}

// seenOf completes a declaration with what checks see of its services: the alerts, who
// sees it, and since when where nobody said.
func seenOf(tx storage.Tx, d desk.Declaration) (desk.Declaration, error) {
	if d.Drill {
		return d, nil
	}
	d.Alerts, d.Seen = nil, nil
	var since time.Time
	for _, s := range d.Services {
		for _, e := range []desk.Expectation{desk.Availability, desk.Performance} {
			a, err := raisedFor(tx, s.Service, e)
			if err != nil {
				return d, err
			}
			if a.Number == 0 || !a.IsFailing() || a.Into != 0 {
				continue
			}
			d.Alerts, d.Seen = append(d.Alerts, a.Number), append(d.Seen, a.Witnesses()...)
			if since.IsZero() || a.Since.Before(since) {
				since = a.Since
			}
		}
	}
	if d.Began.IsZero() {
		d.Began = since
	}
	return d, nil
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
	for _, id := range services {
		for _, e := range []desk.Expectation{desk.Availability, desk.Performance} {
			a, err := raisedFor(tx, id, e)
			if err != nil {
				return err
			}
			if a.Number == 0 || a.Into != 0 || (!a.IsFailing() && a.Told == desk.ToldCleared) {
				continue
			}
			if err := wakeAlert(tx, a, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// attach has the alerts of an incident belong to it, and the clock tell it at once; those
// of one that ended, that they stand by themselves again.
func attach(tx storage.Tx, i desk.Incident, at time.Time) error {
	for _, n := range i.Alerts {
		a, err := getAlert(tx, n)
		if err != nil {
			return err
		}
		if i.IsOpen() {
			a.Incident, a.Auto, a.Dirty = i.Number, i.Auto, true
		}
		if a.Incident != i.Number {
			continue
		}
		if err := wakeAlert(tx, a, at); err != nil {
			return err
		}
	}
	return nil
}

// reattach has what still fails about the services of a reopened incident belong to it.
func reattach(tx storage.Tx, c *desk.Change) error {
	if c.Entry.Kind != desk.Reopened || c.Incident.Drill {
		return nil
	}
	seen, err := seenOf(tx, desk.Declaration{Services: c.Incident.Services})
	if err != nil {
		return err
	}
	c.Incident.Alerts = slices.Clone(c.Incident.Alerts)
	for _, n := range seen.Alerts {
		if !slices.Contains(c.Incident.Alerts, n) {
			c.Incident.Alerts = append(c.Incident.Alerts, n)
		}
	}
	return nil
}
