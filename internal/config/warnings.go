package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/umassonline/belltower/internal/desk"
)

// notBuilt are the sections and keys that are read and checked, and have no
// effect because their part does not exist yet. Who builds a part deletes its line.
func notBuilt() []string {
	return []string{
		"http.trusted_proxies",
		"status_page",
	}
}

// noteUnbuilt remembers that a key of a part that is not built yet was given.
func (d *decoder) noteUnbuilt(path string, value *node) {
	empty := value.kind == unstable.String && value.text == "" || value.kind == unstable.Array && len(value.list) == 0
	if slices.Contains(notBuilt(), path) && !empty && !slices.Contains(d.unbuilt, path) {
		d.unbuilt = append(d.unbuilt, path)
	}
}

// warnings are the sentences for Config.Warnings.
func (d *decoder) warnings(c *Config) []string {
	var all []string
	warn := func(when bool, format string, args ...any) {
		if when {
			all = append(all, d.file+": "+fmt.Sprintf(format, args...))
		}
	}
	warn(desk.Access(c.Access).Missing(), "no admins and no responders in [access]: nobody may change anything in chat; type %s there for the line to paste", c.whoami())
	warn(len(c.connections()) == 0, "no [[slack]], [[teams]] or [[discord]]: there is no chat to talk in")
	if other := unspoken(c.Organization.Languages); len(other) > 0 {
		warn(true, "languages in [organization] has %s: the bot speaks %s, so posts and answers are in English there", strings.Join(other, ", "), strings.Join(Spoken(), " and "))
	}
	for _, id := range c.overAsked() {
		warn(true, "[[contacts]] has more than %d channels that are technical contacts of %s: only the first %[1]d are asked", desk.MostAsked, id)
	}
	warn(len(c.Services) == 0, "no [[services]]: there is nothing to declare an incident about")
	for _, name := range c.botless() {
		warn(true, "ops_channel of [[teams]] %s is a channel, and without a bot nothing can be posted there: make a workflow in it, and write its name in [[teams.workflows]]", name)
	}
	for _, name := range c.unsigned() {
		warn(true, "the url of the workflow %s has no sig=, so the workflow would refuse our posts: let Anyone trigger it, and copy its address again", name)
	}
	warn(beyondThisMachine(c.HTTP.AdminListen), "admin_listen in [http] is %q: other machines can read health and metrics; the usual is 127.0.0.1:9090", c.HTTP.AdminListen)
	warn(d.literal && readByOthers(d.file), "it holds secrets and every user of this machine can read it: chmod o-r it, or write the secrets as env:NAME or file:PATH")
	if slices.ContainsFunc(c.Probes, func(p Probe) bool { return p.Kind == "browser" }) {
		d.unbuilt = append(d.unbuilt, `probes of kind "browser"`)
	}
	unbuilt := slices.Concat(d.unbuilt, c.unbuiltSources(), c.unbuiltContacts())
	warn(len(unbuilt) > 0, "checked, but without effect until their part is built: %s", strings.Join(unbuilt, ", "))
	return all
}

// whoami is what people type in chat to be told the line for [access].
func (c *Config) whoami() string {
	switch {
	case len(c.Teams) == 0:
		return "/belltower whoami"
	case len(c.Slack)+len(c.Discord) == 0:
		return "@Belltower whoami"
	}
	return "/belltower whoami (in Teams @Belltower whoami)"
}

// botless are the connections to Teams whose ops channel is for a bot, which they have not.
func (c *Config) botless() (names []desk.ConnectionName) {
	for _, t := range c.Teams {
		reached := slices.ContainsFunc(t.Workflows, func(w Workflow) bool { return w.Name == t.OpsChannel })
		if t.AppID == "" && !reached {
			names = append(names, t.Name)
		}
	}
	return names
}

// unsigned are the workflows whose addresses, at Microsoft's own hosts, lack the signature by
// which anyone may trigger them. Where only people of the tenant may, Teams shows such
// addresses (github.com/caronc/apprise, issue 1316).
func (c *Config) unsigned() (addresses []string) {
	for _, t := range c.Teams {
		for _, w := range t.Workflows {
			u, err := url.Parse(w.URL.Reveal())
			if err != nil || u.Query().Get("sig") != "" {
				continue
			}
			if host := u.Hostname(); strings.HasSuffix(host, ".powerplatform.com") || strings.HasSuffix(host, ".logic.azure.com") {
				addresses = append(addresses, string(t.Name)+"/"+w.Name)
			}
		}
	}
	return addresses
}

// Spoken are the languages that the bot has words in.
func Spoken() []string { return []string{"en", "es"} }

// unspoken are the languages of a list that the bot has no words in.
func unspoken(codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(code string) bool {
		primary, _, _ := strings.Cut(code, "-")
		return slices.Contains(Spoken(), primary)
	})
}

// beyondThisMachine reports whether an address to listen on can be reached from
// another machine.
func beyondThisMachine(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host == "localhost" {
		return false
	}
	ip := net.ParseIP(host)
	return ip == nil || !ip.IsLoopback()
}

// readByOthers reports whether users other than the file's owner and group may
// read it.
func readByOthers(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o004 != 0
}
