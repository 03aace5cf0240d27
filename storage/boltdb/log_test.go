package boltdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// moving is a store that moves commits into its tree now and then, in the middle of
// whatever is done.
type moving struct {
	*boltdb.DB
	t testing.TB
}

func (m moving) Update(ctx context.Context, fn func(storage.Tx) error) error {
	err := m.DB.Update(ctx, fn)
	if rand.IntN(3) == 0 {
		if err := m.Move(); err != nil && !errors.Is(err, storage.ErrClosed) {
			m.t.Errorf("Move: %v", err)
		}
	}
	return err
}

func TestContractWhileMoving(t *testing.T) {
	storagetest.Run(t, func(t testing.TB) storagetest.Opener {
		path := filepath.Join(storagetest.Dir(t), "belltower.db")
		return func(t testing.TB) storage.DB { return moving{open(t, path, boltdb.Options{}), t} }
	})
}

// filesOf lists the files that the store at path is made of.
func filesOf(t testing.TB, path string) []string {
	t.Helper()
	files, err := boltdb.Files(path)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// copyTo copies the store's files, as a kill leaves them, into a folder of their own.
func copyTo(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(storagetest.Dir(t), filepath.Base(path))
	for _, name := range filesOf(t, path) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+strings.TrimPrefix(name, path), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// logOf returns the path of the log that has records, with what is in it up to their end.
func logOf(t *testing.T, path string) (name string, records []byte) {
	t.Helper()
	for _, name := range filesOf(t, path)[1:] {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if b = bytes.TrimRight(b, "\x00"); len(b) > 0 {
			return name, b
		}
	}
	t.Fatal("no log has a record")
	return "", nil
}

// updates makes a commit of each pair.
func updates(t *testing.T, db *boltdb.DB, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if err := db.Update(context.Background(), put(pairs[i:i+2]...)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLogCutAnywhere cuts the log short, as a power cut in the middle of a write does: the
// commits are there up to one, and the next go on behind it.
func TestLogCutAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	db := open(t, path, boltdb.Options{})
	updates(t, db, "a", "1")
	if err := db.Move(); err != nil {
		t.Fatal(err)
	}
	updates(t, db, "b", "2", "a", "3", "c", "")
	killed := copyTo(t, path)
	shut(t, db)
	states := [][]string{{"a=1"}, {"a=1", "b=2"}, {"a=3", "b=2"}, {"a=3", "b=2", "c="}}
	name, records := logOf(t, killed)
	for cut := range len(records) + 1 {
		one := copyTo(t, killed)
		if err := os.WriteFile(one+strings.TrimPrefix(name, killed), records[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		db := open(t, one, boltdb.Options{})
		was, err := content(db)
		if err != nil || !slices.ContainsFunc(states, func(s []string) bool { return slices.Equal(s, was) }) {
			t.Fatalf("the log cut to %d of %d bytes: %q, %v", cut, len(records), was, err)
		}
		if cut == len(records) && !slices.Equal(was, states[3]) {
			t.Errorf("the whole log holds %q", was)
		}
		updates(t, db, "d", "4")
		db = open(t, copyTo(t, one), boltdb.Options{})
		wantContent(t, db, "killed again behind the next commit", append(was, "d=4")...)
		shut(t, db)
	}
}

// TestLogDamaged changes each byte of a record that others follow. What was acknowledged is
// not there, so the store is not opened as if nothing were missing.
func TestLogDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	db := open(t, path, boltdb.Options{})
	updates(t, db, "a", "1", "b", "2", "c", "3")
	killed := copyTo(t, path)
	shut(t, db)
	name, records := logOf(t, killed)
	for at := range len(records) * 2 / 3 {
		one := copyTo(t, killed)
		damaged := bytes.Clone(records)
		damaged[at] ^= 1
		if err := os.WriteFile(one+strings.TrimPrefix(name, killed), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if db, err := boltdb.Open(one, boltdb.Options{}); err == nil || !strings.Contains(err.Error(), "or remove both logs") {
			t.Errorf("byte %d of %d changed: Open = %v", at, len(records), err)
			if err == nil {
				shut(t, db)
			}
		}
	}
}

// TestOtherFilesBesideLogs puts older files in the place of a killed store's, and logs from
// before beside a store that was stopped.
func TestOtherFilesBesideLogs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	db := open(t, path, boltdb.Options{})
	updates(t, db, "a", "1")
	var first, second bytes.Buffer
	if err := db.Backup(&first); err != nil {
		t.Fatal(err)
	}
	updates(t, db, "b", "2")
	if err := db.Backup(&second); err != nil {
		t.Fatal(err)
	}
	updates(t, db, "c", "3")
	if err := db.Move(); err != nil {
		t.Fatal(err)
	}
	updates(t, db, "d", "4")
	killed := copyTo(t, path)
	shut(t, db)

	replace := func(backup []byte) (path string) {
		one := copyTo(t, killed)
		if err := os.WriteFile(one, backup, 0o600); err != nil {
			t.Fatal(err)
		}
		return one
	}
	db = open(t, replace(second.Bytes()), boltdb.Options{})
	wantContent(t, db, "a backup that the logs go on from", "a=1", "b=2", "c=3", "d=4")
	shut(t, db)
	if _, err := boltdb.Open(replace(first.Bytes()), boltdb.Options{}); err == nil || !strings.Contains(err.Error(), "put back the file that it belongs to") {
		t.Errorf("Open of a backup that the logs do not go on from = %v", err)
	}

	_, records := logOf(t, killed)
	if err := os.WriteFile(path+".log0", records, 0o600); err != nil {
		t.Fatal(err)
	}
	db = open(t, path, boltdb.Options{})
	updates(t, db, "d", "5")
	wantContent(t, db, "a stopped store beside a log from before", "a=1", "b=2", "c=3", "d=5")
	shut(t, db)
	if left := filesOf(t, path); len(left) != 1 {
		t.Errorf("after a clean stop there are %q", left)
	}
}

// TestFilesWhereALogCannotBeLookedFor has no file taken for a whole store while it is not
// known whether it has a log.
func TestFilesWhereALogCannotBeLookedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	if files := filesOf(t, path); !slices.Equal(files, []string{path}) {
		t.Errorf("without a log: %q", files)
	}
	if err := os.Symlink("t.db.log0", path+".log0"); err != nil { // it leads to itself
		t.Fatal(err)
	}
	if files, err := boltdb.Files(path); err == nil || files != nil {
		t.Errorf("with one that cannot be looked for: %q, %v", files, err)
	}
}

// TestFileOfAnOlderVersion opens a file that knows of no logs.
func TestFileOfAnOlderVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	old, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = old.Update(func(btx *bolt.Tx) error {
		about, err := btx.CreateBucket([]byte("belltower"))
		records, err2 := btx.CreateBucket([]byte("records"))
		return errors.Join(err, err2, about.Put([]byte("schema"), []byte("1")), records.Put([]byte("a"), []byte("1")))
	})
	if err := errors.Join(err, old.Close()); err != nil {
		t.Fatal(err)
	}
	db := open(t, path, boltdb.Options{})
	updates(t, db, "b", "2")
	killed := open(t, copyTo(t, path), boltdb.Options{})
	wantContent(t, killed, "killed behind the first commit", "a=1", "b=2")
	shut(t, killed)
	shut(t, db)
}

// TestManyCommitsBetweenMoves commits more than the logs have room for at once, beside
// readers, and kills the store now and then.
func TestManyCommitsBetweenMoves(t *testing.T) {
	path := filepath.Join(storagetest.Dir(t), "t.db")
	db := open(t, path, boltdb.Options{})
	want := make(map[string]string)
	long := strings.Repeat("x", 100_000)
	for i := range 400 {
		key := fmt.Sprintf("%02d", rand.IntN(60))
		value := fmt.Sprintf("%07d", i)
		err := db.Update(context.Background(), func(tx storage.Tx) error {
			if i%5 == 4 {
				return tx.Delete([]byte(key))
			}
			return tx.Put([]byte(key), []byte(value+long))
		})
		if err != nil {
			t.Fatal(err)
		}
		if delete(want, key); i%5 != 4 {
			want[key] = value
		}
		switch rand.IntN(40) {
		case 0:
			if err := db.Move(); err != nil {
				t.Fatal(err)
			}
		case 1:
			if err := db.Abandon(); err != nil {
				t.Fatal(err)
			}
			db = open(t, path, boltdb.Options{})
		}
	}
	var pairs []string
	for key, value := range want {
		pairs = append(pairs, key+"="+value+"x")
	}
	slices.Sort(pairs)
	wantContent(t, db, "at the end", pairs...)
	shut(t, db)
}
