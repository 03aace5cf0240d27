package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/storage/storagetest"
)

// One script of more than sixty commands, with every verb, leaves the same state, audit
// and announcements, and is answered with the same words, whether it is typed on Slack,
// Teams, Discord, in the demo or on the host.
func TestSixtyCommandsOnEveryPlatform(t *testing.T) {
	t.Parallel()
	slack := perform(t, "slack", slackHouse, false)
	for _, other := range []struct {
		name  string
		build func() (*house, error)
	}{{"teams", teamsHouse}, {"discord", discordHouse}, {"demo", webHouse}} {
		got := perform(t, other.name, other.build, false)
		t.Run(other.name+" as slack", func(t *testing.T) {
			same(t, "answer", slack.answers, got.answers)
			sameRecord(t, slack.stored, got.stored)
		})
	}
	// Where it was typed is not known on the host.
	host := perform(t, "host", slackHouse, true)
	t.Run("host as slack", func(t *testing.T) {
		same(t, "answer", slack.host, host.host)
		sameRecord(t, slack.withoutPlaces(), host.withoutPlaces())
	})
}

func sameRecord(t *testing.T, want, got stored) {
	t.Helper()
	same(t, "export", want.Export, got.Export)
	same(t, "state", want.State, got.State)
	same(t, "audit", want.Audit, got.Audit)
	same(t, "announcement", want.Announcements, got.Announcements)
	same(t, "delivery", want.Deliveries, got.Deliveries)
}

// same compares two lists, and shows what differs by its place in them.
func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s (-slack +this):\n%s", what, cmp.Diff(want, got))
		return
	}
	for k := range want {
		if want[k] != got[k] {
			t.Errorf("%s %d (-slack +this):\n%s", what, k+1, cmp.Diff(strings.Split(want[k], "\n"), strings.Split(got[k], "\n")))
		}
	}
}

// perform plays the script on fake time, which begins at four.
func perform(t *testing.T, name string, build func() (*house, error), onHost bool) (p performance) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		dir := storagetest.Dir(t)
		synctest.Test(t, func(t *testing.T) {
			pass(time.Until(four))
			h, err := build()
			if err != nil {
				t.Fatal(err)
			}
			s := &stage{t: t, dir: dir, h: h}
			s.opens()
			defer s.stop()
			p = s.performs(onHost)
		})
	})
	return p
}

func (s *stage) performs(onHost bool) (p performance) {
	s.t.Helper()
	for k, c := range cues(s.t) {
		pass(c.after)
		if c.monitor != "" {
			s.hears(c)
			continue
		}
		if onHost && c.host == "-" {
			continue
		}
		var before []string
		if c.refused {
			before = s.kept()
		}
		var answer string
		if onHost {
			answer = s.playsOnHost(c.onHost(s.h))
		} else {
			answer = s.plays(c.at(s.h))
		}
		if c.refused != strings.HasPrefix(answer, "(refused) ") && !(onHost && c.own) {
			s.t.Errorf("%d. %s is answered:\n%s", k+1, c, answer)
		}
		if c.refused {
			same(s.t, "what is stored after a refusal", before, s.kept())
		}
		answer = s.as(answer)
		p.answers = append(p.answers, c.who+": "+answer)
		if !c.own && c.host == "" {
			p.host = append(p.host, formOrAll.ReplaceAllString(strings.ReplaceAll(answer, ` "why"`, ""), ""))
		}
	}
	pass(time.Hour)
	p.stored = s.neutral(s.reads())
	return p
}

// formOrAll is what the host does not tell: whether a form was opened, which it has not,
// and whether others saw the answer. There a reason that a form would ask for stands as
// "why" in the line to type.
var formOrAll = regexp.MustCompile(`(?m)^\((a form: .*|to everybody)\)\n`)

// The script has sixty commands and every verb.
func TestTheScriptHasEveryVerb(t *testing.T) {
	all := cues(t)
	if len(all) < 60 {
		t.Errorf("the script has %d commands", len(all))
	}
	for _, command := range commands.Names() {
		for _, v := range commands.Verbs(command) {
			typed := func(c cue) bool { return c.line == v.Path() || strings.HasPrefix(c.line, v.Path()+" ") }
			if !slices.ContainsFunc(all, typed) {
				t.Errorf("nobody types %s", v.Path())
			}
		}
	}
}
