package boltdb

// Commits counts the commits of the file's whole life.
func (db *DB) Commits() uint64 { return db.durable.Load() }

// FreePagesListed says whether the newest commit wrote the list of free pages.
func (db *DB) FreePagesListed() (bool, error) {
	return db.handle.Load().freePagesListed(db.durable.Load())
}

// Abandon lets go of the file without the work of a clean stop, as a kill does.
func (db *DB) Abandon() error { return db.release() }
