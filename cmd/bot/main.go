// Command bot is Belltower: the bot that an IT organisation announces incidents
// through. This folder reads the command line and is the only place that knows
// all parts; run.go builds, starts and stops them, routes.go has every URL.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // the image has no zones of its own

	"github.com/alecthomas/kong"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/probe"
)

// version is set by the build of a release (-ldflags "-X main.version=1.2.3").
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	os.Exit(run(ctx, process{args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, now: time.Now, reload: reload}))
}

// process is what a run takes from the operating system.
type process struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) (string, bool)
	now            func() time.Time
	reload         <-chan os.Signal // SIGHUP
}

// cli is the command line, in kong's tags.
type cli struct {
	Config string `short:"c" default:"config.toml" placeholder:"FILE" help:"The configuration file (default: config.toml)."`

	Demo     demoCommand     `cmd:"" help:"Show Belltower in the browser: made-up campuses, no accounts, no configuration."`
	DemoBot  demoBotCommand  `cmd:"" hidden:""`
	Serve    serveCommand    `cmd:"" help:"Run the bot until SIGTERM or Ctrl-C; SIGHUP loads the configuration again."`
	Check    checkCommand    `cmd:"" help:"Say everything that is wrong with the configuration; exit status 1 if anything is."`
	Do       doCommand       `cmd:"" help:"Give one command to the running bot, as in chat: bot do 'incident declare learn down'."`
	Health   healthCommand   `cmd:"" help:"Ask the running bot whether it is well; exit status 1 if not."`
	Backup   backupCommand   `cmd:"" help:"Write a copy of the record to a file, while the bot serves or not."`
	Restore  restoreCommand  `cmd:"" help:"Put a backup in the place of the record; the bot must be stopped. The record before is kept beside it."`
	Rename   renameCommand   `cmd:"" help:"Tell the record that a connection has another name; the bot must be stopped."`
	Export   exportCommand   `cmd:"" help:"Print what people may take with them, as JSON Lines: incidents, planned work, their public timelines, alerts, results of checks, subscriptions."`
	Sorry    sorryCommand    `cmd:"" help:"Print what a balancer needs to show the sorry page of a service."`
	Manifest manifestCommand `cmd:"" help:"Print what a chat platform makes the app from."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// errSaid ends a run with exit status 1 when what went wrong was printed already.
var errSaid = errors.New("said already")

// run is the whole program; it returns the exit status: 0, 1 for a failure, 80
// for a wrong command line (kong's).
func run(ctx context.Context, p process) (status int) {
	var c cli
	status = -1
	parser, err := kong.New(&c,
		kong.Name("bot"),
		kong.Description("Belltower announces incidents from chat, to every channel that subscribed, until they are over."),
		kong.Writers(p.stdout, p.stderr),
		kong.Exit(func(code int) { status = code }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		panic(err) // cannot happen: the tags above are wrong
	}
	line, err := parser.Parse(p.args)
	if status >= 0 { // --help was printed
		return status
	}
	parser.FatalIfErrorf(err)
	if status >= 0 {
		return status
	}
	if err := line.Run(bound{ctx, p, c.Config}); err != nil {
		if !errors.Is(err, errSaid) {
			fmt.Fprintln(p.stderr, "bot:", err)
		}
		return 1
	}
	return 0
}

// bound is what every command gets.
type bound struct {
	ctx    context.Context
	p      process
	config string
}

type checkCommand struct {
	Online bool `help:"Ask the chat platforms too: tokens, scopes, the ops channel, channels that subscribe, people, clocks."`
}

// Run loads the configuration and prints its mistakes, or its warnings.
func (c checkCommand) Run(b bound) error {
	cfg, err := config.Load(b.config, b.p.env)
	if err != nil {
		fmt.Fprintln(b.p.stderr, err)
		return errSaid
	}
	for _, w := range cfg.Warnings() {
		fmt.Fprintln(b.p.stdout, "warning:", w)
	}
	for _, w := range probeWarnings(cfg, probe.CanPing) {
		fmt.Fprintln(b.p.stdout, "warning:", b.config+":", w)
	}
	printSources(b.p.stdout, cfg)
	if c.Online && checkOnline(b, cfg) {
		return errSaid
	}
	fmt.Fprintf(b.p.stdout, "%s is sound. Connections: %d, services: %d.\n", b.config, connections(cfg), len(cfg.Services))
	return nil
}

func connections(cfg *config.Config) int { return len(cfg.ConnectionNames()) }

type versionCommand struct{}

// Run prints the version, the commit it was built from, and Go's.
func (versionCommand) Run(b bound) error {
	fmt.Fprintln(b.p.stdout, "belltower", versionText())
	return nil
}

func versionText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	text := version
	if text == "" {
		text = info.Main.Version
	}
	return text + " " + info.GoVersion
}
