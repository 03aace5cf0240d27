package commands_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/journal/journaltest"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
)

// planned is how many windows and series stand in a record: as many as a usual campus
// has, and very many.
var planned = [2][2]int{{100, 50}, {10_000, 1000}}

// readers are commands on two records, of 200 services, with little and with much that is
// planned; about the first of them the same in both.
type readers struct {
	of  [2]*commands.Commands
	req chat.Request
}

func newReaders(b *testing.B) (r readers) {
	b.Helper()
	var services []desk.Service
	var about []desk.Affected
	for n := range 200 {
		s := desk.Service{ID: desk.ServiceID(fmt.Sprintf("s%d", n)), Name: fmt.Sprintf("Service %d", n)}
		services, about = append(services, s), append(about, desk.Affected{Service: s.ID, Name: s.Name})
	}
	catalog := desk.NewCatalog(services)
	_, r.req = desktop(nil)
	for k, n := range planned {
		book := outbox.NewBook()
		book.SetPlaces(outbox.Places{Catalog: catalog})
		j := journal.New(newStore(b), book, func(...desk.Subject) {}, journal.Settings{})
		by := journal.By{At: r.req.At, Person: r.req.Person, From: r.req.Channel}
		for _, p := range []journaltest.Plans{
			{Windows: n[0], Series: n[1], Services: about[1:], From: r.req.At, By: by, AtOnce: 64},
			{Windows: 10, Series: 2, Services: about[:1], From: r.req.At, By: by},
		} {
			if err := p.Schedule(b.Context(), j); err != nil {
				b.Fatal(err)
			}
		}
		r.of[k] = commands.New(j, slog.New(slog.DiscardHandler), commands.Settings{
			Words:  wording.Context{Catalog: catalog, Zone: time.UTC},
			Access: desk.Access{Responders: []desk.Person{r.req.Person}},
		})
	}
	return r
}

// compare measures what do takes on both, in turn, and reports the medians' ratio.
func (r readers) compare(b *testing.B, do func(*commands.Commands)) {
	b.Helper()
	var took [2][]time.Duration
	for range max(b.N, 200) {
		for k, c := range r.of {
			began := time.Now()
			do(c)
			took[k] = append(took[k], time.Since(began))
		}
	}
	for k, unit := range []string{"few-µs", "many-µs"} {
		slices.Sort(took[k])
		b.ReportMetric(float64(took[k][len(took[k])/2].Microseconds()), unit)
	}
	b.ReportMetric(float64(took[1][len(took[1])/2])/float64(took[0][len(took[0])/2]), "ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkReadBesideManyWindows is what people read with 10,000 windows and 1,000 series
// planned, against 100 and 50 (target: 1.1 times).
func BenchmarkReadBesideManyWindows(b *testing.B) {
	r := newReaders(b)
	for _, line := range []string{
		"window list", "window list page 5", "window list s0", "window show 50", "status", "status s0", "incident list",
	} {
		b.Run(line, func(b *testing.B) {
			req := r.req
			req.Command, req.Text = "belltower", line
			r.compare(b, func(c *commands.Commands) {
				if reply := c.Do(b.Context(), req); reply.Failed {
					b.Fatal(plain(reply))
				}
			})
		})
	}
	b.Run("home", func(b *testing.B) {
		r.compare(b, func(c *commands.Commands) {
			if _, err := c.Home(b.Context(), r.req); err != nil {
				b.Fatal(err)
			}
		})
	})
}
