package outbox

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// follow has a channel hear of the week's planned work on learn.
func (w *world) follow(id string, h *desk.Hours) {
	w.t.Helper()
	w.update(func(tx storage.Tx) error {
		sub := desk.Subscription{Channel: channel(id), Target: desk.ServiceTarget("learn"), Topics: []desk.Topic{desk.TopicDigest}, Hours: h, SetAt: w.clock().UTC()}
		return w.book.Subscribe(tx, sub, sub.SetAt)
	})
}

// tellWeek tells of the planned work of a week, as the journal does.
func (w *world) tellWeek() (s desk.Subject) {
	w.t.Helper()
	now := w.clock().UTC()
	week := desk.Period{From: now, To: now.AddDate(0, 0, 7)}
	win := desk.Window{Number: 7, Title: "New database", Services: []desk.Affected{{Service: "learn", Name: "Learn"}}, Status: desk.Scheduled, Planned: desk.Period{From: week.From.Add(time.Hour), To: week.From.Add(2 * time.Hour)}}
	d, _ := desk.Planning{}.Digest(week, []desk.Window{win})
	w.update(func(tx storage.Tx) (err error) {
		s, err = w.book.Notify(tx, desk.Notice{At: now, Digest: &d})
		return err
	})
	return s
}

// The week's planned work is told to ops and to who asked for it, each once; who asks
// for it later hears nothing of it, and who has other wishes neither.
func TestStoryTheWeeksPlannedWork(t *testing.T) {
	inWorld(t, func(w *world) {
		w.follow("math", nil)
		w.subscribe("", "other")
		w.start()
		w.pass(time.Minute)
		s := w.tellWeek()
		w.pass(time.Minute)
		w.follow("late", nil)
		w.pass(time.Minute)
		for _, id := range []string{"ops", "math"} {
			w.expect(id, s, "post 1")
		}
		w.mustNotBeTold(s, "late", "other")
		w.mustRest(s)
	})
}

// Quiet hours keep it back until their end.
func TestStoryTheWeeksPlannedWorkInQuietHours(t *testing.T) {
	inWorld(t, func(w *world) {
		w.follow("late riser", &desk.Hours{From: 22 * 60, To: 9 * 60, Least: desk.Critical})
		w.start()
		w.until(8, 0)
		s := w.tellWeek()
		w.until(8, 59)
		w.mustNotBeTold(s, "late riser")
		w.mustHaveMissed("late riser", "")
		w.until(9, 1)
		morning := desk.Subject{Kind: desk.NoticeSubject, Number: 2}
		w.expect("late riser", morning, "post 1")
		if d := w.read(morning).at(1).Snapshot.Notice.Digest; d == nil || len(d.Windows) != 1 {
			t.Errorf("it was told %+v", d)
		}
		w.mustNotBeTold(s, "late riser")
		w.mustHaveCaughtUp()
	})
}
