package outbox

import (
	"math"
	"strconv"
	"testing"
	"time"
)

// bucket is a platform's limit: it grants rate calls a second and up to burst at
// once, and says to wait in whole seconds.
type bucket struct {
	rate, burst, tokens float64
	at                  time.Time
}

func (b *bucket) call(now time.Time) (after time.Duration) {
	b.tokens = min(b.burst, b.tokens+b.rate*now.Sub(b.at).Seconds())
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		return 0
	}
	return time.Duration(math.Ceil((1-b.tokens)/b.rate)) * time.Second
}

// pass sends calls through p to the bucket and tells how long it took and how
// many were refused. Answers come latency later.
func (b *bucket) pass(p *pace, calls int, latency time.Duration) (took time.Duration, refused int) {
	begin := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	now := begin
	b.tokens, b.at = b.burst, now
	type answer struct {
		at    time.Time
		after time.Duration
	}
	var due []answer
	for done := 0; done < calls; {
		for len(due) > 0 && !due[0].at.After(now) {
			if due[0].after > 0 {
				refused++
				p.refused(now, strconv.Itoa(refused), due[0].after, false)
			} else {
				done++
				p.answered(now)
			}
			due = due[1:]
		}
		ok, at := p.ready(now)
		if ok && len(due)+done < calls {
			p.take()
			due = append(due, answer{now.Add(latency), b.call(now)})
			continue
		}
		if len(due) > 0 && (ok || due[0].at.Before(at)) {
			at = due[0].at
		}
		now = at
	}
	return now.Sub(begin), refused
}

// A pace that is configured keeps close to the limit's own floor, and under it.
func TestPaceConfigured(t *testing.T) {
	for _, perMinute := range []int{50, 300, 1200, 3000} {
		rate := float64(perMinute) / 60
		took, refused := (&bucket{rate: rate, burst: 1}).pass(newPace(perMinute), 1000, 80*time.Millisecond)
		floor := 1000 / rate
		if ratio := took.Seconds() / floor; ratio > 1.05 || refused > 0 {
			t.Errorf("%d a minute: %.3f times the floor, %d refused; want at most 1.05 and none", perMinute, ratio, refused)
		}
	}
}

// A channel that alone is refused again and again has a limit of its own and
// delays no other; a second one that is refused stops the method.
func TestALimitOfOneChannelDelaysNoOther(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	p := newPace(0)
	for range 3 {
		p.refused(now, "C1", 30*time.Second, false)
		if ok, until := p.ready(now); !ok {
			t.Fatalf("all wait until %v because of C1", until)
		}
	}
	p.refused(now, "C2", 30*time.Second, false)
	if ok, until := p.ready(now.Add(29 * time.Second)); ok || !until.Equal(now.Add(30*time.Second)) {
		t.Errorf("ready %v, until %v after two were refused", ok, until)
	}
	p = newPace(0)
	if p.refused(now, "C1", time.Second, true); p.until.IsZero() {
		t.Error("a wide limit does not stop the method")
	}
}

// A pace that must be learned reaches the hidden limit, and is told no seldom. A
// limit that grants nothing at once hides itself best.
func TestPaceLearned(t *testing.T) {
	for _, tt := range []struct {
		hidden bucket
		share  float64
	}{
		{bucket{rate: 50.0 / 60, burst: 10}, 0.9},
		{bucket{rate: 5, burst: 5}, 0.9},
		{bucket{rate: 5, burst: 50}, 0.9},
		{bucket{rate: 10, burst: 20}, 0.9},
		{bucket{rate: 50, burst: 50}, 0.9},
		{bucket{rate: 50.0 / 60, burst: 1}, 0.9},
		{bucket{rate: 2, burst: 1}, 0.9},
		{bucket{rate: 5, burst: 1}, 0.9},
		{bucket{rate: 10, burst: 1}, 0.9},
		{bucket{rate: 20, burst: 1}, 0.8},
	} {
		for _, latency := range []time.Duration{0, 20 * time.Millisecond} {
			b := tt.hidden
			took, refused := b.pass(newPace(0), 1000, latency)
			share := 1000 / took.Seconds() / b.rate
			if share < tt.share || refused*100 >= 1000+refused {
				t.Errorf("limit %.2f/s, burst %.0f, latency %v: %.3f of the limit, %d refused; want %.1f and under 1 %%",
					b.rate, b.burst, latency, share, refused, tt.share)
			}
		}
	}
}

// A platform that for minutes says no to everything does not tell its limit by that:
// afterwards the pace is soon what it was.
func TestPaceAfterAStorm(t *testing.T) {
	p := newPace(0)
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	for n := range 20 {
		p.refused(now, strconv.Itoa(n), 30*time.Second, false)
		_, now = p.ready(now)
	}
	b := &bucket{rate: 5, burst: 10} // 40 s for 200 calls
	if took, refused := b.pass(p, 200, 20*time.Millisecond); took > 10*time.Minute+20*time.Second || refused > 4 {
		t.Errorf("200 calls took %v, of which 9m30s are the storm's, %d were refused", took, refused)
	}
}
