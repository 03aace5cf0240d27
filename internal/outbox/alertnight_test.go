package outbox

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// An alert that began and ended in quiet hours is told nobody in the morning; one that
// still fails is told then.
func TestStoryAlertsAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.nights.sometimes["night"] = true
		w.update(func(tx storage.Tx) error {
			sub := desk.Subscription{Channel: channel("night"), Target: desk.ServiceTarget("learn"), Topics: []desk.Topic{desk.TopicProbes}, Hours: overnight(), SetAt: w.clock().UTC()}
			return w.book.Subscribe(tx, sub, sub.SetAt)
		})
		w.start()
		w.until(23, 0)
		alert := func(number int, fails bool) desk.Subject {
			r := desk.Report{Witness: desk.Witness{Kind: desk.OwnProbe, Name: "login"}, Service: "learn", Expectation: desk.Availability, State: desk.Failing, At: w.clock().UTC()}
			a := desk.Raise(number, desk.Alerted{Service: "learn", Name: "Learn"}, r)
			tell := func() {
				d := a.Due(w.clock().UTC(), desk.AlertAround{})
				a = d.Alert
				w.update(func(tx storage.Tx) error {
					_, err := w.book.Announce(tx, *d.Announce, w.release(0))
					return err
				}, a.Subject())
			}
			tell()
			w.pass(time.Minute)
			if !fails {
				r.At = w.clock().UTC()
				a = a.Leave(r)
				tell()
			}
			return a.Subject()
		}
		over, open := alert(1, false), alert(2, true)
		w.until(7, 1)
		w.mustNotBeTold(over, "night")
		w.expect("night", open, "post 1")
		w.mustHaveMissed("night", "")
		why, err := w.book.Why(t.Context(), w.store, over, channel("night"))
		if err != nil || why.State != NotTold || why.Why != "it was over before its quiet hours ended" {
			t.Errorf("%+v, %v", why, err)
		}
	})
}
