package journal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
)

// By hand it is closed until what goes on is over, whatever ends it.
func TestByHandItIsClosedUntilItIsOver(t *testing.T) {
	down := desk.Affected{Service: "learn", Name: "Learn System"}
	ends := map[string]func(o *office){
		"resolve": func(o *office) { o.apply(9, 1, resolve) },
		"retract": func(o *office) {
			o.apply(9, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("", act) })
		},
		"it was about another service": func(o *office) {
			o.apply(9, 1, func(i desk.Incident, act desk.Act) (desk.Change, error) {
				return i.SetServices(desk.Rescope{Add: []desk.Affected{{Service: "mail", Name: "Mail"}}, Remove: []desk.ServiceID{"learn"}}, act)
			})
		},
		"auto": func(o *office) { o.say(9, "learn", desk.SorryAuto) },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			o := gatekeeper(t)
			o.say(0, "learn", desk.SorryOn)
			o.expectGates("on", "learn closed hand")
			o.declare(1)
			o.apply(2, 1, say("It is the disk."))
			d := learnDown()
			d.Services, d.Drill = []desk.Affected{down}, true
			if _, err := o.Declare(t.Context(), o.by(3), d, true); err != nil {
				t.Fatal(err)
			}
			o.apply(4, 2, resolve)
			o.expectGates("a drill is over", "learn closed hand")
			end(o)
			o.expectGates("over", "")
			if told := o.notices(); len(told) > 0 {
				t.Errorf("ops was told by itself: %q", told)
			}
		})
	}
}

// Of two incidents about a service the end of the lesser opens nothing, that of the
// worse does.
func TestTheEndOfALesserIncidentOpensNothing(t *testing.T) {
	for _, c := range []struct {
		first, other desk.Impact
		want         string
	}{
		{desk.Critical, desk.Minor, ""}, {desk.Minor, desk.Critical, "learn closed hand INC-2"}, {desk.Critical, desk.Critical, "learn closed hand INC-1"},
	} {
		o := gatekeeper(t)
		for k, impact := range []desk.Impact{c.first, c.other} {
			d := learnDown()
			d.Impact = impact
			if _, err := o.Declare(t.Context(), o.by(k), d, true); err != nil {
				t.Fatal(err)
			}
		}
		o.say(3, "learn", desk.SorryOn)
		o.apply(4, 1, resolve)
		o.expectGates(string(c.first)+" of "+string(c.other), c.want)
		o.apply(5, 2, resolve)
		o.expectGates("both", "")
	}
}

// A merge is no end.
func TestAMergeIsNoEnd(t *testing.T) {
	for _, hand := range []bool{true, false} {
		o := gatekeeper(t)
		o.declare(0)
		d := desk.Declaration{Services: []desk.Affected{{Service: "portal", Name: "Portal"}}, Impact: desk.Minor, Title: "x", Text: "y"}
		if _, err := o.Declare(t.Context(), o.by(0), d, true); err != nil {
			t.Fatal(err)
		}
		want := "learn closed hand INC-2"
		if hand {
			o.say(1, "learn", desk.SorryOn)
		} else {
			o.sees(1, "learn", loginProbe, desk.Failing)
			o.sees(1, "learn", loginProbe, desk.Passing)
			want = "learn closed auto INC-2"
		}
		if _, err := o.Merge(t.Context(), o.by(2), 1, 2); err != nil {
			t.Fatal(err)
		}
		o.expectGates("merged", want)
		o.apply(3, 2, resolve)
		o.expectGates("resolved", "")
	}
}

// On and off again leave nothing behind; refusals change nothing; what comes again is
// answered as the first time.
func TestSayingItByHand(t *testing.T) {
	o := gatekeeper(t)
	before := o.gates()
	o.say(0, "portal", desk.SorryOn)
	stored := o.dump()
	refused(t, second(o.Sorry(t.Context(), o.by(1), o.service("portal"), desk.SorryOn, "")), desk.Conflict)
	refused(t, second(o.Sorry(t.Context(), o.by(1), o.service("mail"), desk.SorryOn, "")), desk.Conflict)
	refused(t, second(o.Sorry(t.Context(), o.by(1), o.service("portal"), desk.SorryOff, strings.Repeat("x", 301))), desk.Invalid)
	if o.dump() != stored {
		t.Error("a refusal changed the store")
	}
	by := o.by(2)
	first, err := o.Sorry(t.Context(), by, o.service("portal"), desk.SorryOff, "")
	if err != nil {
		t.Fatal(err)
	}
	stored = o.dump()
	again, err := o.Sorry(t.Context(), by, o.service("portal"), desk.SorryOff, "")
	if err != nil || fmt.Sprint(again) != fmt.Sprint(first) || o.dump() != stored {
		t.Errorf("%v %v %v", err, again, first)
	}
	o.expectGates("off", before)
}
