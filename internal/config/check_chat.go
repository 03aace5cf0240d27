package config

import (
	"regexp"
	"strconv"
	"strings"
)

// access checks that principals and ops channels are on connections that exist,
// and are what those platforms have.
func (k *checker) access() {
	for _, list := range [][]Principal{k.c.Access.Admins, k.c.Access.Responders} {
		seen := unique{}
		for i := range list {
			k.principal(&list[i])
			k.once(seen, &list[i], list[i].String(), "in the list")
		}
	}
	seen := unique{}
	for i := range k.c.Tell.Ops {
		a := &k.c.Tell.Ops[i]
		k.address(a, *a)
		k.once(seen, a, a.String(), "in the list")
	}
}

var (
	slackUser  = regexp.MustCompile(`^[UW][A-Z0-9]+$`)
	slackGroup = regexp.MustCompile(`^S[A-Z0-9]+$`)
)

func (k *checker) principal(p *Principal) {
	if !k.given(p) {
		return
	}
	platform, found := k.platforms()[p.Connection]
	if !found {
		k.noConnection(p, p.Connection)
		return
	}
	home := map[PrincipalKind]string{Group: "Slack", Role: "Discord", Team: "Teams", User: platform}[p.Kind]
	if home != platform {
		k.refuse(p, problem{"names a " + string(p.Kind) + ", which " + platform + " does not have", "only " + home + " has " + string(p.Kind) + ":"})
		return
	}
	switch {
	case platform == "Slack" && p.Kind == User && !slackUser.MatchString(p.ID):
		k.refuse(p, problem{"is no person of Slack", "copy the member ID, such as U0123ABCD, from the profile"})
	case platform == "Slack" && p.Kind == Group && !slackGroup.MatchString(p.ID):
		k.refuse(p, problem{"is no user group of Slack", "its id begins with S, such as S0123ABCD"})
	case platform == "Discord" && !isSnowflake(p.ID):
		k.refuse(p, problem{"has no Discord id", "ids are digits; switch on developer mode and choose Copy ID"})
	}
}

func isSnowflake(id string) bool {
	_, err := strconv.ParseUint(id, 10, 64)
	return err == nil
}

// address checks that an address leads to a connection.
func (k *checker) address(part any, a Address) {
	if !k.given(part) {
		return
	}
	if _, found := k.platforms()[a.Connection]; !found {
		k.noConnection(part, a.Connection)
	}
}

func (k *checker) noConnection(part any, name ConnectionName) {
	hint := nearest(string(name), k.connectionNames())
	if len(k.platforms()) == 0 {
		hint = "none is defined"
	}
	k.refuse(part, problem{"is on a connection that does not exist", hint})
}

// slack checks that Slack's requests can be proved, or come by Socket Mode.
func (k *checker) slack() {
	for i := range k.c.Slack {
		s := &k.c.Slack[i]
		some := s.SigningSecret.IsSet() || s.AppToken.IsSet() || k.broken(&s.SigningSecret) || k.broken(&s.AppToken)
		if !some {
			k.lacks(s, "signing_secret", problem{"neither signing_secret nor app_token in [[slack]]",
				"give signing_secret for requests over HTTP, or app_token for Socket Mode"})
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
		seen := unique{}
		for j := range t.Workflows {
			k.once(seen, &t.Workflows[j].Name, t.Workflows[j].Name, "the name of a workflow")
		}
		if t.NextOutgoingSecret.IsSet() && !t.OutgoingSecret.IsSet() && !k.broken(&t.OutgoingSecret) {
			k.refuse(&t.NextOutgoingSecret, problem{"is a second secret without a first", "name it outgoing_secret"})
		}
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
	if h.Listen == h.AdminListen && k.given(&h.AdminListen) && !k.broken(&h.Listen) && !strings.HasSuffix(h.Listen, ":0") {
		k.refuse(&h.AdminListen, problem{"is the public listener's address too", "give it another port"})
	}
}
