package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/umassonline/belltower/internal/chat/web/webchat"
)

// The demo is two processes: this one is the chat platform and its page, and the Learn
// System with its balancer, and lives as long as the demo; the bot is a child of it that
// can be killed and finds everything again, in its record and on the platform.

type demoCommand struct {
	Port int
}

// Run shows the demo until the context ends, or the terminal is closed.
func (c demoCommand) Run(b bound) error {
	folder, err := os.MkdirTemp("", "belltower-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	page, err := listenFrom(c.Port)
	if err != nil {
		return err
	}
	defer page.Close()
	learn, err := listenLearn(page)
	if err != nil {
		return err
	}
	defer learn.close()
	port, err := botAddress(page)
	if err != nil {
		return err
	}
	return runDemo(b, learn, page, demoSettings{
		Folder: folder, Page: "http://" + page.Addr().String(), Listen: port, Learn: "http://" + learn.front.Addr().String() + "/",
		Token: rand.Text(), Secret: rand.Text(), Bypass: rand.Text(),
	})
}

// runDemo runs all of it.
func runDemo(b bound, doors learnDoors, page net.Listener, s demoSettings) error {
	cfg, err := s.config()
	if err != nil {
		return err
	}
	if err := seedHistory(b.ctx, s, b.p.now); err != nil {
		return fmt.Errorf("make the demo's history: %w", err)
	}
	k := &keeper{settings: s, kills: make(chan struct{}, 1)}
	l := newLearn()
	log := slog.New(slog.NewTextHandler(b.p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	k.platform = demoPlatform(s, webchat.Settings{Now: b.p.now, Log: log, Kill: k.kill, System: webchat.System{Name: "Learn", Turn: l.turn}})
	l.changed = k.platform.SetSystem
	l.turn(webchat.SystemWorks)
	k.settled = func() {
		fmt.Fprintf(b.p.stdout, "Belltower's demo is at %s\n\nPress Break Learn, and watch it for two minutes. Open it in two tabs, as two people.\n"+
			"Try: /incident declare portal down\nCtrl-C ends it and removes %s.\n", s.Page, s.Folder)
	}
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	return runParts(ctx, log, []part{
		{"terminal", func(ctx context.Context) error {
			select {
			case <-b.p.reload: // nothing is loaded again here: SIGHUP is its end
				stop()
			case <-ctx.Done():
			}
			<-ctx.Done()
			return nil
		}},
		httpPart("page", page, k.platform.Handler()), {"panel", k.platform.Run},
		httpPart("learn", doors.origin, l.handler()), httpPart("balancer", doors.front, newBalancer(s, cfg, doors.origin.Addr().String(), b.p.now)),
		{"bot", k.run},
	})
}

// learnDoors are where the Learn System and the balancer before it listen.
type learnDoors struct{ origin, front net.Listener }

// listenLearn leaves the port after the page's to the bot.
func listenLearn(page net.Listener) (d learnDoors, err error) {
	if d.origin, err = listenFrom(0); err != nil {
		return d, err
	}
	if d.front, err = listenFrom(page.Addr().(*net.TCPAddr).Port + 2); err != nil {
		d.origin.Close()
	}
	return d, err
}

func (d learnDoors) close() {
	d.origin.Close()
	d.front.Close()
}

// triedPorts is how many ports are tried before any that the system has.
const triedPorts = 20

// listenFrom listens on this machine alone, on the port or the next that is free.
func listenFrom(port int) (l net.Listener, err error) {
	for _, p := range append(ports(port), 0) {
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p)); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("no port is free for the page: %w", err)
}

func ports(from int) (all []int) {
	for p := from; from > 0 && p < from+triedPorts; p++ {
		all = append(all, p)
	}
	return all
}

// botAddress is an address for the bot: the same after each restart, as links in posts
// lead there.
func botAddress(page net.Listener) (string, error) {
	l, err := listenFrom(page.Addr().(*net.TCPAddr).Port + 1)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
