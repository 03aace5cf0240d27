package boltdb

// Commits counts the commits of the file's whole life.
func (db *DB) Commits() uint64 { return db.durable.Load() }
