package chat_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// What is no sensible time to wait silences nothing for long.
func TestHowLongAPlatformMayHaveUsWait(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "0": 0, "30": 30 * time.Second, "3600": time.Hour,
		"9000000000": time.Hour, "99999999999999999999": time.Hour, "-99999999999999999999": 0,
	} {
		if got := chat.RetryAfter(http.Header{"Retry-After": {said}}); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}
