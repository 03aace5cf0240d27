package main

import (
	"context"
	"time"
)

// wholeWithin is how long the sockets of the bot before are kept at most while
// those of the next are opened.
const wholeWithin = 15 * time.Second

// sockets runs the sockets of the bot that runs now until ctx ends. When another
// bot takes over, its sockets are opened before those of the one before are closed,
// so that Slack always has one to send to.
func (s *succession) sockets(ctx context.Context) error {
	var before *running
	for {
		b := s.now.Load().bot
		now := start(part{"sockets", b.runSockets}, func(error) {})
		if before != nil {
			b.awaitSockets(ctx)
			before.stop()
			<-before.done
			b.engine.Poke() // for what they stored meanwhile
			if len(b.sockets) > 0 {
				s.out.log.Info("what comes by socket is under the new configuration too")
			}
		}
		select {
		case <-ctx.Done():
			now.stop()
			<-now.done
			return nil
		case <-s.changed:
			before = now
		}
	}
}

// runSockets runs the sockets of all connections until ctx ends.
func (b *bot) runSockets(ctx context.Context) error {
	var all []*running
	for _, one := range b.sockets {
		all = append(all, start(part{string(one.Name()), one.Run}, func(error) {}))
	}
	<-ctx.Done()
	for _, r := range all {
		r.stop()
	}
	for _, r := range all {
		<-r.done
	}
	return nil
}

// awaitSockets waits until all sockets were open once, or for wholeWithin.
func (b *bot) awaitSockets(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, wholeWithin)
	defer cancel()
	for _, one := range b.sockets {
		select {
		case <-one.Whole():
		case <-ctx.Done():
		}
	}
}
