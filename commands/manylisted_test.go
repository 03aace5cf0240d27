package commands_test

import (
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/journal/journaltest"
)

// Of very much planned work a list shows the next and says that there is more; of one
// service it finds what is far ahead as well.
func TestAListOfVeryManyWindows(t *testing.T) {
	o := newOffice(t)
	at := o.req.At
	plan := func(windows, series int, id desk.ServiceID) {
		p := journaltest.Plans{Windows: windows, Series: series, From: at, By: journal.By{At: o.req.At, From: o.req.Channel},
			Services: []desk.Affected{{Service: id, Name: string(id)}}}
		if err := p.Schedule(t.Context(), o.journal); err != nil {
			t.Fatal(err)
		}
	}
	plan(80, 40, "learn")
	at = at.AddDate(0, 1, 0)
	plan(2, 1, "library")
	for line, want := range map[string]string{
		"list": "There are more than 96 windows.", "list page 8": "WIN-116", "list library": "There are 3 windows (Library Catalog).",
	} {
		o.req.Command, o.req.Text = "window", line
		if got := plain(o.Do(t.Context(), o.req)); !strings.Contains(got, want) {
			t.Errorf("window %s: no %q in\n%s", line, want, got)
		}
	}
}
