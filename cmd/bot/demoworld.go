package main

import (
	"context"
	"fmt"
	"time"

	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// The made-up people and channels of the demo.
const (
	demoAdmin   = "robin"
	demoLead    = "sam"
	demoStudent = "layla"
	demoOps     = "it-ops"
	demoZone    = "America/New_York"
)

func demoCampuses() []webchat.Campus {
	return []webchat.Campus{{Name: "ashford", Label: "Ashford"}, {Name: "brookhill", Label: "Brook Hill"}, {Name: "castlebay", Label: "Castle Bay"}}
}

// demoHelpDesk is whom the people of a campus call: numbers that belong to nobody.
func demoHelpDesk(campus desk.ConnectionName) string {
	return map[desk.ConnectionName]string{"ashford": "+1 555 0110", "brookhill": "+1 555 0120", "castlebay": "+1 555 0130"}[campus]
}

func demoPeople() []webchat.Person {
	return []webchat.Person{
		{ID: demoAdmin, Name: "Robin Alvarez", Role: "IT, admin", Staff: true},
		{ID: demoLead, Name: "Sam Okonkwo", Role: "help-desk lead", Staff: true},
		{ID: demoStudent, Name: "ليلى حداد", Role: "student"},
	}
}

// demoSlow is how often the channel that the platform keeps slowing takes a post.
const demoSlow = 45 * time.Second

// The channels with a fate of their own.
func demoRegistrar() desk.Channel { return desk.Channel{Connection: "brookhill", ID: "registrar"} }
func demoExams() desk.Channel     { return desk.Channel{Connection: "castlebay", ID: "exam-office"} }

// demoChannels are the channels, with what each subscribes to.
func demoChannels() []demoChannel {
	at := func(conn desk.ConnectionName, id, about, hears string) demoChannel {
		return demoChannel{webchat.Channel{Address: desk.Channel{Connection: conn, ID: id}, Name: id, About: about}, hears}
	}
	var all []demoChannel
	for _, c := range demoCampuses() {
		ops := at(c.Name, demoOps, "IT staff of "+c.Label, "")
		ops.Ops = true
		all = append(all, ops)
	}
	all = append(all,
		at("ashford", "announcements", "what everybody should know", "all"),
		at("ashford", "help-desk", "questions from students and teachers", "all"),
		at("ashford", "nursing-faculty", "teachers of nursing", "learn"),
		at("brookhill", "library", "librarians and readers", "library"),
		at("brookhill", "registrar", "takes one post in 45 seconds", "all"),
		at("brookhill", "teaching", "course design", "learn major+"),
		at("castlebay", "announcements", "what everybody should know", "all"),
		at("castlebay", "exam-office", "exams and rooms", "all"),
		at("castlebay", "students", "by students, for students", ""),
	)
	for i := range all {
		if all[i].Address == demoRegistrar() {
			all[i].Every = demoSlow
		}
	}
	return all
}

type demoChannel struct {
	webchat.Channel
	hears string
}

// demoPlatform is the platform with its channels, and a little talk in them.
func demoPlatform(s demoSettings, set webchat.Settings) *webchat.Platform {
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		zone = time.UTC // cannot happen: the zones are in the binary
	}
	set.Title, set.Campuses, set.People, set.Zone = "Belltower demo", demoCampuses(), demoPeople(), zone
	set.Views = []webchat.View{{Label: "Open Learn", URL: s.Learn}, {Label: "Open status page", URL: "http://" + s.Listen + "/"}}
	set.Token, set.Secret = config.NewSecret(s.Token), config.NewSecret(s.Secret)
	p := webchat.New(set)
	for _, c := range demoChannels() {
		p.AddChannel(c.Channel)
	}
	p.Say(desk.Channel{Connection: "ashford", ID: demoOps}, demoAdmin, "Morning. I have the pager until Friday.")
	p.Say(desk.Channel{Connection: "ashford", ID: "help-desk"}, demoLead, "Three calls about the library search since nine. Is it us?")
	p.Say(desk.Channel{Connection: "castlebay", ID: "students"}, demoStudent, "هل البحث في المكتبة يعمل عندكم؟")
	return p
}

// furnish makes the world as a visitor finds it: channels subscribe, one dies, and an
// incident is open.
func furnish(ctx context.Context, p *webchat.Platform) error {
	do := func(person string, ch desk.Channel, line string) error {
		a, err := p.Do(ctx, person, ch, line)
		if err == nil && a.Failed {
			err = fmt.Errorf("%s in %s was refused: %v", line, ch, a.Message.Summary)
		}
		return err
	}
	for _, c := range demoChannels() {
		if c.hears == "" {
			continue
		}
		if err := do(demoLead, c.Address, "/subscribe "+c.hears); err != nil {
			return err
		}
	}
	p.Archive(demoExams())
	ops := desk.Channel{Connection: "ashford", ID: demoOps}
	err := do(demoAdmin, ops, "/incident declare library partly Library Search finds no journals | "+
		"Searches for books work; searches for journals come back empty. We are looking into it.")
	if err != nil {
		return err
	}
	awaitPost(ctx, p, demoRegistrar()) // so that what follows has to wait there
	return do(demoAdmin, ops, "/incident update identified: The index of journals was not built last night. It is being built now.")
}

// furnishWithin is how long the demo's world waits for a post.
const furnishWithin = 10 * time.Second

// awaitPost waits until the bot has posted in a channel. The demo goes on without.
func awaitPost(ctx context.Context, p *webchat.Platform, ch desk.Channel) {
	ctx, stop := context.WithTimeout(ctx, furnishWithin)
	defer stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for len(p.Posts(ch)) == 0 {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
