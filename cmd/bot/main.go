// Command bot is Belltower: the bot that an IT organisation announces incidents
// through. This folder reads the command line and is the only place that knows
// all parts; run.go builds, starts and stops them, routes.go has every URL.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // the image has no zones of its own

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
	os.Exit(run(ctx, process{args: os.Args[1:], stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, now: time.Now, reload: reload, adopt: adoptLog}))
}

// process is what a run takes from the operating system.
type process struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	env            func(string) (string, bool)
	now            func() time.Time
	reload         <-chan os.Signal   // SIGHUP
	adopt          func(*slog.Logger) // makes a log that of the whole process; nil: it is not
}

// run is the whole program; it returns the exit status: 0, 1 for a failure, 80 for a
// wrong command line.
func run(ctx context.Context, p process) (status int) { return newCLI(p).run(ctx) }

// bound is what every command gets.
type bound struct {
	ctx    context.Context
	p      process
	config string
}

type checkCommand struct {
	Online bool
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
