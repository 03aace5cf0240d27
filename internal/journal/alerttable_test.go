package journal_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// around is what was done about a failure of a service: how it begins, and how it ends.
// It reports false where it cannot be.
type around struct {
	begin func(*watch, desk.ServiceID) bool
	end   func(*watch)
}

func arounds() map[string]around {
	var number int
	nothing := func(*watch) {}
	return map[string]around{
		"nothing was done": {func(*watch, desk.ServiceID) bool { return true }, nothing},
		"Acknowledge": {func(w *watch, _ desk.ServiceID) bool {
			_, err := w.ApplyAlert(w.t.Context(), w.by(), 1, "ack", desk.Alert.Acknowledge)
			return err == nil
		}, nothing},
		"Hold": {func(w *watch, _ desk.ServiceID) bool {
			_, err := w.ApplyAlert(w.t.Context(), w.by(), 1, "hold", desk.Alert.Hold)
			return err == nil
		}, nothing},
		"Mute": {func(w *watch, id desk.ServiceID) bool {
			w.mutes(100*time.Hour, id)
			return true
		}, func(w *watch) { w.mutes(0, "learn", "network") }},
		"planned work": {func(w *watch, id desk.ServiceID) bool {
			number = w.worksOn(id)
			return true
		}, func(w *watch) { w.done(number) }},
		"open incident": {func(w *watch, id desk.ServiceID) bool {
			for _, i := range w.open() {
				number = i.Number
				return true // the bot's own
			}
			w.declares(id)
			number = w.open()[0].Number
			return true
		}, func(w *watch) { w.does(number, resolve).after(0) }},
	}
}

func (w *watch) open() []desk.Incident {
	w.t.Helper()
	all, err := w.Open(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// worksOn is a window over a service that runs.
func (w *watch) worksOn(id desk.ServiceID) int {
	w.t.Helper()
	p := desk.Plan{Title: "Patch", Planned: desk.Period{From: w.now.Add(time.Second), To: w.now.Add(100 * time.Hour)}, Services: []desk.Affected{{Service: id, Name: string(id)}}}
	a, err := w.Schedule(w.t.Context(), w.by(), p, desk.Override{Urgent: "now", Force: "now"})
	if err != nil {
		w.t.Fatal(err)
	}
	w.after(time.Second)
	return a.Window.Number
}

// happening is a line of the table.
type happening struct {
	rule   bool           // the bot declares incidents of learn
	fails  string         // what is heard first; empty: nothing fails yet
	begins func(*watch)   // before what was done
	about  desk.ServiceID // of what; empty: learn
	event  func(*watch)
	says   func(*watch, around) string // nil: what is told of alerts
	first  bool                        // it cannot be beside an open incident
}

func hears(lines ...string) func(*watch) {
	return func(w *watch) { w.hears(lines...) }
}

func happenings() map[string]happening {
	return map[string]happening{
		"it begins to fail":           {event: hears("login fails learn")},
		"another check sees it":       {rule: true, fails: "login fails learn", event: hears("pingdom fails learn")},
		"it passes":                   {rule: true, fails: "login fails learn", event: hears("login passes learn")},
		"it began to fail and passed": {event: func(w *watch) { w.hears("login fails learn").after(10 * time.Second).hears("login passes learn") }},
		"it comes and goes, and passes": {rule: true, fails: "login fails learn", event: func(w *watch) {
			for range 3 {
				w.hears("login passes learn").after(5 * time.Second).hears("login fails learn").after(5 * time.Second)
			}
			w.hears("login passes learn")
		}},
		"what depends on it fails":      {rule: true, fails: "login fails network", about: "network", event: hears("login fails portal")},
		"somebody declares an incident": {rule: true, fails: "login fails learn", first: true, event: func(w *watch) { w.declares("learn") }},
		"planned work ends, and it fails": {begins: func(w *watch) {
			w.worksOn("learn")
			w.hears("login fails learn")
		}, event: func(w *watch) { w.done(1) }},
		"a monitor is silent for 6 hours": {fails: "pingdom fails learn", event: func(w *watch) { w.forgets().after(6 * time.Hour) }},
		"the countdown to an incident":    {rule: true, fails: "login fails learn", event: func(*watch) {}, says: countdown},
		"the bot's own incident, when all pass": {rule: true, fails: "login fails learn", begins: func(w *watch) { w.after(3 * time.Minute) },
			event: hears("login passes learn"), says: resolved},
		"*Reopen*, half an hour after an incident": {begins: func(w *watch) { w.declares("learn").does(1, resolve).after(29 * time.Minute) },
			event: hears("login fails learn"), says: reopening},
	}
}

// toldOf tells what was said of alerts since the last time.
func (w *watch) toldOf() string {
	w.t.Helper()
	word := ""
	t := storage.TableOf[desk.Announcement]("ann")
	err := w.db.View(w.t.Context(), func(tx storage.Tx) error {
		return t.Scan(tx, t.Key(), t.Key().End(), 0, func(k storage.Key, a desk.Announcement) (bool, error) {
			switch {
			case w.known[string(k)] || a.Subject.Kind != desk.AlertSubject:
			case a.Kind == desk.AlertFlapping:
				word = "told once"
			case a.Reach != desk.ReachEdit && word != "told once":
				word = "told"
			case word == "":
				word = "shown"
			}
			return true, nil
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.forgets()
	return word
}

// saying is when something is told: at once, at the end of what was done, or later.
func saying(w *watch, done around) string {
	w.after(20 * time.Second)
	if word := w.toldOf(); word != "" {
		return word
	}
	done.end(w)
	if word := w.after(20 * time.Second).toldOf(); word != "" {
		return word + " at its end"
	}
	if word := w.after(10 * time.Minute).toldOf(); word != "" {
		return word + " 10 minutes after its end"
	}
	return "not told"
}

func countdown(w *watch, done around) string {
	byBot := func() bool {
		return slices.ContainsFunc(w.open(), func(i desk.Incident) bool { return i.Auto })
	}
	for _, step := range []struct {
		word string
		pass time.Duration
	}{{"goes on", 3 * time.Minute}, {"10 minutes later", 10 * time.Minute}} {
		if w.after(step.pass); byBot() {
			return step.word
		}
	}
	w.after(time.Hour)
	if len(w.open()) == 0 {
		done.end(w)
	}
	if w.after(61 * time.Second); byBot() {
		return "a minute after its end"
	}
	return "stops"
}

func resolved(w *watch, _ around) string {
	if w.after(11 * time.Minute); len(w.open()) == 0 {
		return "resolved"
	}
	return "open"
}

func reopening(w *watch, done around) string {
	word := strings.TrimSpace(strings.TrimPrefix(saying(w, done), "told"))
	a := w.alert(1)
	switch {
	case a.Before != 1 || word == "10 minutes after its end":
		return "not offered"
	case word == "":
		return "offered"
	}
	return "offered " + word
}

// The table of docs/alerts.md is what happens, in each of its fields.
func TestTheTableOfAlerts(t *testing.T) {
	page, err := os.ReadFile("../../docs/alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	var table [][]string
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| ---") {
			fields := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for k := range fields {
				fields[k] = strings.TrimSpace(fields[k])
			}
			table = append(table, fields)
		}
	}
	if len(table) != len(happenings())+1 || len(table[0]) != len(arounds())+1 {
		t.Fatalf("the table has %d lines and %d columns", len(table), len(table[0]))
	}
	for _, line := range table[1:] {
		for k, want := range line[1:] {
			t.Run(line[0]+"/"+table[0][k+1], func(t *testing.T) {
				if got := comesTo(t, line[0], table[0][k+1]); got != want {
					t.Errorf("it is %q, the table says %q", got, want)
				}
			})
		}
	}
}

// comesTo is what something that happens comes to after what was done.
func comesTo(t *testing.T, happens, done string) string {
	h, found := happenings()[happens]
	what, known := arounds()[done]
	if !found || !known {
		return fmt.Sprintf("unknown: %s, %s", happens, done)
	}
	var services []desk.Service
	if h.rule {
		services = []desk.Service{byRule()}
		services[0].DependsOn = []desk.ServiceID{"network"}
	}
	w := newWatch(t, services...)
	if h.fails != "" {
		w.hears(h.fails).after(6 * time.Second)
	}
	if h.begins != nil {
		h.begins(w)
	}
	about := h.about
	if about == "" {
		about = "learn"
	}
	if !what.begin(w, about) {
		return "—"
	}
	w.after(6 * time.Second).forgets()
	if h.first && len(w.open()) > 0 {
		return "—"
	}
	h.event(w)
	if h.says == nil {
		h.says = saying
	}
	return h.says(w, what)
}
