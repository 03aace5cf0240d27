package intake

import (
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
)

// What was taken to fail by a mapping is heard by that mapping, and not by none, another's or
// one of another service.
func TestWhoIsHeardNoMore(t *testing.T) {
	long := strings.Repeat("a long name ", 9)
	for what, c := range map[string]struct{ kind, key, body string }{
		"by a label":   {"alertmanager", "alertname=Down", amCall(`"alertname":"Down","instance":"h1"`)},
		"by its name":  {"alertmanager", "Down", amCall(`"alertname":"Down","instance":"h1"`)},
		"long":         {"alertmanager", long + "end", amCall(`"alertname":"` + long + `end","instance":"h1"`)},
		"pingdom":      {"pingdom", "4711", `{"check_id":4711,"check_name":"Login","current_state":"DOWN"}`},
		"pingdom name": {"pingdom", "Login", `{"check_id":4711,"check_name":"Login","current_state":"DOWN"}`},
		"alertsite":    {"alertsite", "900", `{"notify_type":"error","custid":"C1","device_id":"900","device_name":"Login (ContentView)"}`},
		"as name":      {"alertsite", "Login", `{"notify_type":"error","custid":"C1","device_id":"900","device_name":"Login (ContentView)"}`},
		"generic":      {"generic", "g1", `{"check":"g1","state":"down"}`},
	} {
		conf := config.Source{Name: "one", Kind: c.kind, Checks: map[string]desk.ServiceID{c.key: "learn"}}
		if conf.Kind == "generic" {
			conf.Map = config.SourceMap{Check: "check", State: "state", Failing: []string{"down"}}
		}
		s := newSource(conf)
		body, refused := parse(c.body)
		if refused != nil {
			t.Fatal(what, refused)
		}
		h := call{source: s, expectation: desk.Availability}.sort(s.read(body, desk.Availability))
		if len(h.reports) != 1 {
			t.Fatalf("%s: %+v", what, h)
		}
		r := h.reports[0]
		with := func(checks map[string]desk.ServiceID) bool {
			return Hears([]config.Source{{Name: "other", Checks: conf.Checks}, {Name: "one", Checks: checks}}, r)
		}
		switch {
		case !with(conf.Checks):
			t.Errorf("%s is not heard any more: %+v", what, r)
		case with(nil), with(map[string]desk.ServiceID{c.key: "portal"}), with(map[string]desk.ServiceID{c.key: "portal", "another": "learn"}):
			t.Errorf("%s is heard yet", what)
		case Hears([]config.Source{{Name: "other", Checks: conf.Checks}}, r):
			t.Errorf("%s is heard by another source", what)
		}
	}
}

func amCall(labels string) string {
	return `{"version":"4","alerts":[{"status":"firing","fingerprint":"f1","labels":{` + labels + `}}]}`
}
