package discord_test

import (
	"testing"

	"github.com/umassonline/belltower/internal/chat/chattest"
)

// alarm is the story of chattest.Alarm.
func alarm(t *testing.T, until int) *story {
	t.Helper()
	s := &story{t: t, now: chattest.AlarmBegins()}
	for _, a := range chattest.Alarm(until) {
		s.announce(*a)
	}
	return s
}
