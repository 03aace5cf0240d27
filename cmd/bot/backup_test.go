package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
)

// in is a file in the folder of the world.
func (w *world) in(name string) string { return filepath.Join(w.dir, name) }

// fails runs a command line that is to fail, and returns what it says.
func (w *world) fails(args ...string) string {
	w.t.Helper()
	stdout, stderr, status := w.bot(args...)
	if status != 1 || stdout != "" {
		w.t.Errorf("bot %v: status %d: %s%s", args, status, stdout, stderr)
	}
	return stderr
}

// works runs a command line that is to work, and returns what it prints.
func (w *world) works(args ...string) string {
	w.t.Helper()
	stdout, stderr, status := w.bot(args...)
	if status != 0 {
		w.t.Fatalf("bot %v: status %d: %s", args, status, stderr)
	}
	return stdout
}

// A backup is taken while the bot serves, the machine goes on and is then set back:
// nothing old is told again, ops hears once what there is to look at, no number is
// given twice, and what is said next is told as ever.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	root := w.outage()
	w.settled()
	out := w.works("backup", w.in("copy.db"))
	if info, err := os.Stat(w.in("copy.db")); err != nil || info.Mode().Perm() != 0o600 || !strings.Contains(out, "copy.db holds the record") {
		t.Errorf("%v %v: %s", info, err, out)
	}
	w.do("incident declare portal slow")
	w.story.Expect(ops, "INC-2")
	w.story.Expect("CTEACH", "Student Portal is slow")
	w.settled()

	if said := w.fails("restore", w.in("copy.db")); !strings.Contains(said, "is in use by process") {
		t.Errorf("while it serves: %s", said)
	}
	w.stop()
	out = w.works("restore", w.in("copy.db"))
	if !strings.Contains(out, "Open in it: INC-1. Nothing was left to be told.") || !strings.Contains(out, ".before-restore-") {
		t.Errorf("restore says: %s", out)
	}
	w.start()
	w.story.Expect(ops, "The record was restored from a backup of")
	w.settled()
	w.story.NothingElse()
	if list := w.do("incident list all"); !strings.Contains(list, "INC-1") || strings.Contains(list, "INC-2") {
		t.Errorf("the record after: %s", list)
	}
	w.do("incident update 1 A disk is full.")
	w.story.Expect(ops, "A disk is full")
	w.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "A disk is full", InThread: root.TS})
	if out := w.do("incident declare portal slow"); !strings.Contains(out, "INC-102 is open") {
		t.Errorf("the number that people have seen is given again: %s", out)
	}
	w.story.Expect(ops, "INC-102")
	w.story.Expect("CTEACH", "Student Portal is slow")
	w.settled()
	w.stop()

	kept, err := filepath.Glob(w.in("data/*.before-restore-*"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept %v %v", kept, err)
	}
	w.works("restore", kept[0]) // back to where it was
	w.start()
	w.story.Expect(ops, "Open in it: INC-1, INC-2")
	w.settled()
	if left, _ := filepath.Glob(w.in("data/*.restoring*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A backup is taken before anybody was told, and restored when all were: each channel
// has one post about the incident, where it goes on.
func TestAnIncidentThatWasToldAfterTheBackup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(time.Minute)
	w.start()
	w.subscribe("CTEACH")
	w.story.Type(ops, root, "/belltower hold")
	w.do("incident declare learn down")
	w.works("backup", w.in("copy.db"))
	w.story.Type(ops, root, "/belltower release")
	all := []slacktest.ChannelID{ops, "CTEACH"}
	roots := map[slacktest.ChannelID]slacktest.TS{}
	for _, ch := range all {
		roots[ch] = w.story.Expect(ch, "Learn System is not available").TS
	}
	w.settled()
	w.stop()

	w.works("restore", w.in("copy.db"))
	w.start()
	w.story.Type(ops, root, "/belltower release") // it was held in the backup
	w.story.Expect(ops, "The record was restored from a backup of")
	w.do("incident update 1 A disk is full.")
	for _, ch := range all {
		w.story.ExpectClaim(ch, slacktest.Claim{Text: "A disk is full", InThread: roots[ch]})
	}
	w.do("incident resolve 1 All is well again.")
	for _, ch := range all {
		w.story.ExpectClaim(ch, slacktest.Claim{Text: "All is well again", InThread: roots[ch]})
	}
	w.settled()
	w.story.NothingElse()
	for _, ch := range all {
		if m := w.posts(ch)[0]; m.TS != roots[ch] || !strings.Contains(m.Reads(), "All is well again") {
			t.Errorf("the post in %s is not put right:\n%s", ch, m.Reads())
		}
	}
}

// A backup of a bot that does not serve, and never over a file that is there.
func TestABackupOfABotThatDoesNotServe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.stop()
	w.works("backup", w.in("copy.db"))
	before, err := os.ReadFile(w.in("copy.db"))
	if err != nil {
		t.Fatal(err)
	}
	if said := w.fails("backup", w.in("copy.db")); !strings.Contains(said, "--force") {
		t.Errorf("over a file: %s", said)
	}
	if after, err := os.ReadFile(w.in("copy.db")); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed: %v", err)
	}
	w.works("backup", w.in("copy.db"), "--force")
	if said := w.fails("backup", w.in("data/belltower.db"), "--force"); !strings.Contains(said, "is the record itself") {
		t.Errorf("over the record: %s", said)
	}
	if said := w.fails("backup", w.in("nowhere/copy.db")); !strings.Contains(said, "no such file or directory") {
		t.Errorf("into no folder: %s", said)
	}
	if left, _ := filepath.Glob(w.in("copy.db.*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// backedUp is a world with INC-1 and a backup of it in copy.db; the bot has stopped.
func backedUp(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.start()
	w.do("incident declare learn down")
	w.story.Expect(ops, "INC-1")
	w.settled()
	w.works("backup", w.in("copy.db"))
	w.stop()
	return w
}

// What is no backup is refused, and the record stays as it was.
func TestWhatIsNoBackupIsNotRestored(t *testing.T) {
	t.Parallel()
	w := backedUp(t)
	whole, err := os.ReadFile(w.in("copy.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty": {}, "text": []byte(strings.Repeat("no store\n", 10_000)), "cut short": whole[:len(whole)/2],
	} {
		if err := os.WriteFile(w.in("bad.db"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if said := w.fails("restore", w.in("bad.db")); !strings.Contains(said, "bad.db is no") && !strings.Contains(said, "nothing was restored: a copy of "+w.in("bad.db")+" cannot be used") {
			t.Errorf("%s: %s", name, said)
		}
	}
	if said := w.fails("restore", w.in("absent.db")); !strings.Contains(said, "absent.db") {
		t.Errorf("absent: %s", said)
	}
	if said := w.fails("restore", w.in("data/belltower.db")); !strings.Contains(said, "is the record itself: choose a backup of it") {
		t.Errorf("the record itself: %s", said)
	}
	if kept, _ := filepath.Glob(w.in("data/*restor*")); len(kept) > 0 {
		t.Errorf("left behind: %v", kept)
	}
	w.start()
	if list := w.do("incident list"); !strings.Contains(list, "INC-1") {
		t.Errorf("the record after: %s", list)
	}
}

// The superuser may restore and rename: the account that the bot runs as can open the
// record afterwards, as before.
func TestTheRecordStaysWithItsAccount(t *testing.T) {
	t.Parallel()
	asRoot(t)
	const account = 65534
	w := backedUp(t)
	owned := func(when, pattern string) {
		t.Helper()
		files, err := filepath.Glob(w.in(pattern))
		if err != nil || len(files) == 0 {
			t.Fatal(when, pattern, err)
		}
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || info.Sys().(*syscall.Stat_t).Uid != account {
				t.Errorf("%s: %s: %v %v", when, file, info.Sys(), err)
			}
		}
	}
	for _, file := range []string{"data", "data/belltower.db"} {
		if err := os.Chown(w.in(file), account, account); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(w.in("data/belltower.db.lock")); err != nil {
		t.Fatal(err)
	}
	w.works("export")
	owned("export", "data/*")
	w.works("restore", w.in("copy.db"))
	owned("restore", "data/*")
	w.write(w.renamed())
	w.works("rename", "connection", "amherst", "umass")
	owned("rename", "data/*")
	for _, file := range []string{"data/belltower.db", "data/belltower.db.lock"} {
		if err := os.Remove(w.in(file)); err != nil {
			t.Fatal(err)
		}
	}
	w.works("restore", w.in("copy.db"))
	owned("where there was none", "data/*")
}

// With no record at all a backup makes one: a new machine.
func TestRestoreOnANewMachine(t *testing.T) {
	t.Parallel()
	w := backedUp(t)
	if err := os.RemoveAll(w.in("data")); err != nil {
		t.Fatal(err)
	}
	w.works("restore", w.in("copy.db"))
	w.start()
	w.story.Expect(ops, "The record was restored")
	if list := w.do("incident list"); !strings.Contains(list, "INC-1") {
		t.Errorf("the record after: %s", list)
	}
}
