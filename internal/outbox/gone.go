package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// goneEvery is how often a channel that is gone is tried with a harmless read.
const goneEvery = 24 * time.Hour

// lookAllEvery is how often all channels that are gone are read because something changed:
// a read that is refused counts against us on some platforms.
const lookAllEvery = 5 * time.Minute

// anyChannel stands for all channels of a connection where one is to be looked at.
const anyChannel = ""

// vanished takes in that a channel cannot be reached (T7): ops is told once, and
// what is open for it waits.
func (l *line) vanished(now time.Time, la *lane, why string) {
	la.gone = true
	if !l.isGone(la.ch.ID) {
		g := goneRecord{Since: now, Why: why, Next: now.Add(goneEvery)}
		l.vanishing[la.ch.ID] = true
		l.receive(now, &receipt{gone: &g, channel: la.ch.ID, notice: l.words().ChannelGone(la.ch, why)})
	}
	for _, j := range slices.Clone(la.jobs) {
		l.park(now, j)
	}
}

// isGone reports whether a channel is gone, be it on disk or not yet.
func (l *line) isGone(channel string) bool {
	_, gone := l.gone[channel]
	return gone || l.vanishing[channel]
}

// parkGone settles the jobs of all channels that are gone.
func (l *line) parkGone(now time.Time) {
	for _, la := range l.lanes {
		if !la.gone {
			continue
		}
		for _, j := range slices.Clone(la.jobs) {
			l.park(now, j)
		}
	}
}

// park settles a job of a channel that is gone. What may stand there becomes a
// row that waits; the rest is found anew when the channel is back.
func (l *line) park(now time.Time, j *job) {
	switch {
	case j.pending || j.lane.busy:
	case j.unsettled() && (len(j.intents) > 0 || j.row == nil || j.row.State != marked):
		row := j.rowNow(now, marked, l.boot)
		l.receive(now, &receipt{job: j, row: &row, release: true})
	case !j.unsettled() && (len(j.intents) > 0 || (j.row != nil && j.row.State == due)):
		l.receive(now, &receipt{job: j, release: true})
	case len(j.intents) == 0 && (j.row == nil || j.row.State == failed):
		l.leave(j)
	}
}

// lookedForGone takes in what the daily read of a channel that is gone came to.
func (l *line) lookedForGone(now time.Time, channel string, f *chat.SendError) {
	if f == nil {
		l.cameBack(channel)
		return
	}
	g, ok := l.gone[channel]
	if !ok {
		return
	}
	g.Next = now.Add(max(longestWait, f.After))
	if f.Outcome == chat.Gone {
		g.Next = now.Add(goneEvery)
	}
	l.gone[channel] = g
	l.receive(now, &receipt{gone: &g, channel: channel})
}

// restore takes a channel that is back into work again: what is live and owed is
// found like for a newcomer.
func (l *line) restore(ctx context.Context, now time.Time, channel string) error {
	if !l.isGone(channel) {
		return nil
	}
	ch := desk.Channel{Connection: l.name, ID: channel}
	err := l.db().Background(ctx, func(tx storage.Tx) error {
		_, gone, err := goneTable().Get(tx, goneKey(ch))
		if err != nil || !gone {
			return err
		}
		if err := goneTable().Delete(tx, goneKey(ch)); err != nil {
			return err
		}
		return arrive(tx, ch, newcomer{At: now, Returned: true})
	})
	if err != nil {
		return err
	}
	delete(l.gone, channel)
	if la := l.lanes[channel]; la != nil {
		la.gone, la.dirty = false, true
	}
	return nil
}
