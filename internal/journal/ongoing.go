package journal

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Schema is the version of what the store holds, Migrations the steps to it from the
// first; see storage/boltdb.
const Schema = 5

// Migrations returns the steps from each schema to the next.
func Migrations() []func(storage.DB) error {
	return []func(storage.DB) error{listOngoing, markOngoing, layTogether, logFirst}
}

// logFirst changes nothing: since schema 5 what was committed last lies in logs beside the
// store's file, where older versions do not look.
func logFirst(storage.DB) error { return nil }

// ongoing is what is kept of an incident that is open, all of it in a key: so that a
// declare finds out what is open without reading what it is, and none of them
// rewrites a list of all.
type ongoing struct {
	Number   int
	Drill    bool
	Services []desk.ServiceID
}

func (o ongoing) key() storage.Key {
	drill := uint64(0)
	if o.Drill {
		drill = 1
	}
	k := ongoingKey(o.Number).Num(drill)
	for _, s := range o.Services {
		k = k.Str(string(s))
	}
	return k
}

// about reports whether it concerns any of the services.
func (o ongoing) about(services []desk.ServiceID) bool {
	return slices.ContainsFunc(services, func(id desk.ServiceID) bool { return slices.Contains(o.Services, id) })
}

func ongoingKey(number int) storage.Key { return ongoingTable().Key().Num(uint64(number)) }

// readOngoing reads what a key says behind its table.
func readOngoing(rest []byte) (o ongoing, err error) {
	r := storage.ReadKey(rest)
	o.Number, o.Drill = int(r.Num()), r.Num() == 1
	for r.More() {
		o.Services = append(o.Services, desk.ServiceID(r.Str()))
	}
	return o, r.Err()
}

// eachOngoing hands fn what is open, oldest first.
func eachOngoing(tx storage.Tx, fn func(ongoing)) error {
	table := ongoingTable().Key()
	return tx.Scan(table, table.End(), 0, func(k, _ []byte) (bool, error) {
		o, err := readOngoing(k[len(table):])
		if err == nil {
			fn(o)
		}
		return true, err
	})
}

// allOngoing lists what is open, oldest first.
func allOngoing(tx storage.Tx) (all []ongoing, err error) {
	err = eachOngoing(tx, func(o ongoing) { all = append(all, o) })
	return all, err
}

// keepOngoing brings what is kept of an incident in line with it. It writes only
// where that changes.
func keepOngoing(tx storage.Tx, i desk.Incident) error {
	var was, is storage.Key
	k := ongoingKey(i.Number)
	err := tx.Scan(k, k.End(), 1, func(k, _ []byte) (bool, error) {
		was = slices.Clone(k)
		return false, nil
	})
	if err != nil {
		return err
	}
	if i.IsOpen() {
		is = ongoing{i.Number, i.Drill, i.ServiceIDs()}.key()
	}
	if bytes.Equal(was, is) {
		return nil
	}
	if was != nil {
		if err := ongoingTable().Delete(tx, was); err != nil {
			return err
		}
	}
	if is == nil {
		return nil
	}
	return ongoingTable().Put(tx, is, struct{}{})
}

// duplicates are those of what is open, but drills, that are about a service of d. A
// drill has none.
func duplicates(tx storage.Tx, d desk.Declaration) (dup []desk.Subject, err error) {
	if d.Drill {
		return nil, nil
	}
	services := make([]desk.ServiceID, len(d.Services))
	for k, a := range d.Services {
		services[k] = a.Service
	}
	return openAbout(tx, services)
}

// listOngoing makes records of what schema 1 kept as one list.
func listOngoing(db storage.DB) error {
	table := storage.TableOf[[]ongoing]("open")
	var list []ongoing
	err := db.View(context.Background(), func(tx storage.Tx) (err error) {
		list, _, err = table.Get(tx, table.Key())
		return err
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(list, storage.MaxWrites) {
		err := db.Update(context.Background(), func(tx storage.Tx) error {
			for _, o := range part {
				if err := ongoingTable().Put(tx, o.key(), struct{}{}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return db.Update(context.Background(), func(tx storage.Tx) error { return table.Delete(tx, table.Key()) })
}

// markOngoing has the clock look at what is open: schema 2 had no clock.
func markOngoing(db storage.DB) error {
	var list []ongoing
	err := db.View(context.Background(), func(tx storage.Tx) (err error) {
		list, err = allOngoing(tx)
		return err
	})
	for part := range slices.Chunk(list, storage.MaxWrites/2) {
		if err != nil {
			return err
		}
		err = db.Update(context.Background(), func(tx storage.Tx) error {
			for _, o := range part {
				if err := markOne(tx, o.Number); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

func markOne(tx storage.Tx, number int) error {
	i, err := getIncident(tx, number)
	if err != nil || !i.WakeAt.IsZero() {
		return err
	}
	i.WakeAt = i.DeclaredAt
	if err := incidentTable().Put(tx, incidentKey(number), i); err != nil {
		return err
	}
	return moveMark(tx, i.Subject(), time.Time{}, i.WakeAt)
}
