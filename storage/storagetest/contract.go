// Package storagetest checks a store against the contract in package storage.
package storagetest

import (
	"context"
	"errors"
	"slices"
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
		{"1 one run counts", testOneRun},
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
		{"10 what was previewed is on disk", testPreview},
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
