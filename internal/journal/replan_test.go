package journal_test

import (
	"context"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// reminding sets when planned work is told again, as a start with another configuration
// does.
func (o *office) reminding(before ...time.Duration) {
	o.t.Helper()
	p := desk.Planning{}
	for _, d := range before {
		p.Reminders = append(p.Reminders, desk.Reminder{Before: d})
	}
	o.SetSettings(journal.Settings{Grace: 10 * time.Second, GraceAbove: 2, Ops: []desk.Channel{ops}, Planning: p})
}

// A reminder that is new in the configuration is told of what is planned already when it
// is due, and not where that has passed; one that was taken out is not told. It is 9 in
// the morning, and no reminder falls into a night.
func TestRemindersThatChange(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name     string
		was, is  []time.Duration
		at       int // hours after nine when it changes
		away     bool
		reminded []int // hours after nine
	}{
		{"a new one", []time.Duration{2 * day}, []time.Duration{5 * day, 2 * day}, 24, false, []int{120, 192}},
		{"a new one that has passed", []time.Duration{2 * day}, []time.Duration{9 * day, 2 * day}, 48, false, []int{192}},
		{"one that was taken out", []time.Duration{5 * day, 2 * day}, []time.Duration{2 * day}, 24, false, []int{192}},
		{"all of them", []time.Duration{5 * day}, nil, 24, false, nil},
		{"another one as it is told", []time.Duration{5 * day}, []time.Duration{5 * day, 5*day - time.Hour}, 120, false, []int{120, 121}},
		{"while the bot was away over one", []time.Duration{5 * day}, []time.Duration{9 * day, 5 * day, 2 * day}, 124, true, []int{124, 192}},
		{"again what was told", []time.Duration{5 * day}, []time.Duration{5 * day}, 124, false, []int{120}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			o.reminding(c.was...)
			n := o.plan(0, "New database", 10*day, time.Hour)
			var got []int
			for hours := range 239 {
				if hours == c.at {
					o.reminding(c.is...)
				} else if c.away && hours > 0 && hours < c.at {
					continue
				}
				before := o.told(n)
				if o.fireQuietly(hours * hour); o.told(n) != before {
					got = append(got, hours)
				}
			}
			if len(got) != len(c.reminded) {
				t.Fatalf("reminded after %v hours, want %v", got, c.reminded)
			}
			for k := range got {
				if got[k] != c.reminded[k] {
					t.Errorf("reminded after %v hours, want %v", got, c.reminded)
				}
			}
			o.sound()
		})
	}
}

// Of thousands of windows only those are written that need another mark, few at a time;
// what was broken off goes on at the next look.
func TestManyWindowsAreMarkedAnew(t *testing.T) {
	o := newOffice(t)
	db := &counting{DB: o.db}
	o.Journal = journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
	o.reminding(48 * time.Hour)
	const many = 250
	for k := range many {
		o.plan(0, "Work", time.Duration(30+k)*24*time.Hour, time.Hour)
	}
	o.fireQuietly(1)
	o.reminding(48*time.Hour, 24*time.Hour) // the next is the same
	db.writes = 0
	o.fireQuietly(2)
	if db.writes != 1 {
		t.Errorf("%d transactions for marks that stay", db.writes)
	}
	o.reminding(96 * time.Hour)
	db.writes = 0
	if next := o.fire(3); !next.Equal(at(26 * 24 * hour)) {
		t.Errorf("the next is due at %s", next)
	}
	if db.writes < many/30 || db.writes > many/30+4 {
		t.Errorf("%d transactions for %d windows", db.writes, many)
	}
}

// counting counts what is written in the background.
type counting struct {
	storage.DB
	writes int
}

func (c *counting) Background(ctx context.Context, fn func(storage.Tx) error) error {
	c.writes++
	return c.DB.Background(ctx, fn)
}
