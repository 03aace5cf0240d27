package native_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/discord/native"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

// office is what commands stand on, with a real store.
type office struct {
	t        *testing.T
	journal  *journal.Journal
	commands *commands.Commands
	now      time.Time
	asked    int
}

func catalog() *desk.Catalog {
	return desk.NewCatalog([]desk.Service{
		{ID: "learn", Name: "Learn System", Aliases: []string{"blackboard", "bb"}, Group: "Teaching", SorryPage: true},
		{ID: "portal", Name: "Portal", Group: "Campus"},
		{ID: "mail", Name: "Mail", Group: "Campus"},
	})
}

func newOffice(t *testing.T) *office {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	db, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	planning := desk.Planning{Zone: zone, Reminders: []desk.Reminder{{DaysBefore: 1, At: 16 * 60}}}
	book := outbox.NewBook()
	book.SetPlaces(outbox.Places{Catalog: catalog(), Connections: []outbox.Connection{{Name: "lowell", Ops: []string{"1"}}}})
	o := &office{t: t, now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}
	o.journal = journal.New(db, book, func(...desk.Subject) {}, journal.Settings{Planning: planning})
	o.commands = commands.New(o.journal, slog.New(slog.DiscardHandler), commands.Settings{
		Words:       wording.Context{Organization: "UMassOnline", Catalog: catalog(), Zone: zone},
		Access:      desk.Access{Admins: []desk.Person{{Connection: "lowell", ID: "7"}}},
		Connections: []desk.ConnectionName{"lowell", "boston"}, Planning: planning, Probes: twoChecks{},
	})
	return o
}

// twoChecks are the bot's own checks: of Learn System.
type twoChecks struct{}

func (twoChecks) List() (all []desk.ProbeStanding) {
	for _, name := range []string{"login page", "courses"} {
		all = append(all, desk.ProbeStanding{Probe: desk.ProbeID{Service: "learn", Name: name}, Kind: "http", Availability: desk.Failing})
	}
	return all
}

func (twoChecks) Try(_ context.Context, service desk.ServiceID, name string) []desk.Tried {
	return []desk.Tried{{Probe: desk.ProbeID{Service: service, Name: name}}}
}

// request is one of an admin in the ops channel, a minute after the last.
func (o *office) request(command, text string, options map[string]string) chat.Request {
	o.asked++
	o.now = o.now.Add(time.Minute)
	return chat.Request{
		ID: fmt.Sprintf("lowell/%d", o.asked), Trace: "t", At: o.now, Person: desk.Person{Connection: "lowell", ID: "7"}, Name: "Ann",
		Channel: desk.Channel{Connection: "lowell", ID: "1"}, Command: command, Text: text, Options: options,
	}
}

// types types a line, as elsewhere.
func (o *office) types(line string) chat.Reply {
	command, text, _ := strings.Cut(line, " ")
	return o.commands.Do(context.Background(), o.request(command, text, nil))
}

// uses uses a command with native options: "incident declare", services=learn ...
func (o *office) uses(path string, values map[string]string) chat.Reply {
	command, verb, _ := strings.Cut(path, " ")
	text, options := native.Line(command, verb, values)
	return o.commands.Do(context.Background(), o.request(command, text, options))
}

// fails has a check see a failure of a service.
func (o *office) fails(service string) {
	o.t.Helper()
	seen := desk.Report{
		Witness: desk.Witness{Kind: desk.Monitor, Name: "pingdom", Check: service}, Service: desk.ServiceID(service),
		Expectation: desk.Availability, State: desk.Failing, Since: o.now, At: o.now,
	}
	if err := o.journal.Hear(o.t.Context(), journal.By{At: o.now, Trace: "check"}, []desk.Report{seen}); err != nil {
		o.t.Fatal(err)
	}
}

// sets types the lines that a story begins with; "! learn" is a check that fails.
func (o *office) sets(lines ...string) {
	o.t.Helper()
	for _, line := range lines {
		if service, is := strings.CutPrefix(line, "! "); is {
			o.fails(service)
			continue
		}
		if r := o.types(line); r.Failed {
			o.t.Fatalf("%s: %s", line, r.Message.Summary.PlainText(time.UTC))
		}
	}
}
