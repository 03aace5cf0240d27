package slack_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/chattest"
	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// calls counts the calls of a method so far.
func (w *world) calls(method string) (n int) {
	for _, c := range w.fake.Log() {
		if c.Method == method {
			n++
		}
	}
	return n
}

// asks types a command and tells how the adapter understood who typed it.
func (w *world) asks(user slacktest.UserID) (groups []string, guest bool, zone string) {
	w.t.Helper()
	if a := w.types(slacktest.Command{Line: "/incident list", Channel: "CTEACH", User: user}); a.Status != http.StatusOK {
		w.t.Fatalf("%d %s", a.Status, a.Body)
	}
	all := w.heard()
	last := all[len(all)-1]
	if last.Zone != nil {
		zone = last.Zone.String()
	}
	return last.Groups, last.Guest, zone
}

func oncall(w *world) { w.fake.SetGroup(w.at.Team, "S0ONCALL", "UANN") }

// After a restart with Slack's API down everything that was known still is: who we
// are, who belongs to a group, zones and guests. Nobody waits.
func TestARestartWhileSlackIsDown(t *testing.T) {
	for name, fault := range map[string]slacktest.Fault{
		"an error": slacktest.ErrorBefore(500), "slow": slacktest.Slow(5*time.Second, slacktest.StoreNever), "dropped": slacktest.DropBefore(),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, oncall)
				w.asks("UANN")
				w.asks("UGUEST")
				synctest.Wait()
				w.stop()
				w.fake.FaultsAlways(slacktest.On{}, fault)
				w.start()
				begun := time.Now()
				if groups, guest, zone := w.asks("UANN"); !slices.Equal(groups, []string{"group:S0ONCALL"}) || guest || zone != "America/Chicago" {
					t.Errorf("Ann: %v %v %s", groups, guest, zone)
				}
				if _, guest, _ := w.asks("UGUEST"); !guest {
					t.Error("the guest is none any more")
				}
				if took := time.Since(begun); took != 0 {
					t.Errorf("they waited %v", took)
				}
			})
		})
	}
}

// What was known before a restart does not refuse: the token may be another
// workspace's now.
func TestAnotherWorkspaceUnderTheSameName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.stop()
		boston := slacktest.NewWorkspace("boston").At("http://bot.example/slack/amherst")
		boston.Commands, boston.SigningSecret = "http://bot.example/slack/amherst/commands", signingSecret
		w.fake.AddWorkspace(boston)
		w.at = boston
		w.fake.Faults(slacktest.On{Method: "auth.test"}, slacktest.ErrorBefore(503))
		w.start()
		if a := w.types(slacktest.Command{Line: "/incident list", Team: boston.Team, Channel: "CBOSTON", User: "UBOB"}); a.Status != http.StatusOK {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		old := slacktest.Command{Line: "/incident list", Team: "T0AMHERST", Channel: "CTEACH", User: "UANN"}
		if a := w.types(old); a.Status != http.StatusForbidden {
			t.Errorf("the workspace before: %d", a.Status)
		}
	})
}

// Of two commands at once one may be told who typed it and the other not: what was
// told stays.
func TestAFailureForgetsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.Faults(slacktest.On{Method: "users.info"}, slacktest.Slow(500*time.Millisecond, slacktest.StoreNever))
		go w.asks("UGUEST")
		synctest.Wait()
		w.asks("UGUEST")
		time.Sleep(time.Second)
		if _, guest, _ := w.asks("UGUEST"); !guest {
			t.Error("the guest is none any more")
		}
	})
}

// People are asked for again once a day, in the background.
func TestPeopleAreAskedForOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.asks("UANN")
		w.fake.AddUser(w.at.Team, slacktest.User{ID: "UANN", Name: "ann", TZ: "Europe/Berlin"})
		time.Sleep(23 * time.Hour)
		if _, _, zone := w.asks("UANN"); zone != "America/Chicago" || w.calls("users.info") != 1 {
			t.Errorf("after 23 h: %s, asked %d times", zone, w.calls("users.info"))
		}
		time.Sleep(3 * time.Hour)
		asked := w.calls("users.info")
		if _, _, zone := w.asks("UANN"); zone != "Europe/Berlin" || asked != 2 {
			t.Errorf("after 26 h: %s, asked %d times", zone, asked)
		}
	})
}

// However many are a day old, they are asked for one a second, and one a minute
// while Slack does not answer: users.info is needed for who types, too.
func TestPeopleAreAskedForAtAPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for n := range 40 {
			user := slacktest.UserID(fmt.Sprint("U", n))
			w.fake.AddUser(w.at.Team, slacktest.User{ID: user, Name: string(user)})
			w.asks(user)
		}
		time.Sleep(23 * time.Hour)
		for asked := 40; asked == 40; asked = w.calls("users.info") {
			time.Sleep(time.Second)
		}
		before := w.calls("users.info")
		time.Sleep(10 * time.Second)
		if n := w.calls("users.info") - before; n < 9 || n > 11 {
			t.Errorf("asked for %d people in 10 s", n)
		}
		w.fake.FaultsAlways(slacktest.On{Method: "users.info"}, slacktest.Limited(30))
		time.Sleep(2 * time.Second)
		before = w.calls("users.info")
		for n := range 60 {
			w.tell(fields{"type": "user_change", "user": fields{"id": fmt.Sprint("U", n%40)}})
			time.Sleep(10 * time.Second)
		}
		if n := w.calls("users.info") - before; n < 9 || n > 11 {
			t.Errorf("asked for %d people in 10 minutes of limits", n)
		}
	})
}

// An event says that somebody changed; what is true now is asked for, so that
// events that come twice or late do no harm.
func TestAPersonChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.asks("UANN")
		w.fake.AddUser(w.at.Team, slacktest.User{ID: "UANN", Name: "ann", TZ: "Europe/Berlin", Restricted: true})
		late := fields{"type": "user_change", "user": fields{"id": "UANN", "tz": "Asia/Tokyo"}}
		for range 2 {
			w.tell(late)
			w.tell(fields{"type": "user_change", "user": fields{"id": "UNEVER"}})
		}
		time.Sleep(10 * time.Second)
		if _, guest, zone := w.asks("UANN"); zone != "Europe/Berlin" || !guest {
			t.Errorf("%s, a guest: %v", zone, guest)
		}
		if n := w.calls("users.info"); n > 3 {
			t.Errorf("asked %d times", n)
		}
	})
}

// A switched-off account changes nothing.
func TestADeactivatedAccountCountsAsAGuest(t *testing.T) {
	w := newWorld(t)
	w.fake.AddUser(w.at.Team, slacktest.User{ID: "UGONE", Name: "gone", Deleted: true})
	if _, guest, _ := w.asks("UGONE"); !guest {
		t.Error("it may change things")
	}
}

// A list that cannot be refreshed counts for a day from when Slack told it, across
// restarts, and is noted once; then it gives no rights until Slack tells it again.
func TestAGroupThatCannotBeRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, oncall)
		on := slacktest.On{Method: "usergroups.users.list"}
		w.fake.FaultsAlways(on, slacktest.Slow(5*time.Second, slacktest.StoreNever))
		for range 3 {
			time.Sleep(7 * time.Hour)
			begun := time.Now()
			if groups, _, _ := w.asks("UANN"); len(groups) != 1 || time.Since(begun) != 0 {
				t.Errorf("within a day: %v after %v", groups, time.Since(begun))
			}
			w.stop()
			w.start()
			time.Sleep(time.Minute)
		}
		if len(w.stale) != 1 || w.stale[0].Members != 1 || w.stale[0].Group.ID != "group:S0ONCALL" {
			t.Errorf("noted: %+v", w.stale)
		}
		time.Sleep(4 * time.Hour)
		if groups, _, _ := w.asks("UANN"); groups != nil {
			t.Errorf("after a day: %v", groups)
		}
		w.fake.ClearFaults()
		time.Sleep(time.Minute)
		if groups, _, _ := w.asks("UANN"); len(groups) != 1 {
			t.Errorf("when Slack tells again: %v", groups)
		}
		w.fake.FaultsAlways(on, slacktest.ErrorBefore(500))
		time.Sleep(time.Hour)
		if len(w.stale) != 2 {
			t.Errorf("the next outage was noted %d times", len(w.stale)-1)
		}
	})
}

// Just after the very first start a command waits shortly for the list; if that does
// not come, nobody is in the group, and nobody waits again.
func TestAGroupNeverKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, oncall)
		w.asks("UANN")
		for _, tc := range []struct {
			slow   time.Duration
			groups int
			waits  time.Duration
		}{{500 * time.Millisecond, 1, 500 * time.Millisecond}, {5 * time.Second, 0, 700 * time.Millisecond}} {
			w.stop()
			w.memory = chattest.Memory{}
			w.fake.Faults(slacktest.On{Method: "usergroups.users.list"}, slacktest.Slow(tc.slow, slacktest.StoreEarly))
			w.start()
			begun := time.Now()
			if groups, _, _ := w.asks("UANN"); len(groups) != tc.groups || time.Since(begun) != tc.waits {
				t.Errorf("slow by %v: %v after %v", tc.slow, groups, time.Since(begun))
			}
		}
		time.Sleep(10 * time.Second)
		if groups, _, _ := w.asks("UANN"); len(groups) != 1 || len(w.stale) != 0 {
			t.Errorf("afterwards: %v, noted: %v", groups, w.stale)
		}
	})
}

// A change of a group counts within seconds, by an event.
func TestAGroupChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, oncall)
		w.fake.SetGroup(w.at.Team, "S0ONCALL", "UBOB")
		w.tell(fields{"type": "subteam_members_changed", "subteam_id": "S0ONCALL", "removed_users": []string{"UANN"}})
		time.Sleep(time.Second)
		if groups, _, _ := w.asks("UANN"); groups != nil {
			t.Errorf("who was removed is in %v", groups)
		}
		if groups, _, _ := w.asks("UBOB"); len(groups) != 1 {
			t.Errorf("who was added is in %v", groups)
		}
	})
}

// A directory that is synchronised changes hundreds of groups at once, ours again and
// again: Slack is asked no more often than it allows, and the newest list counts soon.
func TestManyGroupsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, oncall, func(w *world) { w.fake.SetLimits(slacktest.SlackLimits()) })
		time.Sleep(65 * time.Minute) // between the looks every 10 minutes
		before := w.calls("usergroups.users.list")
		for range 300 {
			w.tell(fields{"type": "subteam_members_changed", "subteam_id": "S0OTHER", "added_users": []string{"UANN"}})
			w.tell(fields{"type": "subteam_updated", "subteam": fields{"id": "S0OTHER", "name": "Others"}})
		}
		if n := w.calls("usergroups.users.list") - before; n != 0 {
			t.Errorf("asked %d times because of others", n)
		}
		for n := range 60 {
			w.fake.SetGroup(w.at.Team, "S0ONCALL", slacktest.UserID(fmt.Sprint("U", n)), "UBOB")
			w.tell(fields{"type": "subteam_updated", "subteam": fields{"id": "S0ONCALL", "users": []string{}}})
			time.Sleep(time.Second)
		}
		time.Sleep(5 * time.Second)
		if groups, _, _ := w.asks("U59"); len(groups) != 1 {
			t.Errorf("who was added last is in %v", groups)
		}
		if n := w.calls("usergroups.users.list") - before; n < 15 || n > 25 || strings.Contains(w.logs.String(), "cannot read the members") {
			t.Errorf("asked %d times:\n%s", n, w.logs.String())
		}
	})
}

// What cannot be read of the memory costs nothing else that is in it.
func TestABrokenRecordCostsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.asks("UGUEST")
		for n := range 9 {
			w.asks(slacktest.UserID(fmt.Sprint("U", n)))
		}
		synctest.Wait()
		w.stop()
		for n := range 9 {
			w.memory.Kept[[2]string{"person", fmt.Sprint("U", n)}] = []byte("{")
		}
		w.fake.FaultsAlways(slacktest.On{}, slacktest.ErrorBefore(500))
		w.start()
		if _, guest, _ := w.asks("UGUEST"); !guest || !strings.Contains(w.logs.String(), "cannot recall") {
			t.Errorf("a guest: %v\n%s", guest, w.logs.String())
		}
	})
}

// tell sends an event, which must be taken.
func (w *world) tell(event fields) {
	w.t.Helper()
	if a, err := w.fake.Tell(w.t.Context(), slacktest.Event{Team: w.at.Team, Inner: event}); err != nil || a.Status != http.StatusOK {
		w.t.Fatalf("%v: %d %v", event, a.Status, err)
	}
}
