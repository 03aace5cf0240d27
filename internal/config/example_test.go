package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// allKeys are all sections and keys that there are, as "teams.workflows.url".
func allKeys() map[string]bool {
	all := map[string]bool{}
	walk(reflect.TypeFor[Config](), section{}, func(s section, f reflect.StructField) {
		all[s.in(f.Tag.Get("toml"))] = true
	})
	return all
}

// ownKeys are the keys whose values are tables with keys of the installer's own.
func ownKeys() map[string]bool {
	all := map[string]bool{}
	walk(reflect.TypeFor[Config](), section{}, func(s section, f reflect.StructField) {
		all[s.in(f.Tag.Get("toml"))] = f.Type.Kind() == reflect.Map
	})
	return all
}

var (
	// commented is a line of the example that could be part of the file.
	commented = regexp.MustCompile(`^# (\[+[a-z_.]+\]+|[a-z_]+ = .*)( *#.*)?$`)
	isExample = regexp.MustCompile(`# +example\b`)
)

// exampleFile reads config.example.toml in three ways: as it stands, with its
// sections and examples, and with the defaults that it states too.
func exampleFile(t *testing.T) (plain, examples, everything string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "config.example.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		plain += line
		bare, _ := strings.CutPrefix(line, "# ")
		switch {
		case !commented.MatchString(strings.TrimSuffix(line, "\n")):
			examples, everything = examples+line, everything+line
		case isExample.MatchString(line) || bare[0] == '[':
			examples, everything = examples+bare, everything+bare
		default:
			examples, everything = examples+line, everything+bare
		}
	}
	return plain, examples, everything
}

// loadExample loads the example; each environment variable has a value that fits.
func loadExample(t *testing.T, text string) *Config {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "config.toml", text)
	c, err := Load("config.toml", func(name string) (string, bool) {
		if strings.HasSuffix(name, "_WORKFLOW") {
			return "https://example.test/" + name, true
		}
		return strings.ReplaceAll(name, "_", "+"), true
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheExampleLoads(t *testing.T) {
	plain, _, _ := exampleFile(t)
	if warnings := loadExample(t, plain).Warnings(); len(warnings) != 0 {
		t.Error(strings.Join(warnings, "\n"))
	}
}

func TestTheExampleHasEveryKey(t *testing.T) {
	_, _, everything := exampleFile(t)
	root, wrong := document([]byte(everything))
	if wrong != nil {
		t.Fatal(wrong)
	}
	shown := map[string]bool{}
	var visit func(n *node, s section)
	visit = func(n *node, s section) {
		for _, e := range n.entries {
			path := s.in(e.key)
			shown[path] = true
			for _, sub := range append(e.value.list, e.value) {
				if allKeys()[path] && !ownKeys()[path] {
					visit(sub, section{path: path})
				}
			}
		}
	}
	visit(root, section{})
	if diff := cmp.Diff(allKeys(), shown); diff != "" {
		t.Error("keys that exist -, keys of the example +\n" + diff)
	}
}

// TestTheExampleStatesTheDefaults compares the example with and without what it
// states as defaults.
func TestTheExampleStatesTheDefaults(t *testing.T) {
	_, examples, everything := exampleFile(t)
	with, without := loadExample(t, everything), loadExample(t, examples)
	with.warnings, without.warnings = nil, nil
	whole := cmp.Exporter(func(reflect.Type) bool { return true })
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(without, with, whole, zones, cmpopts.EquateEmpty()); diff != "" {
		t.Error("defaults -, as the example states them +\n" + diff)
	}
	if examples == everything {
		t.Error("the example states no default")
	}
}

// TestTheDocumentedTransactionLoads loads the example of the page about probes.
func TestTheDocumentedTransactionLoads(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "probes.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```toml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("there is no example")
	}
	c := loadExample(t, minimal+"[[services]]\nid = \"learn\"\n"+example)
	if steps := c.Probes[0].Steps; len(steps) != 4 || steps[1].Method != "POST" || !steps[3].Always {
		t.Errorf("%+v", steps)
	}
}
