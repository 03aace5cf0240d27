package desk_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// sees is "NAME CHECK" that sees learn fail.
func sees(who string) desk.Report {
	name, check, _ := strings.Cut(who, " ")
	return desk.Report{
		Witness: desk.Witness{Kind: desk.Monitor, Name: name, Check: check}, Service: "learn", Expectation: desk.Availability,
		State: desk.Failing, At: time.Date(2026, 12, 2, 9, 0, 0, 0, time.UTC),
	}
}

// Of many checks of one source some are shown, and of another source one all the same;
// what is not shown changes no post.
func TestEachSourceIsShownAmongManyChecks(t *testing.T) {
	learn := desk.Alerted{Service: "learn", Name: "Learn System"}
	a := desk.Raise(1, learn, sees("prometheus 0"))
	seen := func() (all string) {
		for _, r := range a.Services[0].Seen {
			all += " " + r.Witness.Name + r.Witness.Check
		}
		return all
	}
	expect := func(what string, dirty bool, want string) {
		t.Helper()
		if seen() != want || a.Dirty != dirty {
			t.Errorf("%s:%s, changes posts: %v; want%s, %v", what, seen(), a.Dirty, want, dirty)
		}
		a.Dirty = false
	}
	expect("the first", true, " prometheus0")
	for k := range 3 {
		a = a.Join(learn, sees("prometheus "+strconv.Itoa(k+1)))
	}
	expect("four of one", true, " prometheus0 prometheus1 prometheus2 prometheus3")
	a = a.Join(learn, sees("prometheus 4"))
	expect("a fifth of it", false, " prometheus0 prometheus1 prometheus2 prometheus3")
	a = a.Join(learn, sees("pingdom 7"))
	expect("another source", true, " prometheus0 prometheus1 prometheus2 pingdom7")
	a = a.Leave(sees("prometheus 4"))
	expect("one that is not shown leaves", false, " prometheus0 prometheus1 prometheus2 pingdom7")
	a = a.Leave(sees("prometheus 1"))
	expect("one that is shown leaves", true, " prometheus0 prometheus2 pingdom7")
	a = a.Refill("learn", []desk.Report{sees("pingdom 7"), sees("prometheus 0"), sees("prometheus 2"), sees("prometheus 3")})
	expect("filled up", false, " pingdom7 prometheus0 prometheus2 prometheus3")
	for _, who := range []string{"prometheus 0", "prometheus 2", "prometheus 3"} {
		a = a.Leave(sees(who))
	}
	expect("all of one leave", true, " pingdom7")
	if a = a.Leave(sees("pingdom 7")); a.IsFailing() || len(a.Witnesses()) > 0 {
		t.Errorf("it is over, and%s sees it fail", seen())
	}
}
