package desk

import (
	"maps"
	"math"
	"slices"
	"time"
)

// ProbeID names a probe: its name is the only one of its service.
type ProbeID struct {
	Service ServiceID
	Name    string
}

// Bucket is what the results of a check in some length of time come to.
type Bucket struct {
	Passed  int `json:"p,omitempty"`
	Failed  int `json:"f,omitempty"`
	Unclear int `json:"u,omitempty"`
	// Slow are those of Passed that were slow.
	Slow int `json:"s,omitempty"`
	// Sum, Least and Most are of the times that passes took.
	Sum   time.Duration `json:"t,omitempty"`
	Least time.Duration `json:"l,omitempty"`
	Most  time.Duration `json:"m,omitempty"`
	// Times are how many passes took how long, by class: class n reaches up to
	// 2^(n/4) ms, so that a percentile read from them is at most a fifth too high.
	Times map[int]int `json:"h,omitempty"`
}

// Add counts a result: what a pass took, and whether that was slow.
func (b *Bucket) Add(o Outcome, took time.Duration, slow bool) {
	switch o {
	case Failed:
		b.Failed++
		return
	case Unclear:
		b.Unclear++
		return
	}
	one := Bucket{Passed: 1, Sum: took, Least: took, Most: took, Times: map[int]int{timeClass(took): 1}}
	if slow {
		one.Slow = 1
	}
	b.Join(one)
}

// Join adds the results of another bucket.
func (b *Bucket) Join(o Bucket) {
	if o.Passed > 0 && (b.Passed == 0 || o.Least < b.Least) {
		b.Least = o.Least
	}
	b.Most = max(b.Most, o.Most)
	b.Passed, b.Failed, b.Unclear, b.Slow = b.Passed+o.Passed, b.Failed+o.Failed, b.Unclear+o.Unclear, b.Slow+o.Slow
	b.Sum += o.Sum
	if b.Times == nil && len(o.Times) > 0 {
		b.Times = make(map[int]int, len(o.Times))
	}
	for class, n := range o.Times {
		b.Times[class] += n
	}
}

// IsZero reports whether it holds nothing.
func (b Bucket) IsZero() bool { return b.Passed+b.Failed+b.Unclear == 0 }

// Mean is what a pass took on average; 0: none passed.
func (b Bucket) Mean() time.Duration {
	if b.Passed == 0 {
		return 0
	}
	return b.Sum / time.Duration(b.Passed)
}

// Percentile is the time within which so many percent of the passes came, up to a fifth
// too high; 0: none passed.
func (b Bucket) Percentile(percent int) time.Duration {
	left := (b.Passed*percent + 99) / 100
	for _, class := range slices.Sorted(maps.Keys(b.Times)) {
		if left -= b.Times[class]; left <= 0 {
			return min(classEnd(class), b.Most)
		}
	}
	return b.Most
}

// timeClass is the class of a time: the first whose end is not below it.
func timeClass(d time.Duration) int {
	ms := float64(d) / float64(time.Millisecond)
	if ms <= 1 {
		return 0
	}
	return int(math.Ceil(4*math.Log2(ms) - 1e-9))
}

func classEnd(class int) time.Duration {
	return time.Duration(math.Exp2(float64(class)/4) * float64(time.Millisecond))
}

// Resolution is how long the time is that a bucket is of.
type Resolution string

// The resolutions, and how long their buckets are kept.
const (
	PerMinute Resolution = "minute" // 24 hours
	PerHour   Resolution = "hour"   // 90 days
	PerDay    Resolution = "day"    // 5 years, by days of UTC
)

// Length is the time that a bucket is of.
func (r Resolution) Length() time.Duration {
	switch r {
	case PerMinute:
		return time.Minute
	case PerHour:
		return time.Hour
	}
	return 24 * time.Hour
}

// Kept is how long a bucket is kept.
func (r Resolution) Kept() time.Duration {
	const day = 24 * time.Hour
	switch r {
	case PerMinute:
		return day
	case PerHour:
		return 90 * day
	}
	return 5 * 366 * day
}

// Begin is when the bucket began that a moment belongs to, in UTC.
func (r Resolution) Begin(at time.Time) time.Time { return at.UTC().Truncate(r.Length()) }

// TimedBucket is a bucket of one probe, and when its time began.
type TimedBucket struct {
	Probe ProbeID
	From  time.Time
	Bucket
}

const (
	// usualPasses is how many passes an hour needs to say what is usual, usualHours how
	// many such hours are needed.
	usualPasses = 3
	usualHours  = 3
)

// UsualHours are the beginnings of the hours kept that have the hour of the day of at, in
// the zone, the newest first: what is usual at that hour is read from them.
func UsualHours(at time.Time, zone *time.Location) []time.Time {
	local := at.In(zone)
	var out []time.Time
	for back := 1; back <= int(PerHour.Kept()/(24*time.Hour)); back++ {
		day := time.Date(local.Year(), local.Month(), local.Day()-back, local.Hour(), 0, 0, 0, zone)
		out = append(out, PerHour.Begin(day))
	}
	return out
}

// Usual is what a pass usually takes: the middle of the averages of the hours of the same
// weekday as at, or where these are too few, of all; 0: too few to say.
func Usual(hours []TimedBucket, at time.Time, zone *time.Location) time.Duration {
	var all, sameDay []time.Duration
	for _, h := range hours {
		if h.Passed < usualPasses {
			continue
		}
		all = append(all, h.Mean())
		if h.From.In(zone).Weekday() == at.In(zone).Weekday() {
			sameDay = append(sameDay, h.Mean())
		}
	}
	for _, means := range [][]time.Duration{sameDay, all} {
		if len(means) >= usualHours {
			slices.Sort(means)
			return means[len(means)/2]
		}
	}
	return 0
}
