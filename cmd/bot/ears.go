package main

import (
	"context"
	"time"
)

// wholeWithin is how long the ears of the bot before are kept at most while those of
// the next are opened.
const wholeWithin = 15 * time.Second

// ears runs the ears of the bot that runs now until ctx ends. When another bot takes
// over, its ears are opened before those of the one before are closed, so that a
// platform always has one to send to.
func (s *succession) ears(ctx context.Context) error {
	var before *running
	for {
		b := s.now.Load().bot
		now := start(part{"ears", b.runEars}, func(error) {})
		if before != nil {
			b.awaitEars(ctx)
			before.stop()
			<-before.done
			b.engine.Poke() // for what they stored meanwhile
			if len(b.ears) > 0 {
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

// runEars runs the ears of all connections until ctx ends.
func (b *bot) runEars(ctx context.Context) error {
	var all []*running
	for _, one := range b.ears {
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

// awaitEars waits until all ears were open once, or for wholeWithin.
func (b *bot) awaitEars(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, wholeWithin)
	defer cancel()
	for _, one := range b.ears {
		select {
		case <-one.Whole():
		case <-ctx.Done():
		}
	}
}
