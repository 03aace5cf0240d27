package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// beBot makes this test binary the bot: what main does, in a process of its own
// that a test can kill.
const beBot = "BELLTOWER_TEST_BE_BOT"

func TestMain(m *testing.M) {
	if os.Getenv(beBot) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, process{args: os.Args[1:], stdout: os.Stdout, stderr: os.Stderr, env: os.LookupEnv, now: time.Now}))
}
