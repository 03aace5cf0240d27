package storagetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/umassonline/belltower/storage"
)

func testOneRun(t *testing.T, s *store) {
	s.put("n", "1")
	s.update(func(tx storage.Tx) error {
		v, err := tx.Get([]byte("n"))
		if err != nil {
			return err
		}
		return tx.Put([]byte("n"), append(v, '1'))
	})
	s.want("n", "11")
}

func testOneMoment(t *testing.T, s *store) {
	s.put("a", "1", "b", "1")
	err := s.View(context.Background(), func(tx storage.Tx) error {
		before, err := tx.Get([]byte("a"))
		if err != nil {
			return err
		}
		done := make(chan error)
		go func() {
			done <- s.Update(context.Background(), func(tx storage.Tx) error { return putAll(tx, "a", "2", "b", "2") })
		}()
		if err := <-done; err != nil {
			return err
		}
		pairs, err := scanAll(tx, nil, nil, 0)
		if want := []string{"a", string(before), "b", string(before)}; !slices.Equal(pairs, want) {
			t.Errorf("a view that began before a commit sees %q, want %q", pairs, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.want("a", "2", "b", "2")
}

func testOwnWrites(t *testing.T, s *store) {
	s.put("a", "old", "b", "old", "d", "old")
	s.update(func(tx storage.Tx) error {
		if err := errors.Join(putAll(tx, "b", "new", "c", "new"), tx.Delete([]byte("a"))); err != nil {
			return err
		}
		for key, want := range map[string]string{"a": "", "b": "new", "c": "new", "d": "old"} {
			if got, err := tx.Get([]byte(key)); err != nil || string(got) != want {
				t.Errorf("Get(%s) = %q, %v; want %q", key, got, err, want)
			}
		}
		pairs, err := scanAll(tx, nil, nil, 2)
		if want := []string{"b", "new", "c", "new"}; !slices.Equal(pairs, want) {
			t.Errorf("Scan = %q, want %q", pairs, want)
		}
		return err
	})
	s.want("b", "new", "c", "new", "d", "old")
}

func testScan(t *testing.T, s *store) {
	s.put("b", "2", "a", "1", "\xff", "5", "c", "3", "c\x00", "4")
	for _, c := range []struct {
		from, to string
		limit    int
		want     string
	}{
		{"", "", 0, "12345"},
		{"", "", 2, "12"},
		{"b", "", 0, "2345"},
		{"b", "c", 0, "2"},
		{"b", "c\x00", 0, "23"},
		{"aa", "b", 0, ""},
		{"c", "b", 0, ""},
		{"c", "", 1, "3"},
	} {
		err := s.View(context.Background(), func(tx storage.Tx) error {
			var to []byte
			if c.to != "" {
				to = []byte(c.to)
			}
			got := ""
			err := tx.Scan([]byte(c.from), to, c.limit, func(_, value []byte) (bool, error) {
				got += string(value)
				return true, nil
			})
			if got != c.want {
				t.Errorf("Scan(%q, %q, %d) = %q, want %q", c.from, c.to, c.limit, got, c.want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	testScanEnds(t, s)
	testScanWithin(t, s)
}

// testScanWithin: a scan's function may scan, and neither loses its place.
func testScanWithin(t *testing.T, s *store) {
	s.update(func(tx storage.Tx) error {
		got := ""
		err := tx.Scan([]byte("a"), []byte("c\x00"), 0, func(key, value []byte) (bool, error) {
			got += string(value) + ":"
			return true, tx.Scan(key, nil, 2, func(_, value []byte) (bool, error) {
				got += string(value)
				return true, nil
			})
		})
		if want := "1:122:233:34"; got != want {
			t.Errorf("scans within a scan read %s, want %s", got, want)
		}
		return err
	})
}

func testScanEnds(t *testing.T, s *store) {
	boom := errors.New("boom")
	n := 0
	err := s.View(context.Background(), func(tx storage.Tx) error {
		n = 0
		stop := func(_, _ []byte) (bool, error) { n++; return n < 2, nil }
		if err := tx.Scan(nil, nil, 0, stop); err != nil {
			return err
		}
		return tx.Scan(nil, nil, 0, func(_, _ []byte) (bool, error) { return true, boom })
	})
	if n != 2 || err != boom {
		t.Errorf("a scan that is told to stop went over %d pairs, want 2; its error is %v, want %v", n, err, boom)
	}
}

// testGuardedReads lets many callers each add one to the same number.
func testGuardedReads(t *testing.T, s *store) {
	const callers, rounds = 8, 20
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range rounds {
				err := s.Update(context.Background(), func(tx storage.Tx) error {
					v, err := tx.Get([]byte("n"))
					if err != nil {
						return err
					}
					return tx.Put([]byte("n"), append(v, '.'))
				})
				if err != nil {
					t.Errorf("Update: %v", err)
				}
			}
		})
	}
	wg.Wait()
	s.want("n", string(bytes.Repeat([]byte("."), callers*rounds)))
}

func testBytes(t *testing.T, s *store) {
	key, value := []byte("k1"), []byte("v1")
	s.update(func(tx storage.Tx) error {
		key, value := bytes.Clone(key), bytes.Clone(value)
		err := tx.Put(key, value)
		copy(key, "XX")
		copy(value, "XX")
		return err
	})
	scribble := func(tx storage.Tx) error {
		got, err := tx.Get(key)
		if err != nil {
			return err
		}
		copy(append(got, "tail"...), "YYYYYY")
		err = tx.Scan(nil, nil, 0, func(k, v []byte) (bool, error) {
			_ = append(k, "tail"...)
			if string(v) != "v1" {
				t.Errorf("appending to a scan's key made its value %q", v)
			}
			copy(k, "ZZ")
			copy(v, "ZZ")
			return true, nil
		})
		if again, err := tx.Get(key); err != nil || string(again) != "v1" {
			t.Errorf("changing returned bytes made the value %q, %v", again, err)
		}
		return err
	}
	s.update(scribble)
	if err := s.View(context.Background(), scribble); err != nil {
		t.Fatal(err)
	}
	s.want("k1", "v1")
}

func testReadOnly(t *testing.T, s *store) {
	for name, read := range s.readers() {
		err := read(context.Background(), func(tx storage.Tx) error {
			if err := tx.Delete([]byte("a")); !errors.Is(err, storage.ErrReadOnly) {
				t.Errorf("Delete in a %s = %v, want ErrReadOnly", name, err)
			}
			return tx.Put([]byte("a"), nil)
		})
		if !errors.Is(err, storage.ErrReadOnly) {
			t.Errorf("Put in a %s = %v, want ErrReadOnly", name, err)
		}
	}
}

// testPreview previews while others commit: what was seen is there, whole, once Preview
// returns, and each sees what one before it saw.
func testPreview(t *testing.T, s *store) {
	const commits = 200
	number := func(read func(context.Context, func(storage.Tx) error) error) (n int) {
		err := read(context.Background(), func(tx storage.Tx) error {
			pairs, err := scanAll(tx, nil, nil, 0)
			if n = 0; len(pairs) == 4 && pairs[1] == pairs[3] {
				n = len(pairs[1])
			} else if len(pairs) > 0 {
				t.Errorf("a part of a commit is seen: %q", pairs)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		return n
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			for last := 0; last < commits && !t.Failed(); {
				seen := number(s.Preview)
				if there := number(s.View); seen < last || there < seen {
					t.Errorf("%d was previewed after %d, and then %d is there", seen, last, there)
				}
				last = seen
			}
		})
	}
	for n := range commits {
		v := strings.Repeat("x", n+1)
		s.put("a", v, "b", v)
	}
	wg.Wait()
}

func testEmptyKey(t *testing.T, s *store) {
	for name, fn := range map[string]func(storage.Tx) error{
		"Put":    func(tx storage.Tx) error { return tx.Put(nil, nil) },
		"Delete": func(tx storage.Tx) error { return tx.Delete([]byte{}) },
	} {
		if err := s.Update(context.Background(), fn); err == nil {
			t.Errorf("%s of an empty key is allowed", name)
		}
	}
	s.update(func(tx storage.Tx) error {
		v, err := tx.Get(nil)
		if v != nil {
			t.Errorf("Get of an empty key = %q, want nil", v)
		}
		return err
	})
}

func testEmptyValue(t *testing.T, s *store) {
	check := func(tx storage.Tx) error {
		for _, key := range []string{"nil", "empty"} {
			if v, err := tx.Get([]byte(key)); v == nil || len(v) > 0 || err != nil {
				t.Errorf("Get of an empty value = %#v, %v; want an empty slice", v, err)
			}
		}
		if v, err := tx.Get([]byte("missing")); v != nil || err != nil {
			t.Errorf("Get of a missing key = %#v, %v; want nil", v, err)
		}
		return tx.Scan(nil, nil, 0, func(k, v []byte) (bool, error) {
			if v == nil {
				t.Errorf("Scan hands out nil for the empty value of %s", k)
			}
			return true, nil
		})
	}
	s.update(func(tx storage.Tx) error {
		return errors.Join(tx.Put([]byte("nil"), nil), tx.Put([]byte("empty"), []byte{}), check(tx))
	})
	s.update(check)
	s.reopen()
	if err := s.View(context.Background(), check); err != nil {
		t.Fatal(err)
	}
}
