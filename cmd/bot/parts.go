package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// part is something that runs until its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// drainFor is how long a stop may take altogether: orchestrators send SIGKILL
// after 10 s (docs.docker.com, "docker stop") or later.
const drainFor = 9 * time.Second

// runParts starts the parts in order and waits. When ctx ends, or a part does,
// they are stopped in reverse order, each waited for, within drainFor altogether.
// It returns the error of the part that ended by itself, and names parts that did
// not stop in time; log is told when the stop begins.
func runParts(ctx context.Context, log *slog.Logger, parts []part) error {
	type end struct {
		name string
		err  error
	}
	ends := make(chan end, len(parts))
	started := make([]*running, len(parts))
	for i, p := range parts {
		started[i] = start(p, func(err error) { ends <- end{p.name, err} })
	}
	var failed error
	select {
	case <-ctx.Done():
	case e := <-ends:
		failed = fmt.Errorf("%s ended: %w", e.name, errors.Join(e.err, errUnasked))
	}
	log.Info("stopping")
	deadline := time.NewTimer(drainFor)
	defer deadline.Stop()
	for i := len(started) - 1; i >= 0; i-- {
		started[i].stop()
		select {
		case <-started[i].done:
		case <-deadline.C:
			return errors.Join(failed, fmt.Errorf("%s did not stop within %s", started[i].name, drainFor))
		}
	}
	return failed
}

var errUnasked = errors.New("nobody asked it to stop")

// running is a part that was started.
type running struct {
	name string
	stop context.CancelFunc
	done chan struct{}
}

func start(p part, ended func(error)) *running {
	ctx, stop := context.WithCancel(context.Background())
	r := &running{name: p.name, stop: stop, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		ended(p.run(ctx))
	}()
	return r
}
