package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// lab runs tests as the runner of probes does: it notes which are asked for.
type lab struct{ runs []string }

func (l *lab) Gated([]desk.ServiceID) bool { return true }

func (l *lab) Verify(about desk.Subject, services []desk.ServiceID) {
	l.StopVerify(about)
	l.runs = append(l.runs, fmt.Sprint(about, " ", services))
}

func (l *lab) StopVerify(about desk.Subject) {
	l.runs = slices.DeleteFunc(l.runs, func(s string) bool { return strings.HasPrefix(s, about.String()+" ") })
}

// tested starts the bot anew, with a lab to prove what it is told to be over.
func (b *bubble) tested() *lab {
	b.t.Helper()
	b.stop()
	l := &lab{}
	b.prover = l
	b.start()
	return l
}

func (l *lab) expect(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(l.runs, want) {
		t.Errorf("tested: %v, want %v", l.runs, want)
	}
}

// An end that tests have to prove: channels hear nothing until they pass, over a restart
// too; ops reads how it stands, and has the last word.
func TestAnEndIsToldWhenTestsPass(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		one := desk.Subject{Kind: desk.IncidentSubject, Number: 1}
		b.tested()
		b.ann("/incident declare learn down")
		pass(10 * time.Second)
		b.both("Learn System is not available.")
		if said := b.ann("/incident resolve 1 The disk is full no more."); !strings.Contains(said, "Tests have still to pass.") {
			t.Errorf("she reads: %s", said)
		}
		pass(5 * time.Second)
		b.story.NothingElse()
		b.expectPage("/incidents/INC-1", "not available")

		l := b.tested()
		l.expect(t, "INC-1 [learn]")
		if err := b.bot.notVerified(t.Context(), one, []string{"learn: login page"}); err != nil {
			t.Fatal(err)
		}
		pass(5 * time.Second)
		b.asked("INC-1 – It was said to be resolved at 4:00 AM EST, but tests have not passed.")
		for range 2 {
			if err := b.bot.verified(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		l.expect(t)
		pass(5 * time.Second)
		b.both("Learn System is working again: The disk is full no more.")
		b.expectPage("/incidents/INC-1", "Tests show that it works again.")
		pass(time.Minute)
		golden(t, "stories/verified.txt", b.transcripts(ops, "CTEACH"))
	})
}

// The card's buttons: not yet, and told now with a reason that a form asks for.
func TestAnEndIsToldNow(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.subscribe("CTEACH")
		l := b.tested()
		b.ann("/incident declare learn down")
		pass(10 * time.Second)
		b.both("Learn System is not available.")
		b.ann("/incident resolve 1 --yes")
		pass(5 * time.Second)
		card := b.card(t)
		b.press(card, ann, "Not yet: INC-1", "INC-1 is not resolved yet.")
		l.expect(t)
		b.ann("/incident resolve 1 --yes")
		l.expect(t, "INC-1 [learn]")
		pass(5 * time.Second)
		card = b.card(t)
		b.story.Click(card, ann, button(t, card, "Tell now: INC-1"))
		b.story.Submit(ann, slacktest.Fill{"reason": "The tests are broken."})
		pass(5 * time.Second)
		b.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1 is resolved.", To: ann, AnyOrder: true})
		b.both("Learn System is working again.")
		b.expectPage("/incidents/INC-1", "Not verified by tests.")
		l.expect(t)
	})
}

// card is the post of INC-1 in ops.
func (b *bubble) card(t *testing.T) slacktest.Message {
	t.Helper()
	for _, m := range b.slack.Messages(ops) {
		if strings.HasPrefix(m.Text, "INC-1 – Learn System is not available") {
			return m
		}
	}
	t.Fatal("there is no card in ops")
	return slacktest.Message{}
}
