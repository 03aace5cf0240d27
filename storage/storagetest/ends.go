package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/umassonline/belltower/storage"
)

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

func (s *store) readers() map[string]func(context.Context, func(storage.Tx) error) error {
	return map[string]func(context.Context, func(storage.Tx) error) error{"View": s.View, "Preview": s.Preview}
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
	func() {
		defer func() {
			if p := recover(); p != "boom" {
				t.Errorf("the caller of a View recovered %v", p)
			}
		}()
		_ = s.View(context.Background(), func(storage.Tx) error { panic("boom") })
	}()
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
	for name, read := range s.readers() {
		if err := read(ctx, func(storage.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v, want context.Canceled", name, err)
		}
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
		"Preview":    s.Preview(context.Background(), nothing),
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
