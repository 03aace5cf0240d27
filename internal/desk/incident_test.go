package desk_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/umassonline/belltower/internal/desk"
)

func TestDeclareRefusesWhatIsMissing(t *testing.T) {
	sound := desk.Declaration{Services: []desk.Affected{{Service: "learn"}}, Impact: desk.Minor, Title: "T", Text: "M"}
	for name, spoil := range map[string]func(*desk.Declaration){
		"no service":       func(d *desk.Declaration) { d.Services = nil },
		"no impact":        func(d *desk.Declaration) { d.Impact = "" },
		"no title":         func(d *desk.Declaration) { d.Title = " " },
		"no message":       func(d *desk.Declaration) { d.Text = "" },
		"long title":       func(d *desk.Declaration) { d.Title = strings.Repeat("x", 121) },
		"begins tomorrow":  func(d *desk.Declaration) { d.Began = four.Add(24 * time.Hour) },
		"promise too soon": func(d *desk.Declaration) { d.Next = time.Second },
		"promise too far":  func(d *desk.Declaration) { d.Next = 8 * 24 * time.Hour },
	} {
		d := sound
		spoil(&d)
		if c, err := desk.Declare(1, d, at(0)); err == nil {
			t.Errorf("%s: declared %+v", name, c.Incident)
		}
	}
	d := sound
	d.Began = four.Add(-time.Hour)
	c, err := desk.Declare(1, d, at(0))
	if err != nil || !c.Incident.BeganAt.Equal(d.Began) || c.Announce.Reach != desk.ReachChannel {
		t.Errorf("began an hour ago: %+v, %v", c.Incident, err)
	}
}

func TestMergeTakesServicesAndTheEarlierBegin(t *testing.T) {
	from, into := other(), declared(t, 42, desk.Major)
	into.BeganAt = four.Add(5 * time.Minute)
	a, b, err := desk.Merge(from, into, at(10))
	if err != nil {
		t.Fatal(err)
	}
	if a.Incident.IsOpen() || a.Incident.MergedInto != 42 || !a.Announce.Snapshot.Scope().Retracted {
		t.Errorf("from: %+v", a.Incident)
	}
	if got := b.Incident.StatusOf("portal"); got != desk.DegradedPerformance || !b.Incident.BeganAt.Equal(four) {
		t.Errorf("into: portal %v, began %v", got, b.Incident.BeganAt)
	}
	drill := declared(t, 5, desk.Major)
	drill.Drill = true
	for name, pair := range map[string][2]desk.Incident{"itself": {into, into}, "drill": {drill, into}} {
		if _, _, err := desk.Merge(pair[0], pair[1], at(10)); err == nil {
			t.Errorf("%s: merged", name)
		}
	}
}

// Channels that hear of bad incidents only were told of the worse one: they must
// match the incident that it is merged into.
func TestMergeIsAsBadAsTheWorse(t *testing.T) {
	_, c, err := desk.Merge(declared(t, 42, desk.Critical), other(), at(10))
	if err != nil {
		t.Fatal(err)
	}
	i := c.Incident
	if i.Impact != desk.Critical || i.Peak != desk.Critical || c.Announce.Reach != desk.ReachChannel {
		t.Errorf("it is %s, at its worst %s, told %s", i.Impact, i.Peak, c.Announce.Reach)
	}
	if i.StatusOf("learn") != desk.MajorOutage || i.StatusOf("portal") != desk.DegradedPerformance {
		t.Errorf("learn is %s, portal %s", i.StatusOf("learn"), i.StatusOf("portal"))
	}
	same := declared(t, 7, desk.Minor)
	_, c, err = desk.Merge(declared(t, 42, desk.Critical), same, at(10))
	if err != nil || c.Incident.StatusOf("learn") != desk.MajorOutage {
		t.Errorf("learn is %s: %v", c.Incident.StatusOf("learn"), err)
	}
}

// Whatever is done in whatever order: an incident is what its rules say, its
// counters rise, and it survives being stored.
func TestIncidentsUnderAnyOrderOfVerbs(t *testing.T) {
	start := declared(t, 42, desk.Major)
	rapid.Check(t, func(rt *rapid.T) {
		i := start
		for step := range rapid.IntRange(1, 25).Draw(rt, "steps") {
			v := rapid.SampledFrom(verbs()).Draw(rt, "verb")
			c, err := v.do(i, at(step+1))
			if err != nil {
				continue
			}
			checkChange(rt, v.name, i, c)
			i = stored(rt, c.Incident)
		}
	})
}

func checkChange(t *rapid.T, verb string, before desk.Incident, c desk.Change) {
	after := c.Incident
	if verb == "take another in" || verb == "merge into another" {
		before = desk.Incident{Number: after.Number, Entries: after.Entries - 1, Updates: before.Updates}
	}
	switch {
	case after.Number != before.Number || after.Entries != before.Entries+1 || c.Entry.Seq != after.Entries:
		t.Fatalf("%s: entry %d after %d", verb, c.Entry.Seq, before.Entries)
	case after.IsOpen() != after.EndedAt.IsZero():
		t.Fatalf("%s: open %v, ended %v", verb, after.IsOpen(), after.EndedAt)
	case !after.IsOpen() && !after.NextUpdateBy.IsZero():
		t.Fatalf("%s: it is over and promises an update", verb)
	case len(after.Latest) > desk.LatestKept || len(after.Services) == 0:
		t.Fatalf("%s: %d texts, %d services", verb, len(after.Latest), len(after.Services))
	case after.Peak.Rank() < after.Impact.Rank():
		t.Fatalf("%s: peak %s below %s", verb, after.Peak, after.Impact)
	case c.Announce != nil && !cmp.Equal(*c.Announce.Snapshot.Incident, after):
		t.Fatalf("%s: the announcement shows another state", verb)
	}
}

func stored(t *rapid.T, i desk.Incident) (out desk.Incident) {
	b, err := json.Marshal(i)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil || !cmp.Equal(i, out) {
		t.Fatalf("stored and read: %v\n%s", err, cmp.Diff(i, out))
	}
	return out
}
