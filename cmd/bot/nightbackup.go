package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// nightBackup copies the record into a folder, a file for each day.
type nightBackup struct {
	dir  string
	keep int
	db   storage.DB
}

// nightBackup is what copies the record each night, and tells ops where that fails;
// nil where no folder is configured.
func (b *bot) nightBackup() func(context.Context) error {
	n := nightBackup{b.cfg.Storage.BackupDir, b.cfg.Storage.BackupKeep, b.db}
	if n.dir == "" {
		return nil
	}
	return func(ctx context.Context) error {
		now := b.out.now()
		err := n.make(ctx, now.In(b.words.Zone))
		if err == nil || ctx.Err() != nil {
			return err
		}
		text := b.words.BackupFailed(reasonOf(err))
		return errors.Join(err, b.journal.Notify(ctx, desk.Notice{At: now.UTC(), Text: text}))
	}
}

// make writes the copy of a day: whole, or not at all. Then it removes what is beyond
// those to be kept.
func (n nightBackup) make(ctx context.Context, day time.Time) error {
	if err := os.MkdirAll(n.dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(n.dir, day.Format("belltower-2006-01-02.db"))
	if err := boltdb.WriteWhole(path, func(w io.Writer) error { return copyStore(ctx, n.db, w) }); err != nil {
		return err
	}
	return n.tidy()
}

var (
	// nightName is the name of a copy, unfinishedName that of one whose process was killed
	// while it wrote it.
	nightName      = regexp.MustCompile(`^belltower-\d{4}-\d{2}-\d{2}\.db$`)
	unfinishedName = regexp.MustCompile(`^belltower-\d{4}-\d{2}-\d{2}\.db\.\d+$`)
)

// tidy removes the oldest copies, and what killed processes left behind. Other files in
// the folder are not ours.
func (n nightBackup) tidy() error {
	entries, err := os.ReadDir(n.dir)
	if err != nil {
		return err
	}
	var copies, remove []string
	for _, e := range entries {
		switch {
		case nightName.MatchString(e.Name()):
			copies = append(copies, e.Name())
		case unfinishedName.MatchString(e.Name()):
			remove = append(remove, e.Name())
		}
	}
	slices.Sort(copies)
	remove = append(remove, copies[:max(0, len(copies)-n.keep)]...)
	var errs []error
	for _, name := range remove {
		errs = append(errs, os.Remove(filepath.Join(n.dir, name)))
	}
	return errors.Join(errs...)
}

// reasonOf is why a file could not be written, without the folders of the machine.
func reasonOf(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
