package boltdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

const (
	lives      = 15 // of a store, each ended by a power cut
	imagesEach = 30 // of a power cut, each with other sectors that arrived
)

// lay writes what a power cut may leave to files at path: what was synced, and by chance
// sectors, lengths and names that were not. It syncs them, as files that were there before.
func (i image) lay(t *testing.T, path string) {
	t.Helper()
	files := make(map[string]kept)
	maps.Copy(files, i.Gone)
	for end, k := range i.Files {
		if _, was := i.Gone[end]; k.Named || maybe() {
			files[end] = k
		} else if was && maybe() {
			delete(files, end)
		}
	}
	for end := range i.Gone {
		if _, anew := i.Files[end]; !anew && maybe() {
			delete(files, end)
		}
	}
	arrives := []func() bool{always, maybe, func() bool { return rand.IntN(20) == 0 }, func() bool { return false }}[rand.IntN(4)]
	names := map[string]string{".db": path, ".log0": path + ".log0", ".log1": path + ".log1"}
	for _, end := range slices.Sorted(maps.Keys(files)) { // the store's first
		k := files[end]
		b := slices.Clone(k.Bytes)
		for _, u := range k.Dirty {
			b = u.write(b, arrives)
		}
		size := max(k.Size, int64(len(b)))
		if maybe() {
			size = max(size, k.Grown)
		}
		f, err := os.OpenFile(names[end], os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt(b, 0)
		if err := errors.Join(err, f.Truncate(size), f.Sync(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := boltdb.SyncFolder(path); err != nil {
		t.Fatal(err)
	}
}

// tale is what is known of a store's commits, which are numbered, and of who made them.
type tale struct {
	t *testing.T

	mu      sync.Mutex
	tries   int
	number  map[int]int  // that a try had
	refused map[int]bool // tries of which nothing was written
	known   atomic.Int64 // the highest number that somebody was told or saw
	states  []map[string]string
}

// add commits the next number, with changes that follow from it.
func (s *tale) add(db *boltdb.DB, cut func() bool) error {
	s.mu.Lock()
	s.tries++
	try := s.tries
	s.mu.Unlock()
	var n int
	err := db.Update(context.Background(), func(tx storage.Tx) (err error) {
		if n, err = numberIn(tx); err != nil {
			return err
		}
		n++
		s.mu.Lock()
		s.number[try] = n
		s.mu.Unlock()
		err = errors.Join(tx.Put([]byte("~n"), strconv.AppendInt(nil, int64(n), 10)), tx.Put([]byte("~try"), strconv.AppendInt(nil, int64(try), 10)))
		for key, value := range changes(n) {
			if value == "" {
				err = errors.Join(err, tx.Delete([]byte(key)))
			} else {
				err = errors.Join(err, tx.Put([]byte(key), []byte(value)))
			}
		}
		return err
	})
	switch {
	case err == nil:
		s.tell(n)
	case errors.Is(err, storage.ErrUnavailable) && !cut():
		s.mu.Lock()
		s.refused[try] = true
		s.mu.Unlock()
	}
	return err
}

func (s *tale) tell(n int) {
	for was := s.known.Load(); int64(n) > was && !s.known.CompareAndSwap(was, int64(n)); was = s.known.Load() {
	}
}

// look views the number.
func (s *tale) look(db *boltdb.DB) error {
	var n int
	err := db.View(context.Background(), func(tx storage.Tx) (err error) {
		n, err = numberIn(tx)
		return err
	})
	if err == nil {
		s.tell(n)
	}
	return err
}

func numberIn(tx storage.Tx) (int, error) {
	b, err := tx.Get([]byte("~n"))
	if err != nil || b == nil {
		return 0, err
	}
	return strconv.Atoi(string(b))
}

// changes are what commit n puts, and deletes where the value is empty.
func changes(n int) map[string]string {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	c := make(map[string]string)
	for range 1 + r.IntN(4) {
		key, value := fmt.Sprintf("k%02d", r.IntN(40)), ""
		if r.IntN(4) > 0 {
			size := r.IntN(1500)
			if r.IntN(20) == 0 {
				size = r.IntN(60_000)
			}
			value = fmt.Sprintf("%d:%s", n, strings.Repeat(string(rune('a'+n%26)), size))
		}
		c[key] = value
	}
	return c
}

// state is what the store holds after n commits.
func (s *tale) state(n int) map[string]string {
	for len(s.states) <= n {
		next := maps.Clone(s.states[len(s.states)-1])
		for key, value := range changes(len(s.states)) {
			if next[key] = value; value == "" {
				delete(next, key)
			}
		}
		s.states = append(s.states, next)
	}
	return s.states[n]
}

// check compares db with what is known of it, and returns the number it holds.
func (s *tale) check(db *boltdb.DB) (n int, err error) {
	got, try := make(map[string]string), 0
	err = db.View(context.Background(), func(tx storage.Tx) error {
		return tx.Scan(nil, nil, 0, func(key, value []byte) (bool, error) {
			got[string(key)] = string(value)
			return true, nil
		})
	})
	if err != nil {
		return 0, err
	}
	n, _ = strconv.Atoi(got["~n"])
	try, _ = strconv.Atoi(got["~try"])
	delete(got, "~n")
	delete(got, "~try")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case int64(n) < s.known.Load():
		return n, fmt.Errorf("it holds %d commits, and somebody was told of %d", n, s.known.Load())
	case n > 0 && s.number[try] != n || s.refused[try]:
		return n, fmt.Errorf("commit %d is of try %d, which had number %d; it was refused: %v", n, try, s.number[try], s.refused[try])
	case !maps.Equal(got, s.state(n)):
		return n, fmt.Errorf("the content after %d commits is not what they wrote", n)
	}
	return n, nil
}

// survive opens what a power cut left at path and checks it, and then commits, stops and
// starts once more if it goes on.
func (s *tale) survive(path string, goesOn bool) (n int) {
	s.t.Helper()
	db := open(s.t, path, boltdb.Options{})
	n, err := s.check(db)
	if err != nil {
		s.t.Errorf("after a power cut: %v", err)
	}
	if !goesOn || err != nil {
		if err := db.Abandon(); err != nil {
			s.t.Error(err)
		}
		return n
	}
	if err := db.Update(context.Background(), put("~more", "")); err != nil {
		s.t.Error(err)
	}
	shut(s.t, db)
	db = open(s.t, path, boltdb.Options{})
	if err := db.Update(context.Background(), func(tx storage.Tx) error { return tx.Delete([]byte("~more")) }); err != nil {
		s.t.Error(err)
	}
	if _, err := s.check(db); err != nil {
		s.t.Errorf("after a power cut, a commit, a stop and a start: %v", err)
	}
	shut(s.t, db)
	return n
}

// forget says that a power cut left n commits: tries that were to be others are refused.
func (s *tale) forget(n int) {
	for try, number := range s.number {
		s.refused[try] = s.refused[try] || number > n
	}
	s.tell(n)
}

// trouble plans a power cut, and often failures before it.
func trouble() plan {
	p := plan{Cut: 1 + rand.IntN(200)}
	faults := []fault{writeRefused, writeTorn, writeKept, syncLost, syncKept, syncTorn}
	if rand.IntN(3) > 0 {
		p.Fault, p.First = faults[rand.IntN(len(faults))], rand.IntN(30)
		p.Count = []int{1, 2, 3, 1000}[rand.IntN(4)]
	}
	return p
}

// live works on the store at path until the power is cut, and returns what is left then.
func (s *tale) live(disk *faultyDisk, path string) image {
	s.t.Helper()
	var asking sync.Mutex
	dead := func() bool {
		asking.Lock()
		defer asking.Unlock()
		return disk.next(s.t, plan{Ask: true}).Dead
	}
	var db *boltdb.DB
	for range 12 {
		if db == nil {
			var err error
			disk.next(s.t, trouble())
			if db, err = boltdb.Open(path, boltdb.Options{}); err != nil && !dead() {
				disk.next(s.t, plan{Cut: 1 + rand.IntN(50)})
				db, err = boltdb.Open(path, boltdb.Options{})
			}
			if err != nil && !dead() {
				s.t.Errorf("Open = %v", err)
			}
			if err != nil {
				break
			}
		}
		s.work(db, dead)
		var err error
		switch rand.IntN(6) {
		case 0:
			_, db = db.Close(), nil
		case 1:
			err, db = db.Abandon(), nil
		}
		if err != nil {
			s.t.Error(err)
		}
		if dead() {
			break
		}
	}
	if db != nil {
		if err := db.Abandon(); err != nil {
			s.t.Error(err)
		}
	}
	return disk.next(s.t, plan{})
}

// work commits a few numbers, looks and moves, all at once.
func (s *tale) work(db *boltdb.DB, dead func() bool) {
	var working sync.WaitGroup
	for range 2 {
		working.Go(func() {
			for range 1 + rand.IntN(5) {
				_ = s.add(db, dead)
			}
		})
	}
	working.Go(func() {
		for range 5 {
			_ = s.look(db)
		}
	})
	if maybe() {
		working.Go(func() { _ = db.Move() })
	}
	working.Wait()
}

// TestPowerCuts cuts the power again and again, also while a store is opened after a power
// cut, moved, closed, or makes good a failure. Whatever of the un-synced sectors is on the
// disk: the store opens, and holds a prefix of the commits with all that somebody was told.
func TestPowerCuts(t *testing.T) {
	disk := mountFaults(t)
	s := &tale{t: t, number: make(map[int]int), refused: make(map[int]bool), states: []map[string]string{{}}}
	dir := storagetest.Dir(t)
	path := filepath.Join(disk.mount, "first.db")
	shut(t, open(t, path, boltdb.Options{}))
	for life := range lives {
		cut := s.live(disk, path)
		remove(t, path)
		for i := range imagesEach {
			one := filepath.Join(dir, fmt.Sprintf("%d-%d.db", life, i))
			cut.lay(t, one)
			last := i == imagesEach-1
			if last {
				path = filepath.Join(disk.mount, fmt.Sprintf("%d.db", life))
				copyStore(t, path, one)
			}
			n := s.survive(one, i < 2)
			if t.Failed() {
				t.Fatalf("in life %d, image %d", life, i)
			}
			if last {
				s.forget(n)
			}
			remove(t, one)
		}
	}
	t.Logf("%d commits in %d tries", s.known.Load(), s.tries)
}

// copyStore copies the files of a store to another path and syncs them.
func copyStore(t *testing.T, to, from string) {
	t.Helper()
	for _, name := range filesOf(t, from) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(to+strings.TrimPrefix(name, from), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Write(bytes.TrimRight(b, "\x00"))
		if err := errors.Join(err, f.Truncate(int64(len(b))), f.Sync(), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := boltdb.SyncFolder(to); err != nil {
		t.Fatal(err)
	}
}

// remove removes the files of a store.
func remove(t *testing.T, path string) {
	t.Helper()
	for _, name := range append(filesOf(t, path), path+".lock") {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}
