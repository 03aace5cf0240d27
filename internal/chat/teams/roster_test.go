package teams_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

func TestAGuestOfATeamHasNoRightsByIt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodMember}, teamstest.Slow(time.Minute, teamstest.StoreNever))
		synctest.Wait()
		for id, want := range map[teamstest.UserID][]string{ann: {"team:" + string(itTeam)}, gus: nil} {
			w.types(teamstest.Line{Channel: teach, User: id, Text: "incident declare learn down"})
			if got := w.last().Groups; !slices.Equal(got, want) {
				t.Errorf("%s is of %q while Teams does not say who that is", id, got)
			}
		}
		if told := w.bot.Rosters(); told[0].Members != 1 {
			t.Errorf("%+v", told)
		}
	}, func(w *world) { w.groups = []string{string(itTeam)} })
}

func TestATenantIsTheSameInCapitals(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		line := teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: teamstest.Forgery{Tenant: "BOSTON-TENANT"}}
		if rec := w.serve(w.request(w.fake.TypeRequest(line))); rec.Code != 200 {
			t.Errorf("status %d", rec.Code)
		}
		line.Forgery = teamstest.Forgery{Change: func(a map[string]any) { a["conversation"].(map[string]any)["tenantId"] = "Boston-Tenant" }}
		if rec := w.serve(w.request(w.fake.TypeRequest(line))); rec.Code != 200 {
			t.Errorf("in two spellings: status %d", rec.Code)
		}
		if got := w.last(); got.Guest || len(got.Groups) != 1 {
			t.Errorf("%+v", got)
		}
	}, func(w *world) { w.tenant = "Boston-TENANT"; w.groups = []string{string(itTeam)} })
}
