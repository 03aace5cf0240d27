package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// renamed is the configuration in which amherst is called umass.
func (c campus) renamed() string {
	return strings.NewReplacer(`"amherst"`, `"umass"`, `"amherst/`, `"umass/`).Replace(c.config())
}

// write writes a configuration.
func (w *world) write(config string) {
	w.t.Helper()
	if err := os.WriteFile(w.configPath(), []byte(config), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// startRenamed starts the bot after the renaming; its app has other addresses.
func (w *world) startRenamed() {
	w.t.Helper()
	w.startWith(w.renamed())
	w.amherst.Domain = "umass"
	w.amherst = w.amherst.At(w.public)
	w.slack.AddWorkspace(w.amherst)
}

// A connection gets another name while an incident is open and an update waits: who
// was told hears the rest in place, from the same people, and nothing twice.
func TestAConnectionGetsAnotherName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.subscribe("CTEACH")
	w.story.Type(ops, ann, "/incident declare learn down")
	card := w.story.Expect(ops, "INC-1")
	root := w.story.Expect("CTEACH", "Learn System is not available")
	w.story.Type(ops, ann, "/incident lead 1 me")
	w.settled()
	w.slack.FaultsAlways(slacktest.On{Method: "chat.postMessage"}, slacktest.ErrorBefore(503))
	w.story.Type(ops, ann, "/incident update 1 A disk is full.")
	if err := w.slack.AwaitCalls(t.Context(), slacktest.On{Method: "chat.postMessage"}, 2); err != nil {
		t.Fatal(err)
	}
	w.write(w.renamed())
	if said := w.fails("rename", "connection", "amherst", "umass"); !strings.Contains(said, "is in use by process") {
		t.Errorf("while it serves: %s", said)
	}
	w.stop()
	w.slack.ClearFaults()

	out := w.works("rename", "connection", "amherst", "umass")
	for _, want := range []string{"amherst umass now. Subscriptions: 1, posts: 2.", "The record before is kept as", "from /slack/amherst/... to /slack/umass/..."} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in: %s", want, out)
		}
	}
	w.startRenamed()
	w.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "A disk is full", InThread: root.TS})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "A disk is full", InThread: card.TS})
	if said := w.story.Type("CTEACH", student, "/subscribe").Reply.Reads(); strings.Contains(said, "hears nothing") {
		t.Errorf("its subscription is gone: %s", said)
	}
	w.story.Type(ops, ann, "/incident resolve 1 It has room again.")
	w.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "It has room again", InThread: root.TS})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "It has room again", InThread: card.TS})
	w.story.ExpectEdit(root, "Resolved")
	w.story.ExpectEdit(card, "<@UANN>") // who declared and leads is still of this workspace
	w.settled()
	w.story.NothingElse()
	for _, line := range []string{"incident show 1", "incident timeline 1", "incident deliveries 1"} {
		if said := w.do(line); strings.Contains(said, "amherst") {
			t.Errorf("%s still says: %s", line, said)
		}
	}
	if said := w.do("belltower audit"); !strings.Contains(said, "connection renamed amherst") || !strings.Contains(said, "declared INC-1") {
		t.Errorf("the audit: %s", said)
	}
	w.stop()
	w.eachKey(func(k storage.Key) {
		if text := k.String(); strings.Contains(text, "amherst") && !strings.HasPrefix(text, "audit/") {
			t.Errorf("a record is still under %s", text)
		}
	})
}

// eachKey hands fn every key of the record of a bot that does not serve.
func (w *world) eachKey(fn func(storage.Key)) {
	w.t.Helper()
	err := withStore(w.in("data/belltower.db"), func(db *boltdb.DB) error {
		return db.View(w.t.Context(), func(tx storage.Tx) error {
			return tx.Scan(nil, nil, 0, func(k, _ []byte) (bool, error) {
				fn(k)
				return true, nil
			})
		})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Killed while sixty channels are told and answers are lost, then renamed: what is in
// doubt is looked up under the new name.
func TestRenamedInTheMiddleOfAFanOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(time.Minute)
	w.start()
	channels := many(60)
	w.subscribe(channels...)
	posts := slacktest.On{Method: "chat.postMessage"}
	w.slack.FaultsAtRandom(posts, slacktest.Odds{Share: 0.3, Seed: 7}, slacktest.DropAfter(), slacktest.DropBefore())
	w.do("incident declare learn down")
	w.do("incident tell 1")
	if err := w.slack.AwaitCalls(t.Context(), posts, 20); err != nil {
		t.Fatal(err)
	}
	w.kill()
	w.slack.ClearFaults()
	w.write(w.renamed())
	w.works("rename", "connection", "amherst", "umass")
	w.startRenamed()
	w.story.ExpectEverywhere(channels, "Learn System is not available")
	w.story.Expect(ops, "INC-1")
	w.do("incident resolve 1 All is well again.")
	w.do("incident tell 1")
	w.story.ExpectEverywhere(channels, "All is well again")
	w.story.Expect(ops, "All is well again")
	w.settled()
	w.story.NothingElse()
}

// Who started the bot under the new name, and read only then in the log what to do, can do
// it: what is open goes on in the posts from before.
func TestRenamedAfterAStartUnderTheNewName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.subscribe("CTEACH")
	w.do("incident declare learn down")
	card := w.story.Expect(ops, "INC-1")
	root := w.story.Expect("CTEACH", "Learn System is not available")
	w.do("incident declare portal down")
	w.story.Expect(ops, "INC-2")
	second := w.story.Expect("CTEACH", "Student Portal is not available")
	w.settled()
	w.stop()
	w.startRenamed()
	w.logs("use: bot rename connection amherst NEW", 1)
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-1", AnyOrder: true})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "INC-2", AnyOrder: true})
	w.do("incident update 1 A disk is full.")
	w.story.Expect(ops, "A disk is full")
	w.do("incident resolve 2 A cable was loose.")
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "A cable was loose", AnyOrder: true})
	w.settled()
	w.stop()

	out := w.works("rename", "connection", "amherst", "umass")
	for _, want := range []string{"amherst umass now. Subscriptions: 1, posts: 4.", "edited no more: "} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in: %s", want, out)
		}
	}
	w.startRenamed()
	w.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "A disk is full", InThread: root.TS, AnyOrder: true})
	w.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "A cable was loose", InThread: second.TS, AnyOrder: true})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "A disk is full", InThread: card.TS, AnyOrder: true})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "A cable was loose", AnyOrder: true})
	w.story.Type(ops, ann, "/incident resolve 1 It has room again.")
	w.story.ExpectClaim("CTEACH", slacktest.Claim{Text: "It has room again", InThread: root.TS})
	w.story.ExpectClaim(ops, slacktest.Claim{Text: "It has room again", InThread: card.TS})
	w.story.ExpectEdit(root, "Resolved")
	w.settled()
}

// What cannot be renamed is refused with a sentence, and nothing is changed.
func TestWhatIsNotRenamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write(w.renamed())
	refused := func(want string, args ...string) {
		t.Helper()
		if said := w.fails(append([]string{"rename", "connection"}, args...)...); !strings.Contains(said, want) {
			t.Errorf("%v: want %q in: %s", args, want, said)
		}
	}
	refused("there is no record at", "amherst", "umass")
	w.start()
	w.subscribe("CTEACH")
	w.stop()
	refused("still has a connection amherst", "amherst", "umass")
	refused("has no connection umass", "lowell", "umass")
	w.write(w.renamed())
	refused("has no connection Umass", "amherst", "Umass")
	refused("the record has no connection lowell; it has amherst", "lowell", "umass")
	w.startRenamed()
	w.subscribe("CLAB")
	w.stop()
	refused("the record has a connection umass too", "amherst", "umass")
	if left, _ := filepath.Glob(w.in("data/*rename*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Who renames in the configuration alone, or forgets a line of it, reads so.
func TestWhatIsLeftToDoAfterARenaming(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.subscribe("CTEACH")
	w.stop()
	half := strings.Replace(w.config(), `name = "amherst"`, `name = "umass"`, 1)
	w.write(half + "[[contacts]]\ncampus = \"amherst\"\nrole = \"technical\"\nwho = \"amherst/UANN\"\n")
	copied := w.in("copy.db")
	w.works("backup", copied)
	out := w.works("rename", "connection", "amherst", "umass")
	if !strings.Contains(out, "still names amherst in access.admins, access.responders, campuses.connections, contacts.who: write umass there.") {
		t.Errorf("it says: %s", out)
	}
	w.works("restore", copied)
	w.startRenamed()
	w.logs("use: bot rename connection amherst NEW", 1)
	w.story.Expect(ops, "The record was restored")
}

// crowd gives the record so many subscriptions of amherst.
func (w *world) crowd(n int) {
	w.t.Helper()
	err := withStore(w.in("data/belltower.db"), func(db *boltdb.DB) error {
		book := outbox.NewBook()
		for i := range n {
			sub := desk.Subscription{Channel: desk.Channel{Connection: "amherst", ID: fmt.Sprintf("C%04d", i)}, Target: desk.All(),
				SetBy: desk.Person{Connection: "amherst", ID: "UANN"}}
			if err := db.Background(context.Background(), func(tx storage.Tx) error { return book.Subscribe(tx, sub, four) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Killed at any point of a renaming, the record has one name for all, and doing it
// again ends it.
func TestKilledWhileItRenames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.start()
	w.stop()
	const many = 1500
	w.crowd(many)
	w.write(w.renamed())
	for _, at := range []string{"*.renaming.*", "*.renaming", "*.renaming.lock", "*.before-rename-*"} {
		cmd := w.command("rename", "connection", "amherst", "umass")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		done := false
		for !done {
			found, _ := filepath.Glob(w.in("data/" + at))
			select {
			case <-ended:
				done = true
			default:
				if len(found) > 0 {
					_ = cmd.Process.Kill() // it may just have ended
					<-ended
					done = true
				}
			}
		}
		out := w.works("export")
		old, new := strings.Count(out, `"amherst/C`), strings.Count(out, `"umass/C`)
		t.Logf("killed at %s: %d, %d", at, old, new)
		if old+new != many || old*new != 0 {
			t.Errorf("killed at %s, %d are of amherst and %d of umass", at, old, new)
		}
		if new > 0 {
			return
		}
	}
	w.works("rename", "connection", "amherst", "umass")
	if left, _ := filepath.Glob(w.in("data/*.renaming*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
