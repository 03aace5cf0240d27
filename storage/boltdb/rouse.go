package boltdb

// Rouse implements storage.DB: the first sync of a disk that was at rest takes up to four
// times as long as the next. It does nothing unless all that was committed is in the tree,
// which is a second after the newest commit. What is synced is the file of the lock, of which
// nobody asks whether it is on disk: so no commit's failure is told to this sync instead.
// Something is read from the disk first, as a sync alone leaves a part of it at rest.
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
		if l := db.lock; l.direct != nil {
			_, _ = l.direct.ReadAt(newBlocks(1), 0)
		}
		_ = syncData(db.lock.file) // a disk that fails is the commit's to find
	}()
}
