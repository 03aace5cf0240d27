package commands_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage"
)

// typed makes a request of a line as somebody types it.
func (o *office) typed(line string) chat.Reply {
	o.asked++
	o.req.ID = "typed/" + line
	o.req.Command, o.req.Text, _ = strings.Cut(line, " ")
	return o.Do(o.t.Context(), o.req)
}

func plain(r chat.Reply) string { return r.Message.PlainText(time.UTC) }

// Every example that help shows must work where there is what it speaks of.
func TestExamplesOfHelpWork(t *testing.T) {
	for _, h := range wording.AllHelp() {
		t.Run(h.Path, func(t *testing.T) {
			o := newOffice(t)
			o.settings.Access.Admins = append(o.settings.Access.Admins, o.req.Person)
			o.settings.Probes = madeUpProbes{o.req.At}
			o.SetSettings(o.settings)
			o.typed("incident declare learn,mail slow First | one")
			if strings.HasPrefix(h.Path, "incident ended") || strings.HasPrefix(h.Path, "incident reopen") {
				o.req.At = o.req.At.Add(time.Hour)
				o.typed("incident resolve 1")
				o.req.At = o.req.At.Add(time.Hour)
			}
			o.typed("incident declare --separate learn,mail slow Second | two")
			o.typed("incident update 1 two")
			o.typed("incident update 1 three")
			o.typed("incident lead 1 @amherst/U9")
			o.typed("subscribe learn")
			if strings.HasPrefix(h.Path, "window") {
				o.typed("window schedule portal dec 5 04:00 for 3h New disks --yes")
				if slices.Contains([]string{"window complete", "window incident"}, h.Path) {
					o.typed("window start 1 --yes")
				}
			}
			if strings.HasPrefix(h.Path, "probe") {
				o.alertOn("library")
			}
			example := strings.NewReplacer("43 into 42", "2 into 1", "42", "1", "17", "1", "declare learn", "declare library", " 7", " 1").Replace(h.Example)
			r := o.typed(example)
			if n := len(r.Message.Actions); r.Failed && n == 1 && strings.HasPrefix(h.Path, "window") { // it asks first
				r = o.typed(r.Message.Actions[0].Command)
			}
			if r.Failed {
				t.Errorf("%s\n%s", example, plain(r))
			}
		})
	}
}

// alertOn has two monitors see a service fail that has a rule, so that all can be done
// about its alert.
func (o *office) alertOn(id desk.ServiceID) {
	places := o.book.Places()
	services := places.Catalog.Services()
	for k := range services {
		services[k].AutoDeclare, services[k].AutoImpact = time.Hour, desk.Major
	}
	places.Catalog = desk.NewCatalog(services)
	o.book.SetPlaces(places)
	o.hear("pingdom fails " + string(id))
	o.hear("alertsite fails " + string(id))
}

func TestEveryVerbHasHelp(t *testing.T) {
	o := newOffice(t)
	for _, command := range []string{"incident", "window", "probe", "service", "belltower"} {
		answer := plain(o.typed(command + " xyzzyxyzzy"))
		_, list, _ := strings.Cut(answer, "There are: ")
		list, _, _ = strings.Cut(list, ".")
		for name := range strings.SplitSeq(list, ", ") {
			path := command + " " + strings.TrimSpace(name)
			_, own := wording.HelpOf(path)
			_, other := wording.HelpOf(name)
			if !own && !other && name != "help" && name != "and more" && name != "incident" && name != "window" && name != "probe" && name != "service" && name != "belltower" {
				t.Errorf("%q has no help", path)
			}
		}
	}
}

// Notes, and who was told, are for staff: the answer says so to who shows it.
func TestWhatIsForStaffIsMarked(t *testing.T) {
	o := newOffice(t)
	o.settings.Access.Admins = append(o.settings.Access.Admins, o.req.Person)
	o.SetSettings(o.settings)
	o.typed("incident declare learn down")
	for line, want := range map[string]bool{
		"incident timeline 1": true, "incident deliveries 1": true, "belltower audit": true, "probe list": true,
		"incident list": false, "incident show 1": false, "status": false, "incident timeline 9": false, "incident update 1 two": false,
	} {
		if r := o.typed(line); r.Staff != want {
			t.Errorf("%s: %v: %s", line, r.Staff, plain(r))
		}
	}
}

// A request that comes again is answered as the first time, whatever it did, and
// changes nothing more.
func TestRepeatsAreAnsweredAsTheFirstTime(t *testing.T) {
	lines := []string{
		"incident declare learn down --next 45m", "incident update Working on it, write to a@b.edu", "incident impact slow",
		"incident services +portal", "incident title Another", "incident lead me", "incident began 03:52", "incident note For us",
		"incident edit Better words", "incident retract", "incident declare portal slow", "incident resolve", "incident reopen Again",
		"incident tell", "incident resolve portal", "incident ended 2 03:59:59", "incident declare mail slow", "incident declare library slow",
		"incident merge 4 into 3", "incident drill learn down", "subscribe boston/C1 all", "unsubscribe boston/C1 all",
		"belltower hold amherst", "belltower release amherst",
		"window schedule mail dec 5 04:00 for 3h New disks --yes", "window move dec 6 04:00 --yes", "window extend 1 1h --yes", "window hold",
		"window start --yes", "window extend 30m --yes", "window complete Done.", "window schedule mail dec 7 04:00 for 3h New disks --yes", "window cancel mail Not needed. --yes",
		"window schedule portal every wednesday 04:00 from 2026-12-09 for 3h Patches --yes", "window cancel 3 dec 23 Holidays --yes", "window move 3 dec 30 to dec 31 04:00 --yes",
		"window start 3 dec 9 --yes", "window incident portal down It fails.", "incident nothing-new portal", "incident snooze portal 20m", "window cancel 3 Never again --yes",
	}
	o := newOffice(t)
	o.settings.Access.Admins = append(o.settings.Access.Admins, o.req.Person)
	o.SetSettings(o.settings)
	for _, line := range lines {
		o.req.At = o.req.At.Add(time.Second)
		first := o.typed(line)
		if first.Failed != strings.Contains(line, "03:59:59") {
			t.Errorf("%s\n%s", line, plain(first))
		}
		before := o.dump()
		again := o.Do(t.Context(), o.req)
		if diff := cmp.Diff(plain(first), plain(again)); diff != "" {
			t.Errorf("%s (-first +again):\n%s", line, diff)
		}
		if !maps.Equal(before, o.dump()) {
			t.Errorf("%s: the repeat changed the store", line)
		}
	}
}

// Buttons hold command lines: pressing one does what it says.
func TestButtonsAreCommands(t *testing.T) {
	o := newOffice(t)
	r := o.typed("incident delcare lern dwn | It fails.")
	for range 3 {
		if len(r.Message.Actions) != 1 {
			t.Fatalf("no way on:\n%s", plain(r))
		}
		r = o.typed(r.Message.Actions[0].Command)
	}
	if r.Failed || !strings.Contains(plain(r), "INC-1 is open: Learn System is not available.") {
		t.Errorf("three corrections later:\n%s", plain(r))
	}
}

// A line that is too long for a button is not offered as one.
func TestButtonsFitEveryPlatform(t *testing.T) {
	o := newOffice(t)
	o.typed("incident declare learn down")
	o.typed("incident declare portal down")
	r := o.typed("incident update " + strings.Repeat("x", desk.MaxText))
	if !r.Failed || len(r.Message.Actions) != 0 {
		t.Errorf("offered %v", r.Message.Actions)
	}
}

// Nor are more than all fit one answer.
func TestAllButtonsTogetherFit(t *testing.T) {
	o := newOffice(t)
	for range 10 {
		o.req.At = o.req.At.Add(time.Second)
		o.typed(fmt.Sprintf("incident declare --separate learn down %d", o.asked))
	}
	r := o.typed("incident update " + strings.Repeat("x", 1500))
	if !r.Failed || len(r.Message.Actions) != 3 {
		t.Errorf("offered %d buttons", len(r.Message.Actions))
	}
	r = o.typed("incident declare learn down | " + strings.Repeat("x", desk.MaxText))
	for _, a := range r.Message.Actions {
		t.Errorf("offered %.60s...", a.Command)
	}
}

// What was resolved lately is found behind many that were declared after it, and
// beside another it is asked which.
func TestTheOneThatWasResolvedIsFoundAmongMany(t *testing.T) {
	o := newOffice(t)
	o.typed("incident declare learn slow")
	for k := range 12 {
		o.typed(fmt.Sprintf("incident declare --separate learn slow Title %d", k))
	}
	o.typed("incident resolve 1")
	o.req.At = o.req.At.Add(6 * 24 * time.Hour)
	o.typed("incident resolve 13")
	if got := plain(o.typed("incident reopen Again.")); !strings.HasPrefix(got, "More than one incident may be meant.") {
		t.Error(got)
	}
	o.req.At = o.req.At.Add(2 * 24 * time.Hour)
	if got := plain(o.typed("incident reopen Once more.")); !strings.HasPrefix(got, "INC-13 is open again") {
		t.Error(got)
	}
}

// Pages hold long texts in small numbers.
func TestPagesAreShort(t *testing.T) {
	o := newOffice(t)
	o.typed("incident declare learn down")
	for k := range 10 {
		o.req.At = o.req.At.Add(time.Second)
		o.typed(fmt.Sprintf("incident update 1 %d %s", k, strings.Repeat("words ", 200)))
	}
	for page := 1; page <= 3; page++ {
		r := o.typed(fmt.Sprintf("incident timeline 1 page %d", page))
		if text := plain(r); r.Failed || len(text) > 4000 || len(text) < 1000 {
			t.Errorf("page %d has %d bytes:\n%s", page, len(text), text)
		}
	}
}

func TestAnswersWhenTheRecordFails(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{storage.ErrUnavailable, "This could not be stored, so nothing was done and nobody was told."},
		{storage.ErrUnknown, "It is not known whether this was stored."},
		{context.DeadlineExceeded, "It is not known whether this was stored."},
		{errors.New("a bug"), "Something failed in the bot. It may not have been stored."},
	}
	for _, tt := range tests {
		o := newOffice(t)
		var log strings.Builder
		j := journal.New(failing{o.db, tt.err}, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{})
		c := commands.New(j, slog.New(slog.NewTextHandler(&log, nil)), o.settings)
		o.req.Command, o.req.Text = "incident", "declare learn down Title of it"
		r := c.Do(t.Context(), o.req)
		if !r.Failed || !strings.HasPrefix(plain(r), tt.want) {
			t.Errorf("%v: %s", tt.err, plain(r))
		}
		if !strings.Contains(log.String(), tt.err.Error()) || strings.Contains(log.String(), "Title of it") {
			t.Errorf("the log says %q", log.String())
		}
	}
}

// failing is a store whose writes fail.
type failing struct {
	storage.DB
	err error
}

func (f failing) Update(context.Context, func(storage.Tx) error) error { return f.err }

// FuzzDo types anything: no panic, always a sentence, and a refusal changes nothing.
func FuzzDo(f *testing.F) {
	for _, s := range []string{
		"incident declare learn down", "incident update 1 identified: x", "incident services 1 +portal:slow -learn", "belltower why 1",
		"subscribe all windows", "unsubscribe", "status here", "incident edit 1 #1 x", "incident merge 1 into 1", "incident list 30d page 2", "belltower help x",
		"incident impact", "incident began 1 nov 1 01:30", "incident lead 1 @amherst/U1", "belltower hold all x", "incident retract", "incident declare learn:",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		o := newOffice(t)
		o.typed("incident declare learn down")
		before := o.dump()
		r := o.typed(line)
		if len(r.Message.Summary) == 0 || plain(r) == "\n" {
			t.Errorf("%q has no answer", line)
		}
		if r.Failed && !maps.Equal(before, o.dump()) {
			t.Errorf("%q was refused, but the store changed", line)
		}
	})
}
