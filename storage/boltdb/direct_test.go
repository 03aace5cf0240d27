package boltdb_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// A log is written directly and, from some commit on, through the kernel's cache. Whatever
// records end in the same block: killed at any commit, all of them are there.
func TestLogGoesOnThroughTheCache(t *testing.T) {
	for at := range 4 {
		path := filepath.Join(storagetest.Dir(t), "test.db")
		db := open(t, path, boltdb.Options{})
		var want []string
		for n, size := range []int{10, 4096 - 60, 3, 9000, 4096, 1, 5000} {
			if n == 2*at {
				if err := db.Indirect(); err != nil {
					t.Fatal(err)
				}
			}
			value := strings.Repeat(string(rune('a'+n)), size)
			if err := db.Update(context.Background(), put(fmt.Sprint(n), value)); err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("%d=%.8s", n, value))
			killed := open(t, copyTo(t, path), boltdb.Options{})
			wantContent(t, killed, fmt.Sprintf("through the cache from commit %d on, killed at %d", 2*at, n), want...)
			shut(t, killed)
		}
		shut(t, db)
	}
}

// A write fails and yet the record is on the disk. It is refused, and so does not come back:
// not where the process dies at once, nor where others are committed behind it, elsewhere.
func TestWhatArrivedByAFailedWriteStaysRefused(t *testing.T) {
	for _, goesOn := range []bool{false, true} {
		disk := mountFaults(t)
		path := filepath.Join(disk.mount, "test.db")
		db := open(t, path, boltdb.Options{})
		updates(t, db, "a", "1")
		disk.next(t, plan{Fault: writeKept, Count: 1})
		if got := outcomeOf(t, db.Update(context.Background(), put("a", "2"))); got != refused {
			t.Fatalf("it was %s", got)
		}
		want := []string{"a=1"}
		if goesOn {
			if err := db.Move(); err != nil {
				t.Fatal(err)
			}
			updates(t, db, "b", "1")
			want = append(want, "b=1")
		}
		if err := db.Abandon(); err != nil {
			t.Fatal(err)
		}
		db = open(t, path, boltdb.Options{})
		wantContent(t, db, fmt.Sprintf("goes on: %v", goesOn), want...)
		shut(t, db)
	}
}
