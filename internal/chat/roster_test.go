package chat_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
)

// A platform that does not answer is asked again after 5, 10, 20 and then 30 s; once it
// answered, in ten minutes, and after the next failure in 5 s again.
func TestAListIsAskedForAgainAfterFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []time.Duration
		begun, fails := time.Now(), map[int]bool{0: true, 1: true, 2: true, 3: true, 6: true}
		rosters := chat.NewRosters(chat.RosterSettings{
			Connection: "amherst", Kind: "group", IDs: []string{"S0ONCALL"},
			Ask: func(context.Context, string) ([]string, error) {
				n := len(asked)
				asked = append(asked, time.Since(begun))
				if fails[n] {
					return nil, errors.New("503")
				}
				return []string{"UANN"}, nil
			},
			Keep:       func(context.Context, string, chat.MemberList) {},
			Stale:      func(context.Context, chat.Roster, error) error { return nil },
			FirstRetry: 5 * time.Second, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithTimeout(t.Context(), 22*time.Minute)
		defer cancel()
		rosters.Run(ctx)
		want := []time.Duration{0, 5, 15, 35, 65, 665, 1265, 1270}
		for i := range want {
			want[i] *= time.Second
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Error(diff)
		}
	})
}
