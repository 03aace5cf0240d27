package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/umassonline/belltower/storage/boltdb"
)

// wholeTrailer comes behind what was streamed to its end: an answer that broke off
// looks whole otherwise.
const wholeTrailer = "Belltower-Whole"

// stallTime is how long a reader of a stream may take for one piece of it. The
// store cannot free pages meanwhile.
const stallTime = 30 * time.Second

// stream answers with what write writes, however long that takes.
func (b *bot) stream(write func(context.Context, io.Writer) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", wholeTrailer)
		if err := write(r.Context(), steady{w, http.NewResponseController(w), b.out.now}); err != nil {
			b.out.log.Error("a copy of the record broke off", "path", r.URL.Path, "error", err)
			return
		}
		w.Header().Set(wholeTrailer, "yes")
	}
}

// steady is a response whose deadline moves with each write.
type steady struct {
	io.Writer
	control *http.ResponseController
	now     func() time.Time
}

// Write implements io.Writer.
func (s steady) Write(p []byte) (int, error) {
	if err := s.control.SetWriteDeadline(s.now().Add(stallTime)); err != nil {
		return 0, err
	}
	return s.Writer.Write(p)
}

// fetchLocal writes to w what the bot that serves streams from path.
func fetchLocal(ctx context.Context, socket, path string, w io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://bot"+path, nil)
	if err != nil {
		return err
	}
	client := localClient(socket)
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the bot answered %s; is it of the same version?", res.Status)
	}
	if _, err := io.Copy(w, res.Body); err != nil {
		return err
	}
	if res.Trailer.Get(wholeTrailer) == "" {
		return errors.New("the bot broke off; its log says why")
	}
	return nil
}

// withStore opens the store at path, which must be there, for one purpose.
func withStore(path string, use func(*boltdb.DB) error) error {
	if err := recordAt(path); err != nil {
		return err
	}
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		return err
	}
	return errors.Join(use(db), db.Close())
}

// recordAt refuses where there is no store.
func recordAt(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no record at %s: look at path in [storage] of the configuration", path)
	}
	return nil
}

// writeWhole makes the file at path (mode 0600) of what fill writes: whole, or not
// at all.
func writeWhole(path string, fill func(io.Writer) error) (err error) {
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
	return syncFolder(path)
}

// syncFolder keeps the name of path on disk, where the file system knows how to.
func syncFolder(path string) error {
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
