package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

// wholeTrailer comes behind what was streamed to its end: an answer that broke off
// looks whole otherwise.
const wholeTrailer = "Belltower-Whole"

// stallTime is how long a reader of a stream may take for one piece of it. The
// store cannot free pages meanwhile.
const stallTime = 30 * time.Second

// reading writes something that is in a store.
type reading func(ctx context.Context, db storage.DB, w io.Writer) error

// stream answers with what read writes, however long that takes.
func (b *bot) stream(read reading) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", wholeTrailer)
		if err := read(r.Context(), b.db, steady{w, http.NewResponseController(w), b.out.now}); err != nil {
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

// openStore opens the record at path, made where there is none, in the schema of this
// version.
func openStore(path string, log *slog.Logger) (*boltdb.DB, error) {
	db, err := boltdb.Open(path, boltdb.Options{Logger: log, Schema: journal.Schema, Migrations: journal.Migrations()})
	if err != nil {
		return nil, explained(path, err)
	}
	return db, nil
}

// fromRecord writes to w what the bot that serves streams from path, or what read
// writes of the file of one that does not.
func (b bound) fromRecord(path string, w io.Writer, read reading) error {
	store, err := config.StorePath(b.config, b.p.env)
	if err != nil {
		return err
	}
	err = fetchLocal(b.ctx, socketPath(store), path, w)
	if !nobodyThere(err) {
		return err
	}
	return withStore(store, func(db *boltdb.DB) error { return read(b.ctx, db, w) })
}

// withStore opens the store at path, which must be there, for one purpose.
func withStore(path string, use func(*boltdb.DB) error) error {
	if err := recordAt(path); err != nil {
		return err
	}
	db, err := openStore(path, nil)
	if err != nil {
		return err
	}
	return errors.Join(handOver(path, path+lockName), use(db), db.Close())
}

// recordAt refuses where there is no store.
func recordAt(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no record at %s: look at path in [storage] of the configuration (%w)", path, fs.ErrNotExist)
	}
	return nil
}
