package boltdb

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// WriteWhole makes the file at path (mode 0600) of what fill writes: whole and on
// disk, or not at all. What was at path before is replaced. It returns the error of
// fill, or of the file system.
func WriteWhole(path string, fill func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncFolder(path)
}

// SyncFolder keeps the name of path on disk, where the file system knows how to. It
// returns an error of the file system.
func SyncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Sync(); !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}
