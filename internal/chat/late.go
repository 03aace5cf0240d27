package chat

import (
	"context"
	"sync"
	"time"
)

// Late has tell be called after d, beside a command that takes longer, to say that its answer
// comes later. inTime, once the answer is there, reports whether tell was not called and never
// will be; otherwise it returns when tell has. Whoever lends tell a response defers inTime too:
// where the command panics, the response is the server's again as soon as the handler is left.
func Late(d time.Duration, tell func()) (inTime func() bool) {
	told := make(chan struct{})
	timer := time.AfterFunc(d, func() { // at once if it is past
		defer close(told)
		tell()
	})
	return sync.OnceValue(func() bool {
		stopped := timer.Stop()
		if !stopped {
			<-told
		}
		return stopped
	})
}

// Within waits for do at most d, whatever becomes of ctx, of which do gets the values: the
// commit of a disk that hangs does not end with its context. It returns what do does, or that
// the time is over; do goes on then. A panic of do is the caller's, as long as it waits.
func Within(ctx context.Context, d time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	var err error
	var panicked any
	done := make(chan struct{})
	go func() {
		defer cancel()
		defer close(done)
		defer func() { panicked = recover() }()
		err = do(ctx)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		select {
		case <-done: // both are
		default:
			return ctx.Err()
		}
	}
	if panicked != nil {
		panic(panicked)
	}
	return err
}
