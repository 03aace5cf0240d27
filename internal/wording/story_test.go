package wording

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

var update = flag.Bool("update", false, "write the golden files anew")

var eastern = func() *time.Location {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	return zone
}()

func campus() Context { return campusIn(nil) }

// campusIn is a campus that reads a language.
func campusIn(l *Language) Context {
	c := Context{
		Language:     l,
		Languages:    map[desk.ConnectionName]*Language{"mayaguez": Spanish()},
		Organization: "Example University",
		StatusURL:    "https://status.example.edu",
		Zone:         eastern,
		Catalog: desk.NewCatalog([]desk.Service{
			{ID: "learn", Name: "Learn System", Aliases: []string{"blackboard"}, Group: "Teaching and learning",
				Advice:       "Please treat this time as lab closed: no exams, no course meetings.",
				AdviceOutage: "Work of the last minutes may not be saved. If you are in an exam, keep this page open."},
			{ID: "portal", Name: "Student Portal"},
			{ID: "mail", Name: "Mail", AdviceOutage: "Mail is kept and comes later. You need not send it again."},
			{ID: "wifi", Name: "Campus Wi-Fi"},
			{ID: "print", Name: "Printing"},
			{ID: "library", Name: "Library Catalog"},
		}),
	}
	services := slices.Clone(c.Catalog.Services())
	for k := range services {
		services[k].AdviceIn = map[string]string{"es": spoken()[services[k].Advice]}
		services[k].AdviceOutageIn = map[string]string{"es": spoken()[services[k].AdviceOutage]}
	}
	c.Catalog = desk.NewCatalog(services)
	return c
}

// story tells one incident by the real rules of the desk; its clock stands until
// it is moved.
type story struct {
	t    testing.TB
	in   Context
	now  time.Time
	inc  desk.Incident
	said []*desk.Announcement
}

func begin(t testing.TB) *story { return beginIn(t, campus()) }

// beginIn is a story whose people type what its campus reads.
func beginIn(t testing.TB, in Context) *story {
	return &story{t: t, in: in, now: time.Date(2026, 12, 4, 3, 55, 0, 0, eastern).UTC()}
}

// typed is what people type, in their language.
func (s *story) typed(english string) string { return typedIn(s.t, s.in, english) }

// typedOr is what people type, or the ready sentence where they type nothing.
func (s *story) typedOr(english, ready string) string {
	if english == "" {
		return ready
	}
	return s.typed(english)
}

func (s *story) act() desk.Act {
	return desk.Act{By: desk.Person{Connection: "amherst", ID: "U0RESPONDER"}, At: s.now}
}

func (s *story) at(clock string) *story {
	s.t.Helper()
	var h, m int
	if _, err := fmt.Sscanf(clock, "%d:%d", &h, &m); err != nil {
		s.t.Fatal(err)
	}
	next := time.Date(2026, 12, 4, h, m, 0, 0, eastern).UTC()
	if next.Before(s.now) {
		next = next.AddDate(0, 0, 1)
	}
	s.now = next
	return s
}

func (s *story) take(c desk.Change, err error) *story {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.inc = c.Incident
	if c.Announce != nil {
		a := *c.Announce
		a.N = len(s.said) + 1
		s.said = append(s.said, &a)
	}
	return s
}

func affected(ids ...string) (out []desk.Affected) {
	for _, id := range ids {
		id, status, _ := strings.Cut(id, ":")
		out = append(out, desk.Affected{Service: desk.ServiceID(id), Name: campus().Catalog.Name(desk.ServiceID(id)), Status: desk.ServiceStatus(status)})
	}
	return out
}

func (s *story) declare(d desk.Declaration) *story {
	s.t.Helper()
	d.Title, d.Text = s.typedOr(d.Title, s.in.ReadyTitle(d.Services)), s.typedOr(d.Text, s.in.ReadyText())
	d.In = desk.Channel{Connection: "amherst", ID: "C0OPS"}
	return s.take(desk.Declare(42, d, s.act()))
}

func (s *story) learnDown() *story {
	s.t.Helper()
	return s.declare(desk.Declaration{Services: affected("learn"), Impact: desk.Critical, Began: s.now.Add(-3 * time.Minute)})
}

func (s *story) loginFails() *story {
	s.t.Helper()
	return s.declare(desk.Declaration{
		Services: affected("learn"), Impact: desk.Major, Title: "Login fails for everyone",
		Text: "The login page shows an error.", Next: 20 * time.Minute, Began: s.now.Add(-3 * time.Minute),
	})
}

func (s *story) update(status desk.IncidentStatus, text string) *story {
	s.t.Helper()
	return s.take(s.inc.Update(desk.Progress{Status: status, Text: s.typed(text), Next: 20 * time.Minute}, s.act()))
}

func (s *story) resolve(text string) *story {
	s.t.Helper()
	return s.take(s.inc.Resolve(s.typedOr(text, s.in.ReadyEnd(s.inc)), s.act()))
}

// proving is what tests have to show.
func proving() desk.Proving { return desk.Proving{Gated: true, Passes: 3, Limit: 30 * time.Minute} }

// end says that it is resolved, where tests have still to show it.
func (s *story) end(text string) *story {
	s.t.Helper()
	return s.take(s.inc.End(desk.Ending{Text: s.typedOr(text, s.in.ReadyEnd(s.inc))}, proving(), s.act()))
}

func (s *story) fail(tests ...string) *story {
	s.t.Helper()
	due, _ := s.inc.NotPassed(tests, s.act())
	return s.take(due.Change, nil)
}

func (s *story) newest() *desk.Announcement { return s.said[len(s.said)-1] }

// forms are all that a story's newest announcement makes of posts; fold is how
// many announcements a reply says.
func (s *story) forms(fold int) string { return formsOf(s.in, s.said, fold) }

func formsOf(in Context, said []*desk.Announcement, fold int) string {
	a := said[len(said)-1]
	root := chat.PostID("root")
	if len(said) == 1 || fold > len(said) {
		root = ""
	}
	base := chat.Delivery{Subject: a.Subject, N: a.N, Snapshot: &a.Snapshot, Root: root}
	ops := base
	ops.Ops = true
	out := "== ops card\n" + transcript(in.Post(ops))
	if a.Snapshot.Scope().OpsOnly {
		return out
	}
	out += "\n== channel root\n" + transcript(in.Post(base))
	if root == "" || len(audible(said[len(said)-fold:])) == 0 {
		return out
	}
	reply := base
	reply.Said = said[len(said)-fold:]
	out += "\n== thread reply\n" + transcript(in.Post(reply))
	reply.Broadcast = true
	out += "\n== broadcast\n" + transcript(in.Post(reply))
	reply.Ops = true
	return out + "\n== ops reply\n" + transcript(in.Post(reply))
}

// transcript shows a message as a person would read it, with what its marks mean.
func transcript(m chat.Message) string {
	var b strings.Builder
	text := func(t chat.Text) string { return t.PlainText(eastern) }
	fmt.Fprintf(&b, "[%s] %s\n", m.Tone, text(m.Summary))
	for _, l := range m.Lines {
		mark := map[chat.LineKind]string{chat.Paragraph: "", chat.Quote: "> ", chat.Item: "* ", chat.Heading: "# "}[l.Kind]
		fmt.Fprintf(&b, "    %s%s\n", mark, strings.ReplaceAll(text(l.Text), "\n", "\n    "+mark))
	}
	for _, f := range m.Facts {
		fmt.Fprintf(&b, "    %s: %s\n", f.Label, text(f.Value))
	}
	for _, c := range m.Context {
		fmt.Fprintf(&b, "    ~ %s\n", text(c))
	}
	for _, a := range m.Actions {
		fmt.Fprintf(&b, "    (%s) %s%s\n", a.Label, a.Command, confirmed(a))
	}
	return b.String()
}

func confirmed(a chat.Action) string {
	if a.Confirm == "" {
		return ""
	}
	return " | first asks: " + a.Confirm
}

// golden holds what a campus reads against the file of its language.
func golden(t *testing.T, in Context, name, got string) {
	t.Helper()
	folder := "posts"
	if in.Language != nil {
		folder += "_" + in.Language.Code
	}
	path := filepath.Join("testdata", folder, name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// inEach tells a story in each language.
func inEach(t *testing.T, tell func(*testing.T, Context)) {
	t.Run("English", func(t *testing.T) { tell(t, campus()) })
	t.Run("Spanish", func(t *testing.T) { tell(t, campusIn(Spanish())) })
}
