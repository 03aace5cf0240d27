package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// readAlertmanager reads version 4 of Alertmanager's webhook:
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
//
// Each alert counts by itself; the group's status says nothing of it. Alerts of the
// severity "none", such as Watchdog, which always fires, are nobody's trouble.
func readAlertmanager(body gjson.Result, _ desk.Expectation) (r reading) {
	alerts := body.Get("alerts")
	switch version := text(body.Get("version")); {
	case version == "1" && body.Get("orgId").Exists():
		return one(sighting{}, "This is Grafana's webhook: give it a source of the kind grafana.")
	case version != "4" || !alerts.IsArray():
		return one(sighting{}, "There is no version \"4\" with a list of alerts: this address is for webhook_configs of Alertmanager without a template of their own for the body (payload).")
	}
	more, _ := strconv.Atoi(text(body.Get("truncatedAlerts")))
	n := 0
	alerts.ForEach(func(_, alert gjson.Result) bool {
		n++
		g, wrong := alertmanagerAlert(alert)
		if wrong != "" {
			wrong = fmt.Sprintf("Alert %d of the call %s.", n, wrong)
		}
		if more > 0 && g.state == desk.Failing {
			g.detail = strings.TrimSpace(fmt.Sprintf("%s (and %d more alerts that Alertmanager left out)", line(g.detail, desk.DetailMax-60), more))
		}
		r.add(g, wrong)
		return !r.tooMany
	})
	if more > 0 {
		r.remark = fmt.Sprintf("And %d more alerts were left out by Alertmanager, whose end will not be seen: take max_alerts out of its webhook_configs.", more)
	}
	return r
}

// alertmanagerAlert reads one alert, or says why it cannot be read.
func alertmanagerAlert(alert gjson.Result) (g sighting, wrong string) {
	var part [7]gjson.Result
	fields(alert, part[:], "labels", "status", "fingerprint", "annotations", "generatorURL", "startsAt", "endsAt")
	labels, status := part[0], text(part[1])
	switch {
	case !labels.IsObject():
		return g, "has no labels"
	case status == "":
		return g, "has no status"
	}
	g.labels = labelsOf(labels)
	g.check = idOf(part[2])
	if g.check == "" {
		g.check = fingerprint(g.labels)
	}
	name := line(g.label("alertname"), desk.CalledMax)
	g.words, g.suggest = []string{g.check, name}, g.check
	if name != "" {
		g.suggest = "alertname=" + name
	}
	g.called = firstOf(name, g.check)
	if instance := line(g.label("instance"), desk.CalledMax/2); instance != "" {
		g.called += " (" + instance + ")"
	}
	var note [3]gjson.Result
	fields(part[3], note[:], "summary", "description", "message")
	g.detail = firstOf(text(note[0]), text(note[1]), text(note[2]))
	g.expectation = said(g.label("expectation"))
	g.link = text(part[4])
	switch severity := g.label("severity"); {
	case severity == "none" || name == "Watchdog":
		g.said = name + " is of the severity none: nobody's trouble."
	case status == "firing":
		g.state, g.since = desk.Failing, moment(part[5])
	case status == "resolved":
		g.state, g.since, g.detail = desk.Passing, moment(part[6]), ""
	default:
		g.said = "status of " + name + " is " + line(status, 40) + ", which is neither firing nor resolved."
	}
	return g, ""
}

// fields are the values of an object by their names, the first of each, read in one pass;
// not there: the zero Result.
func fields(object gjson.Result, values []gjson.Result, names ...string) {
	if !object.IsObject() {
		return
	}
	object.ForEach(func(name, value gjson.Result) bool {
		if k := slices.Index(names, name.Str); k >= 0 && !values[k].Exists() {
			values[k] = value
		}
		return true
	})
}

// labelsOf are the pairs of an object whose values are no objects or lists.
func labelsOf(object gjson.Result) (labels []label) {
	if !object.IsObject() {
		return nil
	}
	labels = make([]label, 0, 8)
	object.ForEach(func(name, value gjson.Result) bool {
		if v := text(value); v != "" {
			labels = append(labels, label{name.Str, v})
		}
		return true
	})
	return labels
}

// fingerprint is an id made of labels, for an alert that has none.
func fingerprint(labels []label) string {
	pairs := make([]string, len(labels))
	for i, l := range labels {
		pairs[i] = l.name + "\x00" + l.value
	}
	slices.Sort(pairs)
	sum := sha256.Sum256([]byte(strings.Join(pairs, "\x01")))
	return hex.EncodeToString(sum[:8])
}

func setupAlertmanager(_ config.Source, address string) string {
	return `in alertmanager.yml, with the source's token in a file beside it:
    receivers:
      - name: belltower
        webhook_configs:
          - url: ` + address + `
            send_resolved: true
            http_config:
              authorization:
                credentials_file: /etc/prometheus/belltower.token
  checks: "alertname=LearnDown" or any other "label=value" = the service; the label expectation: performance says that an alert is about slowness`
}
