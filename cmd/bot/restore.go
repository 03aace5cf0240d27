package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/internal/wording"
	"github.com/umassonline/belltower/storage/boltdb"
)

type restoreCommand struct {
	File string `arg:"" help:"The backup."`
}

// restoring is a restore under way: nobody can open the store meanwhile, and until
// the last step it is as it was.
type restoring struct {
	cfg   *config.Config
	store string
	now   time.Time
}

// Run puts a backup in the place of the store, keeps the store beside it, and has
// ops channels told once what was due in the backup.
func (c restoreCommand) Run(b bound) (err error) {
	r := restoring{now: b.p.now().UTC()}
	if r.cfg, err = config.Outline(b.config, b.p.env); err != nil {
		return err
	}
	if r.store, err = config.StorePath(b.config, b.p.env); err != nil {
		return err
	}
	if info, err := os.Stat(c.File); err != nil || info.Size() == 0 {
		return errors.Join(fmt.Errorf("%s is no backup: it is empty or cannot be read", c.File), err)
	}
	if err := os.MkdirAll(filepath.Dir(r.store), 0o700); err != nil {
		return err
	}
	release, err := boltdb.Hold(r.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	notice, kept, err := r.replace(b.ctx, c.File)
	if err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	fmt.Fprintln(b.p.stdout, notice)
	if kept != "" {
		fmt.Fprintf(b.p.stdout, "The record before is kept as %s.\n", kept)
	}
	fmt.Fprintln(b.p.stdout, "Start the bot: it tells this in the ops channels.")
	return nil
}

// replace makes a fit copy of the backup beside the store and puts it in its place.
// It returns what ops channels will be told, and where the store before is kept.
func (r restoring) replace(ctx context.Context, file string) (notice, kept string, err error) {
	fresh := r.store + ".restoring"
	if err := r.clean(fresh); err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, r.clean(fresh)) }()
	if err := copyFile(fresh, file); err != nil {
		return "", "", err
	}
	err = withStore(fresh, func(db *boltdb.DB) error {
		notice, err = r.fit(ctx, db)
		return err
	})
	if err != nil {
		return "", "", err
	}
	if kept, err = r.keep(); err != nil {
		return "", "", err
	}
	if err := os.Rename(fresh, r.store); err != nil {
		return "", "", err
	}
	return notice, kept, boltdb.SyncFolder(r.store)
}

// clean removes what a restore leaves beside the store, also one that was
// interrupted.
func (r restoring) clean(fresh string) error {
	left, err := filepath.Glob(fresh + "*")
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
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

// fit has the copy go on where the backup ended, without telling again what was
// due then.
func (r restoring) fit(ctx context.Context, db *boltdb.DB) (string, error) {
	book := outbox.NewBook()
	book.SetPlaces(places(r.cfg, desk.NewCatalog(nil)))
	j := journal.New(db, book, func(...desk.Subject) {}, journal.Settings{})
	then, err := j.Away(ctx, r.now)
	if err != nil {
		return "", err
	}
	due, err := book.Restore(ctx, db, outbox.Gap{From: then.From, To: r.now})
	if err != nil {
		return "", err
	}
	words := wording.Context{Zone: r.cfg.Organization.Timezone}
	text := words.Restored(wording.Absence{From: then.From, To: r.now, Open: then.Open, Owed: due})
	return text, j.Restored(ctx, desk.Notice{At: r.now, Text: text})
}

// keep gives the store that is replaced a name of its own; the store stays where it
// is until the copy takes its place, so that there is one at every moment.
func (r restoring) keep() (string, error) {
	if _, err := os.Stat(r.store); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	kept := r.store + ".before-restore-" + r.now.Format("2006-01-02T150405Z")
	if _, err := os.Stat(kept); err == nil {
		return "", fmt.Errorf("%s is there already: wait a second", kept)
	}
	if os.Link(r.store, kept) == nil {
		return kept, boltdb.SyncFolder(kept)
	}
	return kept, copyFile(kept, r.store) // not every file system has links
}
