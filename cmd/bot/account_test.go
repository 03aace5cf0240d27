package main

import (
	"errors"
	"fmt"
	"io/fs"
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
