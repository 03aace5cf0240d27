package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/storage/boltdb"
)

// exchange puts a file in the place of the store at one stroke: at every moment
// there is one store, the one before or the one after. Killed, it is done again from
// its beginning. Nobody can open the store meanwhile.
type exchange struct {
	store string
	now   time.Time
	// fresh and before end the names of the new file and of the store before.
	fresh, before string
}

// lockName ends the name of the file by which a store is held.
const lockName = ".lock"

// put makes a copy of file fit and puts it in the place of the store. It returns
// where the store before is kept, if there was one.
func (x exchange) put(file string, fit func(*boltdb.DB) error) (kept string, err error) {
	release, err := boltdb.Hold(x.store)
	if err != nil {
		return "", explained(x.store, err)
	}
	defer func() { err = errors.Join(err, release()) }()
	like := x.store
	if _, err := os.Stat(like); err != nil { // a new machine
		like = filepath.Dir(x.store)
	}
	fresh := x.store + "." + x.fresh
	if err := removeAll(fresh); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, removeAll(fresh)) }()
	parts, err := boltdb.Files(file)
	if err != nil {
		return "", err
	}
	for _, part := range parts {
		if err := copyFile(fresh+strings.TrimPrefix(part, file), part); err != nil {
			return "", err
		}
	}
	var unfit error
	err = withStore(fresh, func(db *boltdb.DB) error { unfit = fit(db); return unfit })
	switch {
	case unfit != nil:
		return "", err
	case err != nil:
		return "", fmt.Errorf("a copy of %s cannot be used: %w", file, err)
	}
	if parts, err = boltdb.Files(fresh); err != nil {
		return "", err
	}
	if len(parts) > 1 {
		return "", fmt.Errorf("%s could not be written whole: is the disk full?", fresh)
	}
	if err := handOver(like, fresh, x.store+lockName); err != nil {
		return "", err
	}
	if kept, err = x.keep(); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, x.store); err != nil {
		return "", err
	}
	return kept, boltdb.SyncFolder(x.store)
}

// keep gives the store that is replaced a name of its own; the store stays where it
// is until the copy takes its place, so that there is one at every moment. Its logs are
// copied, as the one that takes its place writes to files of these names. Broken off while
// it copies, it leaves what the next exchange removes.
func (x exchange) keep() (string, error) {
	store, err := os.Stat(x.store)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	kept := x.store + "." + x.before + "-" + x.now.Format("2006-01-02T150405Z")
	if there, err := os.Stat(kept); err == nil {
		if os.SameFile(there, store) { // one that was killed made the link
			return kept, nil
		}
		return "", fmt.Errorf("%s is there already: wait a second", kept)
	}
	parts, err := boltdb.Files(x.store)
	if err != nil {
		return "", err
	}
	slices.Reverse(parts) // the store is the last to get its name: then it has its logs
	unnamed := x.store + "." + x.fresh + ".kept"
	for _, part := range parts {
		to := unnamed + strings.TrimPrefix(part, x.store)
		if err := errors.Join(x.copyOrLink(to, part), handOver(x.store, to)); err != nil {
			return "", err
		}
	}
	for _, part := range parts {
		end := strings.TrimPrefix(part, x.store)
		if err := os.Rename(unnamed+end, kept+end); err != nil {
			return "", err
		}
	}
	return kept, boltdb.SyncFolder(kept)
}

func (x exchange) copyOrLink(to, part string) error {
	if part == x.store && os.Link(part, to) == nil {
		return nil
	}
	return copyFile(to, part) // a log, or not every file system has links
}

func sayKept(w io.Writer, kept string) {
	if kept != "" {
		fmt.Fprintf(w, "The record before is kept as %s.\n", kept)
	}
}

// removeAll removes the files whose names begin with path, also what an exchange that
// was interrupted left.
func removeAll(path string) error {
	folder, begins := filepath.Split(path)
	files, err := os.ReadDir(filepath.Clean(folder))
	for _, f := range files {
		if strings.HasPrefix(f.Name(), begins) {
			err = errors.Join(err, os.Remove(filepath.Join(folder, f.Name())))
		}
	}
	return err
}

func copyFile(to, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return boltdb.WriteWhole(to, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}
