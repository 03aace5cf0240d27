package boltdb

import "errors"

// Commits counts the commits of the store's whole life.
func (db *DB) Commits() uint64 { return db.seq }

// Move moves what was committed into the tree.
func (db *DB) Move() error { return db.moveAll() }

// FreePagesListed says whether the tree's newest transaction wrote the list of free pages.
func (db *DB) FreePagesListed() (bool, error) {
	return db.handle.Load().freePagesListed(db.now.Load().tree)
}

// Abandon lets go of the files without the work of a clean stop, as a kill does.
func (db *DB) Abandon() error {
	db.retire()
	return db.release(false)
}

// Rest waits until Rouse is done.
func (db *DB) Rest() { db.running.Wait() }

// Indirect has the logs written through the kernel's cache from now on, as where the file
// system refuses a direct write.
func (db *DB) Indirect() error {
	db.commits.Lock()
	defer db.commits.Unlock()
	var err error
	for i := range db.logs {
		if l := &db.logs[i]; l.direct != nil {
			err = errors.Join(err, l.direct.Close())
			l.direct = nil
		}
	}
	return err
}
