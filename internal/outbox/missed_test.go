package outbox

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// overnight are quiet hours from 22:00 to 7:00, but for critical incidents.
func overnight() *desk.Hours { return &desk.Hours{From: 22 * 60, To: 7 * 60, Least: desk.Critical} }

// subscribeAs has a channel hear of learn in a manner.
func (w *world) subscribeAs(id string, m desk.Manner, h *desk.Hours) {
	w.t.Helper()
	w.subscribeTo(desk.ServiceTarget("learn"), id, m, h)
}

func (w *world) subscribeTo(t desk.Target, id string, m desk.Manner, h *desk.Hours) {
	w.t.Helper()
	w.nights.sometimes[id] = w.nights.sometimes[id] || m == desk.Quiet || h != nil
	w.update(func(tx storage.Tx) error {
		sub := desk.Subscription{Channel: channel(id), Target: t, Manner: m, Hours: h, SetAt: w.clock().UTC()}
		return w.book.Subscribe(tx, sub, sub.SetAt)
	})
}

// until lets time pass until a time of day.
func (w *world) until(hour, minute int) {
	w.t.Helper()
	now := time.Now().UTC()
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	w.pass(at.Sub(now))
}

// missedIn lists what a channel was told that it missed, a notice after the other.
func (w *world) missedIn(id string) string {
	w.t.Helper()
	w.platform.mu.Lock()
	defer w.platform.mu.Unlock()
	out := ""
	for _, m := range w.platform.rooms[channel(id)] {
		if m.subject.Kind != desk.NoticeSubject {
			continue
		}
		out += "missed:"
		for _, i := range w.read(m.subject).at(1).Snapshot.Notice.Missed {
			state := "open"
			if !i.IsOpen() {
				state = "over"
			}
			out += fmt.Sprintf(" %s %s", i.Subject(), state)
		}
		for _, win := range w.read(m.subject).at(1).Snapshot.Notice.MissedWindows {
			state := "waits"
			if win.IsOver() {
				state = "over"
			}
			out += fmt.Sprintf(" %s %s", win.Subject(), state)
		}
		out += "; "
	}
	return out
}

func (w *world) mustHaveMissed(id, want string) {
	w.t.Helper()
	if got := w.missedIn(id); got != want {
		w.t.Errorf("%s was told that it missed %q, want %q", id, got, want)
	}
}

// mustHaveCaughtUp fails where something is left to be told in a morning.
func (w *world) mustHaveCaughtUp() {
	w.t.Helper()
	err := w.store.View(context.Background(), func(tx storage.Tx) error {
		return missedTable().Scan(tx, nil, nil, 0, func(k storage.Key, m missedRecord) (bool, error) {
			w.t.Errorf("left to be told in the morning: %v %+v", k, m)
			return true, nil
		})
	})
	if err != nil {
		w.t.Error(err)
	}
	p, err := w.book.Pending(context.Background(), w.store)
	if err != nil || len(p.Subjects) > 0 {
		w.t.Errorf("owed still: %+v, %v", p, err)
	}
}

// A quiet channel has one post, which is edited; a loud one hears each update
// itself. Who unsubscribes hears no more than before.
func TestStoryQuietAndLoud(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("quiet", desk.Quiet, nil)
		w.subscribeAs("left", desk.Quiet, nil)
		w.subscribeAs("normal", desk.Normal, nil)
		w.subscribeAs("loud", desk.Loud, nil)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.unsubscribe("left")
		w.say(s, 0)
		w.pass(20 * time.Second)
		w.resolve(s)
		w.pass(20 * time.Second)
		w.expect("quiet", s, "post 1 shows 3")
		w.expect("left", s, "post 1 shows 3")
		w.expect("normal", s, "post 1 shows 3; says [2]; cries [3]")
		w.expect("loud", s, "post 1 shows 3; cries [2]; cries [3]")
		w.mustRest(s)
	})
}

// Where a post cannot be edited, quiet is normal: else its end would never be seen.
func TestStoryQuietWithoutEdits(t *testing.T) {
	inWorld(t, func(w *world) {
		w.platform.abil = chat.Abilities{}
		w.subscribeAs("quiet", desk.Quiet, nil)
		w.start()
		s := w.declare(desk.Major, 0)
		w.pass(20 * time.Second)
		w.resolve(s)
		w.pass(20 * time.Second)
		w.expect("quiet", s, "post 1; cries [2]")
	})
}

// In quiet hours a channel hears of critical incidents only. In the morning one post
// lists what came and went, and what goes on is posted.
func TestStoryANight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.subscribeAs("day", desk.Normal, nil)
		w.start()
		w.until(21, 0)
		evening := w.declare(desk.Major, 0)
		w.until(23, 0)
		over := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.say(evening, 0)
		w.pass(time.Minute)
		w.resolve(over)
		w.resolve(evening)
		wrong := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.retract(wrong)
		open := w.declare(desk.Major, 0)
		critical := w.declare(desk.Critical, 0)
		w.until(6, 59)
		w.expect("night", evening, "post 1 shows 3")
		w.mustNotBeTold(over, "night")
		w.mustNotBeTold(open, "night")
		w.expect("night", critical, "post 1")
		w.expect("day", over, "post 1 shows 2; cries [2]")
		w.mustHaveMissed("night", "")

		w.until(7, 1)
		w.mustHaveMissed("night", "missed: INC-1 over INC-2 over; ")
		w.mustHaveMissed("day", "")
		w.mustHaveMissed("ops", "")
		w.expect("night", open, "post 1")
		w.mustNotBeTold(over, "night")
		w.mustNotBeTold(wrong, "night")
		w.mustHaveCaughtUp()
		w.until(7, 0)
		w.mustHaveMissed("night", "missed: INC-1 over INC-2 over; ")
	})
}

// What becomes critical in quiet hours is told then, and not again in the morning.
func TestStoryItGetsWorseAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.pass(time.Hour)
		w.mustNotBeTold(s, "night")
		w.impact(s, desk.Critical)
		w.pass(time.Minute)
		w.expect("night", s, "post 2")
		w.resolve(s)
		w.pass(time.Minute)
		w.until(8, 0)
		w.expect("night", s, "post 2 shows 3; cries [3]")
		w.mustHaveMissed("night", "")
		w.mustHaveCaughtUp()
	})
}

// Who ends the quiet hours hears at once what they kept back.
func TestStoryQuietHoursAreTakenBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.subscribeAs("night", desk.Normal, nil)
		w.pass(time.Minute)
		w.expect("night", s, "post 1")
		w.until(8, 0)
		w.mustHaveMissed("night", "")
		w.mustHaveCaughtUp()
	})
}

// Who unsubscribes at night hears nothing in the morning of what it has no post of.
func TestStoryUnsubscribedAtNight(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		open := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.resolve(s)
		w.pass(time.Minute)
		w.unsubscribe("night")
		w.until(8, 0)
		w.mustNotBeTold(s, "night")
		w.mustNotBeTold(open, "night")
		w.mustHaveMissed("night", "")
		w.resolve(open)
		w.pass(time.Minute)
		w.mustHaveCaughtUp()
	})
}

// The bot is down when quiet hours end: the morning's post comes when it is back.
func TestStoryDownInTheMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.resolve(s)
		w.pass(time.Minute)
		w.stop()
		w.until(9, 0)
		w.start()
		w.pass(time.Minute)
		w.mustHaveMissed("night", "missed: INC-1 over; ")
		w.mustHaveCaughtUp()
	})
}

// Many channels wake at once, each to its own post.
func TestStoryManyWakeAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		ids := numbered(150)
		for _, id := range ids {
			w.subscribeAs(id, desk.Normal, overnight())
		}
		w.start()
		w.until(3, 0)
		for range 3 {
			s := w.declare(desk.Major, 0)
			w.pass(time.Minute)
			w.resolve(s)
			w.pass(time.Minute)
		}
		w.until(8, 0)
		for _, id := range ids {
			w.mustHaveMissed(id, "missed: INC-1 over INC-2 over INC-3 over; ")
		}
		w.mustHaveCaughtUp()
	})
}

// The store writes what it is asked to but says that it may not have: in the morning
// too each channel has one post, and that is told.
func TestStoryAnUnclearMorning(t *testing.T) {
	inWorld(t, func(w *world) {
		w.subscribeAs("night", desk.Normal, overnight())
		w.start()
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.pass(time.Minute)
		w.resolve(s)
		w.until(6, 59)
		w.commitAs.Store(unclear)
		w.until(7, 0)
		w.pass(30 * time.Second)
		w.commitAs.Store(well)
		w.pass(time.Minute)
		w.mustHaveMissed("night", "missed: INC-1 over; ")
		w.mustHaveCaughtUp()
	})
}

// Until the morning deliveries say what a channel waits for.
func TestDeliveriesNameQuietHours(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, id := range []string{"night", "set anew", "left"} {
			w.subscribeAs(id, desk.Normal, overnight())
		}
		w.start()
		w.until(21, 0)
		before := w.declare(desk.Major, 0)
		w.until(3, 0)
		s := w.declare(desk.Major, 0)
		w.say(before, 0)
		w.pass(time.Minute)
		w.resolve(s)
		w.pass(time.Minute)
		w.subscribeAs("set anew", desk.Normal, overnight())
		w.unsubscribe("left")
		w.pass(time.Minute)
		for _, id := range []string{"night", "set anew"} {
			w.mustWaitForMorning(s, id)
		}
		w.mustWaitForMorning(before, "night")
		why, err := w.book.Why(context.Background(), w.store, s, channel("left"))
		if err != nil || why.State != NotTold {
			t.Errorf("%+v, %v", why, err)
		}
	})
}

func (w *world) mustWaitForMorning(s desk.Subject, id string) {
	w.t.Helper()
	why, err := w.book.Why(context.Background(), w.store, s, channel(id))
	if err != nil || why.State != Waiting || why.Why != "" || !why.Next.IsZero() || why.QuietUntil.Hour() != 7 {
		w.t.Errorf("%s about %s: %+v, %v", id, s, why, err)
	}
}
