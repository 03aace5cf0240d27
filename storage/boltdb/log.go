package boltdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

const (
	// logRoom is what a new log takes on the disk at once: a sync of bytes that were
	// there before costs half of one that also has to write where the file lies.
	logRoom = 256 << 10
	// logMuch is when a log is moved into the tree without delay.
	logMuch = 4 << 20
	// logMost is when commits wait for that.
	logMost = 64 << 20
)

// log is one of the two files that take the commits in turns.
type log struct {
	file   *os.File
	direct *os.File // the same past the kernel's cache, see direct.go; nil: there is no such way
	end    int64    // of its records
	blocks []byte   // for direct's writes; they begin with what lies before end in its block
}

// logPaths are where the logs of the store at path lie.
func logPaths(path string) [2]string { return [2]string{path + ".log0", path + ".log1"} }

// Files returns the files that the store at path is made of: its own, and its logs where
// it was not stopped cleanly. A copy of them is a copy of the store only while nobody has
// it open. It fails where the file system does not tell whether there is a log.
func Files(path string) ([]string, error) {
	files := []string{path}
	for _, name := range logPaths(path) {
		switch _, err := os.Stat(name); {
		case err == nil:
			files = append(files, name)
		case !errors.Is(err, os.ErrNotExist):
			return nil, fmt.Errorf("storage: look for a log: %w", err)
		}
	}
	return files, nil
}

// logged returns how many bytes of records the log that takes commits has.
func (db *DB) logged() int64 {
	db.commits.Lock()
	defer db.commits.Unlock()
	return db.logs[db.current].end
}

// openLogs opens the logs, and makes those that are missing.
func (db *DB) openLogs() error {
	for i, path := range logPaths(db.path) {
		l := &db.logs[i]
		var err error
		if l.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
			return fmt.Errorf("storage: open the log: %w", err)
		}
		if err := l.makeRoom(); err != nil {
			db.log.Warn("no room made for the log, commits will take longer", "path", path, "error", err)
		}
		l.direct = openDirect(path)
	}
	return SyncFolder(db.path)
}

// makeRoom fills a log that is too short with zeros.
func (l *log) makeRoom() error {
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() >= logRoom {
		return nil
	}
	if _, err := l.file.WriteAt(make([]byte, logRoom-info.Size()), info.Size()); err != nil {
		return err
	}
	return l.file.Sync()
}

// closeLogs closes the logs, and removes them if the tree holds all that is in them.
func (db *DB) closeLogs(moved bool) (err error) {
	for i := range db.logs {
		l := &db.logs[i]
		f := l.file
		if f == nil {
			continue
		}
		err = errors.Join(err, f.Close())
		if l.direct != nil {
			err = errors.Join(err, l.direct.Close())
		}
		if moved {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}
	return err
}

// replay reads what the logs hold beyond the tree. The older log's commits are those on
// their way into the tree, the newer one's go on being written.
func (db *DB) replay() error {
	var read [2][]record
	for i := range db.logs {
		l := &db.logs[i]
		all, err := io.ReadAll(io.NewSectionReader(l.file, 0, 1<<62))
		if err != nil {
			return fmt.Errorf("storage: read %s: %w", l.file.Name(), err)
		}
		records, end, err := readLog(all, db.life, db.seq)
		if err != nil {
			return db.gap(l.file.Name(), err)
		}
		if n := len(records); n == 0 || records[n-1].seq <= db.seq {
			continue // it is free
		}
		read[i] = records
		l.goOn(all[:end])
	}
	newest := 0
	if first := func(i int) uint64 { return read[i][0].seq }; len(read[0]) == 0 || len(read[1]) > 0 && first(1) > first(0) {
		newest = 1
	}
	db.current = newest
	if older := 1 - newest; len(read[older]) > 0 {
		if err := db.take(db.logs[older], read[older]); err != nil {
			return err
		}
		db.freeze()
	}
	return db.take(db.logs[newest], read[newest])
}

// pin writes the records once more and syncs them: the process before may have died
// ahead of its sync.
func (l *log) pin() error {
	b := make([]byte, l.end)
	_, err := l.file.ReadAt(b, 0)
	if err == nil {
		_, err = l.file.WriteAt(b, 0)
	}
	if err == nil {
		err = syncData(l.file)
	}
	if err != nil {
		return fmt.Errorf("storage: sync %s: %w", l.file.Name(), err)
	}
	return nil
}

// take lays the records of l over what there is, without those that the tree holds.
func (db *DB) take(l log, records []record) error {
	i := slices.IndexFunc(records, func(r record) bool { return r.seq > db.seq })
	if i < 0 {
		return nil
	}
	if records[i].seq != db.seq+1 {
		return db.gap(l.file.Name(), fmt.Errorf("its first commit is %d", records[i].seq))
	}
	for _, r := range records[i:] {
		for _, w := range r.writes {
			db.next.Set(w)
		}
		db.seq = r.seq
	}
	db.publish(func(m *moment) { m.recent = db.next.IsoCopy() })
	return nil
}

func (db *DB) gap(name string, cause error) error {
	return fmt.Errorf("storage: %s does not go on where %s ends, with commit %d (%w): put back the file that it belongs to, "+
		"or remove both logs to go on without what they hold", name, db.path, db.seq, cause)
}
