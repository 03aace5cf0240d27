package wording

import (
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// stories are one for each kind of announcement, and for each way posts differ.
func stories(t *testing.T) map[string]*story {
	began := func(hm string) time.Time { return begin(t).at(hm).now }
	return map[string]*story{
		"declared ready":   begin(t).learnDown(),
		"declared typed":   begin(t).loginFails(),
		"declared several": begin(t).declare(desk.Declaration{Services: affected("learn", "portal:partial_outage", "mail:operational", "wifi"), Impact: desk.Minor}),
		"declared many":    begin(t).declare(desk.Declaration{Services: affected("learn", "portal", "mail", "wifi", "print", "library"), Impact: desk.Critical, Title: "Power is off in the data centre"}),
		"drill":            begin(t).declare(desk.Declaration{Services: affected("learn"), Impact: desk.Critical, Drill: true}),
		"updated":          begin(t).loginFails().at("4:12").update(desk.Identified, "A disk is full. We are making room."),
		"updated long":     begin(t).loginFails().at("4:12").update(desk.Identified, "Two things are wrong:\n1. a disk is full\n2. the spare did not start"),
		"updated thrice": begin(t).loginFails().at("4:12").update(desk.Identified, "A disk is full.").
			at("4:20").update("", "We are making room.").at("4:31").update(desk.Monitoring, "Login works for most people."),
		"worsened": func() *story {
			s := begin(t).loginFails().at("4:05")
			return s.take(s.inc.SetImpact(desk.Critical, s.act()))
		}(),
		"eased": func() *story {
			s := begin(t).learnDown().at("4:40")
			return s.take(s.inc.SetImpact(desk.Minor, s.act()))
		}(),
		"changed": func() *story {
			s := begin(t).learnDown().at("4:05")
			eased, err := s.inc.SetImpact(desk.Minor, s.act())
			if err != nil {
				t.Fatal(err)
			}
			text, err := eased.Incident.Reword(desk.Entry{Seq: 1, Kind: desk.Declared, Update: 1, Text: ReadyText()}, "Only videos do not play.", s.act())
			text.Announce = desk.Together([]desk.Change{eased, text})
			return s.take(text, err)
		}(),
		"services": func() *story {
			s := begin(t).learnDown().at("4:05")
			return s.take(s.inc.SetServices(desk.Rescope{Add: affected("portal")}, s.act()))
		}(),
		"title": func() *story {
			s := begin(t).learnDown().at("4:05")
			return s.take(s.inc.SetTitle("Login fails for everyone", s.act()))
		}(),
		"times": func() *story {
			s := begin(t).learnDown().at("4:31")
			return s.take(s.inc.SetBegan(began("3:55").Add(-15*time.Minute), s.act()))
		}(),
		"edited": func() *story {
			s := begin(t).loginFails().at("4:12").update(desk.Identified, "A disk is fall.").at("4:31")
			return s.take(s.inc.Reword(desk.Entry{Seq: 2, Kind: desk.Updated, Update: 2, Text: "A disk is fall."}, "A disk is full.", s.act()))
		}(),
		"lead": func() *story {
			s := begin(t).learnDown().at("4:05")
			return s.take(s.inc.SetLead(desk.Person{Connection: "lowell", ID: "9912"}, s.act()))
		}(),
		"resolved ready": begin(t).learnDown().at("4:31").resolve(""),
		"resolved typed": begin(t).loginFails().at("4:12").update(desk.Identified, "A disk is full.").at("4:31").resolve("There is room on the disk again."),
		"over midnight":  begin(t).at("23:50").learnDown().at("0:10").update(desk.Identified, "The network is cut at the lab.").at("1:00").resolve(""),
		"reopened": func() *story {
			s := begin(t).learnDown().at("4:31").resolve("").at("4:44")
			return s.take(s.inc.Reopen("The disk is full once more.", s.act()))
		}(),
		"retracted": func() *story {
			s := begin(t).learnDown().at("3:57")
			return s.take(s.inc.Retract("It was the test system.", s.act()))
		}(),
		"retracted silently": func() *story {
			s := begin(t).learnDown().at("3:57")
			return s.take(s.inc.Retract("", s.act()))
		}(),
		"merged":   merging(t, false),
		"absorbed": merging(t, true),
	}
}

// merging folds an incident about the portal (42) into one about Learn (41).
func merging(t *testing.T, into bool) *story {
	s := begin(t).declare(desk.Declaration{Services: affected("portal"), Impact: desk.Minor}).at("4:20")
	other, err := desk.Declare(41, desk.Declaration{Services: affected("learn"), Impact: desk.Critical, Title: ReadyTitle(affected("learn")), Text: ReadyText()}, s.act())
	if err != nil {
		t.Fatal(err)
	}
	s.at("4:25")
	from, absorbed, err := desk.Merge(s.inc, other.Incident, s.act())
	if into {
		s.said, s.inc = []*desk.Announcement{other.Announce}, other.Incident
		return s.take(absorbed, err)
	}
	return s.take(from, err)
}
