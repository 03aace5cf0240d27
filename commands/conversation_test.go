package commands_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
	"github.com/umassonline/belltower/storage/storagetest"
)

var update = flag.Bool("update", false, "write the answers into the conversations")

// TestConversations plays testdata/*.txtar. In each file "$" begins a line that is
// typed, "@" sets the stage ("@ admin", "@ channel boston/C9", "@ time 04:10",
// "@ again" sends the last request once more), "#" is a remark; all else is what
// was answered, and behind "=>" what was announced. After each refusal the store
// must hold the very same bytes.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for k, f := range archive.Files {
				got := newOffice(t).play(string(f.Data))
				if *update {
					archive.Files[k].Data = []byte(got)
				} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// office is the whole of what commands stand on, with a real store.
type office struct {
	t    *testing.T
	db   storage.DB
	book *outbox.Book
	*commands.Commands
	journal  *journal.Journal
	settings commands.Settings
	req      chat.Request
	asked    int
	told     map[string]bool // announcements shown so far
}

func newYork(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func catalog() *desk.Catalog {
	return desk.NewCatalog([]desk.Service{
		{ID: "learn", Name: "Learn System", Aliases: []string{"blackboard", "bb"}, Group: "Teaching and learning", AdviceOutage: "Keep this page open.", SorryPage: true},
		{ID: "portal", Name: "Portal", Group: "Campus"},
		{ID: "mail", Name: "Mail", Group: "Campus"},
		{ID: "library", Name: "Library Catalog", Group: "Campus"},
	})
}

// planning is what the organization says of planned work: times reserved on Learn System,
// the finals, and when work is told again.
func planning(t testing.TB) desk.Planning {
	zone := newYork(t)
	return desk.Planning{
		Zone: zone, Notice: desk.LeadTime{WorkingDays: 2}, StandingNotice: 24 * time.Hour,
		Standing: []desk.Standing{{Services: []desk.ServiceID{"learn"}, Rule: desk.Recurrence{
			Every: 1, Days: []time.Weekday{time.Wednesday, time.Saturday}, At: 4 * 60, For: 3 * time.Hour, Zone: zone.String(),
			First: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		}}},
		Moratoriums: []desk.Moratorium{{Name: "Fall finals", Services: []desk.ServiceID{"learn"}, Period: desk.Period{
			From: time.Date(2026, 12, 10, 0, 0, 0, 0, zone), To: time.Date(2026, 12, 19, 0, 0, 0, 0, zone),
		}}},
		Reminders: []desk.Reminder{{Before: 7 * 24 * time.Hour}, {DaysBefore: 1, At: 16 * 60}},
	}
}

func newStore(t testing.TB) storage.DB {
	t.Helper()
	db, err := boltdb.Open(filepath.Join(storagetest.Dir(t), "belltower.db"), boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, db: newStore(t), book: outbox.NewBook(), told: map[string]bool{}}
	o.book.SetPlaces(outbox.Places{Catalog: catalog(), Connections: []outbox.Connection{
		{Name: "amherst", Ops: []string{"C0OPS"}}, {Name: "boston", Ops: []string{"C9OPS"}},
	}})
	o.journal = journal.New(o.db, o.book, func(...desk.Subject) {}, writing(t))
	o.settings = commands.Settings{
		Words: wording.Context{
			Organization: "UMassOnline", Catalog: catalog(), StatusURL: "https://status.example.edu", Zone: newYork(t),
			Campuses: map[desk.ConnectionName]string{"amherst": "Amherst"},
		},
		Access: desk.Access{
			Admins:     []desk.Person{{Connection: "amherst", ID: "U0ADMIN"}},
			Responders: []desk.Person{{Connection: "amherst", ID: "group:S0ONCALL"}},
		},
		Connections: []desk.ConnectionName{"amherst", "boston"}, Planning: planning(t),
	}
	o.Commands = commands.New(o.journal, slog.New(slog.DiscardHandler), o.settings)
	// Friday, 27 November 2026, 4 a.m. in New York.
	o.req = chat.Request{At: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), Trace: "t1", Channel: desk.Channel{Connection: "amherst", ID: "C0OPS"}}
	o.stage("responder")
	return o
}

// writing are the settings of the journal.
func writing(t testing.TB) journal.Settings {
	return journal.Settings{
		Grace: 10 * time.Second, GraceAbove: 2, Ops: []desk.Channel{{Connection: "amherst", ID: "C0OPS"}}, Planning: planning(t),
		Ready: wording.Context{Zone: newYork(t)},
	}
}

// play plays one conversation and returns it with the answers that were given.
func (o *office) play(script string) string {
	var out strings.Builder
	for line := range strings.Lines(script) {
		kind, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch kind {
		case "#":
			out.WriteString(line)
		case "@":
			out.WriteString("\n" + line)
			if rest == "again" {
				o.asked--
				out.WriteString(o.say())
				continue
			}
			o.stage(rest)
			switch word, _, _ := strings.Cut(rest, " "); word {
			case "options":
				out.WriteString(o.say())
			case "pass", "fail":
				out.WriteString(o.announced())
			}
		case "$":
			out.WriteString("\n" + line)
			o.req.Options = nil
			o.req.Command, o.req.Text, _ = strings.Cut(unescape(rest), " ")
			out.WriteString(o.say())
		}
	}
	return strings.TrimLeft(out.String(), "\n")
}

// unescape reads the characters that a script cannot hold.
func unescape(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\x00`, "\x00", `\xff`, "\xff", `\u202e`, "\u202e", `{2100}`, strings.Repeat("x", 2100), `{130}`, strings.Repeat("x", 130), `{1990}`, strings.Repeat("x", 1990), `{5000}`, strings.Repeat("x ", 2500)).Replace(s)
}

// stage sets who types, where and when.
func (o *office) stage(what string) {
	word, value, _ := strings.Cut(what, " ")
	person := func(id string) desk.Person { return desk.Person{Connection: "amherst", ID: id} }
	switch word {
	case "admin", "responder", "anyone", "guest", "another":
		o.req.Groups, o.req.Guest = nil, word == "guest"
		o.req.Person, o.req.Name = person("U0"+strings.ToUpper(word)), word
		if word == "responder" {
			o.req.Groups = []string{"group:S0ONCALL"}
		}
	case "tested": // tests have to pass before work counts as completed
		tests := writing(o.t)
		tests.Gated = func([]desk.ServiceID) bool { return true }
		tests.Proving = desk.Proving{Passes: 3, Limit: 30 * time.Minute}
		o.journal.SetSettings(tests)
	case "probes":
		o.settings.Probes = madeUpProbes{o.req.At}
		o.SetSettings(o.settings)
	case "pass", "fail": // tests of what is said, and which of them fail
		o.tests(word == "pass", value)
	case "missing":
		o.settings.Access = desk.Access{}
		o.SetSettings(o.settings)
	case "retire":
		left := slices.DeleteFunc(catalog().Services(), func(s desk.Service) bool { return string(s.ID) == value })
		o.settings.Words.Catalog = desk.NewCatalog(left)
		o.SetSettings(o.settings)
	case "local":
		o.req.Person, o.req.Channel, o.req.Groups = desk.Person{Connection: desk.Local, ID: "root"}, desk.Channel{}, nil
	case "channel":
		ch, err := desk.ParseChannel(value)
		if err != nil {
			o.t.Fatal(err)
		}
		o.req.Channel, o.req.Direct = ch, strings.HasPrefix(ch.ID, "D")
	case "time":
		at, err := time.ParseInLocation("2006-01-02 15:04:05", value, o.settings.Words.Zone)
		if err != nil {
			o.t.Fatal(err)
		}
		o.req.At = at.UTC()
	case "zone":
		zone, err := time.LoadLocation(value)
		if err != nil {
			o.t.Fatal(err)
		}
		o.req.Zone = zone
	case "language":
		l, ok := wording.LanguageOf(value)
		if !ok {
			o.t.Fatal(value)
		}
		o.settings.Words.Languages = map[desk.ConnectionName]*wording.Language{"amherst": l}
		o.settings.Faculty = map[desk.ConnectionName]wording.FacultyCampus{"amherst": {Languages: []*wording.Language{l, nil}, HelpDesk: "+1 555 0100"}}
		o.SetSettings(o.settings)
	case "check":
		o.clock()
		o.hear(value)
	case "clock":
		o.clock()
	case "options":
		o.option(value)
	case "subscribers":
		o.subscribers(value)
	default:
		o.t.Fatalf("no such stage: %q", what)
	}
}

// tests have the tests of "INC-1" or "WIN-1" pass, or those that are said behind it fail.
func (o *office) tests(pass bool, value string) {
	what, failing, _ := strings.Cut(value, " ")
	about, err := desk.ParseSubject(what)
	if err == nil && pass {
		err = o.journal.Verified(o.t.Context(), o.req.At, about)
	} else if err == nil {
		err = o.journal.NotVerified(o.t.Context(), o.req.At, about, strings.Split(failing, ", "))
	}
	if err != nil {
		o.t.Fatal(err)
	}
}

// clock does what is due.
func (o *office) clock() {
	if _, err := o.journal.Fire(o.t.Context(), o.req.At); err != nil {
		o.t.Fatal(err)
	}
}

// hear reads "pingdom fails learn": what a monitor says.
func (o *office) hear(value string) {
	f := strings.Fields(value)
	r := desk.Report{
		Witness: desk.Witness{Kind: desk.Monitor, Name: f[0], Check: "4711"}, Service: desk.ServiceID(f[2]), Expectation: desk.Availability,
		State: desk.Passing, Since: o.req.At, Called: "Login", Detail: "HTTP Server Error 503",
	}
	if f[1] == "fails" {
		r.State = desk.Failing
	}
	if err := o.journal.Hear(o.t.Context(), journal.By{At: o.req.At, Trace: "check"}, []desk.Report{r}); err != nil {
		o.t.Fatal(err)
	}
}

// subscribers makes so many channels hear of everything.
func (o *office) subscribers(n string) {
	many, err := strconv.Atoi(n)
	if err != nil {
		o.t.Fatal(err)
	}
	req := o.req
	for k := range many {
		req.ID, req.Command, req.Text = fmt.Sprintf("boston/s%d", k), "subscribe", fmt.Sprintf("boston/C%03d all", k)
		if r := o.Do(o.t.Context(), req); r.Failed {
			o.t.Fatal(r.Message.PlainText(time.UTC))
		}
	}
}

// option sets native options and sends the request: "incident declare services=learn ...".
func (o *office) option(value string) {
	o.req.Options = map[string]string{}
	for k, part := range strings.Split(value, "; ") {
		if k == 0 {
			o.req.Command, o.req.Text, _ = strings.Cut(part, " ")
			continue
		}
		name, v, _ := strings.Cut(part, "=")
		o.req.Options[name] = v
	}
}

// say sends the request and writes the answer and what was announced.
func (o *office) say() string {
	o.t.Helper()
	o.asked++
	o.req.ID = fmt.Sprintf("amherst/%d", o.asked)
	before := o.dump()
	reply := o.Do(o.t.Context(), o.req)
	after := o.dump()
	if reply.Failed && !maps.Equal(before, after) {
		o.t.Errorf("refused, but the store changed: %s %s", o.req.Command, o.req.Text)
	}
	out := reply.Message.PlainText(o.settings.Words.Zone)
	if reply.Failed {
		out = "(refused) " + out
	}
	if reply.Public {
		out = "(for all) " + out
	}
	return out + o.announced()
}

// dump reads all that is stored.
func (o *office) dump() map[string]string {
	out := map[string]string{}
	err := o.db.View(context.Background(), func(tx storage.Tx) error {
		return tx.Scan(nil, nil, 0, func(k, v []byte) (bool, error) {
			out[string(k)] = string(v)
			return true, nil
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// announced writes the announcements made since it was last called.
func (o *office) announced() string {
	var all []desk.Announcement
	table := storage.TableOf[desk.Announcement]("ann")
	err := o.db.View(context.Background(), func(tx storage.Tx) error {
		return table.Scan(tx, nil, nil, 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			all = append(all, a)
			return true, nil
		})
	})
	if err != nil {
		o.t.Fatal(err)
	}
	var out strings.Builder
	for _, a := range all {
		key := fmt.Sprint(a.Subject, a.N)
		if o.told[key] {
			continue
		}
		o.told[key] = true
		fmt.Fprintf(&out, "=> %s %d %s, %s", a.Subject, a.N, a.Kind, a.Reach)
		if a.Snapshot.Held != nil {
			fmt.Fprintf(&out, ", held %s", a.Snapshot.Held.Until.Sub(a.At))
		}
		if len(a.Snapshot.Doubts) > 0 {
			fmt.Fprintf(&out, ", %d doubts", len(a.Snapshot.Doubts))
		}
		out.WriteString("\n")
	}
	return out.String()
}
