package journal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

func TestTheAuditIsNewestFirst(t *testing.T) {
	o := newOffice(t)
	o.declare(0)
	for n := range 5 {
		o.apply(n+1, 1, say(fmt.Sprint("news ", n)))
	}
	audit, err := o.Audit(t.Context(), four.Add(400*24*time.Hour), 3)
	if err != nil || len(audit) != 3 || audit[0].After != "news 4" || audit[2].After != "news 2" {
		t.Errorf("%+v, %v", audit, err)
	}
}

func TestReadingIncidents(t *testing.T) {
	o := newOffice(t)
	for n := range 3 {
		if _, err := o.Declare(t.Context(), o.by(3600*n), learnDown(), true); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		since time.Time
		limit int
		want  string
	}{"all": {want: "[3 2 1]"}, "two": {limit: 2, want: "[3 2]"}, "recent": {since: four.Add(90 * time.Minute), want: "[3]"}} {
		list, err := o.Incidents(t.Context(), tt.since, tt.limit)
		var got []int
		for _, i := range list {
			got = append(got, i.Number)
		}
		if err != nil || fmt.Sprint(got) != tt.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	_, err := o.Incident(t.Context(), 9)
	refused(t, err, desk.Unknown)
}

func TestHowLongTheBotWasAway(t *testing.T) {
	o := newOffice(t)
	if a, err := o.Away(t.Context(), four); err != nil || !a.From.IsZero() {
		t.Errorf("first start: %+v, %v", a, err)
	}
	if err := o.Alive(t.Context(), four); err != nil {
		t.Fatal(err)
	}
	o.declare(0)
	a, err := o.Away(t.Context(), four.Add(7*time.Minute))
	if err != nil || !a.From.Equal(four) || len(a.Open) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}
