package main

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/umassonline/belltower/internal/chat/web/webchat"
)

// The demo is two processes: this one is the chat platform and its page, and lives as
// long as the demo; the bot is a child of it that can be killed and finds everything
// again, in its record and on the platform.

type demoCommand struct {
	Port int `default:"8080" help:"The port of the page; if it is taken, the next free one."`
}

// Run shows the demo until the context ends.
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
	port, err := botAddress(page)
	if err != nil {
		return err
	}
	s := demoSettings{Folder: folder, Page: "http://" + page.Addr().String(), Listen: port, Token: rand.Text(), Secret: rand.Text()}
	if err := seedHistory(b.ctx, s, b.p.now); err != nil {
		return fmt.Errorf("make the demo's history: %w", err)
	}
	k := &keeper{settings: s, kills: make(chan struct{}, 1)}
	log := slog.New(slog.NewTextHandler(b.p.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	k.platform = demoPlatform(s, webchat.Settings{Now: b.p.now, Log: log, Kill: k.kill})
	k.settled = func() {
		fmt.Fprintf(b.p.stdout, "Belltower's demo is at %s\n\nOpen it in two tabs, as two people. Try: /incident declare learn down\nCtrl-C ends it and removes %s.\n",
			s.Page, folder)
	}
	return runParts(b.ctx, log, []part{
		httpPart("page", page, k.platform.Handler()), {"panel", k.platform.Run}, {"bot", k.run},
	})
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
