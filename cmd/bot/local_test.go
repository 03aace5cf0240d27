package main

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Who gives a command on the host is told whether nobody is there, or whether what
// they gave may be done although they did not wait for the answer.
func TestNoAnswerOnTheHost(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "bot.sock")
	_, err := callLocal(t.Context(), socket, localCommand{Line: "status", User: "ann"})
	if err == nil || !strings.Contains(err.Error(), "start it with: bot serve") {
		t.Errorf("without a bot: %v", err)
	}

	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, interrupt := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer interrupt()
	_, err = callLocal(ctx, socket, localCommand{Line: "status", User: "ann"})
	if err == nil || !strings.Contains(err.Error(), "may have done it") {
		t.Errorf("with a bot that does not answer: %v", err)
	}
}
