package main

import (
	"context"
	"errors"
	"fmt"
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
	File string
}

// restoring is a restore under way.
type restoring struct {
	cfg *config.Config
	now time.Time
}

// Run puts a backup in the place of the store, keeps the store beside it, and has
// ops channels told once what was due in the backup.
func (c restoreCommand) Run(b bound) (err error) {
	r := restoring{now: b.p.now().UTC()}
	if r.cfg, err = config.Outline(b.config, b.p.env); err != nil {
		return err
	}
	store, err := config.StorePath(b.config, b.p.env)
	if err != nil {
		return err
	}
	if info, err := os.Stat(c.File); err != nil || info.Size() == 0 {
		return errors.Join(fmt.Errorf("%s is no backup: it is empty or cannot be read", c.File), err)
	}
	if sameFile(c.File, store) {
		return fmt.Errorf("%s is the record itself: choose a backup of it", c.File)
	}
	if err := os.MkdirAll(filepath.Dir(store), 0o700); err != nil {
		return err
	}
	var notice string
	kept, err := exchange{store: store, now: r.now, fresh: "restoring", before: "before-restore"}.put(c.File, func(db *boltdb.DB) error {
		notice, err = r.fit(b.ctx, db)
		return err
	})
	if err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	fmt.Fprintln(b.p.stdout, notice)
	sayKept(b.p.stdout, kept)
	fmt.Fprintln(b.p.stdout, "Start the bot: it tells this in the ops channels.")
	return nil
}

// fit has the copy go on where the backup ended, without telling again what was
// due then.
func (r restoring) fit(ctx context.Context, db *boltdb.DB) (string, error) {
	book := outbox.NewBook()
	book.SetPlaces(configured(r.cfg))
	j := journal.New(db, book, func(...desk.Subject) {}, journal.Settings{})
	then, err := j.Away(ctx, r.now)
	if err != nil {
		return "", err
	}
	due, err := book.Restore(ctx, db, outbox.Gap{From: then.From, To: r.now})
	if err != nil {
		return "", err
	}
	text := wordsOf(r.cfg).Restored(wording.Absence{From: then.From, To: r.now, Open: then.Open, Owed: due})
	return text, j.Restored(ctx, desk.Notice{At: r.now, Text: text})
}
