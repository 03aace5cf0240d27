package main

import (
	"maps"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// follower follows README, of whatever platform, in a folder of her own.
type follower struct {
	house  *world
	values map[string]string // what she fills in, as TOML, by table and key
	whoami string            // the line that it printed
	told   int               // how often both channels were told something
}

// follower is somebody who has nothing yet, and would fill in this of a platform.
func (w *world) follower(values map[string]string) follower {
	w.t.Helper()
	f := follower{house: w, values: map[string]string{
		"[organization] name": `"North University"`, "[organization] timezone": `"America/Chicago"`,
		"[organization] public_url": `"https://bot.north.example.edu"`,
		"[access] admins":           `[]`, "[access] responders": `[]`,
		"[[services]] id": `"learn"`, "[[services]] name": `"Learn System"`,
	}}
	maps.Copy(f.values, values)
	copied(w.t, w.in("config.example.toml"), "../../config.example.toml")
	return f
}

func copied(t *testing.T, to, from string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// section is what README has under a heading.
func (f *follower) section(heading string) string {
	f.house.t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		f.house.t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		f.house.t.Fatalf("README has no section %s", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

// deeds finds what there is to do in some steps, in order, and at least so much: lines of
// code, rows of what to fill in, what is typed, and some words.
func (f *follower) deeds(steps, typed, words string, least int) [][]string {
	f.house.t.Helper()
	deeds := regexp.MustCompile("(?m)^ {7}(\\S.*)$"+"|^   \\| `(\\[+[\\w.]+\\]+)` \\| (`.*?`) \\|"+"|`("+typed+"[^`]*)`"+"|("+words+")").FindAllStringSubmatch(steps, -1)
	if len(deeds) < least {
		f.house.t.Fatalf("README says little of what to do: %q", deeds)
	}
	return deeds
}

// shell is a line of code as a shell runs it: the go command in the checkout, all others
// in her folder.
func (f *follower) shell(command string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", "exec "+command)
	cmd.Dir = f.house.dir
	if strings.HasPrefix(command, "go ") {
		cmd.Dir = "../.."
	}
	bin := f.house.in("bin")
	cmd.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=-buildvcs=false", "PATH="+bin+":"+os.Getenv("PATH"))
	return cmd
}

// staysHere keeps the bot on this machine.
func (f *follower) staysHere() {
	f.fills("[http]", "listen", `"127.0.0.1:0"`)
	f.fills("[http]", "admin_listen", `"127.0.0.1:0"`)
	f.fills("[log]", "format", `"json"`)
}

// fillsRow fills in the keys of a row.
func (f *follower) fillsRow(table, keys string) {
	f.house.t.Helper()
	for key := range strings.SplitSeq(strings.ReplaceAll(keys, "`", ""), ", ") {
		value, known := f.values[table+" "+key]
		if !known {
			f.house.t.Fatalf("README has its reader fill in %s of %s, and nobody knows with what", key, table)
		}
		f.fills(table, key, value)
	}
}

// fills gives a key of config.toml a value, and takes the mark of a comment away from it
// and its table; without a value it deletes the line.
func (f *follower) fills(table, key, value string) {
	f.house.t.Helper()
	with := "${1}" + key + " = " + strings.ReplaceAll(value, "$", "$$") + "\n"
	if value == "" {
		with = "${1}"
	}
	f.changes(regexp.MustCompile(`(?ms)^(?:# )?(`+regexp.QuoteMeta(table)+`[^\n]*\n(?:[^\n[]+\n|[^\n[][^\n]*\n)*?)(?:# )?`+key+` = [^\n]*\n`), with)
}

// changes changes config.toml.
func (f *follower) changes(what *regexp.Regexp, with string) {
	f.house.t.Helper()
	text, err := os.ReadFile(f.house.configPath())
	if err != nil {
		f.house.t.Fatal(err)
	}
	if !what.Match(text) {
		f.house.t.Fatalf("config.example.toml has nothing like %s", what)
	}
	if err := os.WriteFile(f.house.configPath(), what.ReplaceAll(text, []byte(with)), 0o600); err != nil {
		f.house.t.Fatal(err)
	}
}

// takesOutSlack deletes the table of a platform that she does not have.
func (f *follower) takesOutSlack() {
	f.changes(regexp.MustCompile(`(?ms)^\[\[slack\]\].*?^$`), "")
}

// hasReloaded sends SIGHUP and waits until the configuration was loaded again.
func (f *follower) hasReloaded() {
	f.house.t.Helper()
	const again = "the configuration was loaded again"
	before := strings.Count(f.house.logged.text(), again)
	if err := f.house.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		f.house.t.Fatal(err)
	}
	f.house.logs(again, before+1)
}

// printed notes the line of whoami, if it is in an answer.
func (f *follower) printed(answer string) {
	if line := regexp.MustCompile(`admins = \[".*"\]`).FindString(answer); line != "" {
		f.whoami = line
	}
}

// isAdmin writes the line of whoami in the place of the empty one.
func (f *follower) isAdmin() {
	f.house.t.Helper()
	_, value, found := strings.Cut(f.whoami, " = ")
	if !found {
		f.house.t.Fatal("README has its reader write a line into [access] that nothing has printed")
	}
	f.fills("[access]", "admins", value)
}
