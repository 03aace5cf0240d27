package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

// TestTwoSecrets checks that the second secret of each that others sign with is
// known beside the first.
func TestTwoSecrets(t *testing.T) {
	c := loads(t, minimal+`
[http]
trusted_proxies = ["192.0.2.7", "2001:db8::/32"]
admin_listen = ""

[tell]
ops = ["boston/library"]

[[slack]]
name = "amherst"
bot_token = "hunter2"
signing_secret = "one"
next_signing_secret = "two"
ops_channel = "C0OPS"

[[teams]]
name = "boston"
outgoing_secret = "b25l"
next_outgoing_secret = "dHdv"
ops_channel = "library"

[[teams.workflows]]
name = "library"
url = "https://example.test/hunter2"
`)
	var got []string
	for _, s := range slices.Concat(c.Slack[0].SigningSecrets(), c.Teams[0].OutgoingSecrets()) {
		got = append(got, s.Reveal())
	}
	if want := []string{"one", "two", "b25l", "dHdv"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if ops := c.OpsChannels(); len(ops) != 1 || ops[0].String() != "boston/library" {
		t.Errorf("the ops channels are %v", ops)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	c := loads(t, minimal+`
[[slack]]
name = "amherst"
bot_token = "env:TOKEN"
signing_secret = "hunter2"
next_signing_secret = "hunter2"
ops_channel = "C0OPS"

[[teams]]
name = "boston"
ops_channel = "library"
workflows = [{ name = "library", url = "https://hunter2.example.edu" }]
`)
	inside := struct{ secret Secret }{c.Slack[0].BotToken}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, c)
		fmt.Fprintf(&out, verb, *c)
		fmt.Fprintf(&out, verb, c.Slack)
		fmt.Fprintf(&out, verb, inside)
		fmt.Fprintf(&out, verb, &inside)
	}
	for _, value := range []any{c, c.Slack[0].BotToken, inside, &inside} {
		if err := json.NewEncoder(&out).Encode(value); err != nil {
			t.Fatal(err)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("loaded", "value", value)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("loaded", "value", value)
	}
	fmt.Fprint(&out, fmt.Errorf("no answer to %s and %v", c.Slack[0].BotToken, inside))
	for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2")} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("%s was printed", leak)
		}
	}
	out.Reset()
	fmt.Fprintf(&out, "%v %#v ", c.Slack[0].BotToken, c.Slack[0].BotToken)
	slog.New(slog.NewTextHandler(&out, nil)).Info("", "token", c.Slack[0].BotToken)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("", "token", c.Slack[0].BotToken)
	if strings.Count(out.String(), "[secret]") != 4 {
		t.Error("not everything shows that there is a secret:", out.String())
	}
}

func TestSecretEqual(t *testing.T) {
	s := NewSecret("hunter2")
	for candidate, want := range map[string]bool{"hunter2": true, "hunter": false, "hunter22": false, "": false} {
		if got := s.Equal(candidate); got != want {
			t.Errorf("Equal(%q) is %v", candidate, got)
		}
	}
	for _, unset := range []Secret{{}, NewSecret("")} {
		if unset.Equal("") || unset.IsSet() || unset.Reveal() != "" {
			t.Error("a secret that is not set equals something")
		}
	}
}
