// Package storagetest checks a store against the contract in package storage.
package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/storage"
)

// Opener opens the store of one test. Called again, it opens the same store once
// more, which the caller has closed before.
type Opener func(t testing.TB) storage.DB

// Run checks that a store keeps each sentence of the contract. fresh returns an
// opener of a new, empty store.
func Run(t *testing.T, fresh func(t testing.TB) Opener) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s *store)
	}{
		{"1 functions may run again", testReruns},
		{"2 reads see one moment", testOneMoment},
		{"2 own writes are visible", testOwnWrites},
		{"3 scans are in order and end", testScan},
		{"4 what was read is unchanged at commit", testGuardedReads},
		{"5 bytes are the caller's", testBytes},
		{"6 transactions have limits", testLimits},
		{"6 views have none", testViewUnlimited},
		{"7 an error writes nothing", testError},
		{"7 a panic writes nothing and stays its caller's", testPanic},
		{"8 a cancelled context runs nothing", testCancelled},
		{"9 close waits", testClose},
		{"9 a closed store answers so", testClosed},
		{"10 reopening shows what was committed", testReopen},
		{"views do not write", testReadOnly},
		{"keys may not be empty", testEmptyKey},
		{"empty values are not missing ones", testEmptyValue},
		{"many callers at once", testManyCallers},
		{"random operations agree with a model", testModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			open := fresh(t)
			s := &store{t: t, open: func() storage.DB { return open(t) }}
			s.DB = s.open()
			defer func() {
				if err := s.Close(); err != nil && !errors.Is(err, storage.ErrClosed) {
					t.Errorf("Close: %v", err)
				}
			}()
			c.test(t, s)
		})
	}
}

// store is the store under test with shorthands that fail the test.
type store struct {
	storage.DB
	t    failer
	open func() storage.DB
}

// failer is what a testing.T and a rapid.T have in common.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func (s *store) reopen() {
	s.t.Helper()
	if err := s.Close(); err != nil {
		s.t.Fatalf("Close: %v", err)
	}
	s.DB = s.open()
}

func (s *store) update(fn func(storage.Tx) error) {
	s.t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		s.t.Fatalf("Update: %v", err)
	}
}

func (s *store) put(pairs ...string) {
	s.t.Helper()
	s.update(func(tx storage.Tx) error { return putAll(tx, pairs...) })
}

// want checks that the store holds exactly pairs.
func (s *store) want(pairs ...string) {
	s.t.Helper()
	var got []string
	err := s.View(context.Background(), func(tx storage.Tx) (err error) {
		got, err = scanAll(tx, nil, nil, 0)
		return err
	})
	if err != nil {
		s.t.Fatalf("View: %v", err)
	}
	if diff := cmp.Diff(pairs, got); diff != "" {
		s.t.Fatalf("store holds (-want +got):\n%s", diff)
	}
}

// putAll puts pairs given as key, value, key, value.
func putAll(tx storage.Tx, pairs ...string) error {
	for pair := range slices.Chunk(pairs, 2) {
		if err := tx.Put([]byte(pair[0]), []byte(pair[1])); err != nil {
			return err
		}
	}
	return nil
}

func scanAll(tx storage.Tx, from, to []byte, limit int) (pairs []string, err error) {
	err = tx.Scan(from, to, limit, func(key, value []byte) (bool, error) {
		pairs = append(pairs, string(key), string(value))
		return true, nil
	})
	return pairs, err
}

func testReruns(t *testing.T, s *store) {
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

func testLimits(t *testing.T, s *store) {
	half := make([]byte, storage.MaxBytes/2)
	times := func(n int, fn func(tx storage.Tx, i int) error) func(storage.Tx) error {
		return func(tx storage.Tx) (err error) {
			for i := range n {
				err = fn(tx, i)
			}
			return err
		}
	}
	put := func(tx storage.Tx, i int) error { return tx.Put(fmt.Appendf(nil, "%d", i), nil) }
	remove := func(tx storage.Tx, i int) error { return tx.Delete(fmt.Appendf(nil, "%d", i)) }
	get := func(tx storage.Tx, i int) error { _, err := tx.Get(fmt.Appendf(nil, "%d", i)); return err }
	for name, c := range map[string]struct {
		fn func(storage.Tx) error
		ok bool
	}{
		"writes":                 {times(storage.MaxWrites, put), true},
		"a write too many":       {times(storage.MaxWrites+1, put), false},
		"deletions":              {times(storage.MaxWrites, remove), true},
		"a deletion too many":    {times(storage.MaxWrites+1, remove), false},
		"reads":                  {times(storage.MaxReads, get), true},
		"a read too many":        {times(storage.MaxReads+1, get), false},
		"bytes":                  {func(tx storage.Tx) error { return tx.Put([]byte("k"), make([]byte, storage.MaxBytes-1)) }, true},
		"a byte too many":        {func(tx storage.Tx) error { return tx.Put([]byte("k"), make([]byte, storage.MaxBytes)) }, false},
		"bytes in two":           {times(2, func(tx storage.Tx, i int) error { return tx.Put([]byte("k"), half) }), false},
		"the longest key":        {func(tx storage.Tx) error { return tx.Put(make([]byte, storage.MaxKey), nil) }, true},
		"a key that is too long": {func(tx storage.Tx) error { return tx.Put(make([]byte, storage.MaxKey+1), nil) }, false},
	} {
		var inside error
		err := s.Update(context.Background(), func(tx storage.Tx) error { inside = c.fn(tx); return nil })
		if c.ok && (inside != nil || err != nil) {
			t.Errorf("%s: %v inside, then %v; want nil", name, inside, err)
		}
		if !c.ok && !(errors.Is(inside, storage.ErrTooLarge) && errors.Is(err, storage.ErrTooLarge)) {
			t.Errorf("%s: %v inside, then %v; want ErrTooLarge from both", name, inside, err)
		}
	}
}

func testViewUnlimited(t *testing.T, s *store) {
	err := s.View(context.Background(), func(tx storage.Tx) error {
		for range storage.MaxReads + 1 {
			if _, err := tx.Get([]byte("k")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Errorf("a view of more than MaxReads reads: %v", err)
	}
}

func testError(t *testing.T, s *store) {
	s.put("a", "1")
	boom := errors.New("boom")
	for name, run := range s.writers() {
		err := run(context.Background(), func(tx storage.Tx) error {
			return errors.Join(putAll(tx, "a", "2", "b", "2"), boom)
		})
		if !errors.Is(err, boom) {
			t.Errorf("%s = %v, want the function's error", name, err)
		}
		if err := run(context.Background(), func(storage.Tx) error { return boom }); err != boom {
			t.Errorf("%s = %v, want the function's error as it is", name, err)
		}
	}
	s.want("a", "1")
}

func (s *store) writers() map[string]func(context.Context, func(storage.Tx) error) error {
	return map[string]func(context.Context, func(storage.Tx) error) error{"Update": s.Update, "Background": s.Background}
}

func testPanic(t *testing.T, s *store) {
	s.put("a", "1")
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			defer func() {
				if p := recover(); (p == "boom") != (i%2 == 0) {
					t.Errorf("caller %d recovered %v", i, p)
				}
			}()
			err := s.Update(context.Background(), func(tx storage.Tx) error {
				if i%2 == 1 {
					return putAll(tx, "b", "2")
				}
				if err := putAll(tx, "a", "2"); err != nil {
					return err
				}
				panic("boom")
			})
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	s.want("a", "1", "b", "2")
}

func testCancelled(t *testing.T, s *store) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, run := range s.writers() {
		err := run(ctx, func(tx storage.Tx) error { return putAll(tx, "a", "1") })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v, want context.Canceled", name, err)
		}
	}
	if err := s.View(ctx, func(storage.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("View = %v, want context.Canceled", err)
	}
	s.want()
}

func testClose(t *testing.T, s *store) {
	running, release, closed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.View(context.Background(), func(tx storage.Tx) error {
			close(running)
			<-release
			if len(closed) > 0 {
				t.Error("Close returned while a View ran")
			}
			_, err := tx.Get([]byte("a"))
			return err
		})
		if err != nil {
			t.Errorf("a View that ran when Close was called: %v", err)
		}
	})
	<-running
	wg.Go(func() { closed <- s.Close() })
	for s.Update(context.Background(), func(storage.Tx) error { return nil }) == nil {
	}
	close(release)
	wg.Wait()
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
}

func testClosed(t *testing.T, s *store) {
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	nothing := func(storage.Tx) error { return nil }
	for name, err := range map[string]error{
		"View":       s.View(context.Background(), nothing),
		"Update":     s.Update(context.Background(), nothing),
		"Background": s.Background(context.Background(), nothing),
		"Close":      s.Close(),
	} {
		if !errors.Is(err, storage.ErrClosed) {
			t.Errorf("%s after Close = %v, want ErrClosed", name, err)
		}
	}
}

func testReopen(t *testing.T, s *store) {
	s.put("a", "1", "b", "1")
	s.reopen()
	s.want("a", "1", "b", "1")
	s.update(func(tx storage.Tx) error { return tx.Delete([]byte("a")) })
	_ = s.Update(context.Background(), func(tx storage.Tx) error {
		return errors.Join(tx.Delete([]byte("b")), errors.New("boom"))
	})
	s.reopen()
	s.want("b", "1")
}

func testReadOnly(t *testing.T, s *store) {
	err := s.View(context.Background(), func(tx storage.Tx) error {
		if err := tx.Delete([]byte("a")); !errors.Is(err, storage.ErrReadOnly) {
			t.Errorf("Delete in a View = %v, want ErrReadOnly", err)
		}
		return tx.Put([]byte("a"), nil)
	})
	if !errors.Is(err, storage.ErrReadOnly) {
		t.Errorf("Put in a View = %v, want ErrReadOnly", err)
	}
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
