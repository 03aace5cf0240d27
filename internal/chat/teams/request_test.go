package teams_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/chat/teams/teamstest"
	"github.com/umassonline/belltower/internal/desk"
)

func TestWhatPeopleType(t *testing.T) {
	for name, tc := range map[string]struct {
		line          teamstest.Line
		command, text string
	}{
		"a mention before":     {teamstest.Line{Text: "incident declare learn down"}, "incident", "declare learn down"},
		"with a slash":         {teamstest.Line{Text: "/incident list"}, "incident", "list"},
		"a phone's capital":    {teamstest.Line{Text: "Incident list"}, "incident", "list"},
		"blanks":               {teamstest.Line{Text: "  incident \u00a0 update  42\u00a0We  look. "}, "incident", "update 42 We look."},
		"two lines":            {teamstest.Line{Text: "incident declare learn down\r\n A title \nand more"}, "incident", "declare learn down\nA title\nand more"},
		"signs":                {teamstest.Line{Text: "incident note 1 a < b && c > d &lt;"}, "incident", "note 1 a < b && c > d &lt;"},
		"a comma behind us":    {teamstest.Line{Text: ", incident list"}, "incident", "list"},
		"a colon behind us":    {teamstest.Line{Text: ":\n/incident list: all"}, "incident", "list: all"},
		"nothing but a comma":  {teamstest.Line{Text: ","}, "belltower", "help"},
		"nothing":              {teamstest.Line{Text: ""}, "belltower", "help"},
		"somebody's mention":   {teamstest.Line{Text: "incident lead 42 <at>Gus</at>", Mentions: []teamstest.UserID{gus}}, "incident", "lead 42 @boston/gus-object"},
		"in a thread":          {teamstest.Line{Text: "status", Thread: "1"}, "status", ""},
		"alone, no mention":    {teamstest.Line{Channel: "a:chat", Text: "status learn"}, "status", "learn"},
		"in a group chat":      {teamstest.Line{Channel: group, Text: "status learn"}, "status", "learn"},
		"typed but no mention": {teamstest.Line{Text: "incident list <at>Bell</at>"}, "incident", "list <at>Bell</at>"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.fake.AddChat(w.at.ID, teamstest.Channel{ID: "a:chat", Kind: teamstest.Personal, User: ann})
				if tc.line.Channel == "" {
					tc.line.Channel = teach
				}
				tc.line.User = ann
				w.types(tc.line)
				got := w.last()
				if got.Command != tc.command || got.Text != tc.text {
					t.Errorf("%q %q, want %q %q", got.Command, got.Text, tc.command, tc.text)
				}
				if got.Person.String() != "boston/ann-object" || got.Name != "Ann" || got.Zone == nil || got.Zone.String() != "America/Chicago" || got.Guest || !got.Forms {
					t.Errorf("%+v", got)
				}
				if got.Direct != (tc.line.Channel == "a:chat") || got.Channel != channel(tc.line.Channel) {
					t.Errorf("%+v", got)
				}
			})
		})
	}
}

func TestOnlyWhatMentionsTheBotIsForIt(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, id := range []teamstest.ChannelID{teach, group} {
			a := w.types(teamstest.Line{Channel: id, User: ann, Text: "incident list", Quiet: true})
			if len(w.heard()) != 0 || len(a.Body) != 0 {
				t.Errorf("%s: heard %v, answered %q", id, w.heard(), a.Body)
			}
		}
	})
}

func TestAGuestIsToldApart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.AddUser(w.at.ID, teamstest.User{ID: "29:zoe", Name: "Zoe", Home: "amherst-tenant"})
		w.fake.ChangeTeam(itTeam, func(t *teamstest.Team) { t.Members = append(t.Members, "29:zoe") })
		for id, guest := range map[teamstest.UserID]bool{ann: false, gus: true, "29:zoe": true} {
			for range 2 { // asked for, then remembered
				w.types(teamstest.Line{Channel: teach, User: id, Text: "incident list"})
				if got := w.last(); got.Guest != guest {
					t.Errorf("%s: guest %v", id, got.Guest)
				}
			}
		}
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodMember}); n != 3 {
			t.Errorf("asked %d times about 3 people", n)
		}
		w.restart()
		w.types(teamstest.Line{Channel: teach, User: gus, Text: "incident list"})
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodMember}); n != 3 || !w.last().Guest {
			t.Errorf("after a restart asked %d times", n)
		}
	})
}

func TestNobodyIsAGuestWhileTeamsDoesNotSay(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodMember}, teamstest.Slow(time.Minute, teamstest.StoreNever))
		begun := time.Now()
		w.types(teamstest.Line{Channel: teach, User: gus, Text: "incident list"})
		if got := w.last(); got.Guest || got.Person.ID != "gus-object" || got.At.Sub(begun) > time.Second {
			t.Errorf("%+v", got)
		}
	})
}

func TestSomebodyLooksWhetherWeAreThere(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		before := w.logs.String()
		rec := w.serve(httptest.NewRequest(http.MethodHead, w.at.Messages, nil))
		if rec.Code != http.StatusOK || w.logs.String() != before {
			t.Errorf("%d, logged %q", rec.Code, strings.TrimPrefix(w.logs.String(), before))
		}
	})
}

func TestTokensWithinTheSkewAreBelieved(t *testing.T) {
	inWorld(t, func(w *world) {
		for name, f := range map[string]teamstest.Forgery{
			"4 minutes old": {Expired: 4 * time.Minute}, "4 minutes early": {NotBefore: 4 * time.Minute},
			"api audience": {Audience: "api://boston-app"}, "botid audience": {Audience: "api://botid-boston-app"},
		} {
			if rec := w.serve(w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: f}))); rec.Code != http.StatusOK {
				t.Errorf("%s: %d", name, rec.Code)
			}
		}
	})
}

func TestWhatIsRefusedIsSaidPlainlyAndShowsNoSecret(t *testing.T) {
	inWorld(t, func(w *world) {
		for name, tc := range map[string]struct {
			f    teamstest.Forgery
			want string
		}{
			"expired":        {teamstest.Forgery{Expired: 6 * time.Minute}, "token is expired"},
			"another bot":    {teamstest.Forgery{Audience: "x"}, "audience is not app_id"},
			"another tenant": {teamstest.Forgery{Tenant: "x"}, "tenant is not tenant_id"},
			"another host":   {teamstest.Forgery{Claim: "https://evil.example/", ServiceURL: "https://evil.example/"}, "serviceUrl https://evil.example/ is not in service_urls"},
			"userinfo":       {teamstest.Forgery{Claim: "http://x@teams.test/", ServiceURL: "http://x@teams.test/"}, "not in service_urls"},
			"not endorsed":   {teamstest.Forgery{Channel: "webchat"}, "not endorsed"},
		} {
			rec := w.serve(w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: tc.f})))
			if !strings.Contains(w.logs.String(), tc.want) {
				t.Errorf("%s: the log lacks %q:\n%s", name, tc.want, w.logs.String())
			}
			w.showsNoSecret(rec.Body.String())
		}
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodPost}) + w.fake.Count(teamstest.On{Method: teamstest.MethodMember}); n != 0 {
			t.Errorf("%d calls of the Connector for nobody", n)
		}
	})
}

func TestKeysThatRotate(t *testing.T) {
	inWorld(t, func(w *world) {
		ask := func(f teamstest.Forgery) int {
			return w.serve(w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list", Forgery: f}))).Code
		}
		synctest.Wait()
		if got := ask(teamstest.Forgery{}); got != http.StatusOK {
			t.Fatal(got)
		}
		former := w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list"}))
		w.fake.RotateKeys(false)
		if got := ask(teamstest.Forgery{}); got != http.StatusUnauthorized {
			t.Errorf("keys were asked for again within 5 minutes: %d", got)
		}
		time.Sleep(5 * time.Minute)
		ask(teamstest.Forgery{Issuer: "https://sts.windows.net/x/", KeyID: "made-up"})
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodKeys}); n != 1 {
			t.Errorf("another issuer's token had the keys asked for: %d times", n)
		}
		for range 50 {
			ask(teamstest.Forgery{KeyID: "made-up"})
		}
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodKeys}); n != 2 {
			t.Errorf("asked %d times for the keys", n)
		}
		if got := ask(teamstest.Forgery{}); got != http.StatusOK {
			t.Errorf("the new key: %d", got)
		}
		if got := w.serve(former).Code; got != http.StatusUnauthorized {
			t.Errorf("the former key: %d", got)
		}
		time.Sleep(25 * time.Hour)
		if n := w.fake.Count(teamstest.On{Method: teamstest.MethodKeys}); n != 3 {
			t.Errorf("asked %d times for the keys after a day", n)
		}
	})
}

func TestKeysOutlastARestartAndAnOutage(t *testing.T) {
	inWorld(t, func(w *world) {
		synctest.Wait()
		w.fake.Outage(true)
		w.restart()
		synctest.Wait()
		if rec := w.serve(w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list"}))); rec.Code != http.StatusOK {
			t.Errorf("%d: %s", rec.Code, rec.Body)
		}
	})
}

func TestWithoutKeysNothingIsBelieved(t *testing.T) {
	inWorld(t, func(w *world) {
		rec := w.serve(w.request(w.fake.TypeRequest(teamstest.Line{Channel: teach, User: ann, Text: "incident list"})))
		if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" || len(w.heard()) != 0 {
			t.Errorf("%d, %v", rec.Code, w.heard())
		}
	}, func(w *world) {
		w.idle = true
		w.options = []teamstest.Option{func(s *teamstest.Server) {
			s.Faults(teamstest.On{Method: teamstest.MethodKeys}, teamstest.ErrorBefore(503))
		}}
	})
}

func TestWhatComesAgainIsTheSameRequest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(func(chat.Request) chat.Reply { return withButtons("Answer.", "incident resolve 42") })
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		r, err := w.fake.ClickRequest(teamstest.Click{Channel: teach, ID: w.newest(teach).ID, User: ann, Label: "Resolve INC-42"})
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.fake.Again(r)
		if err != nil {
			t.Fatal(err)
		}
		ids := map[string]int{}
		press := func(r teamstest.Request) {
			if _, err := w.fake.Send(w.t.Context(), r); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			ids[w.last().ID]++
		}
		press(r)
		time.Sleep(15 * time.Second)
		press(r)
		time.Sleep(15 * time.Second)
		press(again)
		w.restart()
		synctest.Wait()
		press(again)
		if len(ids) != 1 {
			t.Errorf("one press has the ids %v", ids)
		}
		time.Sleep(2 * time.Minute)
		later, err := w.fake.Again(r)
		if err != nil {
			t.Fatal(err)
		}
		press(later)
		if len(ids) != 2 {
			t.Errorf("a press after 2 minutes is another: %v", ids)
		}
	})
}

func TestEventsOfTeamsAndChannels(t *testing.T) {
	inWorld(t, func(w *world) {
		a, err := w.fake.Install(w.t.Context(), itTeam, ann)
		w.sound(a, err)
		for _, id := range []teamstest.ChannelID{ops, teach, third} {
			if !slices.Contains(w.back(), string(id)) {
				t.Errorf("%s is not back: %v", id, w.back())
			}
		}
		n := len(w.back())
		a, err = w.fake.ChannelEvent(w.t.Context(), third, ann, "channelRestored")
		w.sound(a, err)
		if got := w.back()[n:]; !slices.Contains(got, string(third)) {
			t.Errorf("restored: %v", got)
		}
		n = len(w.back())
		a, err = w.fake.Uninstall(w.t.Context(), itTeam, ann)
		w.sound(a, err)
		a, err = w.fake.ChannelEvent(w.t.Context(), third, ann, "channelRenamed")
		w.sound(a, err)
		if got := w.back()[n:]; len(got) != 0 {
			t.Errorf("told as back: %v", got)
		}
		if len(w.heard()) != 0 {
			t.Errorf("handled: %v", w.heard())
		}
	})
}

// The event names the team's first channel alone.
func TestATeamReturnsWithAllItsChannels(t *testing.T) {
	for _, event := range []string{"teamUnarchived", "teamRestored"} {
		inWorld(t, func(w *world) {
			w.types(teamstest.Line{Channel: third, User: ann, Text: "incident list"})
			n := len(w.back())
			a, err := w.fake.Event(w.t.Context(), teamstest.ChannelID(itTeam), ann, func(a map[string]any) {
				a["channelData"].(map[string]any)["eventType"] = event
			})
			w.sound(a, err)
			for _, id := range []teamstest.ChannelID{ops, teach, third} {
				if got := w.back()[n:]; !slices.Contains(got, string(id)) {
					t.Errorf("%s: %s is not back: %v", event, id, got)
				}
			}
		})
	}
}

func TestKnownChannelsReturnThoughTheTeamsListIsNotTold(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: third, User: ann, Text: "incident list"})
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodChannels}, teamstest.ErrorBefore(502))
		n := len(w.back())
		a, err := w.fake.Install(w.t.Context(), itTeam, ann)
		w.sound(a, err)
		if got := w.back()[n:]; !slices.Contains(got, string(third)) {
			t.Errorf("%v", got)
		}
	})
}

func TestAReturnThatCannotBeStoredIsAskedForAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.failing = errors.New("the disk is full")
		a, err := w.fake.ChannelEvent(w.t.Context(), third, ann, "channelRestored")
		if err != nil || a.Status != http.StatusServiceUnavailable {
			t.Errorf("%v, %d", err, a.Status)
		}
	})
}

func TestOtherActivitiesAreAcknowledged(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, kind := range []string{"messageUpdate", "messageDelete", "messageReaction", "event", "typing", "somethingNew"} {
			a, err := w.fake.Event(w.t.Context(), teach, ann, func(a map[string]any) { a["type"] = kind })
			w.sound(a, err)
		}
		a, err := w.fake.Event(w.t.Context(), teach, ann, func(a map[string]any) {
			a["type"], a["name"], a["value"] = "invoke", "composeExtension/query", map[string]any{}
		})
		if err != nil || a.Status != http.StatusOK || string(a.Body) != "{}" {
			t.Errorf("%v, %d %q", err, a.Status, a.Body)
		}
		if len(w.heard()) != 0 {
			t.Errorf("handled: %v", w.heard())
		}
	})
}

func TestACommandThatTakesLongIsAcknowledgedAndAnswered(t *testing.T) {
	inWorld(t, func(w *world) {
		w.answerWith(func(chat.Request) chat.Reply { return withButtons("Answer.", "incident resolve 42") })
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident show 42"})
		w.handler = func(context.Context, chat.Request) chat.Reply { time.Sleep(8 * time.Second); return done }
		button := w.newest(teach)
		a := w.clicks(teamstest.Click{Channel: teach, ID: button.ID, User: ann, Label: "Resolve INC-42"})
		if !strings.Contains(a.Text, "The answer follows") {
			t.Errorf("acknowledged with %q", a.Text)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := w.newest(teach); got.ID == button.ID || got.To != ann || !strings.Contains(got.Reads(), "Done.") {
			t.Errorf("answered with %+v", got)
		}
	})
}

// withButtons is an answer with buttons that carry commands.
func withButtons(text string, commands ...string) chat.Reply {
	m := chat.Message{Summary: chat.Plain(text)}
	for _, c := range commands {
		m.Actions = append(m.Actions, chat.Action{Label: "Resolve INC-42", Command: c})
	}
	return chat.Reply{Message: m}
}

func TestPeopleOfATeamOfTheAccessList(t *testing.T) {
	inWorld(t, func(w *world) {
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"}) // names the team's group
		for i := range 1200 {                                                     // three pages
			id := teamstest.UserID(fmt.Sprintf("29:aa%04d", i))
			w.fake.AddUser(w.at.ID, teamstest.User{ID: id, Name: "M"})
			w.fake.ChangeTeam(itTeam, func(t *teamstest.Team) { t.Members = append(t.Members, id) })
		}
		time.Sleep(11 * time.Minute)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"})
		if got := w.last().Groups; !slices.Equal(got, []string{"team:it-group"}) {
			t.Fatalf("%v", got)
		}
		w.types(teamstest.Line{Channel: group, User: bob, Text: "incident list"})
		if got := w.last().Groups; len(got) != 0 {
			t.Errorf("Bob is in %v", got)
		}
		if r := w.bot.Rosters(); len(r) != 1 || r[0].Members != 1201 || r[0].Group != (desk.Person{Connection: "boston", ID: "team:it-group"}) || r[0].At.IsZero() {
			t.Errorf("%+v", r)
		}
		w.fake.FaultsAlways(teamstest.On{Method: teamstest.MethodMembers}, teamstest.ErrorBefore(502))
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		if len(w.stale) != 1 {
			t.Errorf("told %d times that the list is old", len(w.stale))
		}
		time.Sleep(23 * time.Hour)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"})
		if len(w.last().Groups) != 1 {
			t.Error("the old list does not count within a day")
		}
		time.Sleep(2 * time.Hour)
		w.types(teamstest.Line{Channel: teach, User: ann, Text: "incident list"})
		if len(w.last().Groups) != 0 {
			t.Error("the old list counts after a day")
		}
	})
}
