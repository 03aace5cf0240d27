package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/config"
)

type healthCommand struct{}

// Run asks the admin listener of the running bot.
func (healthCommand) Run(b bound) error {
	addr, err := config.AdminAddress(b.config, b.p.env)
	if err != nil {
		return err
	}
	if addr == "" {
		return errors.New("http.admin_listen is off, so nobody can be asked")
	}
	client := http.Client{Timeout: 2 * time.Second}
	res, err := client.Get("http://" + reachable(addr) + "/healthz")
	if err != nil {
		return fmt.Errorf("no bot answers at %s: %w", addr, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the bot answers %s: %s", res.Status, strings.TrimSpace(string(body)))
	}
	_, err = b.p.stdout.Write(body)
	return err
}

// reachable is where a listener on all addresses is reached from the same host.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || (host != "" && host != "0.0.0.0" && host != "::") {
		return listen
	}
	return net.JoinHostPort("localhost", port)
}
