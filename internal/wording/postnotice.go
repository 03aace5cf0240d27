package wording

import (
	"cmp"
	"slices"
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
	return c.For(ch.Connection).word("We cannot reach the channel %s any more (%s). It hears nothing until it is back; we look once a day.", ch, reason)
}

// PostFailed says that a channel was not told and will not be.
func (c Context) PostFailed(ch desk.Channel, s desk.Subject, reason string) string {
	return c.For(ch.Connection).word("%s was not told of %s (%s). Please tell the people there.", ch, s, reason)
}

// EditFailed says that a channel's post shows an old text.
func (c Context) EditFailed(ch desk.Channel, s desk.Subject, reason string) string {
	return c.For(ch.Connection).word("The post about %s in %s shows an old text (%s). Its thread has the newest.", s, ch, reason)
}

// ConnectionRefused says that a platform refuses a whole connection.
func (c Context) ConnectionRefused(conn desk.ConnectionName, reason string) string {
	return c.word("%s refuses our app (%s), so nothing is told there. Please check the app and its token.", conn, reason)
}

// Deaf says that nothing is heard from a connection; why is a sentence without its
// full stop.
func (c Context) Deaf(conn desk.ConnectionName, why string) string {
	return c.For(conn).word("We hear nothing from %s, so commands and buttons do not work there. %s.", conn, why)
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
	Owed     []desk.Subject  // what somebody has still to hear of
}

// Away is "I was away 4:12 to 4:19 AM EST. Open: INC-42, update was due 4:20 ...".
func (c Context) Away(a Absence) string {
	var open []string
	for _, i := range a.Open {
		open = append(open, c.openLine(i, a.To))
	}
	told := c.word("No post was missed.")
	if owed := incidents(a.owed()); len(owed) > 0 {
		told = c.word("What was missed is told now: %s.", strings.Join(owed, ", "))
	}
	return c.word("I was away %s to %s.", c.clockText(a.From, a.To), c.clockText(a.To, a.To)) + " " +
		c.word("Open: %s.", c.orNothing(open, "; ")) + " " + told
}

// owed is what somebody has still to hear of: news that was promised too.
func (a Absence) owed() []desk.Subject {
	all := slices.Clone(a.Owed)
	for _, i := range a.Open {
		if by := i.NextUpdateBy; !by.IsZero() && !by.After(a.To) && !slices.Contains(all, i.Subject()) {
			all = append(all, i.Subject())
		}
	}
	return all
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
