package intake

import (
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// readPingdom reads Pingdom's state-change webhook, of uptime checks (UP, DOWN) and of
// transactions (SUCCESS, FAILING): https://www.pingdom.com/resources/webhooks
//
// An end clears all places: it is told by other probes than the problem, or by none.
func readPingdom(body gjson.Result, _ desk.Expectation) reading {
	id := idOf(body.Get("check_id"))
	state := text(body.Get("current_state"))
	switch {
	case id == "":
		return one(sighting{}, "There is no check_id: this address is for the webhook of Pingdom's integrations, not for its older BeepManager.")
	case state == "":
		return one(sighting{}, "There is no current_state: this address is for the webhook of Pingdom's integrations.")
	}
	written := text(body.Get("check_name"))
	name := line(written, desk.CalledMax)
	g := sighting{
		check: id, words: []string{id, name, written}, labels: tagsOf(body.Get("tags")), called: name,
		since: pingdomTime(body), detail: firstOf(text(body.Get("long_description")), text(body.Get("description"))),
		link: "https://my.pingdom.com/app/reports/uptime#check=" + id,
	}
	if text(body.Get("check_type")) == "TRANSACTION" {
		g.link = "" // its report has another address
	}
	switch strings.ToUpper(state) {
	case "DOWN", "FAILING":
		g.state = desk.Failing
		g.place = places(body.Get("first_probe.location"), body.Get("second_probe.location"))
	case "UP", "SUCCESS":
		g.state, g.detail = desk.Passing, ""
	default:
		g.said = "check " + id + " is " + line(state, 40) + ", which is neither failing nor passing."
	}
	if pingdomTest(body) {
		g.state, g.said = "", "this is a test of check "+id+"."
	}
	return one(g, "")
}

// pingdomTest recognises what the Test button sends: the check's own data with this text.
func pingdomTest(body gjson.Result) bool {
	return strings.Contains(text(body.Get("long_description")), "test message triggered by a user")
}

// pingdomTime is when the state changed: seconds, beside a UTC time without a zone.
func pingdomTime(body gjson.Result) time.Time {
	if t := moment(body.Get("state_changed_timestamp")); !t.IsZero() {
		return t
	}
	t, _ := time.Parse("2006-01-02T15:04:05", text(body.Get("state_changed_utc_time")))
	return since2000(t)
}

// tagsOf are tags as labels: "tag=campus".
func tagsOf(tags gjson.Result) (labels []label) {
	if !tags.IsArray() {
		return nil
	}
	tags.ForEach(func(_, tag gjson.Result) bool {
		if value := text(tag); value != "" {
			labels = append(labels, label{"tag", value})
		}
		return true
	})
	return labels
}

// places are the locations that are named.
func places(named ...gjson.Result) (all []string) {
	for _, one := range named {
		if place := line(text(one), desk.CalledMax); place != "" {
			all = append(all, place)
		}
	}
	return all
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func setupPingdom(_ config.Source, address string) string {
	return `in Pingdom under Integrations add a Webhook with this URL, and tick it in each check; TOKEN is the source's token, best of letters and digits
  alone (Pingdom can send no header, and a proxy in front of the bot may log the URL):
    ` + address + `?token=TOKEN
  checks: "123456" (the check's id) or its name, or "tag=TAG" = the service`
}
