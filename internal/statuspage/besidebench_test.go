package statuspage_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal/journaltest"
	"github.com/umassonline/belltower/internal/statuspage"
)

// beside is a campus of 200 services with pages of all that is planned.
type beside struct {
	*campus
	pages *statuspage.Pages
	mux   *http.ServeMux
}

// besides are two, with as much planned as usual and with very much.
func besides(b *testing.B) (pair [2]beside) {
	b.Helper()
	for k, n := range [2][2]int{{100, 50}, {10_000, 1000}} {
		c := twoHundred(b)
		var about []desk.Affected
		for _, s := range c.catalog.Services() {
			about = append(about, desk.Affected{Service: s.ID, Name: s.Name})
		}
		by := c.by()
		by.Request = ""
		p := journaltest.Plans{Windows: n[0], Series: n[1], Services: about, From: c.now(), By: by, AtOnce: 64}
		if err := p.Schedule(b.Context(), c.journal); err != nil {
			b.Fatal(err)
		}
		c.wait(time.Minute)
		pages := statuspage.New(c.journal, c.settings, c.now, slog.New(slog.DiscardHandler))
		mux := http.NewServeMux()
		mux.Handle("/{$}", pages.Home())
		mux.Handle("/windows/{id}", pages.Window())
		pair[k] = beside{c, pages, mux}
	}
	return pair
}

// BenchmarkPageBesideManyWindows is the first home page after a change, and a window's, and
// a page that was made already, with 10,000 windows and 1,000 series planned, against 100
// and 50 (target: 1.1 times).
func BenchmarkPageBesideManyWindows(b *testing.B) {
	pair := besides(b)
	for _, m := range []struct {
		name, path string
		changed    bool
	}{{"home after a change", "/", true}, {"window after a change", "/windows/WIN-50", true}, {"home again", "/", false}} {
		b.Run(m.name, func(b *testing.B) {
			var took [2][]time.Duration
			r := httptest.NewRequest(http.MethodGet, m.path, nil)
			for range max(b.N, 200) {
				for k, c := range pair {
					if m.changed {
						c.wait(time.Second)
						c.pages.Changed()
					}
					began := time.Now()
					c.mux.ServeHTTP(nowhere{http.Header{}}, r)
					took[k] = append(took[k], time.Since(began))
				}
			}
			for k, unit := range []string{"few-µs", "many-µs"} {
				slices.Sort(took[k])
				b.ReportMetric(float64(took[k][len(took[k])/2].Nanoseconds())/1000, unit)
			}
			b.ReportMetric(float64(took[1][len(took[1])/2])/float64(took[0][len(took[0])/2]), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}
