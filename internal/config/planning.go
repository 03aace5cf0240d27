package config

import (
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// Planning is what the organization says of planned work.
func (c *Config) Planning() desk.Planning {
	p := desk.Planning{
		Zone: c.Organization.Timezone, StandingNotice: c.Windows.StandingNotice, AutoComplete: c.Windows.AutoComplete,
		Notice: desk.LeadTime{Length: c.Windows.Notice.Length, WorkingDays: c.Windows.Notice.WorkingDays},
	}
	for _, r := range c.Windows.Reminders {
		p.Reminders = append(p.Reminders, desk.Reminder{Before: r.Before, DaysBefore: r.DaysBefore, At: r.At.dayTime()})
	}
	for _, s := range c.StandingWindows {
		p.Standing = append(p.Standing, desk.Standing{Services: s.Services, Rule: desk.Recurrence{
			Every: 1, Days: s.When.Days, At: s.When.At.dayTime(), For: s.For, Zone: c.Organization.Timezone.String(), First: standingSince,
		}})
	}
	for _, m := range c.Moratoriums {
		next := m.To
		next.Day++ // the last day is included
		p.Moratoriums = append(p.Moratoriums, desk.Moratorium{Name: m.Name, Services: m.Services, Period: desk.Period{
			From: m.From.In(p.Zone).UTC(), To: next.In(p.Zone).UTC(),
		}})
	}
	return p
}

// standingSince is the day from which standing windows count: a Monday before all.
var standingSince = Date{2024, 1, 1}.In(time.UTC)

func (c Clock) dayTime() desk.DayTime { return desk.DayTime(c.Hour*60 + c.Minute) }

// Promises is how often news of incidents is promised.
func (c *Config) Promises() desk.Cadence {
	return desk.Cadence{
		Minor: c.Cadence.Minor, Major: c.Cadence.Major, Critical: c.Cadence.Critical,
		Holding: c.Cadence.HoldingUpdate, Zone: c.Organization.Timezone,
	}
}

// People are the contacts of the campuses.
func (c *Config) People() (all []desk.Contact) {
	for _, one := range c.Contacts {
		to := desk.Contact{Campus: string(one.Campus), Role: desk.ContactRole(one.Role), Services: one.Services, Mail: one.Who.Email}
		switch who := one.Who.Address; {
		case one.Who.Email != "":
		case c.isChannel(who):
			to.Channel = who
		default:
			to.Person = desk.Person(who)
		}
		all = append(all, to)
	}
	return all
}

// isChannel tells channels from people by the form of their ids: Slack's begin with C, G
// or D and those of people with U or W (docs.slack.dev, "Types"); those of Teams with 19:,
// but for workflows, which have names. On Discord, whose ids do not tell, it is a person.
func (c *Config) isChannel(who desk.Channel) bool {
	for _, s := range c.Slack {
		if s.Name == who.Connection {
			return strings.ContainsRune("CGD", rune(who.ID[0]))
		}
	}
	i := slices.IndexFunc(c.Teams, func(t Teams) bool { return t.Name == who.Connection })
	return i >= 0 && c.Teams[i].channelForm(who.ID) == nil
}
