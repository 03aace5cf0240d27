package main

import (
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// What is wrong with a tenant is said in a line each, whether the bot serves or not; what
// Teams told it counts in both cases.
func TestCheckOnlineLooksAtTeams(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.access = `admins = ["boston/tess-object", "boston/nobody-object"]` + "\n" + `responders = ["boston/team:it-group"]`
	w.serve()
	w.types(lectures, sam, "subscribe learn", "This channel hears")
	w.teams.ChangeChannel(lectures, func(c *teamstest.Channel) { c.Deleted = true })
	look := func(want ...string) {
		t.Helper()
		out, errs, status := w.bot("check", "--online")
		if wrong := strings.Contains(out, "error: "); (status == 1) != wrong {
			t.Errorf("exit status %d: %s%s", status, out, errs)
		}
		for _, one := range want {
			if !strings.Contains(out, one) {
				t.Errorf("no %q in:\n%s%s", one, out, errs)
			}
		}
		for _, secret := range []string{string(w.boston.Secret), string(hookToken), "Sig-of"} {
			if strings.Contains(out+errs, secret) {
				t.Errorf("it prints %s", secret)
			}
		}
		if strings.Contains(out, "it-group") {
			t.Errorf("the bot has met the team:\n%s", out)
		}
	}
	doubts := []string{
		"warning: boston: access.admins: Teams knows no boston/nobody-object in the ops channel",
		"warning: boston: subscriptions: boston/" + string(lectures) + " subscribes and hears nothing (ConversationNotFound",
	}
	look(doubts...)
	w.stop()
	look(doubts...)
	w.boston.Secret = "another"
	w.teams.AddTenant(w.boston)
	look("error: boston: teams.app_secret: Microsoft gives no token for app_id and app_secret")
}
