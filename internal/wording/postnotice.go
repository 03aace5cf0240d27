package wording

import (
	"cmp"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// The texts of notices: one thing that ops channels are told, on one line. They
// are stored as they are said, so their times are in the organization's zone.

// ChannelGone says that a channel cannot be reached until somebody changes
// something; reason is the platform's word.
func (c Context) ChannelGone(ch desk.Channel, reason string) string {
	c = c.For(ch.Connection)
	return c.word("We cannot reach the channel %s any more (%s). It hears nothing until it is back; we look once a day.", ch, c.reason(reason))
}

// PostFailed says that a channel was not told and will not be.
func (c Context) PostFailed(ch desk.Channel, s desk.Subject, reason string) string {
	c = c.For(ch.Connection)
	return c.word("%s was not told of %s (%s). Please tell the people there.", ch, s, c.reason(reason))
}

// EditFailed says that a channel's post shows an old text.
func (c Context) EditFailed(ch desk.Channel, s desk.Subject, reason string) string {
	c = c.For(ch.Connection)
	return c.word("The post about %s in %s shows an old text (%s). Its thread has the newest.", s, ch, c.reason(reason))
}

// ConnectionRefused says that a platform refuses a whole connection.
func (c Context) ConnectionRefused(conn desk.ConnectionName, reason string) string {
	return c.word("%s refuses our app (%s), so nothing is told there. Please check the app and its token.", conn, c.reason(reason))
}

// Deaf says that nothing is heard from a connection; why is a sentence without its
// full stop.
func (c Context) Deaf(conn desk.ConnectionName, why string) string {
	c = c.For(conn)
	return c.word("We hear nothing from %s, so commands and buttons do not work there. %s.", conn, c.reason(why))
}

// HeardAgain says that it is over.
func (c Context) HeardAgain(conn desk.ConnectionName) string {
	return c.For(conn).word("We hear %s again. Please type once more what was not answered.", conn)
}

// BackupFailed says that the copy of the night was not made.
func (c Context) BackupFailed(reason string) string {
	return c.word("The backup of this night failed (%s). Please look at backup_dir in [storage]; the log says more.", reason)
}

// Absence is what happened while the bot did not run.
type Absence struct {
	From, To time.Time
	Open     []desk.Incident // what is open now
	Work     []desk.Window   // what runs, or is held past its end
	Began    []desk.Window   // what was to begin meanwhile, as it is now
	Owed     []desk.Subject  // what somebody has still to hear of
}

// Away is "I was away 4:12 to 4:19 AM EST. Open: INC-42, update was due 4:20 AM EST;
// WIN-6, end is due 4:30 AM EST. WIN-7 began 4:15 AM EST as planned. 2 posts caught up:
// INC-42 and WIN-7."
func (c Context) Away(a Absence) string {
	var open []string
	for _, i := range a.Open {
		open = append(open, c.openLine(i, a.To))
	}
	for _, w := range a.Work {
		open = append(open, c.workLine(w, a.To))
	}
	all := []string{
		c.word("I was away %s to %s.", c.clockText(a.From, a.To), c.clockText(a.To, a.To)),
		c.word("Open: %s.", c.orNothing(open, "; ")),
	}
	for _, w := range a.Began {
		all = append(all, c.beganLine(w, a.To))
	}
	return strings.Join(append(all, c.caughtUp(incidents(a.Owed))), " ")
}

// maxCaughtUp is how many of those that are told now are named.
const maxCaughtUp = 8

// caughtUp says what is told now, a post in each channel about each.
func (c Context) caughtUp(names []string) string {
	n := len(names)
	if n == 0 {
		return c.word("No post was missed.")
	}
	if n > maxCaughtUp {
		names = append(names[:maxCaughtUp:maxCaughtUp], c.word("%s more", c.thousands(n-maxCaughtUp)))
	}
	return c.plural(n, "1 post caught up: %s.", "%s posts caught up: %s.", c.and(names))
}

// workLine is "WIN-6, end was due 4:15 AM EST".
func (c Context) workLine(w desk.Window, at time.Time) string {
	s, end, news := w.Subject(), c.clockText(w.Planned.To, at), c.clockText(w.NextNewsBy, at)
	switch {
	case !w.IsRunning():
		return c.word("%s, start held, end was due %s", s, end)
	case w.NextNewsBy.After(at):
		return c.word("%s, update is due %s", s, news)
	case !w.NextNewsBy.IsZero():
		return c.word("%s, update was due %s", s, news)
	case w.Planned.To.After(at):
		return c.word("%s, end is due %s", s, end)
	}
	return c.word("%s, end was due %s", s, end)
}

// beganLine says of work that its time came meanwhile, or came and passed.
func (c Context) beganLine(w desk.Window, at time.Time) string {
	from := c.clockText(w.Planned.From, at)
	if w.Planned.To.After(at) {
		return c.word("%s began %s as planned.", w.Subject(), from)
	}
	return c.word("%s was to begin %s and to end %s.", w.Subject(), from, c.clockText(w.Planned.To, at))
}

func (c Context) orNothing(list []string, between string) string {
	return cmp.Or(strings.Join(list, between), c.word("nothing"))
}

// incidents are the subjects that are no notices, in words.
func incidents(subjects []desk.Subject) (names []string) {
	for _, s := range subjects {
		if s.Kind != desk.NoticeSubject {
			names = append(names, s.String())
		}
	}
	return names
}

// Restored says that the record was taken from a backup: From is when that was
// made, Owed what was due then.
func (c Context) Restored(a Absence) string {
	from := c.word("an unknown time")
	if !a.From.IsZero() {
		from = c.clockText(a.From, a.To)
	}
	var open []string
	for _, i := range a.Open {
		open = append(open, i.Subject().String())
	}
	left := c.word("Nothing was left to be told.")
	if owed := incidents(a.Owed); len(owed) > 0 {
		left = c.word("Some channels had still to hear of %s. It is not told again, as it may have been told: please look, and say how it stands.", strings.Join(owed, ", "))
	}
	return c.word("The record was restored from a backup of %s. What was done since is not in it.", from) + " " +
		c.word("Open in it: %s.", c.orNothing(open, ", ")) + " " + left
}

func (c Context) openLine(i desk.Incident, at time.Time) string {
	s := i.Subject().String()
	switch {
	case i.NextUpdateBy.IsZero():
		return s
	case i.NextUpdateBy.After(at):
		return c.word("%s, update is due %s", s, c.clockText(i.NextUpdateBy, at))
	}
	return c.word("%s, update was due %s", s, c.clockText(i.NextUpdateBy, at))
}

// clockText writes a time in the organization's zone, with its day unless that
// is near's.
func (c Context) clockText(t, near time.Time) string {
	return chat.Text{clock{c, near}.at(t)}.PlainText(c.Zone)
}
