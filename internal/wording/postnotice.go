package wording

import (
	"fmt"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// The texts of notices: one thing that ops channels are told, on one line. They
// are stored as they are said, so their times are in the organization's zone.

// Absence is what happened while the bot did not run.
type Absence struct {
	From, To time.Time
	Open     []desk.Incident // what is open now
	CaughtUp int             // posts that were owed at the start
}

// Away is "I was away 4:12 to 4:19 AM EST. Open: INC-42, update was due 4:20 ...".
func (c Context) Away(a Absence) string {
	var b strings.Builder
	fmt.Fprintf(&b, "I was away %s to %s. ", c.clockText(a.From, a.To), c.clockText(a.To, a.To))
	var open []string
	for _, i := range a.Open {
		open = append(open, c.openLine(i, a.To))
	}
	if len(open) == 0 {
		open = []string{"nothing"}
	}
	fmt.Fprintf(&b, "Open: %s. ", strings.Join(open, "; "))
	if a.CaughtUp == 0 {
		b.WriteString("No post was missed.")
		return b.String()
	}
	fmt.Fprintf(&b, "%s caught up.", count(a.CaughtUp, "post"))
	return b.String()
}

func (c Context) openLine(i desk.Incident, at time.Time) string {
	s := i.Subject().String()
	switch {
	case i.NextUpdateBy.IsZero():
		return s
	case i.NextUpdateBy.After(at):
		return s + ", update is due " + c.clockText(i.NextUpdateBy, at)
	}
	return s + ", update was due " + c.clockText(i.NextUpdateBy, at)
}

// clockText writes a time in the organization's zone, with its day unless that
// is near's.
func (c Context) clockText(t, near time.Time) string {
	return clock{c.Zone, near}.at(t).PlainText(c.Zone)
}
