package chat_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// What does not end with its context is left to itself when its time is over; what does end
// is waited for, though who asked has left.
func TestWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left, leave := context.WithCancel(t.Context())
		leave()
		refused := errors.New("no space left")
		for _, c := range []struct {
			takes time.Duration
			err   error
			after time.Duration
		}{{500 * time.Millisecond, refused, 500 * time.Millisecond}, {time.Hour, context.DeadlineExceeded, time.Second}} {
			begun := time.Now()
			err := chat.Within(left, time.Second, func(context.Context) error {
				time.Sleep(c.takes)
				return refused
			})
			if took := time.Since(begun); !errors.Is(err, c.err) || took != c.after {
				t.Errorf("%v: %v after %v", c.takes, err, took)
			}
		}
		time.Sleep(time.Hour)
		defer func() {
			if got := recover(); got != "a fault" {
				t.Errorf("the caller saw the panic %v", got)
			}
		}()
		_ = chat.Within(t.Context(), time.Second, func(context.Context) error { panic("a fault") })
	})
}
