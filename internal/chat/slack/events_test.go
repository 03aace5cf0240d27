package slack_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

type fields = map[string]any

func TestTheEventsAddressProvesItself(t *testing.T) {
	w := newWorld(t)
	if err := w.fake.VerifyURL(t.Context(), w.at.Team); err != nil {
		t.Error(err)
	}
}

func TestEventsTellWhichChannelsAreBack(t *testing.T) {
	for _, tc := range []struct {
		name  string
		event fields
		want  string
	}{
		{"unarchived", fields{"type": "channel_unarchive", "channel": "COLD", "user": "UANN"}, "COLD"},
		{"private, unarchived", fields{"type": "group_unarchive", "channel": "CPRIV", "user": "UANN"}, "CPRIV"},
		{"we were added", fields{"type": "member_joined_channel", "channel": "COUT", "user": "U0AMHERSTBOT", "channel_type": "C"}, "COUT"},
		{"somebody was added", fields{"type": "member_joined_channel", "channel": "COUT", "user": "UANN"}, ""},
		{"we were removed", fields{"type": "member_left_channel", "channel": "COUT", "user": "U0AMHERSTBOT"}, ""},
		{"archived", fields{"type": "channel_archive", "channel": "COLD", "user": "UANN"}, ""},
		{"renamed", fields{"type": "channel_rename", "channel": fields{"id": "COLD", "name": "older"}}, ""},
		{"a person changed", fields{"type": "user_change", "user": fields{"id": "UANN"}}, ""},
		{"the home tab", fields{"type": "app_home_opened", "channel": "DANN", "user": "UANN"}, ""},
		{"without a channel", fields{"type": "channel_unarchive"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			a, err := w.fake.Tell(t.Context(), slacktest.Event{Team: w.at.Team, Inner: tc.event})
			if err != nil || a.Status != http.StatusOK {
				t.Fatalf("%d %v", a.Status, err)
			}
			if tc.want == "" && w.returned == nil {
				return
			}
			if len(w.returned) != 1 || w.returned[0] != (desk.Channel{Connection: "amherst", ID: tc.want}) {
				t.Errorf("returned: %v", w.returned)
			}
		})
	}
}

func TestAnEventThatCouldNotBeStoredIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	w.failing = errors.New("the disk is full")
	e := slacktest.Event{Team: w.at.Team, ID: "Ev1", Inner: fields{"type": "channel_unarchive", "channel": "COLD"}}
	if a, err := w.fake.Tell(t.Context(), e); err != nil || a.Status != http.StatusServiceUnavailable || a.Header.Get("X-Slack-No-Retry") != "" {
		t.Errorf("%d %v", a.Status, err)
	}
	w.failing = nil
	e.Retry, e.Reason = 1, "http_error"
	if a, err := w.fake.Tell(t.Context(), e); err != nil || a.Status != http.StatusOK || len(w.returned) != 2 {
		t.Errorf("%d %v", a.Status, err)
	}
}

// The end of a token is looked into at once, in whatever order its events come; that
// it was another's, or is over, does no harm.
func TestARevokedTokenIsLookedInto(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		time.Sleep(65 * time.Minute) // between the looks every 10 minutes
		before := w.calls("auth.test")
		w.fake.Faults(slacktest.On{Method: "auth.test"}, slacktest.Refused("account_inactive"))
		for range 2 {
			w.tell(fields{"type": "tokens_revoked", "tokens": fields{"bot": []string{"U0AMHERSTBOT"}}})
			w.tell(fields{"type": "app_uninstalled"})
			time.Sleep(time.Second)
		}
		if n := w.calls("auth.test") - before; n < 2 || n > 4 || !strings.Contains(w.logs.String(), "account_inactive") {
			t.Errorf("asked %d times:\n%s", n, w.logs.String())
		}
		if a := w.types(w.typed("list")); a.Reply.Text != "Done." {
			t.Errorf("afterwards: %d %s", a.Status, a.Body)
		}
	})
}
