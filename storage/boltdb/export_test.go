package boltdb

// Commits counts the commits of the file's whole life.
func (db *DB) Commits() uint64 { return db.durable.Load() }

// FreePagesListed says whether the newest commit wrote the list of free pages.
func (db *DB) FreePagesListed() (bool, error) {
	return db.handle.Load().freePagesListed(db.durable.Load())
}
