package native_test

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/commands"
	"github.com/umassonline/belltower/internal/chat/discord/native"
)

var update = flag.Bool("update", false, "write the commands into testdata")

// What Discord is told, as people see it in review. It is valid against Discord's own
// documents.
func TestCommandsAreThese(t *testing.T) {
	const file = "testdata/commands.json"
	got := native.JSON()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("(-want +got) %v\n%s", err, cmp.Diff(string(want), string(got)))
	}
}

// Every verb of the grammar is a subcommand, every flag of it an option, and every
// command is there.
func TestEveryVerbIsReachable(t *testing.T) {
	there := map[string]*native.Command{}
	for _, c := range native.Commands() {
		there[c.Name] = &c
	}
	verbs := 0
	for _, name := range commands.Names() {
		c := there[name]
		if c == nil {
			t.Errorf("/%s is missing", name)
			continue
		}
		for _, v := range commands.Verbs(name) {
			verbs++
			list := c.Options
			if v.Name != "" {
				sub := find(c.Options, v.Name)
				if sub == nil {
					t.Errorf("/%s is missing", v.Path())
					continue
				}
				list = sub.Options
			}
			for _, f := range append(v.Flags, "text") {
				if find(list, f) == nil {
					t.Errorf("/%s has no option %s", v.Path(), f)
				}
			}
			if text, _ := native.Line(name, v.Name, map[string]string{"text": "and more"}); text != strings.TrimSpace(v.Name+" and more") {
				t.Errorf("/%s is read as %q", v.Path(), text)
			}
		}
		if name != "belltower" && find(there["belltower"].Options, name) == nil {
			t.Errorf("/belltower %s is missing", name)
		}
	}
	if verbs < 40 {
		t.Errorf("there are %d verbs", verbs)
	}
}

func find(list []native.Option, name string) *native.Option {
	k := slices.IndexFunc(list, func(o native.Option) bool { return o.Name == name })
	if k < 0 {
		return nil
	}
	return &list[k]
}

// names is what Discord takes, of which we use the lower case of ASCII.
var names = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)

// Discord's limits, which it checks all at once and says little about.
func TestCommandsAreWithinTheLimits(t *testing.T) {
	for _, c := range native.Commands() {
		if len(c.Contexts) != 1 || c.Contexts[0] != 0 || len(c.IntegrationTypes) != 1 || c.IntegrationTypes[0] != 0 {
			t.Errorf("/%s can be used elsewhere than in servers", c.Name)
		}
		if n := named(t, c.Name, c.Name, c.Description) + within(t, c.Name, c.Options); n > 8000 {
			t.Errorf("/%s has %d characters; 8000 fit", c.Name, n)
		} else {
			t.Logf("/%s: %d characters", c.Name, n)
		}
	}
}

func named(t *testing.T, path, name, about string) int {
	t.Helper()
	n := utf8.RuneCountInString(about)
	if !names.MatchString(name) || n < 1 || n > 100 {
		t.Errorf("/%s: %q %q", path, name, about)
	}
	return len(name) + n
}

// within checks options, and counts their characters.
func within(t *testing.T, path string, list []native.Option) (n int) {
	t.Helper()
	if len(list) > 25 {
		t.Errorf("/%s has %d options", path, len(list))
	}
	optional, seen := false, map[string]bool{}
	for _, o := range list {
		at := path + " " + o.Name
		n += named(t, at, o.Name, o.Description) + within(t, at, o.Options)
		if seen[o.Name] || o.Required && optional {
			t.Errorf("/%s is there twice, or required behind one that is not", at)
		}
		seen[o.Name], optional = true, optional || !o.Required
		if o.Autocomplete && len(o.Choices) > 0 || len(o.Choices) > 25 || o.MaxLength > 6000 {
			t.Errorf("/%s: %d choices, completed %v", at, len(o.Choices), o.Autocomplete)
		}
		if isChannel := o.Type == 7; isChannel != (len(o.ChannelTypes) > 0) || slices.ContainsFunc(o.ChannelTypes, func(kind int) bool { return kind == 4 || kind > 13 }) {
			t.Errorf("/%s offers channels of the types %v; categories and forums take no posts", at, o.ChannelTypes)
		}
		for _, c := range o.Choices {
			n += len(c.Name) + len(c.Value)
		}
	}
	return n
}
