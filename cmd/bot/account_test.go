package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// Who may not open the record reads who has to be able to, and where.
func TestARecordThatMayNotBeOpened(t *testing.T) {
	for _, cause := range []error{fs.ErrPermission, syscall.EACCES, syscall.EPERM, syscall.EROFS} {
		err := explained("/var/lib/belltower/belltower.db", fmt.Errorf("storage: open it: %w", &fs.PathError{Op: "open", Path: "x", Err: cause}))
		for _, want := range []string{"storage: open it: open x: ", accountName() + " has to be able to write to the folder /var/lib/belltower", "path in [storage]"} {
			if !strings.Contains(err.Error(), want) || !errors.Is(err, cause) {
				t.Errorf("%v: %v", cause, err)
			}
		}
	}
	if other := errors.New("it is damaged"); explained("x", other) != other {
		t.Error(explained("x", other))
	}
}

// asRoot ends a test of what only root can do, such as giving files to another account.
func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() == 0 {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("it has to run as root")
	}
	t.Skip("only root can do it")
}

// An account that makes a link where the superuser hands over a file gets the link.
func TestWhatALinkLeadsToIsNotHandedOver(t *testing.T) {
	t.Parallel()
	asRoot(t)
	dir := t.TempDir()
	store, others, link := filepath.Join(dir, "belltower.db"), filepath.Join(dir, "shadow"), filepath.Join(dir, "belltower.db.lock")
	for _, file := range []string{store, others} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chown(store, 65534, 65534), os.Symlink(others, link), handOver(store, link)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(others)
	if err != nil || info.Sys().(*syscall.Stat_t).Uid != 0 {
		t.Errorf("another's file belongs to %v: %v", info.Sys(), err)
	}
}

// So does who restores or renames.
func TestARecordThatMayNotBeReplaced(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a folder in which nobody may make a file")
	}
	_, err := exchange{store: "/sys/belltower.db"}.put("copy.db", nil)
	if err == nil || !strings.Contains(err.Error(), accountName()+" has to be able to write to the folder /sys") {
		t.Error(err)
	}
}
