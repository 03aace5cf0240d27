package journal_test

import (
	"strings"
	"testing"
	"time"
)

// Ops reads which incidents are open when a window is about to begin beside them: what
// they are about, not just their numbers.
func TestAQuestionBeforeAStartShowsTheIncidents(t *testing.T) {
	o := newOffice(t)
	o.declare(1)
	o.plan(2, "New database", time.Hour, time.Hour)
	o.fire(3600 - 600)
	if all := o.dump(); !strings.Contains(all, `"Others":[`) || !strings.Contains(all, `"Open":[{"Number":1`) {
		t.Errorf("no incident in\n%s", all)
	}
}
