package slack_test

import (
	"errors"
	"net/http"
	"testing"

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
