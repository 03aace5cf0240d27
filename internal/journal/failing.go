package journal

import (
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// sightingTable has what each witness last said of a service, by service and expectation.
func sightingTable() storage.Table[desk.Report] { return storage.TableOf[desk.Report]("sighting") }

// failing lists what witnesses last said who see now that a service is not available.
func (j *Journal) failing(tx storage.Tx, service desk.ServiceID) (out []desk.Report, err error) {
	k := sightingTable().Key().Str(string(service)).Str(string(desk.Availability))
	err = sightingTable().Scan(tx, k, k.End(), 0, func(_ storage.Key, r desk.Report) (bool, error) {
		if r.State == desk.Failing {
			out = append(out, r)
		}
		return true, nil
	})
	return out, err
}
