package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzLoad feeds any text to Load: it must answer with a Config or with
// mistakes that point into the text, never print a secret, and answer the same
// for the same text.
func FuzzLoad(f *testing.F) {
	files, err := filepath.Glob("testdata/mistakes/*.toml")
	if err != nil || len(files) == 0 {
		f.Fatal("no testdata", err)
	}
	for _, file := range append(files, "../../config.example.toml") {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "config.toml")
		// References to files of this machine are no business of a fuzz test.
		write(t, path, strings.ReplaceAll(text, "file:", "file-"))
		env := func(name string) (string, bool) { return "correct horse " + name, name != "" }
		c, err := Load(path, env)
		if (c == nil) == (err == nil) {
			t.Fatal("neither a Config nor mistakes, or both")
		}
		if _, again := Load(path, env); err != nil && again.Error() != err.Error() {
			t.Errorf("first %v\nthen %v", err, again)
		}
		if c != nil {
			c.Catalog()
			c.OpsChannels()
			return
		}
		if strings.Contains(err.Error(), "correct horse") {
			t.Error("what the environment holds was printed:", err)
		}
		lines := 1 + strings.Count(text, "\n")
		for _, m := range err.(Mistakes) {
			if m.Line < 1 || m.Line > lines || m.Column < 1 || m.Message == "" || strings.ContainsAny(m.String(), "\n\x00") {
				t.Errorf("no good place or sentence: %#v", m)
			}
		}
	})
}
