package intake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// readGeneric makes what reads the calls of any monitor that sends JSON, by the paths
// in [sources.map].
func readGeneric(conf config.Source) reader {
	m := mapping{conf.Map}
	return func(body gjson.Result, _ desk.Expectation) (r reading) {
		list := body
		if m.Each != "" {
			if list = m.at(body, m.Each); !list.IsArray() {
				return one(sighting{}, "There is no list at "+m.Each+" (each in [sources.map]).")
			}
		}
		if !list.IsArray() {
			return one(m.alert(body))
		}
		n := 0
		list.ForEach(func(_, alert gjson.Result) bool {
			n++
			g, wrong := m.alert(alert)
			if wrong != "" {
				wrong = fmt.Sprintf("Alert %d of the call: %s", n, wrong)
			}
			r.add(g, wrong)
			return !r.tooMany
		})
		return r
	}
}

// mapping is where what is.
type mapping struct{ config.SourceMap }

// at is what a path leads to; "" leads nowhere. A leading @ is no more than a letter.
func (mapping) at(from gjson.Result, path string) gjson.Result {
	if path == "" {
		return gjson.Result{}
	}
	if path[0] == '@' {
		path = `\` + path
	}
	return from.Get(path)
}

// alert reads one alert, or says why it cannot be read.
func (m mapping) alert(body gjson.Result) (g sighting, wrong string) {
	id, state := idOf(m.at(body, m.Check)), text(m.at(body, m.State))
	switch {
	case id == "":
		return g, "There is no id of a check at " + m.Check + " (check in [sources.map]), or it is too long."
	case state == "":
		return g, "There is no state at " + m.State + " (state in [sources.map])."
	}
	written := text(m.at(body, m.Name))
	name := line(written, desk.CalledMax)
	g = sighting{
		check: id, words: []string{id, name, written}, labels: labelsOf(m.at(body, m.Labels)), called: firstOf(name, id),
		since: moment(m.at(body, m.Since)), place: places(m.at(body, m.Place)), link: text(m.at(body, m.Link)),
		expectation: m.expectation(body),
	}
	switch {
	case isOne(m.Failing, state):
		g.state = desk.Failing
		g.detail, g.step = text(m.at(body, m.Detail)), text(m.at(body, m.Step))
	case isOne(m.Passing, state):
		g.state = desk.Passing
	default:
		g.said = "the state of " + id + " is " + line(state, 40) + ", which is among neither failing nor passing in [sources.map]."
	}
	return g, ""
}

// expectation is what the alert says that it is about; "" where it does not.
func (m mapping) expectation(body gjson.Result) desk.Expectation {
	word := text(m.at(body, m.Expectation))
	switch {
	case word == "":
		return ""
	case isOne(m.Performance, word):
		return desk.Performance
	}
	return desk.Availability
}

func isOne(words []string, word string) bool {
	return slices.ContainsFunc(words, func(one string) bool { return strings.EqualFold(one, word) })
}

func setupGeneric(s config.Source, address string) string {
	const checks = `
  checks: the id or the name of a check, or "label=value" of its labels = the service`
	if m := s.Map; m.Each != "" || m.Check != "check" || m.State != "state" {
		where := ""
		if m.Each != "" {
			where = "a list at " + m.Each + ", and in each of it "
		}
		return "have the monitor POST JSON to " + address + ", with the header Authorization: Bearer and the source's token;\n  by [sources.map] it has " +
			where + "the id of the check at " + m.Check + " and at " + m.State + " its state (" + m.Failing[0] + ", or " + m.Passing[0] + " when it is over)" + checks
	}
	return `have the monitor POST JSON like this (state also "passing", or "test" to try it; since, detail, link and more may be left out):
    curl -H "Authorization: Bearer $TOKEN" ` + address + ` \
      -d '{"check":"disk-7","name":"Disk 7","state":"failing","since":"2026-11-22T06:00:00Z","detail":"97 % full"}'` + checks
}
