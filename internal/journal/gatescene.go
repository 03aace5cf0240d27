package journal

import (
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// mostGuarded is how many incidents a change of gates is protected by; there is rarely
// more than one.
const mostGuarded = 20

// scene is what goes on, read once for all gates that a transaction looks at.
type scene struct {
	j       *Journal
	tx      storage.Tx
	open    []desk.Incident // no drills
	running []desk.Window
}

func (j *Journal) scene(tx storage.Tx) (s scene, err error) {
	s.j, s.tx = j, tx
	all, err := allOngoing(tx)
	if err != nil {
		return s, err
	}
	for k, o := range all {
		get := getIncident
		if k >= mostGuarded {
			get = scanIncident
		}
		if o.Drill {
			continue
		}
		i, err := get(tx, o.Number)
		if err != nil {
			return s, err
		}
		s.open = append(s.open, i)
	}
	running, err := runningNumbers(tx)
	if err != nil {
		return s, err
	}
	for _, n := range running {
		w, err := scanWindow(tx, n)
		if err != nil {
			return s, err
		}
		s.running = append(s.running, w)
	}
	return s, nil
}

// scanIncident is to getIncident what scanWindow is to getWindow.
func scanIncident(tx storage.Tx, number int) (i desk.Incident, err error) {
	k := incidentKey(number)
	err = incidentTable().Scan(tx, k, k.End(), 1, func(_ storage.Key, one desk.Incident) (bool, error) {
		i = one
		return false, nil
	})
	return i, err
}

// around is all that goes on about a service.
func (s scene) around(service desk.Service) (out desk.Surroundings, err error) {
	out.Service = service
	for _, i := range s.open {
		if i.Concerns(service.ID) {
			out.Open = append(out.Open, i)
		}
	}
	for _, w := range s.running {
		if w.Concerns(service.ID) {
			out.Running = append(out.Running, w)
		}
	}
	out.Failing, err = s.j.failingOf(s.tx, service.ID, desk.Availability, maxSightings)
	return out, err
}
