package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
)

// An incident as people in Teams see it: the ops channel, a channel that subscribed, a
// personal chat, and a channel that a workflow posts to, which an outgoing webhook
// subscribed.
func TestAnIncidentAsPeopleInTeamsSeeIt(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.serve()
	chat := w.chat(sam)
	w.types(lectures, sam, "subscribe learn", "This channel hears")
	w.tale.Type(chat, sam, "subscribe all")
	w.tale.Expect(chat, "This channel hears")
	w.mentions(tOps, tess, "subscribe boston/library learn", "boston/library hears")

	w.types(tOps, tess, "incident declare learn down", "INC-1 is open")
	card := w.tale.Expect(tOps, "INC-1 – Learn System is not available")
	post := w.tale.Expect(lectures, "Learn System is not available")
	w.tale.Expect(chat, "Learn System is not available")
	w.tale.Expect(library, "Learn System is not available")
	w.settled()
	if out := w.do("incident deliveries 1"); !strings.Contains(out, "boston/library: queued") || !strings.Contains(out, "boston/"+string(lectures)+": told") {
		t.Errorf("it says who was told:\n%s", out)
	}

	w.types(tOps, tess, "incident update identified: A disk is full. We are moving the data.", "INC-1 is updated")
	w.tale.ExpectClaim(tOps, teamstest.Claim{Text: "A disk is full", InThread: card.ID})
	w.tale.ExpectClaim(lectures, teamstest.Claim{Text: "A disk is full", InThread: post.ID})
	w.tale.Expect(chat, "A disk is full")
	card = w.tale.ExpectEdit(card, "A disk is full")
	post = w.tale.ExpectEdit(post, "A disk is full")
	w.settled()

	if a := w.tale.Click(card, tess, "Resolve INC-1"); !strings.Contains(a.Text, "INC-1 is resolved") {
		t.Errorf("she is shown %q", a.Text)
	}
	w.tale.ExpectClaim(tOps, teamstest.Claim{Text: "No test has verified", To: tess, AnyOrder: true})
	for _, id := range []teamstest.ChannelID{tOps, lectures} {
		w.tale.ExpectClaim(id, teamstest.Claim{Text: "To the first post", AnyOrder: true})
	}
	w.tale.Expect(chat, "is working again")
	w.tale.Expect(library, "is working again")
	w.tale.ExpectEdit(card, "Resolved")
	w.tale.ExpectEdit(post, "Resolved")
	w.settled()
	golden(t, "stories/teams.txt", w.transcripts(t, tOps, lectures, chat, library))
}

// A bare verb opens a form: in the chat, or for the person alone in a channel. What it
// lacks is asked for in it.
func TestFormsInTeams(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.serve()
	form := w.types(tOps, tess, "incident declare", "Declare an incident")
	refused := w.tale.Fill(form, tess, "Declare", teamstest.Fill{"services": "learn", "impact": "major", "title": "Login \u202efails"})
	if len(refused.Card) == 0 && refused.Text == "" {
		t.Errorf("a title that is too long: %s", refused.Body)
	}
	a := w.tale.Fill(form, tess, "Declare", teamstest.Fill{"services": "learn", "impact": "major", "title": "Login fails", "message": "We are looking."})
	if read := a.Text + teamstest.CardReads(a.Card); !strings.Contains(read, "INC-1 is open") {
		t.Errorf("she is shown %q", read)
	}
	card := w.tale.Expect(tOps, "Login fails")
	w.tale.Click(card, tess, "Update INC-1")
	update := w.tale.ExpectClaim(tOps, teamstest.Claim{Text: "Message", To: tess, AnyOrder: true})
	w.tale.Fill(update, tess, "Update", teamstest.Fill{"message": "It was the cache."})
	w.tale.Expect(tOps, "It was the cache")
	w.settled()
}

// What the access list needs is printed, by the bot and by the outgoing webhook: the
// person's line and the channel's address.
func TestWhoAmIInTeams(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.serve()
	said := w.types(tOps, sam, "whoami", "boston/sam-object").Reads()
	for _, want := range []string{`"boston/sam-object"`, "boston/" + string(tOps)} {
		if !strings.Contains(said, want) {
			t.Errorf("no %s in:\n%s", want, said)
		}
	}
	w.mentions(lectures, sam, "whoami", "boston/"+string(lectures))
}

// A verb without its command is offered with it, as behind /belltower elsewhere.
func TestAVerbAloneInTeams(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.serve()
	asked := w.types(tOps, tess, "declare learn down", "Did you mean incident declare?")
	if a := w.tale.Click(asked, tess, "Use incident declare"); !strings.Contains(a.Text+teamstest.CardReads(a.Card), "INC-1 is open") {
		t.Errorf("she is shown %q", a.Body)
	}
	w.tale.Expect(tOps, "INC-1 – Learn System is not available")
	w.types(tOps, tess, "incdent list", "Did you mean incident?")
	w.settled()
}

// By the outgoing webhook alone an incident is declared, updated, resolved; who may not is
// told so; all of it is said to everybody.
func TestAnIncidentByTheOutgoingWebhook(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.serve()
	w.mentions(lectures, sam, "incident declare learn down", "Only responders")
	w.mentions(lectures, tess, "subscribe learn", "This channel hears")
	w.mentions(lectures, tess, "incident declare learn down", "INC-1 is open")
	w.tale.Expect(tOps, "INC-1 – Learn System is not available")
	w.tale.Expect(lectures, "Learn System is not available")
	w.mentions(lectures, tess, "incident update 1 A disk is full.", "INC-1 is updated")
	w.tale.Expect(tOps, "A disk is full")
	w.tale.ExpectClaim(lectures, teamstest.Claim{Text: "Update on Learn System", AnyOrder: true})
	w.mentions(lectures, tess, "incident resolve 1", "INC-1 is resolved")
	w.tale.Expect(tOps, "is working again")
	w.tale.ExpectClaim(lectures, teamstest.Claim{Text: "To the first post", AnyOrder: true})
	w.settled()
	r, err := w.teams.MentionRequest(teamstest.Line{Channel: lectures, User: tess, Text: "status"})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "HMAC Zm9yZ2Vk")
	if a, err := w.teams.Send(t.Context(), r); err != nil || a.Status != http.StatusUnauthorized {
		t.Errorf("a forged mention: %v, %d", err, a.Status)
	}
}

// What was mentioned once is refused when it comes again: while the bot runs, after SIGHUP,
// after SIGKILL. Who mentions the webhook anew is answered.
func TestAMentionIsNotTakenTwice(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.serve()
	r, err := w.teams.MentionRequest(teamstest.Line{Channel: lectures, User: sam, Text: "status"})
	if err != nil {
		t.Fatal(err)
	}
	sends := func(when string, want int) {
		t.Helper()
		r.URL = w.public + "/teams/boston/outgoing"
		if a, err := w.teams.Send(t.Context(), r); err != nil || a.Status != want {
			t.Errorf("%s: %v, %d", when, err, a.Status)
		}
	}
	sends("first", http.StatusOK)
	w.tale.ExpectClaim(lectures, teamstest.Claim{Text: "All services are working", AnyOrder: true})
	sends("again", http.StatusUnauthorized)
	w.reload(w.config(), "loaded again")
	sends("after SIGHUP", http.StatusUnauthorized)
	w.kill()
	w.serve()
	sends("after SIGKILL", http.StatusUnauthorized)
	w.mentions(lectures, sam, "status", "All services are working")
	w.reload(w.config(), "loaded again")
	sends("after both", http.StatusUnauthorized)
}

// A campus that reads Spanish reads it in Teams too: what the bot says, and what its
// adapters say by themselves.
func TestTeamsReadsItsLanguage(t *testing.T) {
	t.Parallel()
	w := newTeamsWorld(t)
	w.campusMore = `language = "es"`
	w.serve()
	w.types(lectures, sam, "subscribe learn", "Este canal recibe")
	w.mentions(lectures, sam, "status", "Todos en este canal ven esta respuesta.")
	w.mentions(lectures, sam, "incident retract 1", "Esto no se puede hacer con un webhook saliente.")
	w.types(tOps, tess, "incident declare learn down", "INC-1")
	card := w.tale.Expect(tOps, "INC-1 – Learn System no está disponible")
	w.tale.Expect(lectures, "Learn System no está disponible")
	a := w.tale.Click(card, tess, "Actualizar INC-1")
	if a.Text != "Por favor, rellene el formulario que le envío." {
		t.Errorf("she is shown %q", a.Text)
	}
	w.types(tOps, tess, "incident resolve 1 --yes", "INC-1")
	for _, id := range []teamstest.ChannelID{tOps, lectures} {
		w.tale.ExpectClaim(id, teamstest.Claim{Text: "Al primer mensaje", AnyOrder: true})
	}
	w.settled()
}
