package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// planned schedules work that has not begun (WIN-1), work that goes on (WIN-2), and work
// that is repeated (WIN-3).
func (o *office) planned() {
	o.t.Helper()
	for _, line := range []string{
		"window schedule mail dec 5 22:00 for 2h New disks --yes", "window schedule portal dec 5 22:00 for 2h New pages --yes",
		"window schedule library every wednesday 04:00 for 3h Patches --yes", "window start 2 --yes",
	} {
		if r := o.typed(line); r.Failed {
			o.t.Fatal(line, plain(r))
		}
	}
}

// Where forms can be opened, a bare verb opens one, and so does one with a window.
func TestWhichWindowOpensAForm(t *testing.T) {
	for line, title := range map[string]string{
		"window schedule": "Schedule work", "belltower window schedule": "Schedule work", "window move": "Move WIN-1", "window move mail": "Move WIN-1", "window move win-1": "Move WIN-1",
		"window extend": "Extend WIN-2", "window extend #1": "Extend WIN-1", "window cancel": "Cancel WIN-1", "window cancel 2": "Cancel WIN-2", "window cancel 3": "Cancel WIN-3",
		"window complete": "Complete WIN-2", "window incident portal": "WIN-2 to incident",
		"window schedule --urgent mail tomorrow 04:00 for 1h Disks": "Do it all the same",
		"window move 3": "", "window complete 1": "", "window incident 1": "", "window move 2": "", "window start": "", "window hold": "", "window list": "", "window show 1": "",
		"window extend 1 1h": "", "window cancel 1 Not needed.": "", "window complete 2 --yes": "", "window cancel 9": "", "window start 1 --force": "Do it all the same", "window hold 1 --force": "", "window extend 3": "",
	} {
		t.Run(line, func(t *testing.T) {
			o := newOffice(t)
			o.planned()
			o.req.Forms = true
			r := o.typed(line)
			if title == "" && r.Form != nil {
				t.Errorf("opened %q", r.Form.Title)
			}
			if title != "" && (r.Form == nil || r.Form.Title != title || plain(r) == "") {
				t.Errorf("opened %+v, want %q:\n%s", r.Form, title, plain(r))
			}
		})
	}
}

// presses presses a button of a reply, as a platform with forms does.
func (o *office) presses(r chat.Reply, label string) chat.Reply {
	o.t.Helper()
	for _, a := range r.Message.Actions {
		if a.Label != label {
			continue
		}
		command, options := chat.ParseValue(a.Value())
		o.req.Command, o.req.Text, _ = strings.Cut(command, " ")
		o.req.ID, o.req.Options, o.req.Filled, o.req.Forms = "pressed/"+a.Value(), options, options != nil, true
		reply := o.Do(o.t.Context(), o.req)
		o.req.Options, o.req.Filled, o.req.Forms = nil, false, false
		return reply
	}
	o.t.Fatalf("there is no button %q:\n%s", label, plain(r))
	return chat.Reply{}
}

// A form asks first, too; its button holds what was filled in as it is.
func TestAFormThatPlansWork(t *testing.T) {
	o := newOffice(t)
	ask := o.fills("window schedule", map[string]string{
		"services": "learn,portal", "effect": "degraded", "when": "dec 5 04:00", "for": "3h", "title": "One | two --yes", "details": `"quoted" | next 45m`,
	})
	if got := plain(ask); !strings.HasPrefix(got, "Schedule this work on Learn System and Portal?") || !strings.Contains(got, "One | two --yes") {
		t.Fatal(got)
	}
	o.req.At = o.req.At.Add(24 * time.Hour) // the same time is meant
	done := plain(o.presses(ask, "Schedule it"))
	for _, want := range []string{"WIN-1 is scheduled", "One | two --yes", `"quoted" | next 45m`, "5 December 2026, 4:00 AM EST", "may be slow"} {
		if !strings.Contains(done, want) {
			t.Errorf("no %q in:\n%s", want, done)
		}
	}
	moved := o.presses(o.fills("window move 1", map[string]string{"when": "dec 5 05:00"}), "Move it")
	if got := plain(moved); !strings.Contains(got, "WIN-1 is moved.") || !strings.Contains(got, "It lasts 3 hours, until Saturday, 5 December 2026, 8:00 AM EST") {
		t.Error(got)
	}
	if got := plain(o.presses(o.fills("window extend 1", nil), "Extend it")); !strings.Contains(got, "It lasts 3 hours 30 minutes") {
		t.Error(got)
	}
	if got := plain(o.presses(o.fills("window cancel 1", map[string]string{"reason": "Not --yes needed"}), "Cancel it")); !strings.Contains(got, "WIN-1 is cancelled.\n> Not --yes needed") {
		t.Error(got)
	}
}

// What is being tested is completed by its tests, or by a form that wants a remark.
func TestTheSecondTimeWorkIsDoneARemarkIsNeeded(t *testing.T) {
	o := newOffice(t)
	o.stage("tested")
	o.planned()
	o.typed("window complete 2 --yes")
	asks := o.typed("window complete win-2 --yes")
	if got := plain(asks); !asks.Failed || !strings.HasPrefix(got, "The work of WIN-2 is done, and it is being tested.") {
		t.Fatal(got)
	}
	f := o.presses(asks, "Complete WIN-2 with a remark").Form
	if f == nil || f.Fields[0].Optional || f.Submit != "Complete WIN-2" {
		t.Fatalf("%+v", f)
	}
	empty := o.fills("window complete 2", map[string]string{"message": " "})
	if !empty.Failed || empty.Field != "message" {
		t.Errorf("an empty remark: %+v", empty)
	}
	if got := plain(o.fills("window complete 2", map[string]string{"message": "The mail of an hour comes late."})); !strings.Contains(got, "WIN-2 is completed.") {
		t.Error(got)
	}
}

// What speaks against a time is overridden by a button, which asks for the reason, and
// then asks first as ever.
func TestTheReasonIsAskedFor(t *testing.T) {
	for _, fill := range []bool{false, true} {
		o := newOffice(t)
		refused := o.typed("window schedule mail tomorrow 04:00 for 3h New disks | Save your work.")
		if fill {
			refused = o.fills("window schedule", map[string]string{"services": "mail", "when": "tomorrow 04:00", "for": "3h", "title": "New disks", "details": "Save your work."})
		}
		asks := o.presses(refused, "Do it all the same, and say why")
		if asks.Form == nil || asks.Form.Title != "Do it all the same" {
			t.Fatal(plain(asks))
		}
		o.req.Command, o.req.Text, _ = strings.Cut(asks.Form.Command, " ")
		o.req.ID, o.req.Options, o.req.Filled = "reason", map[string]string{"reason": `the "vendor" asked`}, true
		confirm := o.Do(t.Context(), o.req)
		o.req.Options, o.req.Filled = nil, false
		if got := plain(o.presses(confirm, "Schedule it")); !strings.Contains(got, "WIN-1 is scheduled") || !strings.Contains(got, "Save your work.") {
			t.Fatal(got)
		}
		o.stage("admin")
		if got := plain(o.typed("belltower audit")); !strings.Contains(got, `Reason: the "vendor" asked`) {
			t.Error(got)
		}
	}
}

// A form whose texts cannot be typed is filled in once more, with the reason, and keeps
// what it held.
func TestTheReasonIsAskedForInTheForm(t *testing.T) {
	o := newOffice(t)
	o.typed("window schedule mail tomorrow 04:00 for 1h Other disks --urgent \"they failed\" --yes")
	fields := map[string]string{"services": "mail", "effect": "degraded", "when": "tomorrow 04:00", "for": "3h", "title": `New "fast" disks`, "details": "Save your work.\nThen log out."}
	refused := o.fills("window schedule", fields)
	for k, reason := range []string{"the vendor asked", "it is one team"} { // short notice, then the other work
		asks := o.presses(refused, "Do it all the same, and say why")
		if asks.Form == nil || asks.Form.Title != "Do it all the same" || asks.Form.Fields[0].Name != "reason" {
			t.Fatal(plain(asks))
		}
		options := map[string]string{"reason": reason}
		for _, f := range asks.Form.Fields {
			if len(f.Initial) > 0 {
				options[f.Name] = strings.Join(f.Initial, ",")
			}
		}
		if k == 0 && (options["when"] != "2026-11-28 04:00" || options["for"] != "3h") {
			t.Errorf("its time is shown as %s for %s", options["when"], options["for"])
		}
		o.req.Command, o.req.Text, _ = strings.Cut(asks.Form.Command, " ")
		o.req.ID, o.req.Options, o.req.Filled = reason, options, true
		refused = o.Do(t.Context(), o.req)
		o.req.Options, o.req.Filled = nil, false
	}
	if got := plain(o.presses(refused, "Schedule it")); !strings.Contains(got, "WIN-2 is scheduled") || !strings.Contains(got, `New "fast" disks`) || !strings.Contains(got, "> Save your work.\n> Then log out.") || !strings.Contains(got, "may be slow") {
		t.Fatal(got)
	}
	o.stage("admin")
	if got := plain(o.typed("belltower audit")); !strings.Contains(got, "Then log out. Reason: the vendor asked; it is one team") {
		t.Error(got)
	}
}

// A time that is free is taken with the texts of a form as they are.
func TestAFreeTimeIsTakenWithTheForm(t *testing.T) {
	o := newOffice(t)
	refused := o.fills("window schedule", map[string]string{"services": "learn", "when": "tomorrow 02:00", "for": "1h", "title": `New "fast" disks`})
	got := plain(o.presses(o.presses(refused, refused.Message.Actions[0].Label), "Schedule it"))
	if !strings.Contains(got, "WIN-1 is scheduled") || !strings.Contains(got, `New "fast" disks`) || !strings.Contains(got, "28 November 2026, 4:00 AM EST") {
		t.Error(got)
	}
}

// What options of a platform say that cannot be typed is confirmed as it is.
func TestOptionsThatCannotBeTyped(t *testing.T) {
	o := newOffice(t)
	o.req.Options = map[string]string{"services": "mail", "when": "dec 5 04:00", "for": "1h", "title": `New "fast" disks | now`}
	asks := o.typed("window schedule")
	o.req.Options = nil
	if got := plain(o.presses(asks, "Schedule it")); !strings.Contains(got, `New "fast" disks | now`) {
		t.Error(got)
	}
}

// Without forms the line to type is said instead.
func TestTheReasonIsTyped(t *testing.T) {
	o := newOffice(t)
	refused := o.typed("window schedule mail tomorrow 04:00 for 3h New disks")
	typed := o.typed(refused.Message.Actions[0].Command)
	if got := plain(typed); !typed.Failed || !strings.Contains(got, `Like: window schedule --urgent "the vendor asked for it" mail down 2026-11-28T04:00:00-05:00 for 3h New disks`) {
		t.Error(got)
	}
	o.stage("language es")
	if got := plain(o.typed(refused.Message.Actions[0].Command)); !strings.Contains(got, `Por ejemplo: window schedule --urgent "lo pidió el proveedor" mail`) {
		t.Error(got)
	}
}

// A refusal of a form about planned work names its field.
func TestRefusalsOfWindowsNameTheirField(t *testing.T) {
	all := func(fields ...string) map[string]string {
		out := map[string]string{"services": "learn", "when": "dec 5 04:00", "for": "3h", "title": "Disks"}
		for k := 0; k < len(fields); k += 2 {
			out[fields[k]] = fields[k+1]
		}
		return out
	}
	for _, tc := range []struct {
		line   string
		fields map[string]string
		field  string
	}{
		{"window schedule", all("services", "learn,protal"), "services"},
		{"window schedule", all("when", "soon"), "when"},
		{"window schedule", all("when", "today 03:00"), "when"},
		{"window schedule", all("for", "long"), "for"},
		{"window schedule", all("for", "20d"), "for"},
		{"window schedule", all("title", " "), "title"},
		{"window schedule", all("title", strings.Repeat("t", 121)), "title"},
		{"window schedule", all("details", "a\u202eb"), "details"},
		{"window move 1", map[string]string{"when": "soon"}, "when"},
		{"window extend 1", map[string]string{"for": "0m"}, "for"},
		{"window cancel 1", map[string]string{"reason": strings.Repeat("r", 301)}, "reason"},
		{"window complete 2", map[string]string{"message": strings.Repeat("r", 301)}, "message"},
		{"window incident 2", map[string]string{"message": "a\u202eb"}, "message"},
	} {
		o := newOffice(t)
		o.planned()
		r := o.fills(tc.line, tc.fields)
		if !r.Failed || r.Field != tc.field || len(r.Message.Actions) != 0 {
			t.Errorf("%s %v: field %q\n%s", tc.line, tc.fields, r.Field, plain(r))
		}
	}
}

// Every form about planned work fits the limits of a platform.
func TestFormsOfWindowsFit(t *testing.T) {
	o := newOffice(t)
	o.planned()
	for _, line := range []string{"window schedule", "window move 1", "window extend 2", "window cancel 3", "window complete 2", "window incident 2", "window extend 1 --force 1h"} {
		o.req.Forms = true
		f := o.typed(line).Form
		if f == nil || len([]rune(f.Title)) > 24 || len([]rune(f.Submit)) > 24 {
			t.Errorf("%s: %+v", line, f)
		}
	}
}
