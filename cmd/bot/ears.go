package main

import (
	"context"
	"time"
)

// wholeWithin is how long the ears of the bot before are kept at most while those of
// the next are opened.
const wholeWithin = 15 * time.Second

// earOf is an ear of a link.
type earOf struct {
	ear
	lone bool
}

// ears runs the ears of the bot that runs now until ctx ends. When another bot takes
// over, its ears are opened before those of the one before are closed, so that a
// platform always has one to send to; but lone ones take turns.
func (s *succession) ears(ctx context.Context) error {
	var before, lone *running
	for {
		b := s.now.Load().bot
		if lone != nil {
			lone.end()
		}
		lone = start(part{"lone ears", b.runEars(true)}, func(error) {})
		now := start(part{"ears", b.runEars(false)}, func(error) {})
		if before != nil {
			b.awaitEars(ctx)
			before.end()
			if len(b.ears) > 0 {
				s.out.log.Info("what comes by socket is under the new configuration too")
			}
		}
		select {
		case <-ctx.Done():
			lone.end()
			now.end()
			return nil
		case <-s.changed:
			before = now
		}
	}
}

// end stops and waits.
func (r *running) end() {
	r.stop()
	<-r.done
}

// runEars runs the ears of all connections, the lone ones or the others, until ctx ends.
func (b *bot) runEars(lone bool) func(context.Context) error {
	return func(ctx context.Context) error {
		var all []*running
		for _, one := range b.ears {
			if one.lone == lone {
				all = append(all, start(part{string(one.Name()), one.Run}, func(error) {}))
			}
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
