package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/config"
)

// Whoever finds a token in a ticket finds every secret of the configuration on the
// page about that.
func TestEverySecretIsOnThePageAboutLeaks(t *testing.T) {
	page, err := os.ReadFile("../../docs/token-leaked.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(t reflect.Type, in string) []string
	walk = func(of reflect.Type, in string) (keys []string) {
		for of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of == reflect.TypeFor[config.Secret]() {
			return []string{in}
		}
		if of.Kind() != reflect.Struct {
			return nil
		}
		for i := range of.NumField() {
			if key := of.Field(i).Tag.Get("toml"); key != "" {
				keys = append(keys, walk(of.Field(i).Type, key)...)
			}
		}
		return keys
	}
	keys := walk(reflect.TypeFor[config.Config](), "")
	for _, key := range keys {
		if !strings.Contains(string(page), "`"+key+"`") {
			t.Errorf("docs/token-leaked.md does not name %s", key)
		}
	}
	if len(keys) < 10 {
		t.Errorf("only %d secrets were found: %v", len(keys), keys)
	}
}

// Which addresses are this machine's, and so closed to checks where the admin listener is,
// the kernel tells over netlink alone (rtnetlink(7)).
func TestTheUnitLetsTheBotAskForItsOwnAddresses(t *testing.T) {
	unit, err := os.ReadFile("../../examples/belltower.service")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(unit)) {
		if families, found := strings.CutPrefix(line, "RestrictAddressFamilies="); found && !strings.Contains(families, "AF_NETLINK") {
			t.Error(line)
		}
	}
}

// The commands that the README and the unit tell people to type exist.
func TestTheDocumentsNameCommandsThatExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	help := w.works("--help")
	for _, file := range []string{"../../README.md", "../../docs/token-leaked.md", "../../docs/export.md", "../../docs/probes.md", "../../examples/belltower.service"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "`bot ")[1:] {
			name, _, _ := strings.Cut(part, "`")
			name, _, _ = strings.Cut(name, " ")
			if !strings.Contains(help, "\n  "+name) {
				t.Errorf("%s names bot %s, which is not in:\n%s", file, name, help)
			}
		}
	}
}

// The unit is one that systemd takes: no unknown key, no misspelt value.
func TestTheUnitIsSound(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		lacks(t, "systemd-analyze")
	}
	unit, err := os.ReadFile("../../examples/belltower.service")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "belltower.service") // with a binary that is there
	if err := os.WriteFile(path, bytes.ReplaceAll(unit, []byte("/usr/local/bin/bot"), []byte(os.Args[0])), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", "--man=no", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
