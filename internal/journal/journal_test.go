package journal_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

func TestARequestThatComesAgainIsAnsweredAsTheFirstTimeAndDoneOnce(t *testing.T) {
	o := newOffice(t)
	by := o.by(0)
	first, err := o.Declare(t.Context(), by, learnDown(), false)
	if err != nil {
		t.Fatal(err)
	}
	before := o.dump()
	by.At = by.At.Add(59 * time.Minute)
	again, err := o.Declare(t.Context(), by, learnDown(), false)
	if err != nil || !cmp.Equal(first, again) {
		t.Errorf("the second answer differs (%v):\n%s", err, cmp.Diff(first, again))
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" {
		t.Errorf("the repeat wrote:\n%s", diff)
	}
	resolveBy := o.by(60)
	one, err := o.Apply(t.Context(), resolveBy, 1, resolve)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := o.Apply(t.Context(), resolveBy, 1, resolve); err != nil || !cmp.Equal(one, two) {
		t.Errorf("a repeated resolve: %v", err)
	}
}

func TestSeenRequestsAreForgottenAfterTwoHours(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	seen := func() int { return strings.Count(o.dump(), "seen") }
	forget := func(at time.Time) {
		if more, err := o.ForgetSeen(t.Context(), at); err != nil || more {
			t.Fatal(more, err)
		}
	}
	if forget(four.Add(time.Hour)); seen() != 1 {
		t.Error("forgotten too early")
	}
	if forget(four.Add(3 * time.Hour)); seen() != 0 {
		t.Error("never forgotten")
	}
}

func TestADeclareIsOneTransaction(t *testing.T) {
	o := newOffice(t)
	a := o.declare(0)
	if a.Incident.Number != 1 || a.Held != nil || o.pokes != 1 {
		t.Errorf("%+v, %d pokes", a, o.pokes)
	}
	dump := o.dump()
	for _, want := range []string{`"incident`, `"entry`, `"audit`, `"ann`, `"out`, `"open`, `"seen`, `"live`, `"seq`} {
		if !strings.Contains(dump, want) {
			t.Errorf("no %s record in:\n%s", want, dump)
		}
	}
	audit, err := o.Audit(t.Context(), four, 10)
	if err != nil || len(audit) != 1 || audit[0].Did != "declared" || audit[0].About != "INC-1" || audit[0].By != ann || audit[0].From != ops {
		t.Errorf("audit: %+v, %v", audit, err)
	}
}

func TestWhatMayBeStoredIsTold(t *testing.T) {
	o := newOffice(t)
	j := journal.New(unclear{o.db}, o.book, func(...desk.Subject) { o.pokes++ }, journal.Settings{})
	if _, err := j.Declare(t.Context(), o.by(0), learnDown(), false); !errors.Is(err, storage.ErrUnknown) || o.pokes != 1 {
		t.Errorf("%v, %d pokes", err, o.pokes)
	}
	if err := j.Notify(t.Context(), desk.Notice{At: four, Text: "I was away."}); !errors.Is(err, storage.ErrUnknown) || o.pokes != 2 {
		t.Errorf("%v, %d pokes", err, o.pokes)
	}
}

// unclear is a store whose commits happen, but nobody knows.
type unclear struct{ storage.DB }

func (u unclear) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return errors.Join(u.DB.Update(ctx, fn), storage.ErrUnknown)
}

func TestRefusalsStoreNothing(t *testing.T) {
	o := newOffice(t)
	o.subscribe("C1")
	o.declare(0)
	o.apply(5, 1, resolve)
	no := errors.New("not yours")
	before, pokes := o.dump(), o.pokes
	for name, err := range map[string]error{
		"no such incident":      second(o.Apply(t.Context(), o.by(9), 7, resolve)),
		"already resolved":      second(o.Apply(t.Context(), o.by(9), 1, resolve)),
		"too long":              second(o.Reword(t.Context(), o.by(9), 1, 1, strings.Repeat("x", 2001))),
		"no such message":       second(o.Reword(t.Context(), o.by(9), 1, 9, "x")),
		"merge of what is over": second(o.Merge(t.Context(), o.by(9), 1, 1)),
		"tell what is unknown":  second(o.SendNow(t.Context(), o.by(9), 7)),
		"no service":            second(o.Declare(t.Context(), o.by(9), desk.Declaration{Impact: desk.Minor}, false)),
		"not theirs to end": second(o.Unsubscribe(t.Context(), o.by(9), desk.Channel{Connection: "amherst", ID: "C1"}, nil,
			func(desk.Subscription) error { return no })),
	} {
		if err == nil {
			t.Errorf("%s: was done", name)
		}
	}
	if diff := cmp.Diff(before, o.dump()); diff != "" || o.pokes != pokes {
		t.Errorf("refusals stored something, or poked the outbox (%d times):\n%s", o.pokes-pokes, diff)
	}
}
