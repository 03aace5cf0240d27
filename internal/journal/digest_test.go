package journal_test

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// A week is told of once, on its Monday from eight to eight in the evening, if anything
// is planned in it.
func TestAWeekIsToldOfOnce(t *testing.T) {
	monday := time.Date(2026, 12, 7, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		planned bool
		at      []time.Duration // since Monday at midnight
		told    int
	}{
		"at eight":                 {true, []time.Duration{8 * time.Hour}, 1},
		"again and again":          {true, []time.Duration{8 * time.Hour, 9 * time.Hour, 8*time.Hour + time.Minute}, 1},
		"before eight":             {true, []time.Duration{7*time.Hour + 59*time.Minute}, 0},
		"late in the day":          {true, []time.Duration{20*time.Hour - 1}, 1},
		"in the evening":           {true, []time.Duration{20 * time.Hour}, 0},
		"on Tuesday":               {true, []time.Duration{32 * time.Hour}, 0},
		"nothing is planned":       {false, []time.Duration{8 * time.Hour}, 0},
		"this week and not before": {true, []time.Duration{-7*24*time.Hour + 10*time.Hour, 10 * time.Hour}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			if tt.planned {
				plan := desk.Plan{
					Services: []desk.Affected{{Service: "learn", Name: "Learn System"}}, Effect: desk.EffectDown, Title: "New database",
					Planned: desk.Period{From: monday.Add(33 * time.Hour), To: monday.Add(36 * time.Hour)},
				}
				if _, err := o.Schedule(t.Context(), o.by(0), plan, desk.Override{}); err != nil {
					t.Fatal(err)
				}
			}
			before := o.pokes
			for _, at := range tt.at {
				if err := o.TellDigest(t.Context(), monday.Add(at)); err != nil {
					t.Fatal(err)
				}
			}
			if told := o.pokes - before; told != tt.told {
				t.Errorf("told %d times, want %d", told, tt.told)
			}
		})
	}
}
