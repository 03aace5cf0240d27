package main

import (
	"os"
	"testing"
)

// beBot makes this test binary the bot, in a process of its own that a test can
// kill.
const beBot = "BELLTOWER_TEST_BE_BOT"

func TestMain(m *testing.M) {
	if os.Getenv(beBot) != "" {
		main() // ends the process
	}
	os.Exit(m.Run())
}
