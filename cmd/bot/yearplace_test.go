package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// open opens the five campuses and starts the bot.
func (y *year) open() {
	y.campus = newCampus(slacktest.WithClock(time.Now), slacktest.WithLog(0), slacktest.WithoutBlockChecks())
	if err := y.slack.StartInProcess(); err != nil {
		y.t.Fatal(err)
	}
	y.amherst = y.amherst.At("http://bot")
	y.slack.AddWorkspace(y.amherst)
	towns := y.towns(1, 5)
	y.listen("http://bot", towns)
	y.until = four.Add(time.Duration(y.days) * 24 * time.Hour)
	y.places = []*campusPlace{{name: "amherst", team: y.amherst.Team, ops: ops, who: ann, student: student}}
	for _, town := range towns {
		y.places = append(y.places, &campusPlace{name: desk.ConnectionName(town.name), team: town.Team, ops: town.ops, who: town.who, student: town.who + "S"})
	}
	var responders []string
	for _, p := range y.places {
		responders = append(responders, fmt.Sprintf("%q", string(p.name)+"/"+string(p.who)))
		y.slack.AddUser(p.team, slacktest.User{ID: p.student, Name: "student", TZ: "America/New_York"})
		for k := range 3 {
			h := &hearer{id: slacktest.ChannelID(fmt.Sprintf("C%s%d", strings.ToUpper(string(p.name)), k)), place: p}
			y.slack.AddChannel(p.team, slacktest.Channel{ID: h.id, Name: strings.ToLower(string(h.id[1:])), Member: true})
			p.channels = append(p.channels, h)
		}
	}
	y.access = fmt.Sprintf("admins = [\"amherst/UROOT\"]\nresponders = [%s]", strings.Join(responders, ", "))
	y.more = y.configs(towns) + organization
	y.weather()
	y.begin()
	pass(10 * time.Second)
	for k, p := range y.places {
		y.hear(p.channels[0], "all")
		switch k {
		case 1:
			p.channels[2].silent = true
			y.hear(p.channels[2], "all quiet")
		case 2:
			p.channels[2].silent = true
			y.hear(p.channels[2], "all from 22:00 to 7:00 only critical")
		}
	}
}

// organization is the rest of the configuration.
const organization = `
[[campuses]]
id = "boston"
language = "es"
connections = ["town001"]

[[campuses]]
id = "others"
connections = ["town002", "town003", "town004"]

[[services]]
id = "mail"
name = "Mail"

[[services]]
id = "library"
name = "Library Catalog"
advice = "Please use the paper catalog."

[[standing_windows]]
services = ["learn"]
when = "every wed, sat 04:00"
for = "3h"

[[standing_windows]]
services = ["mail"]
when = "every sunday 01:30"
for = "2h"

[[moratoriums]]
name = "Fall finals"
from = "2026-12-12"
to = "2026-12-18"

[[moratoriums]]
name = "Grades"
from = "2027-01-04"
to = "2027-01-06"
services = ["portal"]

[[moratoriums]]
name = "Spring finals"
from = "2027-05-06"
to = "2027-05-14"

[[contacts]]
campus = "amherst"
role = "technical"
who = "amherst/UROOT"
`

// say types a line and returns what is answered; not ok: the bot is not running.
func (y *year) say(in slacktest.ChannelID, who slacktest.UserID, line string) (reads string, ok bool) {
	y.t.Helper()
	if y.life == nil {
		return "", false
	}
	a, err := y.slack.Type(context.Background(), slacktest.Command{Channel: in, User: who, Line: line})
	if err != nil || a.Late || a.Status != 200 {
		y.wrong("%s: %v, late %v, status %d: %s", line, err, a.Late, a.Status, a.Body)
		return "", false
	}
	wake(y.life.said)
	reads = a.Reply.Reads()
	first, _, _ := strings.Cut(reads, "\n")
	y.note("%s %s types %s => %s", in, who, line, first)
	y.mayDie()
	return reads, true
}

// hear has a channel subscribe; to "all" it is written down.
func (y *year) hear(h *hearer, what string) {
	if _, ok := y.say(h.id, h.place.student, "/subscribe "+what); ok && what == "all" && !h.hearsAt(time.Now()) {
		h.hears = append(h.hears, desk.Period{From: time.Now(), To: y.until.AddDate(1, 0, 0)})
	}
}

// leave has it hear nothing new.
func (y *year) leave(h *hearer) {
	if _, ok := y.say(h.id, h.place.student, "/unsubscribe --yes"); ok && h.hearsAt(time.Now()) {
		h.hears[len(h.hears)-1].To = time.Now()
	}
}

func (h *hearer) hearsAt(t time.Time) bool {
	for _, p := range h.hears {
		if !t.Before(p.From) && t.Before(p.To) {
			return true
		}
	}
	return false
}

// hearers are all channels but those of ops.
func (y *year) hearers() (all []*hearer) {
	for _, p := range y.places {
		all = append(all, p.channels...)
	}
	return all
}
