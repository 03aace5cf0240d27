package main

import (
	"archive/zip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The package has what Teams wants of it, and the next step is said.
func TestThePackageForTeams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := filepath.Join(w.dir, "app.zip")
	w.writeExample("# [[teams]] ", "[[teams]]\nname = \"boston\"\napp_id = \"11111111-2222-3333-4444-555555555555\"\n# ")
	stdout, stderr, status := w.bot("manifest", "teams", "--output", file)
	if status != 0 || stdout != "" {
		t.Fatalf("status %d: %s%s", status, stdout, stderr)
	}
	golden(t, "manifest/teams.txt", strings.ReplaceAll(stderr, file, "app.zip"))
	manifest := inPackage(t, file, "manifest.json")
	golden(t, "manifest/teams.json", manifest)
	var m struct {
		ID   string
		Bots []struct{ BotID string }
	}
	if err := json.Unmarshal([]byte(manifest), &m); err != nil || len(m.Bots) != 1 || m.Bots[0].BotID != m.ID {
		t.Errorf("%v: %+v", err, m)
	}
	for _, icon := range []string{"color.png", "outline.png"} {
		if !strings.HasPrefix(inPackage(t, file, icon), "\x89PNG") {
			t.Errorf("%s is no picture", icon)
		}
	}
}

// inPackage is the content of a file in a zip.
func inPackage(t *testing.T, file, name string) string {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestAPackageThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const some = "[[teams]]\nname = \"boston\"\napp_id = \"11111111-2222-3333-4444-555555555555\"\n"
	for _, c := range []struct{ teams, url, args, want string }{
		{"", "", "", "no [[teams]]"},
		{"[[teams]]\nname = \"boston\"\n", "", "", "make the Azure Bot first"},
		{strings.ReplaceAll(some, "5555", "x"), "", "", "is no application id"},
		{some, "http://status.example.edu", "", "https://"},
		{some + strings.ReplaceAll(some, "boston", "lowell"), "", "", "--connection boston"},
		{some, "", "--connection=lowell", "there are boston"},
		{some, "", "--app-version=one", "not of the form 1.0.0"},
		{some, "", "--output=/nowhere/at/all.zip", "write the app package"},
	} {
		old := "[organization]"
		w.writeExample(old, c.teams+old)
		if c.url != "" {
			w.changeConfig("https://status.example.edu", c.url)
		}
		stdout, stderr, status := w.bot(strings.Fields("manifest teams --output=" + filepath.Join(w.dir, "x.zip") + " " + c.args)...)
		if status != 1 || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%q %q: status %d: %s%s", c.teams, c.args, status, stdout, stderr)
		}
	}
}

// changeConfig changes the configuration in place.
func (w *world) changeConfig(old, changed string) {
	w.t.Helper()
	text, err := os.ReadFile(w.configPath())
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		w.t.Fatalf("the configuration has no %q", old)
	}
	if err := os.WriteFile(w.configPath(), []byte(strings.Replace(string(text), old, changed, 1)), 0o600); err != nil {
		w.t.Fatal(err)
	}
}
