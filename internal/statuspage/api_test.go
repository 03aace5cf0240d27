package statuspage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// The answers of the API are read by what Statuspage's own documentation says of them: the
// keys that an object has, and no others, and what each may be.

type shape map[string]string

const (
	isText, mayBeText = `string`, `string|null`
	isTime, mayBeTime = `time`, `time|null`
	isBool, isNumber  = `bool`, `number`
	isNull            = `null`
)

// kept is what each kind of object has. A name in brackets is a list of that kind.
func apiShapes() map[string]shape {
	component := shape{
		"id": isText, "name": isText, "status": "operational,degraded_performance,partial_outage,major_outage,under_maintenance", "created_at": isTime, "updated_at": isTime,
		"position": isNumber, "description": mayBeText, "showcase": isBool, "start_date": isNull, "group_id": mayBeText, "page_id": isText, "group": isBool, "only_show_if_degraded": isBool,
	}
	group := maps.Clone(component)
	group["components"] = "[id]"
	incident := shape{
		"id": isText, "name": isText, "status": "investigating,identified,monitoring,resolved", "created_at": isTime, "updated_at": isTime, "monitoring_at": mayBeTime, "resolved_at": mayBeTime,
		"impact": "none,minor,major,critical", "shortlink": isText, "started_at": isTime, "page_id": isText, "incident_updates": "[update]", "components": "[component]", "reminder_intervals": isNull,
	}
	maintenance := maps.Clone(incident)
	maps.Copy(maintenance, shape{"status": "scheduled,in_progress,verifying,completed", "impact": "maintenance", "scheduled_for": isTime, "scheduled_until": isTime})
	return map[string]shape{
		"page":   {"id": isText, "name": isText, "url": isText, "time_zone": isText, "updated_at": isTime},
		"status": {"indicator": "none,minor,major,critical", "description": isText},
		"update": {
			"id": isText, "status": "investigating,identified,monitoring,resolved,scheduled,in_progress,verifying,completed", "body": isText, "incident_id": isText, "created_at": isTime, "updated_at": isTime,
			"display_at": isTime, "affected_components": isNull, "deliver_notifications": isBool, "custom_tweet": isNull, "tweet_id": isNull,
		},
		"component": component, "group": group, "incident": incident, "window": maintenance,
		"status.json":                          {"page": "page", "status": "status"},
		"components.json":                      {"page": "page", "components": "[component]"},
		"incidents.json":                       {"page": "page", "incidents": "[incident]"},
		"incidents/unresolved.json":            {"page": "page", "incidents": "[incident]"},
		"scheduled-maintenances.json":          {"page": "page", "scheduled_maintenances": "[window]"},
		"scheduled-maintenances/upcoming.json": {"page": "page", "scheduled_maintenances": "[window]"},
		"scheduled-maintenances/active.json":   {"page": "page", "scheduled_maintenances": "[window]"},
		"summary.json":                         {"page": "page", "status": "status", "components": "[component]", "incidents": "[incident]", "scheduled_maintenances": "[window]"},
	}
}

func apiNames() []string {
	return []string{
		"status.json", "components.json", "incidents.json", "incidents/unresolved.json", "scheduled-maintenances.json",
		"scheduled-maintenances/upcoming.json", "scheduled-maintenances/active.json", "summary.json",
	}
}

type object = map[string]any

var apiTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$`)

// api reads an answer and checks its shape.
func (c *campus) api(name string) object {
	c.t.Helper()
	a := c.ask(http.MethodGet, "/api/v2/"+name)
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		c.t.Fatalf("%s: %s %v", name, a.Status, a.Header)
	}
	var out object
	if err := json.Unmarshal([]byte(a.body), &out); err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	checkShape(c.t, name, out, name)
	return out
}

func checkShape(t testing.TB, where string, v any, kind string) {
	t.Helper()
	o, is := v.(object)
	if !is {
		t.Errorf("%s is %v, want an object", where, v)
		return
	}
	if kind == "component" && o["group"] == true {
		kind = "group"
	}
	want := apiShapes()[kind]
	if got := slices.Sorted(maps.Keys(o)); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
		t.Errorf("%s has the keys %v, want those of %s", where, got, kind)
	}
	for key, one := range want {
		checkValue(t, where+"."+key, o[key], one)
	}
}

func checkValue(t testing.TB, where string, v any, want string) {
	t.Helper()
	if list, is := strings.CutPrefix(want, "["); is {
		all, isList := v.([]any)
		if !isList {
			t.Errorf("%s is %v, want a list", where, v)
		}
		for k, one := range all {
			if list = strings.TrimSuffix(list, "]"); list != "id" {
				checkShape(t, fmt.Sprintf("%s[%d]", where, k), one, list)
			}
		}
		return
	}
	if _, is := apiShapes()[want]; is {
		checkShape(t, where, v, want)
		return
	}
	text, isString := v.(string)
	ok := false
	for one := range strings.SplitSeq(want, "|") {
		switch one {
		case isText:
			ok = ok || isString && text != ""
		case isTime:
			ok = ok || isString && apiTime.MatchString(text)
		case isBool:
			_, is := v.(bool)
			ok = ok || is
		case isNumber:
			_, is := v.(float64)
			ok = ok || is
		case isNull:
			ok = ok || v == nil
		default:
			ok = ok || isString && slices.Contains(strings.Split(one, ","), text)
		}
	}
	if !ok {
		t.Errorf("%s is %v, want %s", where, v, want)
	}
}

// In every state that readers meet each answer has the shape of Statuspage's, and holds
// nothing of the staff.
func TestTheShapeOfTheAPI(t *testing.T) {
	never := regexp.MustCompile(`8841|\bJim\b|\bAnn\b|Archer|UANN|\bJane\b|slwo`)
	for _, s := range states() {
		t.Run(s.name, func(t *testing.T) {
			c := s.make(t)
			for _, name := range apiNames() {
				c.api(name)
				if found := never.FindString(c.get("/api/v2/" + name)); found != "" {
					t.Errorf("%s holds %q", name, found)
				}
			}
		})
	}
}

// What a program reads, word for word.
func TestWhatProgramsRead(t *testing.T) {
	c := severalOpen(t)
	c.plan("Cables", 10*time.Minute, 2*time.Hour, "net")
	c.plan("New disks", 48*time.Hour, time.Hour, "mail")
	c.wait(11 * time.Minute)
	c.tick(1)
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(c.get("/api/v2/summary.json")), "", "\t"); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.json", out.String())
}

// list is the ids and statuses of a list.
func list(of any) (out []string) {
	for _, one := range of.([]any) {
		o := one.(object)
		out = append(out, fmt.Sprintf("%v %v", o["id"], o["status"]))
	}
	return out
}

func (c *campus) mustList(name, key string, want ...string) []any {
	c.t.Helper()
	all := c.api(name)[key]
	if got := list(all); !slices.Equal(got, want) {
		c.t.Errorf("%s has %v, want %v", name, got, want)
	}
	return all.([]any)
}

// An incident is there when its grace is over, and what is a mistake or another's is not.
func TestTheAPITellsWhatWasTold(t *testing.T) {
	c := newCampus(t, services())
	c.heard()
	first := c.declare(desk.Critical, "Login fails", "We are looking into it.", "learn")
	c.wait(time.Second)
	c.mustList("incidents.json", "incidents")
	c.wait(5 * time.Minute)
	c.mustList("incidents/unresolved.json", "incidents", "INC-1 investigating")
	c.update(first, desk.Monitoring, "It works again for most.")
	second := c.declare(desk.Minor, "Slow", "Mail is late.", "mail")
	c.wait(time.Minute)
	c.mustList("incidents/unresolved.json", "incidents", "INC-2 investigating", "INC-1 monitoring")
	c.resolve(first, "All is well.")
	c.apply(second, func(i desk.Incident, act desk.Act) (desk.Change, error) { return i.Retract("Ann was wrong.", act) })
	c.wait(100 * 24 * time.Hour)
	c.mustList("incidents/unresolved.json", "incidents")
	one := c.mustList("incidents.json", "incidents", "INC-1 resolved")[0].(object)
	if got := list(one["incident_updates"]); !slices.Equal(got, []string{"INC-1-3 resolved", "INC-1-2 monitoring", "INC-1-1 investigating"}) {
		t.Error(got)
	}
	if one["monitoring_at"] != "2026-12-02T04:05:01.000-05:00" || one["resolved_at"] != "2026-12-02T04:06:01.000-05:00" {
		t.Errorf("%v %v", one["monitoring_at"], one["resolved_at"])
	}
}

// Work keeps its id for its life, also one time of a series, which has no number at first.
func TestWorkInTheAPI(t *testing.T) {
	c := newCampus(t, services())
	c.repeat("Patches", wednesdays(), "learn")
	c.plan("Cables", 48*time.Hour, time.Hour, "net")
	c.wait(time.Minute) // the first time of the series has come
	before := list(c.api("scheduled-maintenances/upcoming.json")["scheduled_maintenances"])
	if !slices.Contains(before, "WIN-2 scheduled") || !slices.Contains(before, "WIN-1-20261205T0900Z scheduled") {
		t.Fatal(before)
	}
	made := c.make(1, 0)
	c.move(made, time.Hour)
	c.wait(time.Second)
	if got := list(c.api("scheduled-maintenances/upcoming.json")["scheduled_maintenances"]); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(before))) {
		t.Errorf("%v, want %v", got, before)
	}
	c.wait(48 * time.Hour)
	c.tick(2)
	one := c.mustList("scheduled-maintenances/active.json", "scheduled_maintenances", "WIN-2 in_progress")[0].(object)
	if got := list(one["incident_updates"]); !slices.Equal(got, []string{"WIN-2-2 in_progress", "WIN-2-1 scheduled"}) {
		t.Error(got)
	}
	c.wait(30 * time.Minute)
	c.done(2, "", false)
	c.wait(time.Second)
	c.mustList("scheduled-maintenances/active.json", "scheduled_maintenances")
	if all := list(c.api("scheduled-maintenances.json")["scheduled_maintenances"]); !slices.Contains(all, "WIN-2 completed") {
		t.Error(all)
	}
}

// What services are at makes the status of the whole, in the words that programs know.
func TestTheStatusOfTheWhole(t *testing.T) {
	all := []string{"learn", "video", "portal", "mail", "print", "net"}
	with := func(status string) (out []string) {
		for _, id := range all {
			out = append(out, id+":"+status)
		}
		return out
	}
	for _, tc := range []struct {
		about []string
		want  string
	}{
		{nil, "none All Systems Operational"},
		{[]string{"learn:operational"}, "none All Systems Operational"},
		{[]string{"learn:degraded_performance"}, "minor Partially Degraded Service"},
		{[]string{"learn:degraded_performance", "mail:partial_outage"}, "minor Minor Service Outage"},
		{with("partial_outage"), "major Partial System Outage"},
		{[]string{"learn:major_outage", "mail:degraded_performance"}, "major Partial System Outage"},
		{with("major_outage"), "critical Major Service Outage"},
	} {
		c := newCampus(t, services())
		if tc.about != nil {
			c.declare(desk.Major, "Trouble", "We look.", tc.about...)
		}
		c.wait(time.Minute)
		s := c.api("status.json")["status"].(object)
		if got := fmt.Sprintf("%v %v", s["indicator"], s["description"]); got != tc.want {
			t.Errorf("%v: %s, want %s", tc.about, got, tc.want)
		}
	}
	c := workNow(t)
	if s := c.api("summary.json")["status"].(object); s["indicator"] != "none" || s["description"] != "Service Under Maintenance" {
		t.Error(s)
	}
}

// An answer stays the same while nothing changes, for programs that ask whether it did.
func TestTheAPIOverHTTP(t *testing.T) {
	c := severalOpen(t)
	for _, name := range apiNames() {
		path := "/api/v2/" + name
		a := c.ask(http.MethodGet, path, "Origin: https://wall.example.edu")
		tag := a.Header.Get("Etag")
		if a.Header.Get("Access-Control-Allow-Origin") != "*" || tag == "" || !strings.Contains(a.Header.Get("Cache-Control"), "max-age=15") {
			t.Errorf("%s: %v", name, a.Header)
		}
		if h := c.ask(http.MethodHead, path); h.StatusCode != http.StatusOK || h.body != "" || h.Header.Get("Etag") != tag {
			t.Errorf("HEAD %s: %s %v", name, h.Status, h.Header)
		}
		c.wait(time.Minute)
		if again := c.ask(http.MethodGet, path, "If-None-Match: "+tag); again.StatusCode != http.StatusNotModified || again.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s a minute later: %s", name, again.Status)
		}
		if zipped := c.ask(http.MethodGet, path, "Accept-Encoding: gzip"); zipped.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is not compressed", name)
		}
		if posted := c.ask(http.MethodPost, path); posted.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %s", name, posted.Status)
		}
	}
	for _, path := range []string{"/api/v2/", "/api/v2/summary", "/api/v2/summary.json/", "/api/v2/incidents/", "/api/v2/subscribers.json"} {
		if a := c.ask(http.MethodGet, path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}

// Where the record cannot be read the API says as of when it is.
func TestAnOldStatusSaysSo(t *testing.T) {
	c := oneOpen(t)
	c.api("status.json")
	c.broken.Store(true)
	c.wait(3 * time.Minute)
	if got := c.api("status.json")["status"].(object)["description"]; got != "Partial System Outage, as of 2026-12-02T04:13:00-05:00" {
		t.Error(got)
	}
	c.broken.Store(false)
	c.wait(time.Second)
	if got := c.api("status.json")["status"].(object)["description"]; got != "Partial System Outage" {
		t.Error(got)
	}
}
