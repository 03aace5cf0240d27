package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/chat/web/webchat"
	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/schedule"
)

//go:embed demo.toml
var demoConfig string

// demoSettings are what the bot of the demo is given, on its standard input.
type demoSettings struct {
	Folder string // its configuration and its record
	Page   string // where the platform is
	Listen string // where the bot is
	Learn  string // where the made-up Learn System is, behind its balancer
	Token  string
	Secret string
	Bypass string // lets the check past the sorry page
}

// config writes the demo's configuration, so that `bot do` finds it, and loads it. The
// connections are added to it, which no file has.
func (s demoSettings) config() (*config.Config, error) {
	path := filepath.Join(s.Folder, "config.toml")
	if err := os.WriteFile(path, fmt.Appendf(nil, demoConfig, "http://"+s.Listen, s.Listen, s.Learn, bypassHeader+": "+s.Bypass), 0o600); err != nil {
		return nil, err
	}
	cfg, err := config.Load(path, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	for _, c := range demoCampuses() {
		cfg.Campuses = append(cfg.Campuses, config.Campus{ID: config.CampusID(c.Name), Name: c.Label, HelpDesk: demoHelpDesk(c.Name), Connections: []desk.ConnectionName{c.Name}})
		cfg.Tell.Ops = append(cfg.Tell.Ops, desk.Channel{Connection: c.Name, ID: demoOps})
		cfg.Access.Admins = append(cfg.Access.Admins, desk.Person{Connection: c.Name, ID: demoAdmin})
		cfg.Access.Responders = append(cfg.Access.Responders, desk.Person{Connection: c.Name, ID: demoLead})
	}
	return cfg, nil
}

// web are the bot's connections.
func (s demoSettings) web() (all []web.Settings) {
	for _, c := range demoCampuses() {
		all = append(all, web.Settings{Name: c.Name, OpsChannel: demoOps, APIURL: s.Page + "/api",
			Token: config.NewSecret(s.Token), SigningSecret: config.NewSecret(s.Secret)})
	}
	return all
}

// demoBotCommand is the child: it serves until its standard input ends, which it does
// with the process that started it, however that ends.
type demoBotCommand struct{}

// Run reads the settings and serves. What the demo kept is removed when the input ends:
// the demo may have been killed.
func (demoBotCommand) Run(b bound) error {
	signal.Ignore(syscall.SIGPIPE) // nobody may read what it says any more, and it still has to end in order
	var s demoSettings
	input := json.NewDecoder(b.p.stdin)
	if err := input.Decode(&s); err != nil {
		return fmt.Errorf("this command is for `bot demo` alone: %w", err)
	}
	cfg, err := s.config()
	if err != nil {
		return err
	}
	log := newLog(cfg.Log, b.p)
	db, err := openStore(cfg.Storage.Path, log)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	go func() {
		defer stop()
		_, _ = io.Copy(io.Discard, b.p.stdin) // only its end counts
	}()
	err = serve(ctx, cfg, db, outside{log: log, now: b.p.now, alarm: schedule.NewAlarm, reload: b.p.reload, load: s.config, web: s.web()})
	err = errors.Join(err, db.Close())
	if err == nil && b.ctx.Err() == nil { // its input ended
		err = os.RemoveAll(s.Folder)
	}
	return err
}

// keeper keeps the demo's bot running, in a process of its own.
type keeper struct {
	settings demoSettings
	platform *webchat.Platform
	kills    chan struct{}
	// settled is called once, when the bot runs and the demo's world is made.
	settled func()
}

// kill has the bot killed.
func (k *keeper) kill() {
	select {
	case k.kills <- struct{}{}:
	default: // it is about to be
	}
}

// restPause is between the end of a bot that nobody killed and the next.
const restPause = time.Second

// run starts the bot, and starts it again whenever it ends, until ctx ends. A bot that
// does not start ends it.
func (k *keeper) run(ctx context.Context) error {
	furnished := false
	for ctx.Err() == nil {
		c, err := k.start()
		if err != nil {
			return err
		}
		k.platform.SetBot(webchat.Bot{URL: "http://" + k.settings.Listen, PID: c.pid()}, fmt.Sprintf("Process %d runs", c.pid()))
		if !furnished {
			if err := furnish(ctx, k.platform); err != nil {
				return errors.Join(err, c.stop())
			}
			furnished = true
			k.settled()
		}
		if err := k.watch(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// watch waits until a bot is killed, ends or is to be stopped.
func (k *keeper) watch(ctx context.Context, c *botProcess) error {
	select {
	case <-ctx.Done():
		return c.stop()
	case <-k.kills:
		err := c.cmd.Process.Kill()
		<-c.ended
		k.platform.SetBot(webchat.Bot{}, fmt.Sprintf("Process %d was killed", c.pid()))
		return err
	case <-c.ended:
		k.platform.SetBot(webchat.Bot{}, fmt.Sprintf("Process %d ended by itself: %v", c.pid(), c.cmd.ProcessState))
	}
	select {
	case <-ctx.Done():
	case <-time.After(restPause):
	}
	return nil
}

// botProcess is a bot that was started.
type botProcess struct {
	cmd   *exec.Cmd
	input io.WriteCloser // its end is the bot's
	ended chan struct{}
}

func (c *botProcess) pid() int { return c.cmd.Process.Pid }

// stop ends a bot in peace.
func (c *botProcess) stop() error {
	err := c.input.Close()
	<-c.ended
	return err
}

// start starts a bot and waits until it serves.
func (k *keeper) start() (*botProcess, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &botProcess{cmd: exec.Command(exe, "demo-bot"), ended: make(chan struct{})}
	if c.input, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	said, err := c.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	if err := json.NewEncoder(c.input).Encode(k.settings); err != nil {
		return nil, err
	}
	ready := make(chan struct{})
	var last string // the last line that it said before it was ready
	go func() {
		defer close(c.ended)
		last = awaitReady(said, ready)
		_ = c.cmd.Wait() // how it ended is in the state
	}()
	select {
	case <-ready:
		return c, nil
	case <-c.ended:
		return nil, fmt.Errorf("the demo's bot did not start (%v): %s", c.cmd.ProcessState, last)
	}
}

// awaitReady reads what the bot says and tells when it is ready; it returns the last
// line before that.
func awaitReady(said io.Reader, ready chan<- struct{}) (last string) {
	lines := bufio.NewScanner(said)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Msg string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
			close(ready)
			break
		}
		last = lines.Text()
	}
	_, _ = io.Copy(io.Discard, said)
	return last
}
