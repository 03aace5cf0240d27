package desk_test

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// What shows that a service really fails: a probe of ours, or two monitors that have
// nothing to do with each other. What warns of what is to come, and what sees our own
// sorry page, shows nothing.
func TestEvidence(t *testing.T) {
	four := time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC)
	says := func(kind desk.WitnessKind, name, check string, minute int) desk.Report {
		at := four.Add(time.Duration(minute) * time.Minute)
		return desk.Report{Witness: desk.Witness{Kind: kind, Name: name, Check: check}, State: desk.Failing, Expectation: desk.Availability, Since: at, At: at}
	}
	own, one, same, other := says(desk.OwnProbe, "login", "", 1), says(desk.Monitor, "pingdom", "1", 2), says(desk.Monitor, "pingdom", "2", 3), says(desk.Monitor, "alertsite", "1", 4)
	warns, sorry := own, other
	warns.Warns, sorry.Sorry = true, true
	for name, tt := range map[string]struct {
		seen  []desk.Report
		since int // minutes; 0: it shows nothing
		agree bool
	}{
		"nobody":                  {nil, 0, false},
		"our own":                 {[]desk.Report{own}, 1, false},
		"a certificate that ends": {[]desk.Report{warns}, 0, false},
		"that and a monitor":      {[]desk.Report{warns, one}, 0, false},
		"one monitor":             {[]desk.Report{one}, 0, false},
		"two checks of one":       {[]desk.Report{one, same}, 0, false},
		"two monitors":            {[]desk.Report{one, same, other}, 4, false},
		"our own sorry page":      {[]desk.Report{one, sorry}, 0, false},
		"our own and a monitor":   {[]desk.Report{own, one}, 1, true},
	} {
		want := four.Add(time.Duration(tt.since) * time.Minute)
		if got := desk.Evidence(tt.seen); got.IsZero() != (tt.since == 0) || (tt.since != 0 && !got.Equal(want)) {
			t.Errorf("%s: since %s", name, got)
		}
		if desk.Agree(tt.seen) != tt.agree {
			t.Errorf("%s: the gate's witnesses agree: %v", name, !tt.agree)
		}
	}
}
