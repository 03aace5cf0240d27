package boltdb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/umassonline/belltower/storage/boltdb"
)

// Who replaces the file and who uses it keep each other out, and say so.
func TestHoldKeepsOthersOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := boltdb.Hold(path); err == nil || !strings.Contains(err.Error(), "is in use by process") {
		t.Errorf("while it is open: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	release, err := boltdb.Hold(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := boltdb.Open(path, boltdb.Options{}); err == nil || !strings.Contains(err.Error(), "is in use by process") {
		t.Errorf("while it is held: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	db, err = boltdb.Open(path, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A link in the lock's place does not have the file that it leads to written.
func TestALockThatIsALink(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "test.db"), filepath.Join(dir, "other")
	if err := os.WriteFile(other, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(other, path+".lock"); err != nil {
		t.Fatal(err)
	}
	if _, err := boltdb.Hold(path); err == nil || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("it is held: %v", err)
	}
	if b, err := os.ReadFile(other); string(b) != "kept" {
		t.Errorf("the other file has %q: %v", b, err)
	}
}
