package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// atTerminal runs a line in this process, in a terminal of so many columns.
func atTerminal(t *testing.T, columns string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := func(name string) (string, bool) { return columns, name == "COLUMNS" }
	status = run(t.Context(), process{args: args, stdin: strings.NewReader(""), stdout: &out, stderr: &errs, env: env, now: time.Now})
	return out.String(), errs.String(), status
}

// helpful are all lines that have help.
func helpful() (lines []string) {
	l := newCLI(process{})
	lines = append(lines, "", "rename", "manifest")
	for _, v := range l.verbs {
		lines = append(lines, strings.TrimPrefix(v.CommandPath(), "bot "))
	}
	return lines
}

func TestHelpOfEveryCommand(t *testing.T) {
	t.Parallel()
	for columns, name := range map[string]string{"": "help.txt", "40": "help narrow.txt"} {
		var all strings.Builder
		for _, line := range helpful() {
			stdout, stderr, status := atTerminal(t, columns, append(strings.Fields(line), "--help")...)
			if status != 0 || stderr != "" {
				t.Errorf("%s: %d %s", line, status, stderr)
			}
			fmt.Fprintf(&all, "$ bot %s\n%s\n", strings.TrimSpace(line+" --help"), stdout)
			width := 80
			if columns != "" {
				width = 40
			}
			text, _, _ := strings.Cut(stdout, "\nExamples:\n") // they are to be copied
			for said := range strings.Lines(text) {
				if len(strings.TrimSuffix(said, "\n")) > width {
					t.Errorf("%s: longer than %d columns: %s", line, width, said)
				}
			}
			again, _, status := atTerminal(t, columns, append([]string{"help"}, strings.Fields(line)...)...)
			if short, _, _ := atTerminal(t, columns, append(strings.Fields(line), "-h")...); short != stdout || again != stdout || status != 0 {
				t.Errorf("%s: -h: %s\nhelp: %d %s\n--help: %s", line, short, status, again, stdout)
			}
		}
		golden(t, "commandline/"+name, all.String())
	}
}

// A wrong command line is told in a sentence and how it would be right, on stderr alone,
// and does nothing.
func TestWrongCommandLines(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for _, line := range []string{
		"", "chek", "CHECK", "xyz", "manif", "-- check", "help xyz", "help manifest slak",
		"rename", "rename conection", "rename connection", "rename connection a", "rename connection a b c",
		"manifest", "manifest slak", "manifest slack extra", "manifest slack --connection", "manifest slack --connection --socket",
		"backup", "backup a b", "backup --force", "backup -force a", "backup --force=maybe a", "restore", "health x", "version extra", "export >",
		"check --nonsense", "check --onlin", "check -x", "--online check", "check --connection a", "--version", "--config", "-c", "check --config", "check --=x",
		"demo --port", "demo --port x", "demo --port -1", "demo --port 65536", "serve --port 80",
		"sorry", "sorry learn", "sorry --nginx", "sorry learn --nginx --html", "sorry learn --nginx extra", "sorry learn --nginx --bot",
		"do", "do --yes status", "completion", "completion bsh",
	} {
		stdout, stderr, status := atTerminal(t, "", strings.Fields(line)...)
		if status != 80 || stdout != "" {
			t.Errorf("%s: %d %s", line, status, stdout)
		}
		if strings.Count(stderr, "bot: ") != 1 || strings.Count(stderr, "Usage: ") != 1 {
			t.Errorf("%s: is not told once: %s", line, stderr)
		}
		if start := strings.Index(stderr, "bot: "); start > 0 {
			stderr = "(its help)\n\n" + stderr[start:]
		}
		fmt.Fprintf(&all, "$ bot %s\n%s\n", line, stderr)
	}
	golden(t, "commandline/wrong.txt", all.String())
}

// An empty word is a word: it comes of a variable that is not set.
func TestEmptyWords(t *testing.T) {
	t.Parallel()
	for want, line := range map[string][]string{
		`unknown command ""`: {""}, `unexpected argument ""`: {"check", ""}, `"" is none of bash`: {"completion", ""},
		`--config: expected FILE, and it is empty`: {"check", "--config", ""}, `--connection: expected NAME, and it is empty`: {"manifest", "slack", "--connection="},
	} {
		if _, stderr, status := atTerminal(t, "", line...); status != 80 || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %s", line, status, stderr)
		}
	}
}

// A process without arguments has none, and not those of the test.
func TestNoArguments(t *testing.T) {
	t.Parallel()
	if _, stderr, status := atTerminal(t, ""); status != 80 || !strings.Contains(stderr, "Commands:") {
		t.Errorf("%d %s", status, stderr)
	}
}

func TestTheConfigurationIsNamedBeforeOrBehindTheCommand(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"check": "config.toml:", "--config other check": "other:", "check --config other": "other:", "-c other check": "other:",
		"check -c other": "other:", "--config=other check": "other:", "-cother check": "other:", "check --config no --config other": "other:",
		"check --online=yes --config other": "other:", "check --online=no --config other": "other:", "check -c other --": "other:",
		"sorry --nginx -c other learn": "bot: other:", "-c other manifest slack --socket": "bot: other:", "rename -c other connection a b": "bot: other:",
		"do -c other status": "bot: other:", "-c other do status": "bot: other:", "-c other do status -c no --help --next x": "bot: other:",
		"do -c other -- --help": "bot: other:", "backup -c other -- --force": "bot: other:",
	} {
		stdout, stderr, status := atTerminal(t, "", strings.Fields(line)...)
		if status != 1 || stdout != "" || !strings.HasPrefix(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d %s%s", line, status, stdout, stderr)
		}
	}
}

// What a shell asks when Tab is pressed.
func TestCompletion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "config.toml")
	text := "[organization]\nname = \"U\"\ntimezone = \"UTC\"\npublic_url = \"https://status.example.edu\"\n" +
		"[[services]]\nid = \"learn\"\nname = \"Learn\"\nsorry_page = true\n[[services]]\nid = \"portal\"\nname = \"Portal\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, want string }{
		{"ma", "manifest :4"}, {"demo-", ":4"}, {"manifest ", "discord slack teams :4"}, {"check --on", "--online :4"}, {"check ", ":4"},
		{"backup ", ":0"}, {"backup x ", ":4"}, {"restore ", ":0"}, {"--config ", "toml :8"}, {"manifest teams --output ", "zip :8"},
		{"sorry learn --html --h", "--help :4"}, {"sorry --config " + path + " --nginx ", "learn :4"}, {"sorry --config " + path + " --nginx p", ":4"},
		{"sorry --nginx ", ":4"}, {"completion ", "bash zsh fish powershell :4"}, {"completion z", "zsh :4"}, {"help man", "manifest :4"},
		{"help manifest t", "teams :4"}, {"do ", ":4"}, {"do --con", "--config :4"}, {"xyz ", ":4"},
	} {
		words := strings.Split(c.line, " ")
		stdout, _, status := atTerminal(t, "", append([]string{"__completeNoDesc"}, words...)...)
		if got := strings.Join(strings.Fields(stdout), " "); status != 0 || got != c.want {
			t.Errorf("%q: %d %s, want %s", c.line, status, got, c.want)
		}
	}
	for _, shell := range shells() {
		stdout, stderr, status := atTerminal(t, "", "completion", shell)
		if status != 0 || stderr != "" || !strings.Contains(stdout, "__complete") {
			t.Errorf("%s: %d %s%.100s", shell, status, stderr, stdout)
		}
	}
}
