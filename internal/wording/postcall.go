package wording

import (
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Unanswered is what those beyond ops are called about.
type Unanswered struct {
	About    desk.Subject
	Title    string
	Services []desk.Affected
	// Since is when people last said what they know of an incident, or when the work in
	// a window should have ended.
	Since time.Time
	// Missed counts the promises in a row that passed, up to At.
	Missed int
	At     time.Time
}

// CallTitle is what it is about.
func (c Context) CallTitle(u Unanswered) string {
	return c.Title(desk.Incident{Title: u.Title, Services: u.Services})
}

// CallPage is the address of the page about it; empty: there is none.
func (c Context) CallPage(u Unanswered) string {
	switch {
	case c.StatusURL == "":
		return ""
	case u.About.Kind == desk.WindowSubject:
		return c.StatusURL + "/windows/" + u.About.String()
	}
	return c.StatusURL + "/incidents/" + u.About.String()
}

// CallMail is the mail that calls somebody: plain text.
func (c Context) CallMail(u Unanswered) (subject, body string) {
	since := c.clockText(u.Since, u.At)
	last := c.word("The last news is from %s.", since)
	if u.About.Kind == desk.WindowSubject {
		last = c.word("The work should have ended at %s.", since)
	}
	parts := []string{
		c.word("Nobody answers about %s: %s", u.About, c.CallTitle(u)),
		c.plural(u.Missed, "News was due once, and none came.", "News was due %s times in a row, and none came.") + " " + last,
		c.word("It is about %s.", c.Names(u.Services)),
		c.word("Please look into the ops channel now, or call somebody who can."),
	}
	if page := c.CallPage(u); page != "" {
		parts = append(parts, c.word("Status page")+": "+page)
	}
	return parts[0], strings.Join(parts, "\n\n") + "\n"
}

// Uncalled says to ops that those beyond it could not all be called.
func (c Context) Uncalled(about desk.Subject) string {
	return c.word("Nobody has answered about %s, and for an hour we could not reach everybody who is to be called then. Please call them yourself; the log says what failed.", about)
}
