package config

import (
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// access checks that principals and ops channels are on connections that exist,
// and are what those platforms have.
func (k *checker) access() {
	for _, list := range [][]desk.Person{k.c.Access.Admins, k.c.Access.Responders} {
		seen := unique{}
		for i := range list {
			k.principal(&list[i])
			k.once(seen, &list[i], list[i].String(), "in the list")
		}
	}
	seen := unique{}
	for i := range k.c.Tell.Ops {
		a := &k.c.Tell.Ops[i]
		k.channel(a)
		k.once(seen, a, a.String(), "in the list")
	}
}

// channel checks that a channel can be on its connection.
func (k *checker) channel(a *desk.Channel) {
	if !k.address(a, a.Connection) {
		return
	}
	switch k.platformOf(a.Connection) {
	case "Slack":
		k.formed(a, a.ID, slackChannelForm)
	case "Discord":
		k.formed(a, a.ID, snowflakeForm)
	case "Teams":
		k.formed(a, a.ID, k.teamsNamed(a.Connection).channelForm)
	}
}

// formed reports a part whose text has not the form that it must have.
func (k *checker) formed(part any, text string, check form) {
	if p := check(text); p != nil {
		k.refuse(part, *p)
	}
}

// teamsNamed is the Teams connection of a name, which there is.
func (k *checker) teamsNamed(name desk.ConnectionName) *Teams {
	i := slices.IndexFunc(k.c.Teams, func(t Teams) bool { return t.Name == name })
	return &k.c.Teams[i]
}

var (
	slackUser  = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	slackGroup = regexp.MustCompile(`^S[A-Z0-9]+$`)
)

// homeOf is the platform that has a kind of group of people; "" when none has.
func homeOf(kind string) string {
	return map[string]string{"group": "Slack", "role": "Discord", "team": "Teams"}[kind]
}

// principal checks that a person, or a group of people, can be on its connection.
func (k *checker) principal(p *desk.Person) {
	if !k.address(p, p.Connection) {
		return
	}
	platform := k.platformOf(p.Connection)
	kind, id, isGroup := strings.Cut(p.ID, ":")
	switch {
	case isGroup && homeOf(kind) == "":
		k.refuse(p, problem{"names neither a person nor a group, role or team", nearest(kind, []string{"group", "role", "team"})})
	case isGroup && homeOf(kind) != platform:
		k.refuse(p, problem{"names a " + kind + ", which " + platform + " does not have", "only " + homeOf(kind) + " has " + kind + ":"})
	case isGroup && id == "":
		k.refuse(p, problem{"has no id after the colon", "write it as in amherst/group:S0123ABCD"})
	case platform == "Slack" && !isGroup && !slackUser.MatchString(p.ID):
		k.refuse(p, problem{"is no person of Slack", "copy the member ID, such as U0123ABCD, from the profile"})
	case platform == "Slack" && isGroup && !slackGroup.MatchString(id):
		k.refuse(p, problem{"is no user group of Slack", "its id begins with S, such as S0123ABCD"})
	case platform == "Discord" && snowflakeForm(or(id, p.ID)) != nil:
		k.refuse(p, problem{"has no Discord id", "ids are digits; switch on developer mode and choose Copy ID"})
	}
}

// address reports whether an address is on a connection that exists.
func (k *checker) address(part any, connection desk.ConnectionName) bool {
	if !k.given(part) {
		return false
	}
	if k.platformOf(connection) == "" {
		k.unknownName(part, string(connection), "is on a connection that does not exist", k.connectionNames())
		return false
	}
	return true
}

// slack checks that Slack's requests can be proved, or come by Socket Mode.
func (k *checker) slack() {
	tokens := unique{}
	for i := range k.c.Slack {
		s := &k.c.Slack[i]
		some := s.SigningSecret.IsSet() || s.AppToken.IsSet() || k.broken(&s.SigningSecret) || k.broken(&s.AppToken)
		if !some {
			k.lacks(s, "signing_secret", problem{"neither signing_secret nor app_token in [[slack]]",
				"give signing_secret for requests over HTTP, or app_token for Socket Mode"})
		}
		if s.AppToken.IsSet() { // an app is in one workspace, and sends each request to any of its sockets
			k.once(tokens, &s.AppToken, s.AppToken.Reveal(), "the app_token of another connection")
		}
		if s.NextSigningSecret.IsSet() && !s.SigningSecret.IsSet() && !k.broken(&s.SigningSecret) {
			k.refuse(&s.NextSigningSecret, problem{"is a second secret without a first", "name it signing_secret"})
		}
	}
}

// teams checks that a bot is whole, and that a connection can do something.
func (k *checker) teams() {
	for i := range k.c.Teams {
		t := &k.c.Teams[i]
		k.teamsBot(t)
		k.teamsChannels(t)
		if t.NextOutgoingSecret.IsSet() && !t.OutgoingSecret.IsSet() && !k.broken(&t.OutgoingSecret) {
			k.refuse(&t.NextOutgoingSecret, problem{"is a second secret without a first", "name it outgoing_secret"})
		}
	}
}

// teamsChannels checks that workflows have names of their own, and that the ops
// channel is one of them or has the form of Teams' own ids.
func (k *checker) teamsChannels(t *Teams) {
	seen := unique{}
	for j := range t.Workflows {
		k.once(seen, &t.Workflows[j].Name, t.Workflows[j].Name, "the name of a workflow")
	}
	if k.given(&t.OpsChannel) {
		k.formed(&t.OpsChannel, t.OpsChannel, t.channelForm)
	}
}

// teamsBot checks the three keys that a bot needs together.
func (k *checker) teamsBot(t *Teams) {
	parts := []struct {
		key string
		ptr any
		set bool
	}{
		{"app_id", &t.AppID, t.AppID != ""},
		{"app_secret", &t.AppSecret, t.AppSecret.IsSet()},
		{"tenant_id", &t.TenantID, t.TenantID != ""},
	}
	some := false
	for _, p := range parts {
		some = some || p.set || k.broken(p.ptr)
	}
	for _, p := range parts {
		if some && !p.set && !k.broken(p.ptr) {
			k.lacks(t, p.key, problem{"no " + p.key + " in [[teams]]", "a bot needs app_id, app_secret and tenant_id"})
		}
	}
	outgoing := t.OutgoingSecret.IsSet() || k.broken(&t.OutgoingSecret)
	if !some && !outgoing && len(t.Workflows) == 0 {
		k.lacks(t, "app_id", problem{"[[teams]] can neither hear nor tell",
			"give app_id, app_secret and tenant_id of a bot, or outgoing_secret, or [[teams.workflows]]"})
	}
}

// discord checks that interactions can arrive.
func (k *checker) discord() {
	for i := range k.c.Discord {
		d := &k.c.Discord[i]
		if !d.Gateway && d.PublicKey == "" && !k.broken(&d.PublicKey) && !k.broken(&d.Gateway) {
			k.lacks(d, "public_key", problem{"neither public_key nor gateway in [[discord]]",
				"give public_key for interactions over HTTP, or gateway = true"})
		}
		if d.NextPublicKey != "" && d.PublicKey == "" && !k.broken(&d.PublicKey) {
			k.refuse(&d.NextPublicKey, problem{"is a second key without a first", "name it public_key"})
		}
	}
}

// listeners checks that the two listeners do not want one address.
func (k *checker) listeners() {
	h := &k.c.HTTP
	if overlap(h.Listen, h.AdminListen) && !k.broken(&h.Listen) && !k.broken(&h.AdminListen) {
		k.conflict(&h.AdminListen, &h.Listen, "listen and admin_listen in [http] want one port ("+h.Listen+" and "+h.AdminListen+")", "give admin_listen another port")
	}
}

// overlap reports whether two addresses cannot be listened on at the same time: one
// without a host, or with :: for it, has all addresses of the machine.
func overlap(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	all := func(host, other string) bool {
		return host == "" || host == "::" || host == "0.0.0.0" && !strings.Contains(other, ":")
	}
	return hostA == hostB || all(hostA, hostB) || all(hostB, hostA)
}
