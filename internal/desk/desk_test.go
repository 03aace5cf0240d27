package desk_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/desk"
)

func catalog() *desk.Catalog {
	return desk.NewCatalog([]desk.Service{
		{ID: "learn", Name: "Learn System", Aliases: []string{"blackboard", "bb"}, Group: "Teaching"},
		{ID: "video", Name: "Lecture Video", Group: "Teaching"},
		{ID: "portal", Name: "Portal"},
	})
}

func TestCatalogFindsIDsNamesAndAliasesInAnyCase(t *testing.T) {
	c := catalog()
	for _, word := range []string{"learn", "LEARN", "Learn System", "BlackBoard", "bb"} {
		if s, ok := c.Find(word); !ok || s.ID != "learn" {
			t.Errorf("Find(%q) = %v, %v; want learn", word, s.ID, ok)
		}
	}
	if _, ok := c.Find("lern"); ok {
		t.Error("Find knows a service that is not there")
	}
	for word, want := range map[string]desk.Target{
		"all": desk.All(), "teaching": desk.GroupTarget("Teaching"), "bb": desk.ServiceTarget("learn"),
	} {
		if got, ok := c.FindTarget(word); !ok || got != want {
			t.Errorf("FindTarget(%q) = %v, %v; want %v", word, got, ok, want)
		}
	}
	var none *desk.Catalog
	if _, ok := none.Find("learn"); ok || none.Name("learn") != "learn" || len(none.Services()) != 0 {
		t.Error("a nil catalog is not empty")
	}
}

// Service beats group beats all, and the deciding subscription decides alone.
func TestWhoMatches(t *testing.T) {
	sub := func(target desk.Target, least desk.Impact, topics ...desk.Topic) desk.Subscription {
		return desk.Subscription{Target: target, Least: least, Topics: topics, SetAt: four}
	}
	learn := func(impact desk.Impact) desk.Scope {
		return desk.Scope{Topic: desk.TopicIncidents, Services: []desk.ServiceID{"learn"}, Impact: impact}
	}
	resolvedAt := func(sc desk.Scope, at time.Time) desk.Scope { sc.EndedAt = at; return sc }
	for _, tt := range []struct {
		name string
		subs []desk.Subscription
		sc   desk.Scope
		want bool
	}{
		{"nothing subscribed", nil, learn(desk.Critical), false},
		{"all", []desk.Subscription{sub(desk.All(), "")}, learn(desk.Minor), true},
		{"another service", []desk.Subscription{sub(desk.ServiceTarget("portal"), "")}, learn(desk.Minor), false},
		{"its group", []desk.Subscription{sub(desk.GroupTarget("Teaching"), "")}, learn(desk.Minor), true},
		{"least not met", []desk.Subscription{sub(desk.All(), desk.Major)}, learn(desk.Minor), false},
		{"least met", []desk.Subscription{sub(desk.All(), desk.Major)}, learn(desk.Major), true},
		{"the service's least beats all's", []desk.Subscription{sub(desk.All(), ""), sub(desk.ServiceTarget("learn"), desk.Critical)}, learn(desk.Major), false},
		{"the group's least beats all's", []desk.Subscription{sub(desk.All(), desk.Critical), sub(desk.GroupTarget("Teaching"), "")}, learn(desk.Minor), true},
		{"windows alone", []desk.Subscription{sub(desk.All(), "", desk.TopicWindows)}, learn(desk.Critical), false},
		{"probes alone", []desk.Subscription{sub(desk.All(), "", desk.TopicProbes)}, learn(desk.Critical), false},
		{"one of two services", []desk.Subscription{sub(desk.ServiceTarget("portal"), "")},
			desk.Scope{Topic: desk.TopicIncidents, Services: []desk.ServiceID{"learn", "portal"}, Impact: desk.Minor}, true},
		{"retracted", []desk.Subscription{sub(desk.All(), "")}, desk.Scope{Topic: desk.TopicIncidents, Services: []desk.ServiceID{"learn"}, Impact: desk.Critical, Retracted: true}, false},
		{"ops only", []desk.Subscription{sub(desk.All(), "")}, desk.Scope{OpsOnly: true, Services: []desk.ServiceID{"learn"}}, false},
		{"subscribed before its end", []desk.Subscription{sub(desk.All(), "")}, resolvedAt(learn(desk.Major), four.Add(time.Second)), true},
		{"subscribed at its end", []desk.Subscription{sub(desk.All(), "")}, resolvedAt(learn(desk.Major), four), false},
		{"least of probes does not matter to windows", []desk.Subscription{sub(desk.All(), desk.Critical)}, desk.Scope{Topic: desk.TopicWindows, Services: []desk.ServiceID{"learn"}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := catalog().Matches(tt.subs, tt.sc); got != tt.want {
				t.Errorf("Matches = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestNarrows(t *testing.T) {
	wide := desk.Subscription{Target: desk.All()}
	for _, tt := range []struct {
		name      string
		from, to  desk.Subscription
		narrowing bool
	}{
		{"same", wide, wide, false},
		{"minor and up is any", wide, desk.Subscription{Least: desk.Minor}, false},
		{"higher least", wide, desk.Subscription{Least: desk.Major}, true},
		{"lower least", desk.Subscription{Least: desk.Critical}, wide, false},
		{"fewer topics", wide, desk.Subscription{Topics: []desk.Topic{desk.TopicIncidents}}, true},
		{"quiet", wide, desk.Subscription{Manner: desk.Quiet}, true},
		{"not loud any more", desk.Subscription{Manner: desk.Loud}, wide, true},
		{"loud", wide, desk.Subscription{Manner: desk.Loud}, false},
		{"quiet hours", wide, desk.Subscription{Hours: hours("22:00", "07:00", desk.Critical)}, true},
		{"no quiet hours any more", desk.Subscription{Hours: hours("22:00", "07:00", desk.Critical)}, wide, false},
		{"shorter quiet hours", desk.Subscription{Hours: hours("22:00", "07:00", desk.Critical)}, desk.Subscription{Hours: hours("23:00", "06:00", desk.Critical)}, false},
		{"longer quiet hours", desk.Subscription{Hours: hours("22:00", "07:00", desk.Critical)}, desk.Subscription{Hours: hours("22:00", "07:30", desk.Critical)}, true},
		{"other quiet hours", desk.Subscription{Hours: hours("22:00", "07:00", desk.Critical)}, desk.Subscription{Hours: hours("08:00", "09:00", desk.Critical)}, true},
		{"less passes", desk.Subscription{Hours: hours("22:00", "07:00", desk.Major)}, desk.Subscription{Hours: hours("22:00", "07:00", desk.Critical)}, true},
		{"one more topic", wide, desk.Subscription{Topics: []desk.Topic{desk.TopicIncidents, desk.TopicWindows, desk.TopicProbes}}, false},
	} {
		if got := tt.from.Narrows(tt.to); got != tt.narrowing {
			t.Errorf("%s: Narrows = %v, want %v", tt.name, got, tt.narrowing)
		}
	}
}

// An incident beats nothing less: the worst of the open ones counts; drills and
// what was resolved or taken back do not.
func TestHealth(t *testing.T) {
	slow, down := declared(t, 1, desk.Minor), declared(t, 2, desk.Critical)
	drill := down
	drill.Drill = true
	mixed := declared(t, 3, desk.Minor)
	mixed.Services = append(mixed.Services, desk.Affected{Service: "portal", Name: "Portal", Status: desk.MajorOutage})
	for _, tt := range []struct {
		name string
		open []desk.Incident
		want string // learn, video, portal
	}{
		{"calm", nil, "operational operational operational"},
		{"slow", []desk.Incident{slow}, "degraded_performance operational operational"},
		{"worst counts", []desk.Incident{slow, down}, "major_outage operational operational"},
		{"said per service", []desk.Incident{mixed}, "degraded_performance operational major_outage"},
		{"a drill", []desk.Incident{drill}, "operational operational operational"},
		{"resolved", []desk.Incident{must(t, down, resolve, 5)}, "operational operational operational"},
		{"retracted", []desk.Incident{must(t, down, retract, 5)}, "operational operational operational"},
	} {
		var got []string
		for _, h := range desk.HealthOf(catalog(), tt.open, nil) {
			got = append(got, string(h.Status))
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestAccess(t *testing.T) {
	access := desk.Access{
		Admins:     []desk.Person{{Connection: "amherst", ID: "UADMIN"}},
		Responders: []desk.Person{{Connection: "amherst", ID: "group:S0ONCALL"}},
	}
	actor := func(conn desk.ConnectionName, id string, groups ...string) desk.Actor {
		return desk.Actor{Person: desk.Person{Connection: conn, ID: id}, Groups: groups}
	}
	guest := actor("amherst", "UADMIN")
	guest.Guest = true
	for _, tt := range []struct {
		name  string
		who   desk.Actor
		role  desk.Role
		deeds string // allowed, by first letters of: read, readstaff, respond, follow, followprobes, followelsewhere, administer
	}{
		{"admin", actor("amherst", "UADMIN"), desk.Admin, "1111111"},
		{"the same id elsewhere", actor("boston", "UADMIN"), desk.Anyone, "1001000"},
		{"by group", actor("amherst", "U2", "group:S0ONCALL"), desk.Responder, "1111110"},
		{"stranger", actor("amherst", "U3"), desk.Anyone, "1001000"},
		{"guest, even when named", guest, desk.Guest, "1000000"},
		{"on the host", actor(desk.Local, "root"), desk.Admin, "1111111"},
	} {
		if got := access.RoleOf(tt.who); got != tt.role {
			t.Errorf("%s: role %v, want %v", tt.name, got, tt.role)
		}
		if got := mayEach(access, tt.who); got != tt.deeds {
			t.Errorf("%s: may %s, want %s", tt.name, got, tt.deeds)
		}
	}
	if got := mayEach(desk.Access{}, actor("amherst", "U3")); got != "1000000" {
		t.Errorf("nobody named: may %s, want reading alone", got)
	}
}

func mayEach(a desk.Access, who desk.Actor) string {
	var b strings.Builder
	for _, d := range []desk.Deed{desk.Read, desk.ReadStaff, desk.Respond, desk.Follow, desk.FollowProbes, desk.FollowElsewhere, desk.Administer} {
		b.WriteByte('0')
		if a.May(who, d) == nil {
			s := b.String()
			b.Reset()
			b.WriteString(s[:len(s)-1] + "1")
		}
	}
	return b.String()
}

func TestWhoMayLoosen(t *testing.T) {
	access := desk.Access{Responders: []desk.Person{{Connection: "amherst", ID: "URESP"}}}
	sub := desk.Subscription{SetBy: ann}
	base := desk.Actor{Person: desk.Person{Connection: "amherst", ID: "U9"}}
	manager, direct, setter, responder := base, base, base, base
	manager.Manages, direct.Direct = true, true
	setter.Person, responder.Person = ann, access.Responders[0]
	for name, tt := range map[string]struct {
		who desk.Actor
		ok  bool
	}{"stranger": {base, false}, "manager": {manager, true}, "own direct message": {direct, true}, "setter": {setter, true}, "responder": {responder, true}} {
		if err := access.MayLoosen(tt.who, sub); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCleaning(t *testing.T) {
	if got, err := desk.CleanTitle("  Learn\n is \tdown "); err != nil || got != "Learn is down" {
		t.Errorf("CleanTitle = %q, %v", got, err)
	}
	if got, err := desk.CleanText(" one\r\ntwo\rthree "); err != nil || got != "one\ntwo\nthree" {
		t.Errorf("CleanText = %q, %v", got, err)
	}
	for name, bad := range map[string]string{
		"invalid UTF-8": "a\xff", "NUL": "a\x00b", "override": "a\u202eb", "isolate": "a\u2066b", "C1 control": "a\u0085b", "too long": strings.Repeat("é", 2001),
	} {
		if got, err := desk.CleanText(bad); err == nil {
			t.Errorf("%s: CleanText = %q, want a refusal", name, got)
		}
	}
	if _, err := desk.CleanText(strings.Repeat("é", 2000)); err != nil {
		t.Errorf("2,000 characters: %v", err)
	}
	if _, err := desk.CleanText("مرحبا עברית 👩‍🔬"); err != nil {
		t.Errorf("right-to-left letters and joiners are fine: %v", err)
	}
}

func FuzzCleanText(f *testing.F) {
	f.Add("Learn is down\r\nsince 3:52")
	f.Add("\u202eevil")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := desk.CleanText(s)
		if err != nil {
			return
		}
		again, err := desk.CleanText(got)
		if err != nil || again != got || !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\u202e\r") {
			t.Errorf("CleanText(%q) = %q, again %q, %v", s, got, again, err)
		}
	})
}

func FuzzAddresses(f *testing.F) {
	f.Add("amherst/C0123")
	f.Add("INC-42")
	f.Fuzz(func(t *testing.T, s string) {
		if ch, err := desk.ParseChannel(s); err == nil && ch.String() != s {
			t.Errorf("channel %q became %q", s, ch)
		}
		if sub, err := desk.ParseSubject(s); err == nil {
			if again, err := desk.ParseSubject(sub.String()); err != nil || again != sub {
				t.Errorf("subject %q became %q: %v", s, again, err)
			}
		}
	})
}

func TestSubscriptionsAreReadAsStored(t *testing.T) {
	in := []desk.Subscription{
		{Channel: desk.Channel{Connection: "amherst", ID: "C1"}, Target: desk.All(), SetBy: ann, SetAt: four},
		{Channel: desk.Channel{Connection: "boston", ID: "19:a/b@thread"}, Target: desk.GroupTarget("Teaching: all"), Least: desk.Major, Topics: []desk.Topic{desk.TopicProbes}, SetAt: four},
	}
	b, err := json.Marshal(in)
	var out []desk.Subscription
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil || !cmp.Equal(in, out) {
		t.Errorf("%v %s", err, cmp.Diff(in, out))
	}
	if got := fmt.Sprint(slices.Collect(slices.Values(catalog().TargetsOf([]desk.ServiceID{"learn", "portal"})))); got != "[service:learn group:Teaching service:portal all]" {
		t.Errorf("TargetsOf = %s", got)
	}
}
