package commands_test

import (
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/chat"
)

// Where forms can be opened, a bare verb or one and a number opens one; what says
// more, or --yes, is done.
func TestWhatOpensAForm(t *testing.T) {
	for line, title := range map[string]string{
		"incident declare": "Declare an incident", "belltower incident declare": "Declare an incident", "incident drill": "Declare a drill",
		"incident update": "Update INC-1", "incident update 1": "Update INC-1", "incident update learn": "Update INC-1", "incident resolve #1": "Resolve INC-1",
		"incident retract inc-1": "Take INC-1 back", "incident edit 1": "Edit INC-1", "incident edit #1": "Edit INC-1", "incident edit 1 #1": "Edit INC-1",
		"incident change 1": "Change INC-1", "incident note": "Add to an incident", "incident note 1": "Add to an incident", "subscribe": "Subscribe this channel",
		"incident declare portal slow": "", "incident update 1 We look.": "", "incident resolve 1 --yes": "", "incident retract 1 --yes": "", "subscribe learn": "",
		"incident resolve 7": "", "incident update portal": "", "incident edit 1 #9": "", "unsubscribe": "", "status": "",
		"incident impact": "Impact of INC-1", "incident services learn": "Services of INC-1", "incident title 1": "Title of INC-1", "incident lead": "Lead of INC-1", "incident began #1": "When INC-1 began",
		"incident reopen 2": "Reopen INC-2", "incident reopen": "Reopen INC-2", "incident ended": "When INC-2 ended", "incident title 2": "Title of INC-2",
		"probe declare": "Declare an incident", "probe declare 1": "Declare an incident", "probe declare --yes 1": "", "probe declare learn": "", "probe declare 9": "",
		"probe mute": "Mute failures", "probe mute ALR-1": "Mute failures", "probe mute 1 1h": "", "probe mute portal": "", "probe ack": "", "probe ack 1": "",
		"probe unmute": "Tell failures again", "probe unmute mail": "", "service sorry": "Sorry page", "service sorry learn": "", "service sorry learn on": "",
		"incident reopen 1": "", "incident ended 1": "", "incident lead 2": "", "incident lead me": "", "incident impact slow": "", "incident title 1 Slow": "", "incident merge": "",
	} {
		t.Run(line, func(t *testing.T) {
			o := newOffice(t)
			o.typed("incident declare learn down")
			o.typed("incident declare mail slow")
			o.typed("incident resolve 2")
			o.typed("probe mute mail")
			o.hear("pingdom fails library")
			o.req.Forms = true
			before := o.dump()
			r := o.typed(line)
			switch {
			case title == "" && r.Form != nil:
				t.Errorf("opened %q", r.Form.Title)
			case title != "" && r.Form == nil:
				t.Errorf("opened none:\n%s", plain(r))
			case title != "" && r.Form.Title != title:
				t.Errorf("opened %q, want %q", r.Form.Title, title)
			}
			if r.Form == nil {
				return
			}
			if !maps.Equal(before, o.dump()) {
				t.Error("opening it changed the store")
			}
			if plain(r) == "" || utf8.RuneCountInString(r.Form.Title) > 24 || utf8.RuneCountInString(r.Form.Submit) > 24 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// fills sends a form as it was opened, with some fields filled in.
func (o *office) fills(line string, fields map[string]string) chat.Reply {
	o.t.Helper()
	o.req.Forms = true
	r := o.typed(line)
	if r.Form == nil {
		o.t.Fatalf("%s opens no form:\n%s", line, plain(r))
	}
	options := map[string]string{}
	for _, f := range r.Form.Fields {
		if len(f.Initial) > 0 {
			options[f.Name] = strings.Join(f.Initial, ",")
		}
	}
	maps.Copy(options, fields)
	o.req.Options, o.req.Filled, o.req.ID = options, true, "filled/"+line
	o.req.Command, o.req.Text, _ = strings.Cut(r.Form.Command, " ")
	reply := o.Do(o.t.Context(), o.req)
	o.req.Options, o.req.Filled, o.req.Forms = nil, false, false
	return reply
}

// The forms about what checks see do what is typed.
func TestAlertFormsDoWhatIsTyped(t *testing.T) {
	for _, tc := range []struct {
		line   string
		fields map[string]string
		want   string
	}{
		{"probe declare 1", map[string]string{"impact": "critical", "title": "Nothing is found", "next": "30m"}, "INC-1 is open: Library Catalog is not available."},
		{"probe declare 1", nil, "INC-1 is open: Library Catalog is partly not available."},
		{"probe declare", map[string]string{"alert": "2"}, "INC-1 is open: Mail is partly not available."},
		{"probe mute", map[string]string{"services": "learn,mail", "for": "2d"}, "Failures of Learn System and Mail are not told until"},
		{"probe mute 2", nil, "Failures of Mail are not told until"},
		{"probe unmute", nil, "Failures of Portal are told again."},
		{"service sorry", map[string]string{"state": "on", "reason": "We look."}, "The sorry page of Learn System is up."},
	} {
		o := newOffice(t)
		o.typed("probe mute portal 7d")
		o.hear("pingdom fails library")
		o.req.At = o.req.At.Add(time.Hour) // else they are one alert
		o.hear("alertsite fails mail")
		if r := o.fills(tc.line, tc.fields); r.Failed || !strings.HasPrefix(plain(r), tc.want) {
			t.Errorf("%s %v:\n%s", tc.line, tc.fields, plain(r))
		}
	}
}

// A refusal names the field that it is about.
func TestRefusalsNameTheirField(t *testing.T) {
	for _, tc := range []struct {
		line   string
		fields map[string]string
		field  string
	}{
		{"incident declare", map[string]string{"services": "learn", "impact": "minor", "title": "a\u202eb"}, "title"},
		{"incident declare", map[string]string{"services": "learn", "impact": "minor", "title": strings.Repeat("t", 121), "message": "m"}, "title"},
		{"incident declare", map[string]string{"services": "learn", "impact": "minor", "since": "tomorrow"}, "since"},
		{"incident declare", map[string]string{"services": "learn", "impact": "minor", "next": "soon"}, "next"},
		{"incident declare", map[string]string{"services": "learn,protal", "impact": "minor"}, "services"},
		{"incident update 1", map[string]string{"message": " "}, "message"},
		{"incident update 1", map[string]string{"message": "m", "status": "resolved", "next": "1h"}, "next"},
		{"incident retract 1", map[string]string{"reason": strings.Repeat("r", 301)}, "reason"},
		{"subscribe", map[string]string{"target": "learn", "kinds": "windows", "least": "critical"}, "least"},
	} {
		o := newOffice(t)
		o.typed("incident declare learn,portal down")
		before := o.dump()
		r := o.fills(tc.line, tc.fields)
		if !r.Failed || r.Field != tc.field || len(r.Message.Actions) != 0 || !maps.Equal(before, o.dump()) {
			t.Errorf("%s %v: field %q\n%s", tc.line, tc.fields, r.Field, plain(r))
		}
	}
}

// What the desk is asked twice is a question behind a form, too, and its buttons
// hold what was filled in as it is.
func TestTheDuplicateQuestionHoldsTheForm(t *testing.T) {
	o := newOffice(t)
	o.typed("incident declare learn down")
	ask := o.fills("incident declare", map[string]string{"services": "learn", "impact": "minor", "title": "One | two --yes", "message": `"quoted" | next 45m`})
	if len(ask.Message.Actions) != 2 {
		t.Fatalf("%+v", ask.Message.Actions)
	}
	for k, want := range []string{"INC-1 is updated.", "INC-2 is open"} {
		command, options := chat.ParseValue(ask.Message.Actions[k].Value())
		o.req.Command, o.req.Text, _ = strings.Cut(command, " ")
		o.req.ID, o.req.Options, o.req.Filled = command, options, true
		r := o.Do(t.Context(), o.req)
		if got := plain(r); r.Failed || !strings.HasPrefix(got, want) || !strings.Contains(got, "One | two --yes") || !strings.Contains(got, `"quoted" | next 45m`) {
			t.Errorf("%q, want %q in it", got, want)
		}
	}
}

// Change corrects all at once, before it is told and after, by form and by line.
func TestChangeCorrectsTheDeclaration(t *testing.T) {
	o := newOffice(t)
	o.typed("incident declare learn down Logins fial")
	r := o.fills("incident change 1", map[string]string{"impact": "minor", "title": "Logins fail", "message": "We restart it."})
	if r.Failed {
		t.Fatal(plain(r))
	}
	o.req.At = o.req.At.Add(1)
	if r := o.typed("incident change 1 slow Logins fail | We restart it."); !r.Failed || !strings.Contains(plain(r), "says just that already") {
		t.Error(plain(r))
	}
	got := plain(o.typed("incident show 1"))
	for _, want := range []string{"Learn System is slow: Logins fail.", "> We restart it.", "minor (slow)"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
}

// Nobody takes a drill for real when its form is open.
func TestTheFormOfADrillSaysSo(t *testing.T) {
	o := newOffice(t)
	o.typed("incident drill learn down")
	o.req.Forms = true
	f := o.typed("incident update 1").Form
	if got := f.Intro[0].Text.PlainText(time.UTC); got != "DRILL INC-1 – Learn System is not available." {
		t.Error(got)
	}
}

// What a form holds at first is how it is now: sent as it is it changes nothing, and
// what is changed in it is.
func TestTheFormsOfCorrections(t *testing.T) {
	for _, tc := range []struct {
		line   string
		fields map[string]string
		says   string
	}{
		{"incident impact 1", nil, "INC-1 is critical already."},
		{"incident impact 1", map[string]string{"impact": "minor"}, "INC-1 is minor now"},
		{"incident services 1", nil, "INC-1 is about just these services already."},
		{"incident services 1", map[string]string{"services": "portal,mail"}, "INC-1 is now about Portal and Mail."},
		{"incident services 1", map[string]string{"services": "learn,mail:slow"}, "INC-1 is now about Learn System and Mail."},
		{"incident services 1", map[string]string{"services": "protal"}, `There is no service "protal".`},
		{"incident title 1", nil, "This is the title of INC-1 already."},
		{"incident title 1", map[string]string{"title": "Nobody | can log in"}, "INC-1 has a new title: Nobody | can log in."},
		{"incident lead 1", nil, "INC-1 is led by amherst/U0RESPONDER."},
		{"incident lead 1", map[string]string{"lead": "@amherst/U0BOB"}, "INC-1 is led by amherst/U0BOB."},
		{"incident lead 1", map[string]string{"lead": ""}, "This is so already"},
		{"incident began 1", map[string]string{"when": "03:52"}, "It began Friday, 27 November 2026, 3:52 AM EST"},
		{"incident began 1", map[string]string{"when": "25:99"}, `"25:99" is no time that I understand.`},
		{"incident reopen 2", map[string]string{"message": "Mail hangs again."}, "INC-2 is open again"},
		{"incident reopen 2", map[string]string{"message": " "}, "There is no message."},
		{"incident ended 2", map[string]string{"when": "04:10"}, "It ended Friday, 27 November 2026, 4:10 AM EST"},
		{"incident ended 2", map[string]string{"when": "tomorrow 4am"}, "An incident cannot end in the future."},
	} {
		o := newOffice(t)
		o.typed("incident declare learn,portal down")
		o.typed("incident declare mail slow")
		o.stage("time 2026-11-27 04:20:00")
		o.typed("incident resolve 2")
		if got := plain(o.fills(tc.line, tc.fields)); !strings.Contains(got, tc.says) {
			t.Errorf("%s %v: want %q, reads:\n%s", tc.line, tc.fields, tc.says, got)
		}
	}
}

// What somebody else adds while the form is open is not taken off by it.
func TestTheFormOfServicesKeepsWhatItDidNotShow(t *testing.T) {
	o := newOffice(t)
	o.typed("incident declare learn down")
	o.req.Forms = true
	f := o.typed("incident services 1").Form
	o.typed("incident services 1 +mail")
	o.req.Command, o.req.Text, _ = strings.Cut(f.Command, " ")
	o.req.ID, o.req.Filled, o.req.Options = "filled", true, map[string]string{"services": "portal"}
	if got := plain(o.Do(t.Context(), o.req)); !strings.Contains(got, "INC-1 is now about Mail and Portal.") {
		t.Error(got)
	}
}

// A note may belong to what is over: the form offers the incident that is named, and where
// none is open those that ended lately.
func TestANoteOnWhatIsOver(t *testing.T) {
	offered := func(r chat.Reply) string {
		if r.Form == nil {
			return plain(r)
		}
		var labels []string
		for _, c := range r.Form.Fields[0].Choices {
			labels = append(labels, c.Value)
		}
		return strings.Join(labels, ",") + " chosen " + strings.Join(r.Form.Fields[0].Initial, ",")
	}
	o := newOffice(t)
	o.req.Forms = true
	o.typed("incident declare learn down")
	o.typed("incident resolve 1 --yes")
	for line, want := range map[string]string{"incident note": "1 chosen 1", "incident note 1": "1 chosen 1"} {
		if got := offered(o.typed(line)); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
	o.typed("incident declare portal down")
	o.typed("incident declare mail down")
	for line, want := range map[string]string{"incident note": "3,2 chosen ", "incident note 1": "1,3,2 chosen 1", "incident note 2": "3,2 chosen 2", "incident note portal": "3,2 chosen 2"} {
		if got := offered(o.typed(line)); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
	if got := offered(o.typed("incident note 9")); !strings.Contains(got, "There is no INC-9") {
		t.Error(got)
	}
	if r := o.fills("incident note 1", map[string]string{"message": "The vendor found it."}); !strings.Contains(plain(r), "The note on INC-1 is kept") {
		t.Error(plain(r))
	}
	o.req.Prefill, o.req.At = map[string]string{"message": "From a thread"}, o.req.At.Add(8*24*time.Hour)
	o.typed("incident resolve 2 --yes")
	o.typed("incident resolve 3 --yes")
	o.req.Forms = true
	if r := o.typed("incident note"); r.Form == nil || r.Form.Fields[1].Initial[0] != "From a thread" || offered(r) != "3,2 chosen " {
		t.Error(offered(r))
	}
	o.req.At = o.req.At.Add(8 * 24 * time.Hour)
	if got := offered(o.typed("incident note")); !strings.Contains(got, "No incident is open, so please give the number") {
		t.Error(got)
	}
}
