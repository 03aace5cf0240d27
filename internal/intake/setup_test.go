package intake_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/intake"
)

// TestSetup is what bot check prints; no token is in it.
func TestSetup(t *testing.T) {
	w := newWorld(t)
	var all strings.Builder
	for _, s := range w.conf.Sources {
		text := intake.Setup(s, w.conf.Organization.PublicURL)
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s: a token is told", s.Name)
		}
		all.WriteString("source " + s.Name + ": " + text + "\n\n")
	}
	all.WriteString(intake.Setup(config.Source{Name: "p", Kind: "pingdom"}, "") + "\n")
	golden(t, "testdata/setup.golden", all.String())
}

// What Setup has people paste is understood when it comes.
func TestWhatSetupSaysIsUnderstood(t *testing.T) {
	w := newWorld(t)
	templates := regexp.MustCompile(`\{"(?:check|source)".*\}`)
	for name, want := range map[string][]desk.ReportState{
		"alertsite": {desk.Failing, desk.Passing}, "generic": {desk.Failing},
	} {
		var said []desk.ReportState
		for _, s := range w.conf.Sources {
			if s.Name != name {
				continue
			}
			for _, body := range templates.FindAllString(intake.Setup(s, ""), -1) {
				if rec := w.post(name+"/performance", strings.ReplaceAll(body, "MONITOR ID", "900123")); rec.Code != 200 {
					t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
				}
				reports, _ := w.takeHeard()
				for _, r := range reports {
					said = append(said, r.State)
				}
			}
		}
		if len(said) != len(want) || said[0] != want[0] || said[len(said)-1] != want[len(want)-1] {
			t.Errorf("%s says %v", name, said)
		}
	}
}
