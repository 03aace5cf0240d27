package boltdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// lock is a file beside the store's, locked as long as the store is open: also
// while bbolt's own lock is given up to open the file again. It says who holds
// it, and stays when it is given up, as removing it would race with others.
type lock struct {
	file   *os.File
	direct *os.File // for Rouse; nil where there is no way past the kernel's cache
}

// takeLock locks the store at path, or says at once who has it. A lock is written anew, so
// no link is followed that somebody put in its place.
func takeLock(path string) (*lock, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	switch {
	case errors.Is(err, unix.ELOOP):
		return nil, fmt.Errorf("storage: lock %s: %s.lock is a link, and has to be a file: remove it", path, path)
	case err != nil:
		return nil, fmt.Errorf("storage: lock %s: %w", path, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("storage: %s is in use by %s: stop that one first, or use another file", path, holder(f))
		}
		return nil, fmt.Errorf("storage: lock %s: %w", path, err)
	}
	l := &lock{f, openDirect(f.Name())}
	if err := l.write(); err != nil {
		return nil, errors.Join(fmt.Errorf("storage: lock %s: %w", path, err), l.close())
	}
	return l, nil
}

// write notes who holds the lock; since when is the file's time. A full disk
// does not keep the store from opening.
func (l *lock) write() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	host, _ := os.Hostname()
	if _, err := fmt.Fprintf(io.NewOffsetWriter(l.file, 0), "%d %s\n", os.Getpid(), host); err != nil && !errors.Is(err, unix.ENOSPC) {
		return err
	}
	return nil
}

func (l *lock) release() error {
	err := l.file.Truncate(0)
	return errors.Join(err, l.close())
}

func (l *lock) close() error {
	err := l.file.Close()
	if l.direct != nil {
		err = errors.Join(err, l.direct.Close())
	}
	return err
}

// holder describes who wrote f.
func holder(f *os.File) string {
	var pid int
	var host string
	if _, err := fmt.Fscan(f, &pid, &host); err != nil {
		return "another process"
	}
	since := "an unknown time"
	if info, err := f.Stat(); err == nil {
		since = info.ModTime().UTC().Format(time.RFC3339)
	}
	if here, _ := os.Hostname(); here != host {
		return fmt.Sprintf("process %d on host or in container %s since %s", pid, host, since)
	}
	if unix.Kill(pid, 0) == unix.ESRCH {
		return fmt.Sprintf("a process that is not visible here, of another container perhaps (it called itself %d, at %s)", pid, since)
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		name = []byte("its name is not known")
	}
	return fmt.Sprintf("process %d (%s) since %s", pid, strings.TrimSpace(string(name)), since)
}
