package intake

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// readAlertSite reads AlertSite's JSON alerts, whose values are all texts:
// https://support.smartbear.com/alertsite/docs/alerts/delivery/json.html
//
// Each location tells its own availability, problem and end; who hears them joins them.
// A monitor whose locations take turns (rotated_locations) speaks as one, and so does every
// monitor of its performance: their end is the end everywhere. The times have no zone, so
// that of the call stands. Performance is told apart by the address, or by a field
// "expectation".
func readAlertSite(body gjson.Result, about desk.Expectation) reading {
	written := text(body.Get("device_name"))
	device, name := idOf(body.Get("device_id")), line(written, desk.CalledMax)
	notice := text(body.Get("notify_type"))
	switch {
	case device == "" && name == "":
		return one(sighting{}, "There is neither device_id nor device_name: use AlertSite's default JSON template, or that of bot check.")
	case notice == "":
		return one(sighting{}, "There is no notify_type, \"error\" or \"clear\": use AlertSite's default JSON template, or that of bot check.")
	}
	device = firstOf(device, name)
	g := sighting{
		check: device, words: []string{device, name, strings.TrimSuffix(name, contentView), written, strings.TrimSuffix(written, contentView)}, called: name,
		expectation: said(text(body.Get("expectation"))), detail: alertSiteDetail(body),
		step: strings.TrimSpace(text(body.Get("step_num")) + " " + text(body.Get("step_name"))),
	}
	if customer := idOf(body.Get("custid")); customer != "" {
		g.check = customer + "/" + device
		g.words = append(g.words, g.check)
	}
	rotated := places(body.Get("rotated_locations.#.location").Array()...)
	asOne := len(rotated) > 0 || firstOf(string(g.expectation), string(about)) == string(desk.Performance)
	switch low := strings.ToLower(notice); {
	case strings.Contains(low, "clear"):
		g.state, g.detail, g.step = desk.Passing, "", ""
		if !asOne {
			g.place = alertSitePlace(body)
		}
	case strings.Contains(low, "error") || strings.Contains(low, "warning"):
		g.state, g.place = desk.Failing, firstPlaces(rotated, alertSitePlace(body))
	default:
		g.said = "notify_type of monitor " + device + " is " + line(notice, 40) + ", which is neither error nor clear."
	}
	return one(g, "")
}

// contentView ends the names of monitors that are seen through one.
const contentView = " (ContentView)"

// said is the expectation that a text names; "" where it names none.
func said(word string) desk.Expectation {
	switch strings.ToLower(word) {
	case string(desk.Availability):
		return desk.Availability
	case string(desk.Performance):
		return desk.Performance
	}
	return ""
}

func firstPlaces(some, other []string) []string {
	if len(some) > 0 {
		return some
	}
	return other
}

// alertSitePlace is where the alert comes from: the location's name, else its number.
func alertSitePlace(body gjson.Result) []string {
	if all := places(body.Get("location")); len(all) > 0 {
		return all
	}
	if number := places(body.Get("location_num")); len(number) > 0 {
		return []string{"location " + number[0]}
	}
	return nil
}

// alertSiteDetail is what failed: "HTTP error from web server, HTTP 500 (3 in a row)".
func alertSiteDetail(body gjson.Result) string {
	parts := []string{}
	for _, field := range []string{"status_text", "http_status"} {
		if t := strings.TrimSpace(text(body.Get(field))); t != "" {
			parts = append(parts, t)
		}
	}
	detail := strings.Join(parts, ", ")
	if n := text(body.Get("errcount")); n != "" && n != "0" && n != "1" && detail != "" {
		detail += " (" + n + " in a row)"
	}
	return detail
}

func setupAlertSite(_ config.Source, address string) string {
	return `in AlertSite make two recipients of the type "POST JSON request to web server", with any user and the source's token as password:
    availability alerts: ` + address + `
    performance alerts:  ` + address + `/performance
  AlertSite's default JSON templates fit availability. For performance make these templates (Alerts, Template Editor), and put the editor's
  variables in the place of the words in capitals:
    Performance Error: {"source":"AlertSite","notify_type":"error","custid":"CUSTOMER","device_id":"MONITOR ID","device_name":"$DESCRIP","location":"LOCATION","status_text":"WHAT IS SLOW"}
    Performance Clear: {"source":"AlertSite","notify_type":"clear","custid":"CUSTOMER","device_id":"MONITOR ID","device_name":"$DESCRIP","location":"LOCATION"}
  checks: "900123" (device_id) or the monitor's name = the service`
}
