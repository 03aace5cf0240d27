package native_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/native"
)

type values = map[string]string

// open is an incident, and ended one that is over; plan is planned work, work goes on,
// series is repeated.
var (
	open   = []string{"incident declare learn down Nobody can log in | We look into it."}
	ended  = append(slices.Clone(open), "incident resolve 1 It works again.")
	two    = append(slices.Clone(open), "incident declare portal slow")
	plan   = []string{"window schedule --yes learn dec 5 04:00 for 3h New database"}
	work   = append(slices.Clone(plan), "window start 1 --yes")
	series = []string{"window schedule --yes learn every wednesday 04:00 for 3h Patches"}
	hears  = []string{"subscribe learn", "subscribe mail"}
	// fails is what a check sees, dead that one does not pass; quiet is muted.
	fails = []string{"! learn"}
	quiet = []string{"probe mute learn"}
	held  = []string{"belltower hold lowell they asked us to wait"}
)

// same lists for each verb a line as it is typed elsewhere, and the same with native
// options.
var same = []struct {
	before []string
	typed  string
	path   string
	values values
}{
	{nil, "incident declare learn,portal:slow down --next 45m --since 03:52 Nobody can log in | We look into it.", "incident declare",
		values{"services": "learn,portal:slow", "impact": "down", "title": "Nobody can log in", "message": "We look into it.", "next": "45m", "since": "03:52"}},
	{open, "incident declare --separate learn down Another", "incident declare", values{"services": "learn", "impact": "down", "title": "Another", "separate": "true"}},
	{nil, "incident declare learn down", "incident declare", values{"text": "learn down"}},
	{nil, "incident drill learn down Fire", "incident drill", values{"services": "learn", "impact": "down", "title": "Fire"}},
	{two, "incident update 1 --next 30m identified: The database is back.", "incident update", values{"incident": "INC-1", "status": "identified", "message": "The database is back.", "next": "30m"}},
	{two, "incident update portal It is better.", "incident update", values{"incident": "portal", "message": "It is better."}},
	{open, "incident update It is better.", "incident update", values{"message": "It is better."}},
	{two, "incident resolve 1 It works again.", "incident resolve", values{"incident": "#1", "message": "It works again."}},
	{open, "incident retract 1 Wrong service.", "incident retract", values{"incident": "1", "reason": "Wrong service."}},
	{open, "incident tell 1", "incident tell", values{"incident": "INC-1"}},
	{ended, "incident reopen 1 It fails again.", "incident reopen", values{"incident": "INC-1", "message": "It fails again."}},
	{open, "incident note 1 Ticket 8841 is open.", "incident note", values{"incident": "1", "message": "Ticket 8841 is open."}},
	{two, "incident impact 1 slow", "incident impact", values{"incident": "1", "impact": "slow"}},
	{open, "incident services 1 +portal -learn", "incident services", values{"incident": "1", "services": "+portal -learn"}},
	{open, "incident title 1 All is slow", "incident title", values{"incident": "1", "title": "All is slow"}},
	{open, "incident lead 1 me", "incident lead", values{"incident": "1", "lead": "me"}},
	{open, "incident lead 1 @lowell/99", "incident lead", values{"incident": "1", "person": "@lowell/99"}},
	{open, "incident began 1 03:52", "incident began", values{"incident": "1", "when": "03:52"}},
	{ended, "incident ended 1 04:03", "incident ended", values{"incident": "1", "when": "04:03"}},
	{open, "incident edit 1 #1 Logins fail.", "incident edit", values{"incident": "1", "number": "1", "message": "Logins fail."}},
	{open, "incident edit #1 Logins fail.", "incident edit", values{"number": "1", "message": "Logins fail."}},
	{open, "incident change 1 slow It is slow | We restart it.", "incident change", values{"incident": "1", "impact": "slow", "title": "It is slow", "message": "We restart it."}},
	{two, "incident merge 2 into 1", "incident merge", values{"incident": "INC-2", "into": "INC-1"}},
	{open, "incident nothing-new 1", "incident nothing-new", values{"incident": "1"}},
	{open, "incident snooze 1 20m", "incident snooze", values{"incident": "1", "for": "20m"}},
	{two, "incident list 30d", "incident list", values{"which": "30d"}},
	{two, "incident show 1", "incident show", values{"incident": "INC-1"}},
	{open, "incident timeline 1", "incident timeline", values{"incident": "1"}},
	{open, "incident deliveries 1", "incident deliveries", values{"incident": "1"}},
	{nil, "incident help update", "incident help", values{"command": "update"}},

	{nil, "window schedule --yes learn degraded dec 5 04:00 for 3h New database | Save your work.", "window schedule",
		values{"services": "learn", "effect": "degraded", "when": "dec 5 04:00", "for": "3h", "title": "New database", "details": "Save your work.", "yes": "true"}},
	{nil, "window schedule --yes learn dec 5 04:00 until 7am New database", "window schedule",
		values{"services": "learn", "when": "dec 5 04:00", "until": "7am", "title": "New database", "yes": "true"}},
	{plan, `window schedule --yes --force "the vendor asked" learn dec 5 05:00 for 1h Patches`, "window schedule",
		values{"services": "learn", "when": "dec 5 05:00", "for": "1h", "title": "Patches", "yes": "true", "force": "the vendor asked"}},
	{nil, "window schedule learn every wednesday 04:00 for 3h Patches", "window schedule", values{"services": "learn", "when": "every wednesday 04:00", "for": "3h", "title": "Patches"}},
	{plan, "window start 1 --yes", "window start", values{"window": "WIN-1", "yes": "true"}},
	{plan, "window hold 1", "window hold", values{"window": "1"}},
	{work, "window extend 1 1h --yes", "window extend", values{"window": "1", "for": "1h", "yes": "true"}},
	{series, "window extend 1 dec 9 1h --yes", "window extend", values{"window": "1", "day": "dec 9", "for": "1h", "yes": "true"}},
	{plan, "window move 1 dec 6 04:00 for 2h --yes", "window move", values{"window": "1", "when": "dec 6 04:00", "for": "2h", "yes": "true"}},
	{series, "window move 1 dec 9 to dec 10 04:00 --yes", "window move", values{"window": "1", "day": "dec 9", "when": "dec 10 04:00", "yes": "true"}},
	{work, "window complete 1 All went well.", "window complete", values{"window": "learn", "message": "All went well."}},
	{plan, "window cancel 1 The vendor is not ready. --yes", "window cancel", values{"window": "1", "reason": "The vendor is not ready.", "yes": "true"}},
	{series, "window cancel 1 dec 9 Holidays --yes", "window cancel", values{"window": "1", "day": "dec 9", "reason": "Holidays", "yes": "true"}},
	{work, "window incident 1 slow It does not come back.", "window incident", values{"window": "1", "impact": "slow", "message": "It does not come back."}},
	{plan, "window list learn", "window list", values{"which": "learn"}},
	{plan, "window show 1", "window show", values{"window": "WIN-1"}},
	{plan, "window faculty 1", "window faculty", values{"window": "1"}},
	{plan, "window timeline 1", "window timeline", values{"window": "1"}},
	{plan, "window deliveries 1", "window deliveries", values{"window": "1"}},
	{nil, "window help move", "window help", values{"command": "move"}},

	{open, "subscribe learn incidents windows major+ quiet from 22:00 to 7:00 only critical", "subscribe",
		values{"target": "learn", "kinds": "incidents,windows", "least": "major+", "manner": "quiet", "hours": "22:00 to 7:00 only critical"}},
	{nil, "subscribe #lowell/55 learn incidents", "subscribe", values{"channel": "#lowell/55", "target": "learn", "kinds": "incidents"}},
	{nil, "subscribe #lowell/55", "subscribe", values{"channel": "#lowell/55"}},
	{nil, "subscribe boston/library learn", "subscribe", values{"target": "boston/library learn"}},
	{hears, "subscribe", "subscribe", nil},
	{hears, "unsubscribe learn", "unsubscribe", values{"target": "learn"}},
	{hears, "unsubscribe --yes", "unsubscribe", values{"yes": "true"}},
	{open, "status learn here", "status", values{"target": "learn", "here": "true"}},
	{open, "status", "status", values{"here": "false"}},

	{nil, "probe list learn", "probe list", values{"services": "learn"}},
	{nil, "probe run learn", "probe run", values{"services": "learn"}},
	{nil, "probe run learn login page", "probe run", values{"services": "learn", "check": "login page"}},
	{fails, "probe alerts", "probe alerts", nil},
	{fails, "probe show 1", "probe show", values{"alert": "ALR-1"}},
	{fails, "probe show learn", "probe show", values{"alert": "learn"}},
	{fails, "probe show", "probe show", nil},
	{fails, "probe deliveries 1", "probe deliveries", values{"alert": "ALR-1"}},
	{fails, "probe declare --yes --next 30m 1 Nobody can log in | We look into it.", "probe declare",
		values{"alert": "#1", "title": "Nobody can log in", "message": "We look into it.", "yes": "true", "next": "30m"}},
	{fails, "probe ack 1", "probe ack", values{"alert": "1"}},
	{fails, "probe hold 1", "probe hold", values{"alert": "ALR-1"}},
	{fails, "probe close learn", "probe close", values{"alert": "learn"}},
	{nil, "probe mute learn,portal 2h", "probe mute", values{"services": "learn,portal", "for": "2h"}},
	{nil, "probe mute learn portal", "probe mute", values{"services": "learn portal"}},
	{fails, "probe mute ALR-1 90m", "probe mute", values{"services": "ALR-1", "for": "90m"}},
	{fails, "belltower why ALR-1", "belltower why", values{"alert": "1"}},
	{quiet, "probe unmute learn", "probe unmute", values{"services": "learn"}},
	{nil, "probe help mute", "probe help", values{"command": "mute"}},

	{nil, "service sorry learn on The database is gone.", "service sorry", values{"services": "learn", "state": "on", "reason": "The database is gone."}},
	{nil, "service help sorry", "service help", values{"command": "sorry"}},

	{nil, "belltower help incident declare", "belltower help", values{"command": "incident declare"}},
	{nil, "belltower whoami", "belltower whoami", nil},
	{open, "belltower why 1", "belltower why", values{"incident": "INC-1"}},
	{plan, "belltower why WIN-1", "belltower why", values{"window": "1"}},
	{open, "belltower access", "belltower access", nil},
	{open, "belltower audit", "belltower audit", nil},
	{nil, "belltower hold lowell they asked us to wait", "belltower hold", values{"connection": "lowell", "reason": "they asked us to wait"}},
	{held, "belltower release all", "belltower release", values{"connection": "all"}},
	{nil, "belltower incident declare learn down", "belltower incident", values{"text": "declare learn down"}},
}

// A command with native options does the very same as the line typed elsewhere: the
// answer, the audit and the state are alike.
func TestNativeIsTheSameAsTyped(t *testing.T) {
	for _, tc := range same {
		t.Run(tc.typed, func(t *testing.T) {
			a, b := newOffice(t), newOffice(t)
			a.sets(tc.before...)
			b.sets(tc.before...)
			typed, used := a.types(tc.typed), b.uses(tc.path, tc.values)
			if diff := cmp.Diff(said(typed), said(used)); diff != "" {
				t.Errorf("the answer (-typed +native):\n%s", diff)
			}
			asks := strings.HasPrefix(tc.typed, "window schedule learn every") || tc.path == "probe hold" // there is no rule to hold
			if typed.Failed != asks {
				t.Errorf("refused: %s", said(typed))
			}
			for _, look := range []string{"incident list all", "window list all", "incident timeline 1", "window timeline 1", "probe alerts", "subscribe", "belltower audit"} {
				if diff := cmp.Diff(said(a.types(look)), said(b.types(look))); diff != "" {
					t.Errorf("%s (-typed +native):\n%s", look, diff)
				}
			}
		})
	}
}

// said is a reply in plain words, its buttons by what they say.
func said(r chat.Reply) string {
	var out []string
	put := func(t chat.Text) { out = append(out, t.PlainText(time.UTC)) }
	put(r.Message.Summary)
	for _, l := range r.Message.Lines {
		put(l.Text)
	}
	for _, f := range r.Message.Facts {
		out = append(out, f.Label+": "+f.Value.PlainText(time.UTC))
	}
	for _, c := range r.Message.Context {
		put(c)
	}
	for _, a := range r.Message.Actions {
		out = append(out, "["+a.Label+"]")
	}
	return strings.Join(out, "\n")
}

// Each verb of the grammar is among them.
func TestEveryVerbIsCompared(t *testing.T) {
	tried := map[string]bool{}
	for _, tc := range same {
		tried[tc.path] = true
	}
	for _, command := range commands.Names() {
		for _, v := range commands.Verbs(command) {
			if !tried[v.Path()] {
				t.Errorf("say in same how /%s is used with native options", v.Path())
			}
		}
	}
}

// What names one thing alone opens the form that the line opens elsewhere.
func TestANumberAloneOpensTheForm(t *testing.T) {
	for _, tc := range []struct {
		before []string
		path   string
		values values
	}{
		{open, "incident update", values{"incident": "INC-1"}},
		{open, "incident update", nil},
		{open, "incident edit", values{"incident": "INC-1", "number": "1"}},
		{nil, "incident declare", nil},
		{work, "window extend", values{"window": "WIN-1"}},
		{nil, "subscribe", nil},
	} {
		o := newOffice(t)
		o.sets(tc.before...)
		command, verb, _ := strings.Cut(tc.path, " ")
		text, options := native.Line(command, verb, tc.values)
		r := o.request(command, text, options)
		r.Forms = true
		if reply := o.commands.Do(context.Background(), r); reply.Form == nil {
			t.Errorf("/%s %v: %s", tc.path, tc.values, said(reply))
		}
	}
}

// What is no incident is never taken for the beginning of a text that everybody reads.
func TestAWrongNumberIsRefused(t *testing.T) {
	for _, v := range []values{{"incident": "the database", "message": "is back"}, {"incident": "the database is back"}, {"incident": "42 resolved: all is well"}} {
		o := newOffice(t)
		o.sets(open...)
		if r := o.uses("incident update", v); !r.Failed || !strings.Contains(said(r), "is no incident") {
			t.Errorf("%v: %s", v, said(r))
		}
	}
}

// What the verb has no option for is said all the same, and the grammar judges it.
func TestOtherOptionsAreSaidBehind(t *testing.T) {
	text, options := native.Line("incident", "tell", values{"incident": "7", "zone": "ET", "yes": "true", "loud": "false", "none": " "})
	if text != "tell 7 --yes ET" || options != nil {
		t.Errorf("%q %v", text, options)
	}
}

func FuzzLine(f *testing.F) {
	for _, tc := range same {
		for _, name := range slices.Sorted(maps.Keys(tc.values)) {
			f.Add(tc.path, name, tc.values[name])
		}
	}
	f.Fuzz(func(t *testing.T, path, name, value string) {
		command, verb, _ := strings.Cut(path, " ")
		text, options := native.Line(command, verb, map[string]string{name: value})
		if !strings.HasPrefix(text, verb) || len(options) > 1 {
			t.Errorf("%q %v", text, options)
		}
	})
}
