package wording

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// monday is when the digest of the week of learnWork is made.
var monday = desk.Period{From: day(7, 8, 0), To: day(14, 0, 0)}

// digestOf words the digest of a week; missed stands beside it behind quiet hours.
func digestOf(in Context, p desk.Planning, all []desk.Window, missed ...desk.Window) chat.Message {
	d, _ := p.Digest(monday, all)
	n := desk.Notice{Number: 7, At: monday.From, Digest: &d, MissedWindows: missed}
	return in.Post(chat.Delivery{Snapshot: &desk.Snapshot{Notice: &n}})
}

func TestTheWeeksPlannedWork(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		p := planning()
		p.Standing = []desk.Standing{
			{Services: []desk.ServiceID{"learn"}, Rule: desk.Recurrence{Every: 1, Days: []time.Weekday{time.Wednesday, time.Saturday}, At: 4 * 60, For: 3 * time.Hour, Zone: "America/New_York", First: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
			{Services: []desk.ServiceID{"portal", "mail"}, Rule: desk.Recurrence{Every: 1, Days: []time.Weekday{time.Sunday}, At: 22 * 60, For: 4 * time.Hour, Zone: "America/New_York", First: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
		}
		one := learnWork(t, in).w
		risk, slow := schedule(t, in, desk.EffectAtRisk, "portal", "mail").w, schedule(t, in, desk.EffectDegraded, "portal").w
		risk.Number, slow.Number = 18, 19
		slow.Planned = desk.Period{From: day(8, 22, 0), To: day(9, 1, 0)}
		running, late, held := one, one, one
		running.Number, late.Number, held.Number = 20, 21, 22
		running.Planned, running.Status, running.StartedAt = desk.Period{From: day(6, 22, 0), To: day(7, 22, 0)}, desk.InProgress, day(6, 22, 0)
		late.Planned, late.Status, late.StartedAt, late.Missed = desk.Period{From: day(6, 1, 0), To: day(6, 2, 0)}, desk.InProgress, day(6, 1, 0), 1
		held.HeldAt = day(7, 7, 0)
		many := make([]desk.Window, 20)
		for k := range many {
			many[k] = one
		}
		golden(t, in, "digest", fmt.Sprint(
			transcript(digestOf(in, p, []desk.Window{one})), "\n",
			transcript(digestOf(in, p, []desk.Window{one, risk, slow, running, late, held})), "\n",
			transcript(digestOf(in, planning(), many)), "\n",
			transcript(digestOf(in, p, []desk.Window{one}, one)), "\n",
			transcript(digestOf(in, p, []desk.Window{one}, many...)),
		))
	})
}

func TestTheWeeksPlannedWorkKeepsItsPromises(t *testing.T) {
	inEach(t, func(t *testing.T, c Context) {
		var all []desk.Affected
		c.Catalog, all = wildCatalog()
		var ids []desk.ServiceID
		for _, a := range all {
			ids = append(ids, a.Service)
		}
		p := planning()
		p.Standing = []desk.Standing{{Services: ids, Rule: desk.Recurrence{Every: 1, Days: []time.Weekday{1, 2, 3, 4, 5}, At: 4 * 60, For: time.Hour, Zone: "America/New_York", First: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}}
		rapid.Check(t, func(t *rapid.T) {
			var windows []desk.Window
			for range rapid.IntRange(1, 3).Draw(t, "kinds") {
				w := stroll(t, all).w
				for range rapid.IntRange(1, 12).Draw(t, "times") {
					windows = append(windows, w)
				}
			}
			if _, planned := p.Digest(monday, windows); !planned {
				return
			}
			for _, m := range []chat.Message{digestOf(c, p, windows), digestOf(c, p, windows, windows...)} {
				checkLimits(t, m)
				checkTypedIsPlain(t, m)
				checkPublic(t, m)
			}
		})
	})
}
