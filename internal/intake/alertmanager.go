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
	var call alertmanagerCall
	call.read(&walk{json: body.Raw})
	switch {
	case call.version == "1" && call.grafana:
		return one(sighting{}, "This is Grafana's webhook: give it a source of the kind grafana.")
	case call.version != "4" || !call.listed:
		return one(sighting{}, "There is no version \"4\" with a list of alerts: this address is for webhook_configs of Alertmanager without a template of their own for the body (payload).")
	}
	if more := call.more; more > 0 {
		for k := range call.sightings {
			if g := &call.sightings[k]; g.state == desk.Failing {
				g.detail = strings.TrimSpace(fmt.Sprintf("%s (and %d more alerts that Alertmanager left out)", line(g.detail, desk.DetailMax-60), more))
			}
		}
		call.remark = fmt.Sprintf("And %d more alerts were left out by Alertmanager, whose end will not be seen: take max_alerts out of its webhook_configs.", more)
	}
	return call.reading
}

// alertmanagerCall is the body of a call: of fields that it has twice the first counts.
type alertmanagerCall struct {
	reading
	version string
	more    int
	listed  bool // there is a list of alerts
	grafana bool
}

func (c *alertmanagerCall) read(w *walk) {
	w.fields([]string{"version", "alerts", "truncatedAlerts", "orgId"}, func(k int) {
		switch k {
		case 0:
			c.version = w.text()
		case 1:
			c.alerts(w)
		case 2:
			c.more, _ = strconv.Atoi(w.text())
		default:
			c.grafana = true
			w.pass()
		}
	})
}

// usualAlert is how many bytes one alert usually has at least.
const usualAlert = 400

func (c *alertmanagerCall) alerts(w *walk) {
	if c.listed = w.enter('['); !c.listed {
		return
	}
	c.sightings = make([]sighting, 0, min(len(w.json)/usualAlert+1, maxAlerts))
	for n := 1; w.more(); n++ {
		if c.tooMany {
			w.pass()
			continue
		}
		var a alertmanagerAlert
		a.read(w)
		g, wrong := a.sighting()
		if wrong != "" {
			wrong = fmt.Sprintf("Alert %d of the call %s.", n, wrong)
		}
		c.add(g, wrong)
	}
}

// alertmanagerAlert is one alert, in the texts of its fields.
type alertmanagerAlert struct {
	labels                                    []label
	labeled                                   bool
	status, fingerprint, link, started, ended string
	summary, description, message             string
}

func (a *alertmanagerAlert) read(w *walk) {
	texts := [...]*string{&a.status, &a.fingerprint, &a.link, &a.started, &a.ended}
	w.fields([]string{"status", "fingerprint", "generatorURL", "startsAt", "endsAt", "labels", "annotations"}, func(k int) {
		switch {
		case k < len(texts):
			*texts[k] = w.text()
		case k == len(texts):
			a.labels, a.labeled = w.labels()
		default:
			notes := [...]*string{&a.summary, &a.description, &a.message}
			w.fields([]string{"summary", "description", "message"}, func(k int) { *notes[k] = w.text() })
		}
	})
}

// sighting is what an alert says, or why it cannot be read.
func (a *alertmanagerAlert) sighting() (g sighting, wrong string) {
	switch {
	case !a.labeled:
		return g, "has no labels"
	case a.status == "":
		return g, "has no status"
	}
	g.labels = a.labels
	if g.check = asID(a.fingerprint); g.check == "" {
		g.check = fingerprint(g.labels)
	}
	written := g.label("alertname")
	name := line(written, desk.CalledMax)
	g.called = firstOf(name, g.check)
	g.words, g.suggest = []string{g.check, name, written}, g.called
	if exact := asID(written); exact != "" { // a label is compared as it is written
		g.suggest = "alertname=" + exact
	}
	if instance := line(g.label("instance"), desk.CalledMax/2); instance != "" {
		g.called += " (" + instance + ")"
	}
	g.detail = firstOf(a.summary, a.description, a.message)
	g.expectation = said(g.label("expectation"))
	g.link = a.link
	switch severity := g.label("severity"); {
	case severity == "none" || name == "Watchdog":
		g.said = name + " is of the severity none: nobody's trouble."
	case a.status == "firing":
		g.state, g.since = desk.Failing, asMoment(a.started)
	case a.status == "resolved":
		g.state, g.since, g.detail = desk.Passing, asMoment(a.ended), ""
	default:
		g.said = "status of " + name + " is " + line(a.status, 40) + ", which is neither firing nor resolved."
	}
	return g, ""
}

// labelsOf are the pairs of an object whose values are no objects or lists.
func labelsOf(object gjson.Result) (labels []label) {
	labels, _ = (&walk{json: object.Raw}).labels()
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
