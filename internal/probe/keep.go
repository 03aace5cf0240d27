package probe

import (
	"context"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// Record keeps the results of probes.
type Record interface {
	// KeepResults stores buckets of minutes. run tells runs of the bot apart, whose buckets
	// of one minute are added up; the same bucket of the same run again changes nothing.
	KeepResults(ctx context.Context, run time.Time, minutes []desk.TimedBucket) error
	// ResultHours are the buckets of all probes of a service of the hours that begin at these
	// times; those of which there are none are left out.
	ResultHours(ctx context.Context, of desk.ServiceID, hours []time.Time) ([]desk.TimedBucket, error)
}

const (
	// keepEvery is how often results are stored: they are counted by the minute.
	keepEvery = time.Minute
	// keepAtMost is for how many minutes results are held that cannot be stored.
	keepAtMost = 10
)

// usual is what a pass of a probe usually takes at some hour.
type usual struct {
	takes time.Duration // 0: too few are known
	hour  time.Time     // zero: nobody looked
}

// known reports whether it was looked, where that is needed.
func (u usual) known(p *config.Probe) bool { return p.SlowerThanUsual == 0 || !u.hour.IsZero() }

// count adds a result to the bucket of the minute in which it came: a minute that is over
// gets no more. The runner is locked.
func (r *Runner) count(e *entry, res Result) {
	if minute := desk.PerMinute.Begin(r.now()); !minute.Equal(e.minute) {
		r.fill(e)
		e.minute = minute
	}
	e.bucket.Add(res.Outcome, res.Took, res.Slow)
}

// fill puts the bucket of a probe to those that are to be stored. The oldest go where there
// are too many.
func (r *Runner) fill(e *entry) {
	if e.bucket.IsZero() {
		return
	}
	r.full = append(r.full, desk.TimedBucket{Probe: e.id(), From: e.minute, Bucket: e.bucket})
	e.bucket = desk.Bucket{}
	if over := len(r.full) - keepAtMost*len(r.entries); over > 0 {
		r.full = append(r.full[:0], r.full[over:]...)
	}
}

// keep stores results once a minute until ctx ends, and then what is left.
func (r *Runner) keep(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
			defer cancel()
			r.store(last, time.Time{})
			return
		case <-tick.C:
			r.store(ctx, desk.PerMinute.Begin(r.now()))
			r.lookUpUsuals(ctx)
		}
	}
}

// store stores the buckets of the minutes before one; zero: all.
func (r *Runner) store(ctx context.Context, before time.Time) {
	r.mu.Lock()
	for _, e := range r.entries {
		if before.IsZero() || e.minute.Before(before) {
			r.fill(e)
		}
	}
	full := r.full
	r.full = nil
	r.mu.Unlock()
	if len(full) == 0 {
		return
	}
	if err := r.s.Record.KeepResults(ctx, r.epoch, full); err != nil {
		r.log.Warn("results of checks were not stored; they are kept some minutes", "error", err)
		r.mu.Lock()
		r.full = append(full, r.full...)
		r.mu.Unlock()
	}
}

// lookUpUsuals looks up what is usual at this hour for probes that are judged by it. Where
// that fails what was known before stands.
func (r *Runner) lookUpUsuals(ctx context.Context) {
	now := r.now()
	hour := desk.PerHour.Begin(now)
	for service, entries := range r.withoutUsual(hour) {
		kept, err := r.s.Record.ResultHours(ctx, service, desk.UsualHours(now, r.s.Zone))
		if err != nil {
			r.log.Warn("cannot look up what checks usually take", "error", err)
			return
		}
		of := map[desk.ProbeID][]desk.TimedBucket{}
		for _, b := range kept {
			of[b.Probe] = append(of[b.Probe], b)
		}
		r.mu.Lock()
		for _, e := range entries {
			e.usual = usual{desk.Usual(of[e.id()], now, r.s.Zone), hour}
		}
		r.mu.Unlock()
	}
}

// withoutUsual are the probes, by their service, of which nobody looked up what is usual at
// an hour.
func (r *Runner) withoutUsual(hour time.Time) map[desk.ServiceID][]*entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := map[desk.ServiceID][]*entry{}
	for _, e := range r.entries {
		if e.conf.SlowerThanUsual > 0 && !e.usual.hour.Equal(hour) {
			out[e.conf.Service] = append(out[e.conf.Service], e)
		}
	}
	return out
}
