package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
)

// town is one of many workspaces beside amherst.
type town struct {
	slacktest.Workspace
	name      string
	ops, news slacktest.ChannelID
	who       slacktest.UserID
}

// towns are workspaces from number from up to, but without, number to, each with an
// ops channel, a channel and a person.
func (c campus) towns(from, to int) []town {
	var all []town
	for i := from; i < to; i++ {
		t := town{
			Workspace: slacktest.NewWorkspace(fmt.Sprintf("town%03d", i)), name: fmt.Sprintf("town%03d", i),
			ops: slacktest.ChannelID(fmt.Sprintf("COPS%03d", i)), news: slacktest.ChannelID(fmt.Sprintf("CNEWS%03d", i)),
			who: slacktest.UserID(fmt.Sprintf("U%03d", i)),
		}
		c.slack.AddWorkspace(t.Workspace)
		c.slack.AddUser(t.Team, slacktest.User{ID: t.who, Name: t.name, TZ: "America/New_York"})
		for _, id := range []slacktest.ChannelID{t.ops, t.news} {
			c.slack.AddChannel(t.Team, slacktest.Channel{ID: id, Name: strings.ToLower(string(id[1:])), Member: true})
		}
		all = append(all, t)
	}
	return all
}

// config is the table of a town in the configuration.
func (t town) config(api string) string {
	return fmt.Sprintf("\n[[slack]]\nname = %q\nbot_token = %q\nsigning_secret = %q\nops_channel = %q\napi_url = %q\n",
		t.name, string(t.Token), string(t.SigningSecret), t.ops, api)
}

func (c campus) configs(towns []town) string {
	var b strings.Builder
	for _, t := range towns {
		b.WriteString(t.config(c.slack.APIURL()))
	}
	return b.String()
}

// listen has the workspaces of towns send to a bot.
func (c campus) listen(base string, towns []town) {
	for k := range towns {
		towns[k].Workspace = towns[k].At(base)
		c.slack.AddWorkspace(towns[k].Workspace)
	}
}

// A hundred workspaces hear of an incident that one declared, each once and each in its
// ops channel too; one that is down and one that limits hold nobody else; all can be
// held and released at once.
func TestAHundredWorkspaces(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		towns := b.towns(1, 100)
		b.more = b.configs(towns)
		b.listen("http://bot", towns)
		b.stop()
		b.start()
		b.subscribe("CTEACH")
		for _, w := range towns {
			b.story.Type(w.news, w.who, "/subscribe all")
		}
		down, limited, well := towns[0], towns[1], towns[2:]
		b.slack.FaultsAlways(slacktest.On{Team: down.Team}, slacktest.ErrorBefore(503))
		b.slack.Faults(slacktest.On{Team: limited.Team, Method: "chat.postMessage"}, slacktest.Limited(60), slacktest.Limited(60))

		if said := b.ann("/incident declare learn down"); !strings.Contains(said, "INC-1 is open") || !strings.Contains(said, "100 channels") {
			t.Errorf("she reads: %s", said)
		}
		pass(5 * time.Second)
		b.story.Expect(ops, "INC-1")
		for _, w := range well {
			b.story.Expect(w.ops, "INC-1")
		}
		b.story.NothingElse()
		pass(10 * time.Second)
		for _, id := range append(newsOf(well), "CTEACH") {
			b.story.Expect(id, "Learn System is not available")
		}
		pass(3 * time.Minute)
		b.story.Expect(limited.ops, "INC-1")
		b.story.Expect(limited.news, "Learn System is not available")
		b.story.NothingElse()
		b.slack.ClearFaults()
		pass(3 * time.Minute)
		b.story.Expect(down.ops, "INC-1")
		b.story.Expect(down.news, "Learn System is not available")

		said := b.story.Type(ops, root, "/belltower hold").Reply.Reads()
		b.ann("/incident resolve 1 It works again.")
		pass(30 * time.Second)
		b.story.NothingElse()
		said += b.story.Type(ops, root, "/belltower release").Reply.Reads()
		if strings.Contains(said, "wrong") {
			t.Errorf("he reads: %s", said)
		}
		pass(30 * time.Second)
		for _, w := range towns {
			b.story.Expect(w.ops, "It works again")
			b.story.Expect(w.news, "It works again")
		}
		b.story.Expect(ops, "It works again")
		b.story.Expect("CTEACH", "It works again")
		if p, err := b.bot.book.Pending(t.Context(), b.bot.db); err != nil || len(p.Untold) > 0 || !p.Oldest.IsZero() {
			t.Errorf("still owed: %+v %v", p, err)
		}
		t.Logf("goroutines: %d", runtime.NumGoroutine())
	})
}

// When nothing can be heard, each workspace is told so of itself alone.
func TestEachHearsThatItIsNotHeard(t *testing.T) {
	inBubble(t, func(t *testing.T, b *bubble) {
		b.more = b.configs(b.towns(1, 3))
		b.stop()
		b.start()
		for _, name := range []desk.ConnectionName{"amherst", "town001"} {
			b.bot.sayDeaf(t.Context(), name, errors.New("Slack does not answer"))
			b.bot.sayDeaf(t.Context(), name, nil)
		}
		pass(10 * time.Second)
		for id, name := range map[slacktest.ChannelID]string{ops: "amherst", "COPS001": "town001"} {
			for range 2 {
				b.story.Expect(id, name)
			}
		}
	})
}

// A real process serves a hundred workspaces: it is ready though ten of them do not
// tell it who it is, and tells all; SIGHUP takes ten out and ten others in. What it
// takes in time and memory is logged.
func TestAHundredWorkspacesAtAStartAndASIGHUP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.story.Patience(time.Minute)
	towns := w.towns(1, 110)
	mute, gone, fresh := towns[:10], towns[89:99], towns[99:]
	first, then := towns[:99], append(slices.Clone(towns[:89]), fresh...)
	w.silence(mute)
	w.more = w.configs(first)
	began := time.Now()
	w.start()
	t.Logf("ready after %v", time.Since(began).Round(time.Millisecond))
	w.listen(w.public, towns)
	for _, m := range mute {
		w.do(fmt.Sprintf("subscribe %s/%s all", m.name, m.news))
	}
	for _, one := range first[10:] {
		w.story.Type(one.news, one.who, "/subscribe all")
	}
	w.do("incident declare learn down")
	w.do("incident tell 1")
	w.story.Expect(ops, "INC-1")
	for _, one := range first {
		w.story.Expect(one.ops, "INC-1")
		w.story.Expect(one.news, "Learn System is not available")
	}
	w.settled()
	t.Logf("resident with 100: %s", w.resident())

	w.more = w.configs(then)
	w.reload(w.config(), "loaded again")
	for _, one := range fresh {
		w.story.Expect(one.ops, "INC-1")
		w.story.Type(one.news, one.who, "/subscribe all")
		w.story.Expect(one.news, "Learn System is not available")
	}
	w.do("incident resolve 1 It works again.")
	w.do("incident tell 1")
	for _, one := range then {
		w.story.Expect(one.ops, "It works again")
		w.story.Expect(one.news, "It works again")
	}
	w.story.Expect(ops, "It works again")
	w.settled()

	w.more = w.configs(towns) // who comes back hears the end
	w.reload(w.config(), "loaded again")
	for _, one := range gone {
		w.story.Expect(one.ops, "It works again")
		w.story.Expect(one.news, "It works again")
	}
	w.settled()
	w.story.NothingElse()
	t.Logf("resident after two reloads: %s", w.resident())
	began = time.Now()
	if status := w.stop(); status != 0 {
		t.Errorf("exit status %d:\n%s", status, w.logged.text())
	}
	t.Logf("stopped after %v", time.Since(began).Round(time.Millisecond))
}

// The check of a hundred workspaces waits once for all that do not answer.
func TestTheCheckOfAHundredWorkspaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	towns := w.towns(1, 100)
	w.more = w.configs(towns)
	w.write(w.config())
	w.silence(towns[:10])
	began := time.Now()
	out, _, status := w.bot("check", "--online")
	t.Logf("checked in %v", time.Since(began).Round(time.Millisecond))
	if n := strings.Count(out, "no answer in time"); status != 1 || n != 10 {
		t.Errorf("status %d, %d do not answer:\n%s", status, n, out)
	}
	if !strings.Contains(out, "error: town010: ") || strings.Contains(out, "error: town011: ") {
		t.Errorf("it says:\n%s", out)
	}
}

// silence has workspaces never say who the bot is.
func (w *world) silence(mute []town) {
	held := make(chan struct{})
	w.t.Cleanup(func() { close(held) })
	for _, m := range mute {
		w.slack.FaultsAlways(slacktest.On{Team: m.Team, Method: "auth.test"}, slacktest.Hang(held, slacktest.StoreNever))
	}
}

// resident is the memory of the bot's process.
func (w *world) resident() string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid))
	if err != nil {
		return err.Error()
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	size, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(size)
}

func newsOf(towns []town) (ids []slacktest.ChannelID) {
	for _, t := range towns {
		ids = append(ids, t.news)
	}
	return ids
}
