package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is said now into the golden files")

// environ stands for the environment in all tests. Every secret of the tests
// has "hunter2" in it.
func environ(name string) (string, bool) {
	value, found := map[string]string{
		"EMPTY": "",
		"OPS":   "hunter2 and more",
		"TOKEN": "xoxb-hunter2",
	}[name]
	return value, found
}

// TestMistakes loads each file of testdata/mistakes and compares all that is
// said with the golden file beside it.
func TestMistakes(t *testing.T) {
	t.Chdir("testdata/mistakes")
	files, err := filepath.Glob("*.toml")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			_, err := Load(file, environ)
			if err == nil {
				t.Fatal("no mistake was found")
			}
			got := err.Error() + "\n"
			if strings.Contains(got, "hunter2") {
				t.Error("a secret was printed")
			}
			golden(t, strings.TrimSuffix(file, ".toml")+".golden", got)
		})
	}
}

// golden compares a text with that of a file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error("want -, got +\n" + diff)
	}
}
