// Package journaltest fills a record for tests and benchmarks of those who read it.
package journaltest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// Plans are how much is planned, from a time on: a window each hour, each on the next of
// the services, and series on a day of the week each.
type Plans struct {
	Windows, Series int
	Services        []desk.Affected
	From            time.Time
	By              journal.By
	// AtOnce is how many are scheduled at a time, which the store commits together; 0: one
	// after the other.
	AtOnce int
}

// Schedule plans it all, by the journal. It returns the first error.
func (p Plans) Schedule(ctx context.Context, j *journal.Journal) error {
	failed := make(chan error, p.Windows+p.Series)
	next := make(chan desk.Plan)
	var workers sync.WaitGroup
	for range max(p.AtOnce, 1) {
		workers.Go(func() {
			for plan := range next {
				_, err := j.Schedule(ctx, p.By, plan, desk.Override{Force: "It is a test.", Urgent: "It is a test.", Admin: true})
				if err != nil {
					failed <- err
				}
			}
		})
	}
	for n := range p.Windows + p.Series {
		next <- p.plan(n)
	}
	close(next)
	workers.Wait()
	close(failed)
	return <-failed
}

func (p Plans) plan(n int) desk.Plan {
	begin := p.From.Add(time.Duration(n+1) * time.Hour)
	plan := desk.Plan{
		Services: p.Services[n%len(p.Services):][:1], Title: fmt.Sprintf("Work %d", n+1),
		Planned: desk.Period{From: begin, To: begin.Add(time.Hour)},
	}
	if n >= p.Windows {
		plan.Rule = &desk.Recurrence{
			Every: 1, Days: []time.Weekday{time.Weekday(n % 7)}, At: desk.DayTime(n % (24 * 60)), For: time.Hour,
			Zone: "America/New_York", First: p.From.Truncate(24*time.Hour).AddDate(0, 0, 1),
		}
		plan.Planned, _ = plan.Rule.Next(p.From)
	}
	return plan
}
