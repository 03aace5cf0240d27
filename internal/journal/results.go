package journal

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// The results of probes are kept by time first: what is written at once lies together, and
// what is old goes from the beginning. A record has the buckets of up to packed probes of one
// service, by their names.
//
// Minutes are written as they come. Hours are the sums of their minutes, and days of their
// hours, made once the time is over, and the same however often they are made.
type pack map[string]desk.Bucket

// join adds the buckets of another record.
func (p pack) join(o pack) {
	for name, b := range o {
		sum := p[name]
		sum.Join(b)
		p[name] = sum
	}
}

const (
	// packed is how many probes of a service share a record.
	packed = 200
	// packsAtOnce is how many records are written in a transaction, and bucketsAtOnce how many
	// buckets: one has 100 bytes for a minute, and up to 1,000 where passes took all times
	// that there are.
	packsAtOnce   = 80
	bucketsAtOnce = 800
	// settled is how long after its end an hour or a day is summed up: its last minute may
	// still come.
	settled = 10 * time.Minute
)

func resultTable(r desk.Resolution) storage.Table[pack] {
	return storage.TableOf[pack]("result " + string(r))
}

// summedTable has up to when a resolution was made.
func summedTable() storage.Table[time.Time] { return storage.TableOf[time.Time]("summed") }

func summedKey(r desk.Resolution) storage.Key { return summedTable().Key().Str(string(r)) }

// resultKey is where the buckets of a service are of a time that begins at from.
func resultKey(r desk.Resolution, from time.Time, s desk.ServiceID) storage.Key {
	return resultTable(r).Key().Time(from).Str(string(s))
}

// packOf is one record.
type packOf struct {
	key     storage.Key
	buckets pack
}

// packs puts buckets into records. run tells those of different runs of the bot apart.
func packs(r desk.Resolution, run time.Time, buckets []desk.TimedBucket) (out []packOf) {
	type home struct {
		from    time.Time
		service desk.ServiceID
	}
	byHome := map[home]pack{}
	for _, b := range buckets {
		h := home{r.Begin(b.From), b.Probe.Service}
		if byHome[h] == nil {
			byHome[h] = pack{}
		}
		joined := byHome[h][b.Probe.Name]
		joined.Join(b.Bucket)
		byHome[h][b.Probe.Name] = joined
	}
	for h, all := range byHome {
		names := slices.Sorted(maps.Keys(all))
		for part := range slices.Chunk(names, packed) {
			p := packOf{resultKey(r, h.from, h.service).Time(run).Str(part[0]), pack{}}
			for _, name := range part {
				p.buckets[name] = all[name]
			}
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b packOf) int { return strings.Compare(string(a.key), string(b.key)) })
	return out
}

// KeepResults stores buckets of minutes. run is when the run of the bot began that made them:
// buckets of one minute from different runs are added up, and the same of the same run again
// changes nothing. Where it fails some may be stored.
func (j *Journal) KeepResults(ctx context.Context, run time.Time, minutes []desk.TimedBucket) error {
	if err := j.putPacks(ctx, desk.PerMinute, packs(desk.PerMinute, run, minutes)); err != nil {
		return fmt.Errorf("store the results of checks: %w", err)
	}
	return nil
}

func (j *Journal) putPacks(ctx context.Context, r desk.Resolution, all []packOf) error {
	for len(all) > 0 {
		n, buckets := 1, len(all[0].buckets)
		for n < min(len(all), packsAtOnce) && buckets+len(all[n].buckets) <= bucketsAtOnce {
			buckets += len(all[n].buckets)
			n++
		}
		some := all[:n]
		all = all[n:]
		err := j.db.Background(ctx, func(tx storage.Tx) error {
			for _, p := range some {
				if err := resultTable(r).Put(tx, p.key, p.buckets); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Results are the buckets of a probe from one time up to another, the oldest first; those of
// which there are none are left out. Hours and days that are not summed up yet are not there.
func (j *Journal) Results(ctx context.Context, of desk.ProbeID, span ResultSpan) (out []desk.TimedBucket, err error) {
	var times []time.Time
	for at := span.By.Begin(span.From); at.Before(span.To); at = at.Add(span.By.Length()) {
		times = append(times, at)
	}
	all, err := j.resultsAt(ctx, of.Service, span.By, times)
	return slices.DeleteFunc(all, func(b desk.TimedBucket) bool { return b.Probe != of }), err
}

// ResultSpan is which results are asked for.
type ResultSpan struct {
	By       desk.Resolution
	From, To time.Time
}

// ResultHours are the buckets of all probes of a service of the hours that begin at these
// times; those of which there are none are left out.
func (j *Journal) ResultHours(ctx context.Context, of desk.ServiceID, hours []time.Time) ([]desk.TimedBucket, error) {
	return j.resultsAt(ctx, of, desk.PerHour, hours)
}

// resultsAt are the buckets of all probes of a service, by time and name.
func (j *Journal) resultsAt(ctx context.Context, of desk.ServiceID, r desk.Resolution, times []time.Time) (out []desk.TimedBucket, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		out = nil
		for _, at := range times {
			sums := pack{}
			k := resultKey(r, at, of)
			err := resultTable(r).Scan(tx, k, k.End(), 0, func(_ storage.Key, p pack) (bool, error) {
				sums.join(p)
				return true, nil
			})
			if err != nil {
				return err
			}
			for _, name := range slices.Sorted(maps.Keys(sums)) {
				out = append(out, desk.TimedBucket{Probe: desk.ProbeID{Service: of, Name: name}, From: at, Bucket: sums[name]})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the results of a check: %w", err)
	}
	return out, nil
}

// TidyResults sums up the hours and days that are over, and then deletes what was kept long
// enough. It is worth calling every hour.
func (j *Journal) TidyResults(ctx context.Context, now time.Time) error {
	for _, r := range []desk.Resolution{desk.PerHour, desk.PerDay} {
		if err := j.sumUp(ctx, r, now); err != nil {
			return fmt.Errorf("sum up the results of checks by the %s: %w", r, err)
		}
	}
	for _, r := range []desk.Resolution{desk.PerMinute, desk.PerHour, desk.PerDay} {
		if err := j.forgetResults(ctx, r, now); err != nil {
			return fmt.Errorf("forget old results of checks: %w", err)
		}
	}
	return nil
}

// finer is what a resolution is the sum of.
func finer(r desk.Resolution) desk.Resolution {
	if r == desk.PerDay {
		return desk.PerHour
	}
	return desk.PerMinute
}

// sumUp makes the buckets of a resolution that are over and not made yet.
func (j *Journal) sumUp(ctx context.Context, r desk.Resolution, now time.Time) error {
	for {
		from, found, err := j.nextSum(ctx, r)
		end := from.Add(r.Length())
		if err != nil || !found || now.Before(end.Add(settled)) {
			return err
		}
		parts, err := j.between(ctx, finer(r), from, end)
		if err != nil {
			return err
		}
		if err := j.putPacks(ctx, r, packs(r, time.Time{}, parts)); err != nil {
			return err
		}
		err = j.db.Background(ctx, func(tx storage.Tx) error { return summedTable().Put(tx, summedKey(r), end) })
		if err != nil {
			return err
		}
	}
}

// nextSum is the begin of the next time that is to be summed up; those of which there are no
// results are left out.
func (j *Journal) nextSum(ctx context.Context, r desk.Resolution) (from time.Time, found bool, err error) {
	var made time.Time
	err = j.db.View(ctx, func(tx storage.Tx) (err error) {
		made, _, err = summedTable().Get(tx, summedKey(r))
		return err
	})
	if err != nil {
		return from, false, err
	}
	from, found, err = j.firstResults(ctx, finer(r), made)
	return r.Begin(from), found, err
}

// firstResults is the begin of the first time, from one on, of which there are results.
func (j *Journal) firstResults(ctx context.Context, r desk.Resolution, from time.Time) (at time.Time, found bool, err error) {
	err = j.db.View(ctx, func(tx storage.Tx) error {
		found = false
		return tx.Scan(resultTable(r).Key().Time(from), resultTable(r).Key().End(), 1, func(k, _ []byte) (bool, error) {
			found, at = true, timeOf(k)
			return false, nil
		})
	})
	return at, found, err
}

// Days hands fn what each check came to on each day that is over, by the day, the service
// and the name. An error of fn ends it.
func (j *Journal) Days(ctx context.Context, fn func(desk.TimedBucket) error) error {
	var from time.Time
	for {
		day, err := j.nextDay(ctx, from)
		if err != nil {
			return fmt.Errorf("read the days of checks: %w", err)
		}
		if len(day) == 0 {
			return nil
		}
		for _, b := range day {
			if err := fn(b); err != nil {
				return err
			}
		}
		from = day[0].From.Add(desk.PerDay.Length())
	}
}

// nextDay is what all checks came to on the first day, from one on, of which there are
// results; empty: there is none.
func (j *Journal) nextDay(ctx context.Context, from time.Time) ([]desk.TimedBucket, error) {
	day, found, err := j.firstResults(ctx, desk.PerDay, from)
	if err != nil || !found {
		return nil, err
	}
	all, err := j.between(ctx, desk.PerDay, day, day.Add(desk.PerDay.Length()))
	slices.SortFunc(all, func(a, b desk.TimedBucket) int {
		return cmp.Or(cmp.Compare(a.Probe.Service, b.Probe.Service), cmp.Compare(a.Probe.Name, b.Probe.Name))
	})
	return all, err
}

// timeOf is the time in the key of a record of results.
func timeOf(key []byte) time.Time {
	k := storage.ReadKey(key)
	k.Str()
	return k.Time()
}

// between are the results of all probes from one time up to another.
func (j *Journal) between(ctx context.Context, r desk.Resolution, from, to time.Time) (out []desk.TimedBucket, err error) {
	sums := map[desk.ServiceID]pack{}
	err = j.db.View(ctx, func(tx storage.Tx) error {
		clear(sums)
		table := resultTable(r)
		return table.Scan(tx, table.Key().Time(from), table.Key().Time(to), 0, func(k storage.Key, p pack) (bool, error) {
			key := storage.ReadKey(k)
			key.Str()
			key.Time()
			service := desk.ServiceID(key.Str())
			if sums[service] == nil {
				sums[service] = pack{}
			}
			sums[service].join(p)
			return true, key.Err()
		})
	})
	for service, all := range sums {
		for name, b := range all {
			out = append(out, desk.TimedBucket{Probe: desk.ProbeID{Service: service, Name: name}, From: from, Bucket: b})
		}
	}
	return out, err
}

// forgetResults deletes results that were kept long enough, which are summed up by then.
func (j *Journal) forgetResults(ctx context.Context, r desk.Resolution, now time.Time) error {
	until := resultTable(r).Key().Time(now.Add(-r.Kept()))
	for more := true; more; {
		err := j.db.Background(ctx, func(tx storage.Tx) error {
			n := 0
			err := tx.Scan(resultTable(r).Key(), until, storage.MaxWrites, func(k, _ []byte) (bool, error) {
				n++
				return true, tx.Delete(k)
			})
			more = n == storage.MaxWrites
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
