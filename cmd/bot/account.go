package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"syscall"
)

// handOver gives files to the account that like belongs to, where the superuser made them:
// the bot runs as an account of its own, and could not open them. Files that are not there
// are passed over. A link is given itself, and not what it leads to: that account made it,
// and may not have what is another's.
func handOver(like string, files ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(like)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	for _, file := range files {
		if err := os.Lchown(file, int(owner.Uid), int(owner.Gid)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("give %s to the account that %s belongs to: %w", file, like, err)
		}
	}
	return nil
}

// explained adds to the error of opening the record at path what to do, where it is that
// this account may not.
func explained(path string, err error) error {
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return err
	}
	return fmt.Errorf("%w: %s has to be able to write to the folder %s and the files in it: "+
		"run bot as the account that they belong to, give them to it, or name another path in [storage]", err, accountName(), filepath.Dir(path))
}

// accountName is the account that this process runs as.
func accountName() string {
	if u, err := user.Current(); err == nil {
		return "the account " + u.Username
	}
	return fmt.Sprintf("the account %d", os.Geteuid())
}
