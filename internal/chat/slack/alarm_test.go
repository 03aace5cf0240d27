package slack_test

import (
	"testing"

	"github.com/umassonline/belltower/internal/chat/chattest"
)

// alarm is the story of chattest.Alarm.
func alarm(t *testing.T, until int) *story {
	t.Helper()
	return &story{t: t, now: chattest.AlarmBegins(), said: chattest.Alarm(until)}
}
