package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/wording"
)

// The same incident reads English on one campus and Spanish on another: posts, edits,
// replies, ops cards and answers, and the sentences that stand where nobody typed any.
// What people typed stays as it is.
func TestEachCampusReadsItsLanguage(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.spanishCampus()
		b.subscribe("CTEACH")
		answer := b.story.Type("CAULA", "UEVA", "/subscribe learn").Reply.Reads()
		if !strings.Contains(answer, "Este canal recibe: Learn System: todas las interrupciones") {
			t.Errorf("she reads: %s", answer)
		}

		b.ann("/incident declare learn down")
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1 – Learn System is not available")
		b.story.Expect("CTEACH", "We are looking into it.")
		b.story.Expect("CGUARDIA", "INC-1 – Learn System no está disponible")
		post := b.story.Expect("CAULA", "Lo estamos revisando.")

		pass(12 * time.Minute)
		b.ann("/incident update identified: A disk is full. --next 30m")
		pass(5 * time.Second)
		for _, id := range []slacktest.ChannelID{ops, "CTEACH", "CGUARDIA"} {
			b.story.Expect(id, "A disk is full")
		}
		b.story.ExpectClaim("CAULA", slacktest.Claim{Text: "Noticias sobre Learn System (causa identificada): A disk is full.", InThread: post.TS})
		b.story.ExpectEdit(post, "Causa identificada")

		if refused := b.story.Type("CGUARDIA", "UEVA", "/incident declare lern down").Reply.Reads(); !strings.Contains(refused, `No existe el servicio "lern".`) || !strings.Contains(refused, "No se guardó nada") {
			t.Errorf("she reads: %s", refused)
		}
		if asked := b.story.Type("CAULA", "UEVA", "/belltower why 1").Reply.Reads(); !strings.Contains(asked, "Este canal recibió el aviso de INC-1") {
			t.Errorf("she reads: %s", asked)
		}

		pass(20 * time.Minute)
		b.story.Type("CGUARDIA", "UEVA", "/incident resolve 1 --yes")
		pass(5 * time.Second)
		b.story.Expect(ops, "Learn System is working again.")
		b.story.Expect("CTEACH", "Learn System is working again.")
		b.story.Expect("CGUARDIA", "Learn System funciona de nuevo.")
		b.story.ExpectClaim("CAULA", slacktest.Claim{Text: "Learn System funciona de nuevo.", InThread: post.TS, Where: func(m slacktest.Message) bool { return m.Broadcast }})
		b.story.ExpectEdit(post, "Resuelto")
		golden(t, "stories/languages.txt", b.transcripts("CTEACH", "CAULA", "CGUARDIA"))
	})
}

// spanishCampus adds a workspace whose campus reads Spanish, and starts the bot anew.
func (b *bubble) spanishCampus() {
	mayaguez := slacktest.NewWorkspace("mayaguez").At("http://bot")
	b.slack.AddWorkspace(mayaguez)
	b.slack.AddUser(mayaguez.Team, slacktest.User{ID: "UEVA", Name: "eva", TZ: "America/Puerto_Rico"})
	for _, id := range []slacktest.ChannelID{"CGUARDIA", "CAULA"} {
		b.slack.AddChannel(mayaguez.Team, slacktest.Channel{ID: id, Name: strings.ToLower(string(id[1:])), Member: true})
	}
	b.access = strings.Replace(b.access, `"amherst/UANN"`, `"amherst/UANN", "mayaguez/UEVA"`, 1)
	b.more = fmt.Sprintf(`
[[campuses]]
id = "mayaguez"
name = "Mayagüez"
language = "es"
connections = ["mayaguez"]

[[slack]]
name = "mayaguez"
bot_token = %q
signing_secret = %q
ops_channel = "CGUARDIA"
api_url = %q
`, string(mayaguez.Token), string(mayaguez.SigningSecret), b.slack.APIURL())
	b.stop()
	b.start()
}

// What the configuration is warned of is what the bot has no words in.
func TestTheBotHasWordsInWhatItSpeaks(t *testing.T) {
	for _, code := range config.Spoken() {
		if _, ok := wording.LanguageOf(code); !ok {
			t.Errorf("the bot has no words in %s", code)
		}
	}
}
