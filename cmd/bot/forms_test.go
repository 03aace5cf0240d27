package main

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// reads is part of what ann reads privately in ops.
func (b *bubble) reads(text string) slacktest.Message {
	b.t.Helper()
	return b.story.ExpectClaim(ops, slacktest.Claim{Text: text, To: ann, AnyOrder: true})
}

// sends sends ann's form: she reads the answer, ops and CTEACH what there is to tell.
func (b *bubble) sends(fill slacktest.Fill, answer, told string) {
	b.t.Helper()
	b.story.Submit(ann, fill)
	pass(5 * time.Second)
	b.reads(answer)
	b.story.Expect(ops, told)
	b.story.Expect("CTEACH", told)
}

// An incident with thumbs alone: a bare verb opens a form; what is wrong stands
// beside its field and is put right there; the buttons of the card do the rest.
func TestAnIncidentByForms(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		if said := b.ann("/incident declare"); said != "" {
			t.Errorf("beside the form she reads %q", said)
		}
		fill := slacktest.Fill{"services": "learn,portal", "impact": "major", "title": `Logins "fail" | --yes`, "message": "--next 5m\nis no flag here | nor a part", "next": "45m", "since": "25:99"}
		b.story.Submit(ann, fill)
		if v := b.story.Form(ann); !strings.Contains(v.Errors["since"], "is no time that I understand") {
			t.Errorf("beside the fields: %v", v.Errors)
		}
		fill["since"] = "03:52"
		b.story.Submit(ann, fill)
		pass(5 * time.Second)
		b.reads("INC-1 is open")
		card := b.story.Expect(ops, `Logins "fail" | --yes`)
		b.story.Expect("CTEACH", "is no flag here | nor a part")

		b.story.Click(card, ann, button(t, card, "Update INC-1"))
		b.sends(slacktest.Fill{"status": "identified", "message": "A disk is full."}, "INC-1 is updated", "A disk is full.")

		b.ann("/incident edit 1")
		b.sends(slacktest.Fill{"message": "Two disks are full."}, "Message #2 of INC-1 is corrected", "Two disks are full.")

		b.ann("/incident retract 1")
		b.sends(slacktest.Fill{"reason": "It was a test system."}, "INC-1 is taken back", "It was a test system.")
		golden(t, "stories/forms.txt", b.transcripts(ops, "CTEACH"))
	})
}

// What was said wrong is put right with thumbs alone: each form holds what is now.
func TestCorrectionsByForms(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		b.ann("/incident declare learn slow Logins fial")
		pass(5 * time.Second)
		b.story.Expect(ops, "Logins fial")
		b.story.Expect("CTEACH", "Logins fial")
		send := func(line string, fill slacktest.Fill, answer string) {
			t.Helper()
			if said := b.ann(line); said != "" {
				t.Errorf("beside the form of %s she reads %q", line, said)
			}
			b.story.Submit(ann, fill)
			pass(5 * time.Second)
			b.reads(answer)
		}
		told := func(text string) {
			t.Helper()
			b.story.ExpectClaim(ops, slacktest.Claim{Text: text, AnyOrder: true})
			b.story.Expect("CTEACH", text)
		}
		send("/incident impact", slacktest.Fill{"impact": "critical"}, "INC-1 is critical now")
		told("It got worse: Learn System is not available now")
		send("/incident services", slacktest.Fill{"services": "learn,portal"}, "INC-1 is now about Learn System and Student Portal.")
		told("Correction: Learn System and Student Portal are not available")
		send("/incident title", slacktest.Fill{"title": "Logins fail"}, "INC-1 has a new title: Logins fail.")
		send("/incident lead", nil, "INC-1 is led by")
		b.ann("/incident began")
		b.story.Submit(ann, slacktest.Fill{"when": "03.52"})
		if v := b.story.Form(ann); !strings.Contains(v.Errors["when"], "is no time that I understand") {
			t.Errorf("beside the field: %v", v.Errors)
		}
		send("/incident began", slacktest.Fill{"when": "03:52"}, "It began Wednesday, 2 December 2026, 3:52 AM EST")
		b.ann("/incident resolve --yes")
		pass(20 * time.Second)
		told("are working again")
		send("/incident ended", slacktest.Fill{"when": "04:00"}, "It ended Wednesday, 2 December 2026, 4:00 AM EST")
		send("/incident reopen", slacktest.Fill{"message": "It fails once more."}, "INC-1 is open again")
		told("It fails once more.")
		golden(t, "stories/corrected by form.txt", b.transcripts(ops, "CTEACH"))
	})
}

// A form that was sent twice, as Slack does when it got no answer, is done once.
func TestAFormThatComesAgainIsDoneOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.ann("/incident declare")
		r, err := b.slack.SubmitRequest(ann, slacktest.Fill{"services": "learn", "impact": "minor"})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if a, err := b.slack.SendForm(t.Context(), ann, r); err != nil || a.Status != 200 || len(a.Problems) > 0 {
				t.Fatalf("%v %+v", err, a)
			}
			pass(5 * time.Second)
			b.reads("INC-1 is open")
		}
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 –", AnyOrder: true})
	})
}

// The grace waits for somebody who pressed Change, and what they change is told as
// if it had been declared so.
func TestChangedWithinTheGrace(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		card := b.grace("Logins fial")
		b.story.Click(card, ann, button(t, card, "Change INC-1"))
		pass(40 * time.Second)
		b.story.NothingElse()
		b.story.Submit(ann, slacktest.Fill{"impact": "major", "title": "Logins fail", "message": "We restart it."})
		pass(20 * time.Second)
		b.reads("INC-1 is corrected: its impact, title and message.")
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "Correction: Learn System is partly not available: Logins fail.", InThread: card.TS, AnyOrder: true})
		b.story.ExpectEverywhere(many(25), "Learn System is partly not available: Logins fail")
		for _, m := range b.posts("C000") {
			if strings.Contains(m.Reads(), "orrected") {
				t.Errorf("who was told nothing before reads of a correction: %s", m.Reads())
			}
		}
		golden(t, "stories/changed.txt", b.transcripts(ops, "C000"))
	})
}

// Who opens Change and goes away delays it by two minutes only.
func TestChangeThatIsNeverSentDelaysForTwoMinutes(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		card := b.grace("")
		b.story.Click(card, ann, button(t, card, "Change INC-1"))
		pass(110 * time.Second)
		b.story.NothingElse()
		pass(20 * time.Second)
		b.story.ExpectEverywhere(many(25), "Learn System is not available")
	})
}

// A form that is sent after somebody else ended the incident says so and keeps what
// was typed; a button on the old post says so too.
func TestResolvedBySomebodyElseMeanwhile(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		card := b.story.Expect(ops, "INC-1")
		b.ann("/incident resolve 1")
		b.story.Type(ops, root, "/incident resolve 1 The disk was full.")
		b.press(card, ann, "Resolve INC-1", "INC-1 is resolved already.")
		b.press(card, ann, "Update INC-1", "INC-1 is resolved already.")
		pass(5 * time.Second)
		b.story.Expect(ops, "The disk was full.")
		b.story.Submit(ann, slacktest.Fill{"message": "All is well."})
		if v := b.story.Form(ann); !strings.Contains(v.Errors["message"], "INC-1 is resolved already.") {
			t.Errorf("beside the fields: %v", v.Errors)
		}
		pass(time.Minute)
	})
}

// A form needs nothing of the bot that opened it.
func TestAFormAcrossARestart(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.ann("/incident resolve")
		b.stop()
		b.start()
		pass(5 * time.Second)
		b.story.Submit(ann, nil)
		pass(5 * time.Second)
		b.reads("INC-1 is resolved.")
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "is working again", AnyOrder: true})
	})
}

// What is open already is asked about behind the form, too; a button holds all that
// was filled in, and pressed twice it does one thing.
func TestADuplicateByForm(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		b.ann("/incident declare")
		b.story.Submit(ann, slacktest.Fill{"services": "learn", "impact": "minor", "title": "Slow | --next 5m", "message": `It is "slow".`})
		pass(time.Second)
		ask := b.reads("INC-1 about Learn System was opened")
		first, err := b.slack.ClickRequest(slacktest.Click{Channel: ops, TS: ask.TS, User: ann, Action: button(t, ask, "Separate incident")})
		if err != nil {
			t.Fatal(err)
		}
		second, err := b.slack.ClickRequest(slacktest.Click{Channel: ops, TS: ask.TS, User: ann, Action: button(t, ask, "Separate incident")})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []slacktest.Request{first, second} {
			if a, err := b.slack.Send(t.Context(), r); err != nil || a.Status != 200 {
				t.Fatal(err, a.Status)
			}
		}
		pass(5 * time.Second)
		b.story.Expect(ops, "Slow | --next 5m")
		if said := b.ann("/incident list"); !strings.Contains(said, "There are 2 open incidents.") {
			t.Errorf("she reads: %s", said)
		}
	})
}

// A channel is subscribed with thumbs, and a test post proves that news arrives.
func TestSubscribingByForm(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.slack.AddChannel(b.amherst.Team, slacktest.Channel{ID: "COUT", Name: "out"})
		b.story.Type("COUT", student, "/subscribe")
		b.story.Submit(student, slacktest.Fill{"target": "Teaching", "kinds": "windows", "least": "major+"})
		if v := b.story.Form(student); !strings.Contains(v.Errors["least"], "incidents only") {
			t.Errorf("beside the fields: %v", v.Errors)
		}
		b.story.Submit(student, slacktest.Fill{"target": "Teaching", "least": "major+"})
		pass(2 * time.Second)
		said := b.story.ExpectClaim("COUT", slacktest.Claim{Text: "This channel hears: Teaching: outages from major up, all planned work.", To: student})
		b.story.Click(said, student, button(t, said, "Send a test post"))
		pass(2 * time.Second)
		b.story.ExpectClaim("COUT", slacktest.Claim{Text: "This is a test post", AnyOrder: true})
		b.story.ExpectEdit(said, "The test post is in the channel")
	})
}

// Send a test post, pressed twice at once, posts once; one that fails says so in a
// sentence.
func TestATestPostIsSentOncePerAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.slack.AddChannel(b.amherst.Team, slacktest.Channel{ID: "COUT", Name: "out"})
		b.story.Type("COUT", student, "/subscribe")
		b.story.Submit(student, slacktest.Fill{"target": "learn"})
		pass(2 * time.Second)
		said := b.story.ExpectClaim("COUT", slacktest.Claim{Text: "This channel hears", To: student})
		click := func() slacktest.Request {
			r, err := b.slack.ClickRequest(slacktest.Click{Channel: "COUT", TS: said.TS, User: student, Action: button(t, said, "Send a test post")})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		var both sync.WaitGroup
		for _, r := range []slacktest.Request{click(), click()} { // both before the first takes the button away
			both.Go(func() {
				if a, err := b.slack.Send(t.Context(), r); err != nil || a.Status != 200 {
					t.Error(err, a.Status)
				}
			})
		}
		both.Wait()
		pass(2 * time.Second)
		b.story.ExpectClaim("COUT", slacktest.Claim{Text: "This is a test post", AnyOrder: true})
		b.story.NothingElse()

		for _, tc := range []struct {
			fault slacktest.Fault
			says  string
		}{
			{slacktest.Refused("not_in_channel"), "could not be sent (not_in_channel), and so could no news."},
			{slacktest.Refused("invalid_blocks"), "The test post could not be sent (invalid_blocks)."},
			{slacktest.ErrorBefore(500), "It is not known whether the test post arrived"},
		} {
			b.slack.Faults(slacktest.On{Method: "chat.postMessage", Channel: "COUT"}, tc.fault)
			if got := b.story.Type("COUT", student, "/subscribe test").Reply.Reads(); !strings.Contains(got, tc.says) || !strings.Contains(got, "subscribe test") {
				t.Errorf("want %q, reads:\n%s", tc.says, got)
			}
		}
	})
}

// The shortcuts work from anywhere: one declares, one keeps a message as a note.
func TestShortcuts(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.open("CTEACH")
		use := func(s slacktest.Shortcut) {
			t.Helper()
			s.Team = b.amherst.Team
			if a, err := b.slack.Use(t.Context(), s); err != nil || a.Status != 200 {
				t.Fatal(err, a.Status)
			}
		}
		use(slacktest.Shortcut{User: ann, Callback: "declare_incident"})
		b.story.Submit(ann, slacktest.Fill{"services": "learn", "impact": "critical"})
		pass(5 * time.Second)
		b.story.Expect("DANN", "INC-1 is open")
		b.story.Expect(ops, "INC-1")

		ts := b.slack.Say("CTEACH", student, "I get error 500 &amp; nothing else")
		use(slacktest.Shortcut{User: student, Callback: "add_to_incident", Channel: "CTEACH", TS: ts})
		pass(time.Second)
		b.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "Only responders may", To: student})
		use(slacktest.Shortcut{User: ann, Callback: "add_to_incident", Channel: "CTEACH", TS: ts})
		b.story.Submit(ann, nil)
		pass(time.Second)
		b.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "The note on INC-1 is kept.", To: ann})
		said := b.ann("/incident timeline 1")
		for _, want := range []string{"I get error 500 &amp; nothing else", "https://amherst.slack.com/archives/CTEACH/p" + strings.ReplaceAll(string(ts), ".", "")} {
			if !strings.Contains(said, want) {
				t.Errorf("the timeline lacks %q:\n%s", want, said)
			}
		}
	})
}

// Where a form cannot be opened, what to type is said instead.
func TestAFormThatSlackDoesNotOpen(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.slack.Faults(slacktest.On{Method: "views.open"}, slacktest.Refused("expired_trigger_id"))
		if said := b.ann("/incident declare"); !strings.Contains(said, "incident declare learn down") {
			t.Errorf("she reads: %s", said)
		}
	})
}

// A form that was open for longer than its response_url lives is answered all the
// same.
func TestAFormThatWasOpenForHours(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.ann("/incident declare")
		pass(2 * time.Hour)
		b.story.Submit(ann, slacktest.Fill{"services": "learn", "impact": "minor"})
		pass(5 * time.Second)
		if m := b.reads("INC-1 is open"); m.Via != "chat.postEphemeral" {
			t.Errorf("by %s", m.Via)
		}
		b.story.Expect(ops, "INC-1")
	})
}
