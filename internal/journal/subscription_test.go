package journal_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

func TestSubscriptions(t *testing.T) {
	o := newOffice(t)
	c1 := desk.Channel{Connection: "amherst", ID: "C1"}
	sub := func(least desk.Impact, target desk.Target) journal.Subscribed {
		t.Helper()
		s, err := o.Subscribe(t.Context(), o.by(0), desk.Subscription{Channel: c1, Target: target, Least: least}, loose)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	sub("", desk.All())
	sub(desk.Major, desk.ServiceTarget("learn"))
	if s := sub(desk.Critical, desk.ServiceTarget("learn")); s.Before == nil || s.Before.Least != desk.Major || len(s.Now) != 2 {
		t.Errorf("replaced: %+v", s)
	}
	target := desk.All()
	s, err := o.Unsubscribe(t.Context(), o.by(1), c1, &target, loose)
	if err != nil || len(s.Removed) != 1 || len(s.Now) != 1 {
		t.Errorf("unsubscribed all: %+v, %v", s, err)
	}
	now, err := o.Subscriptions(t.Context(), c1)
	if err != nil || !cmp.Equal(now, s.Now) {
		t.Errorf("now: %+v, %v", now, err)
	}
	if s, err = o.Unsubscribe(t.Context(), o.by(2), c1, nil, loose); err != nil || len(s.Now) != 0 {
		t.Errorf("unsubscribed everything: %+v, %v", s, err)
	}
}

func TestHoldAndRelease(t *testing.T) {
	o := newOffice(t)
	do := func(fn func(context.Context, journal.By, desk.ConnectionName) ([]desk.ConnectionName, error), k desk.ConnectionName) string {
		t.Helper()
		names, err := fn(t.Context(), o.by(0), k)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(names)
	}
	if got := do(o.Hold, "boston"); got != "[boston]" {
		t.Error(got)
	}
	if got := do(o.Hold, ""); got != "[amherst]" {
		t.Errorf("hold of all names those not held before: %s", got)
	}
	if holds, err := o.Holds(t.Context()); err != nil || len(holds) != 2 || holds["boston"].By != ann {
		t.Errorf("%+v, %v", holds, err)
	}
	if got := do(o.Release, ""); got != "[amherst boston]" {
		t.Error(got)
	}
	if got := do(o.Release, ""); got != "[]" {
		t.Error(got)
	}
}
