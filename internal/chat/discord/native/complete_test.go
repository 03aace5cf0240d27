package native_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/native"
	"github.com/umassonline/belltower/internal/desk"
)

func (o *office) completer() *native.Completer {
	return &native.Completer{
		Incidents: o.journal, Windows: o.journal, Alarms: o.commands, Catalog: catalog, Zone: time.UTC, Now: func() time.Time { return o.now },
		Connections: func() []desk.ConnectionName { return []desk.ConnectionName{"lowell", "boston"} },
	}
}

// offers lists the values that an option may be, to an admin.
func offers(c *native.Completer, path, option, typed string) (out []string) {
	return offersTo("7", c, path, option, typed)
}

func offersTo(person string, c *native.Completer, path, option, typed string) (out []string) {
	command, verb, _ := strings.Cut(path, " ")
	req := chat.Request{Command: command, Text: verb + " x", Person: desk.Person{Connection: "lowell", ID: person}, At: c.Now()}
	for _, o := range c.Choices(context.Background(), req, option, typed) {
		out = append(out, o.Value)
	}
	return out
}

// What checks see is offered to staff alone.
func TestAlertsAreOfferedToStaff(t *testing.T) {
	o := newOffice(t)
	o.sets("! learn", "probe mute portal 2h")
	for path, option := range map[string]string{"probe show": "alert", "probe declare": "alert", "probe mute": "services", "probe run": "check", "probe unmute": "services"} {
		staff, others := offers(o.completer(), path, option, ""), offersTo("8", o.completer(), path, option, "")
		if slices.Equal(staff, others) || slices.Contains(others, "ALR-1") || option == "check" && len(others) > 0 || option == "services" && len(others) != len(catalog().Services()) {
			t.Errorf("/%s offers %v to staff, %v to others", path, staff, others)
		}
	}
}

func TestChoices(t *testing.T) {
	o := newOffice(t)
	o.sets("incident declare learn down Nobody can log in", "incident declare portal slow", "incident declare mail slow", "incident resolve 3",
		"incident drill mail down Fire", "incident declare mail down Typo", "incident retract 5")
	o.sets("window schedule --yes learn dec 5 04:00 for 3h New database", "window schedule --yes portal nov 28 04:00 for 1h Cables", "window start 2 --yes")
	o.sets("window schedule --yes mail every sunday 04:00 for 1h Patches")
	o.sets("! learn", "probe mute portal 2h")
	o.now = o.now.Add(time.Hour) // so that it is an alert of its own
	o.sets("! mail")
	for _, tc := range []struct {
		path, option, typed string
		want                string
	}{
		{"incident declare", "services", "", "learn portal mail"},
		{"incident declare", "services", "po", "portal"},
		{"incident declare", "services", "sys", "learn"},
		{"incident declare", "services", "bb", "learn"},
		{"incident declare", "services", "Black", "learn"},
		{"incident declare", "services", "learn,", "learn,portal learn,mail"},
		{"incident declare", "services", "learn,black", ""},
		{"incident declare", "services", "portal,bb", "portal,learn"},
		{"incident declare", "services", "zzz", ""},
		{"incident declare", "impact", "", ""}, // its choices are there already
		{"incident declare", "next", "4", "45m 4h"},
		{"incident declare", "title", "x", ""},
		{"incident services", "services", "+portal -le", "+portal -learn"},
		{"incident update", "incident", "", "INC-2 INC-1"},
		{"incident update", "incident", "1", "INC-1"},
		{"incident update", "incident", "#2", "INC-2"},
		{"incident update", "incident", "inc-1", "INC-1"},
		{"incident update", "incident", "win-1", ""},
		{"incident update", "incident", "log", "INC-1"},
		{"incident reopen", "incident", "", "INC-3"},
		{"incident show", "incident", "", "INC-2 INC-1 INC-3"},
		{"incident merge", "into", "2", "INC-2"},
		{"incident lead", "lead", "m", "me"},
		{"incident help", "command", "up", "update"},
		{"incident list", "which", "", "open all 30d"},
		{"window list", "which", "le", "learn"},
		{"window extend", "for", "1", "1h"},
		{"subscribe", "target", "", "learn portal mail Teaching Campus all"},
		{"subscribe", "target", "te", "Teaching"},
		{"subscribe", "kinds", "incidents,w", "incidents,windows"},
		{"unsubscribe", "target", "a", "all"},
		{"status", "target", "port", "portal"},
		{"belltower help", "command", "incident dec", "incident declare"},
		{"belltower help", "command", "declare", "probe declare incident declare incident drill incident change probe ack"},
		{"belltower hold", "connection", "", "lowell boston all"},
		{"belltower why", "incident", "2", "INC-2"},
		{"probe show", "alert", "", "ALR-2 ALR-1"},
		{"probe ack", "alert", "1", "ALR-1"},
		{"probe close", "alert", "alr-2", "ALR-2"},
		{"probe declare", "alert", "mai", "ALR-2"},
		{"probe mute", "services", "", "ALR-2 ALR-1 learn portal mail"},
		{"probe mute", "services", "learn,m", "learn,mail"},
		{"probe mute", "services", "alr", "ALR-2 ALR-1"},
		{"probe mute", "for", "4", "4h"},
		{"probe unmute", "services", "", "portal"},
		{"probe run", "services", "", "learn"},
		{"probe run", "check", "log", "login page"},
		{"probe help", "command", "mu", "mute alerts"},
		{"service sorry", "services", "", "learn"},
		{"never", "seen", "x", ""},
	} {
		if got := strings.Join(offers(o.completer(), tc.path, tc.option, tc.typed), " "); got != tc.want {
			t.Errorf("/%s %s:%s offers %q, want %q", tc.path, tc.option, tc.typed, got, tc.want)
		}
	}
	if got := offers(o.completer(), "window start", "window", ""); !slices.Contains(got, "WIN-1") || slices.Contains(got, "WIN-2") {
		t.Errorf("start: %v", got)
	}
	if got := offers(o.completer(), "window complete", "window", ""); !slices.Contains(got, "WIN-2") || slices.Contains(got, "WIN-1") {
		t.Errorf("complete: %v", got)
	}
	if got := offers(o.completer(), "window cancel", "window", "patches"); !slices.Contains(got, "WIN-3") {
		t.Errorf("cancel: %v", got)
	}
}

// Whatever there is, Discord takes what is offered.
func TestChoicesAreWithinTheLimits(t *testing.T) {
	o := newOffice(t)
	for k := range 30 {
		o.sets(fmt.Sprintf("incident declare --separate learn down %s %d", strings.Repeat("é", 110), k))
	}
	for _, name := range commands.Names() {
		for _, v := range commands.Verbs(name) {
			for _, option := range []string{"incident", "services", "command", "window", "target"} {
				all := o.completer().Choices(t.Context(), chat.Request{Command: name, Text: v.Name}, option, "")
				for _, c := range all {
					if n := utf8.RuneCountInString(c.Label); n > 100 || utf8.RuneCountInString(c.Value) > 100 || c.Value == "" {
						t.Errorf("/%s %s offers %q", v.Path(), option, c.Label)
					}
				}
				if len(all) > 25 || v.Path() == "incident update" && option == "incident" && len(all) != 25 {
					t.Errorf("/%s %s offers %d", v.Path(), option, len(all))
				}
			}
		}
	}
}

type broken struct{}

var errBroken = errors.New("the disk is gone")

func (broken) Open(context.Context) ([]desk.Incident, error) { return nil, errBroken }
func (broken) Incidents(context.Context, time.Time, int) ([]desk.Incident, error) {
	return nil, errBroken
}
func (broken) Running(context.Context) ([]desk.Window, error) { return nil, errBroken }
func (broken) Coming(context.Context, time.Time, int) ([]desk.Window, error) {
	return nil, errBroken
}
func (broken) SeriesAbout(context.Context, desk.ServiceID, int) ([]desk.Window, bool, error) {
	return nil, false, errBroken
}
func (broken) Alarms(context.Context, chat.Request) (commands.Alarms, error) {
	return commands.Alarms{Open: []desk.Alert{{Number: 1}}}, errBroken
}

// Where nothing can be read nothing is offered.
func TestABrokenRecordOffersNothing(t *testing.T) {
	c := newOffice(t).completer()
	c.Incidents, c.Windows, c.Alarms = broken{}, broken{}, broken{}
	for _, path := range []string{"incident update", "incident reopen", "incident show", "window start", "window complete", "window show", "probe show"} {
		if got := slices.Concat(offers(c, path, "incident", ""), offers(c, path, "window", ""), offers(c, path, "alert", "")); len(got) > 0 {
			t.Errorf("/%s offers %v", path, got)
		}
	}
}
