package boltdb

// Rouse implements storage.DB: the first sync of a disk that was at rest takes up to four
// times as long as the next. It does nothing unless all that was committed is in the tree,
// which is a second after the newest commit. What is synced is the file of the lock, of which
// nobody asks whether it is on disk: so no commit's failure is told to this sync instead.
func (db *DB) Rouse() {
	if m := db.now.Load(); m.frozen != nil || m.recent.Len() > 0 || db.enter() != nil {
		return
	}
	if !db.rousing.CompareAndSwap(false, true) {
		db.leave()
		return
	}
	go func() {
		defer db.leave()
		defer db.rousing.Store(false)
		_ = syncData(db.lock.file) // a disk that fails is the commit's to find
	}()
}
