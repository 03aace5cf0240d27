package boltdb_test

import (
	"path/filepath"
	"testing"

	"github.com/umassonline/belltower/storage/boltdb"
)

// A disk at rest is roused once at a time, one with commits that are still to be moved is
// awake. That it fails changes nothing for the commits.
func TestRouse(t *testing.T) {
	disk := mountFaults(t)
	db := open(t, filepath.Join(disk.mount, "test.db"), boltdb.Options{})
	updates(t, db, "a", "1")
	disk.next(t, plan{})
	db.Rouse()
	db.Rest()
	if n := disk.next(t, plan{}).Roused; n != 0 {
		t.Errorf("just after a commit it was roused %d times", n)
	}
	if err := db.Move(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		db.Rouse()
		db.Rest()
	}
	if n := disk.next(t, plan{Fault: syncLost, Count: 9, Of: ".lock"}).Roused; n != 2 {
		t.Errorf("at rest it was roused %d times of 2", n)
	}
	db.Rouse()
	db.Rest()
	updates(t, db, "b", "2")
	wantContent(t, db, "after a failure", "a=1", "b=2")
	shut(t, db)
	if n := disk.next(t, plan{}).Roused; n != 1 {
		t.Errorf("it was roused %d times of 1", n)
	}
	db.Rouse()
	db.Rest()
	if n := disk.next(t, plan{}).Roused; n != 0 {
		t.Errorf("closed, it was roused %d times", n)
	}
}
