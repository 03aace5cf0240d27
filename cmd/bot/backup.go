package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// backupPath is where the local socket hands out a copy of the store.
const backupPath = "/backup"

// copyStore writes a copy of the store, and breaks it off when ctx ends: that of a large
// record takes longer than a stop may.
func copyStore(ctx context.Context, db storage.DB, w io.Writer) error {
	from, ok := db.(interface{ Backup(io.Writer) error })
	if !ok {
		return errors.New("this kind of store is backed up by its own means")
	}
	return from.Backup(whileRuns{ctx, w})
}

// whileRuns is a writer that refuses what comes after the end of its context.
type whileRuns struct {
	ctx context.Context
	io.Writer
}

// Write implements io.Writer.
func (w whileRuns) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Writer.Write(p)
}

type backupCommand struct {
	File  string
	Force bool
}

// Run has the bot that serves copy its store, or copies the file of one that does
// not.
func (c backupCommand) Run(b bound) error {
	store, err := config.StorePath(b.config, b.p.env)
	if err != nil {
		return err
	}
	if err := c.mayWrite(store); err != nil {
		return err
	}
	err = boltdb.WriteWhole(c.File, func(w io.Writer) error { return b.fromRecord(backupPath, w, copyStore) })
	if err != nil {
		return fmt.Errorf("no backup was written to %s: %w", c.File, err)
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.p.stdout, "%s holds the record, %d KiB. Keep it as you keep the record: it has all notes and names.\n", c.File, info.Size()>>10)
	return nil
}

// sameFile reports whether both are there and one file.
func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	other, wrong := os.Stat(b)
	return err == nil && wrong == nil && os.SameFile(one, other)
}

func (c backupCommand) mayWrite(store string) error {
	if _, err := os.Stat(c.File); err != nil {
		return nil // if it is not just absent, writing says so
	}
	if sameFile(c.File, store) {
		return fmt.Errorf("%s is the record itself: choose another file", c.File)
	}
	if !c.Force {
		return fmt.Errorf("%s is there already: choose another name, or replace it with --force", c.File)
	}
	return nil
}
