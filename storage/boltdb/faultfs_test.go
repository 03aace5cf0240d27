package boltdb_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// The file system whose disk fails. It is served by a child process: a process
// that maps a file it serves itself hangs when its garbage collector waits for a
// thread that waits for a page.

// fault says how writes and syncs fail.
type fault string

const (
	writeRefused fault = "a write is refused, the disk is full"
	writeTorn    fault = "half of a write arrives"
	syncLost     fault = "a sync fails and what it should keep is lost"
	syncKept     fault = "a sync fails and yet all arrived"
)

// plan is what the disk shall do from now on: Count operations fail, after the
// First that do not. A write fault counts writes, a sync fault syncs.
type plan struct {
	Fault        fault
	First, Count int
}

func (p *plan) fails(write bool) bool {
	if write != (p.Fault == writeRefused || p.Fault == writeTorn) {
		return false
	}
	p.First--
	if p.First >= 0 || p.Count == 0 {
		return false
	}
	p.Count--
	return true
}

// image is what a power cut at this moment would leave of the file, and how
// often it was written and synced since the last plan.
type image struct {
	Bytes         []byte // without what was never written,
	Size          int64  // which belongs to it, as zeros
	Writes, Syncs int
}

// disk is what holds the newest store's file.
type disk struct {
	mu    sync.Mutex
	plan  plan
	dirty []span
	kept  image
}

// span is a range of bytes that was written and not synced.
type span struct{ from, to int }

// follow takes a new plan, and returns what was under the old one.
func (d *disk) follow(p plan) image {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.kept
	i.Bytes = bytes.Clone(i.Bytes)
	d.plan, d.kept.Writes, d.kept.Syncs = p, 0, 0
	return i
}

// keep moves what is dirty of data to the disk.
func (d *disk) keep(data []byte) {
	d.kept.Size = int64(len(data))
	for _, s := range d.dirty {
		if grown := s.to - len(d.kept.Bytes); grown > 0 {
			d.kept.Bytes = append(d.kept.Bytes, make([]byte, grown)...)
		}
		copy(d.kept.Bytes[s.from:], data[s.from:s.to])
	}
}

// folder is the file system.
type folder struct {
	fs.Inode
	disk *disk
}

// Create implements fs.NodeCreater.
func (f *folder) Create(ctx context.Context, name string, _ uint32, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	attr := fuse.Attr{Mode: mode | fuse.S_IFREG}
	var node fs.InodeEmbedder = &fs.MemRegularFile{Attr: attr} // a lock
	if strings.HasSuffix(name, ".db") {
		node = &file{fs.MemRegularFile{Attr: attr}, f.disk}
		f.disk.mu.Lock()
		f.disk.dirty, f.disk.kept = nil, image{}
		f.disk.mu.Unlock()
	}
	out.Attr = attr
	return f.NewPersistentInode(ctx, node, fs.StableAttr{Mode: fuse.S_IFREG}), nil, 0, fs.OK
}

type file struct {
	fs.MemRegularFile
	disk *disk
}

// Open implements fs.NodeOpener; without it the kernel would trust what it has.
func (f *file) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, 0, fs.OK
}

// Read implements fs.NodeReader.
func (f *file) Read(ctx context.Context, h fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	shared, errno := f.MemRegularFile.Read(ctx, h, dest, off)
	data, _ := shared.Bytes(dest)
	return fuse.ReadResultData(dest[:copy(dest, data)]), errno
}

// Setattr implements fs.NodeSetattrer.
func (f *file) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return f.MemRegularFile.Setattr(ctx, h, in, out)
}

// Write implements fs.NodeWriter.
func (f *file) Write(ctx context.Context, h fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.kept.Writes++
	fails := f.disk.plan.fails(true)
	if fails && f.disk.plan.Fault == writeRefused {
		return 0, syscall.ENOSPC
	}
	if fails {
		data = data[:len(data)/2]
	}
	f.disk.dirty = append(f.disk.dirty, span{int(off), int(off) + len(data)})
	n, errno := f.MemRegularFile.Write(ctx, h, data, off)
	if fails {
		return 0, syscall.EIO
	}
	return n, errno
}

// Fsync implements fs.NodeFsyncer. As on Linux, what a failed sync should have
// kept is clean afterwards, and no later one keeps it.
func (f *file) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	d := f.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept.Syncs++
	fails := d.plan.fails(false)
	if !fails || d.plan.Fault == syncKept {
		d.keep(f.Data)
	}
	d.dirty = nil
	if fails {
		return syscall.EIO
	}
	return fs.OK
}

// serveFaults serves the file system at mount, and takes plans and answers images.
func serveFaults(mount string) (err error) {
	root := &folder{disk: &disk{}}
	server, err := fs.Mount(mount, root, &fs.Options{MountOptions: fuse.MountOptions{DirectMount: true}})
	if err != nil {
		return err
	}
	defer func() {
		if server.Unmount() != nil { // a failed test leaves its store open
			err = errors.Join(err, detach(mount))
		}
	}()
	in, out := gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)
	for p := (plan{}); ; {
		if err := out.Encode(root.disk.follow(p)); err != nil {
			return err
		}
		p = plan{}
		if err := in.Decode(&p); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// detach unmounts what is still in use.
func detach(mount string) error {
	if os.Getuid() != 0 {
		return exec.Command("fusermount3", "-uz", mount).Run()
	}
	return unix.Unmount(mount, unix.MNT_DETACH)
}

// faultyDisk is the test's end of a mounted file system that fails.
type faultyDisk struct {
	mount string
	out   *gob.Encoder
	in    *gob.Decoder
}

// mountFaults mounts one for the time of the test.
func mountFaults(t *testing.T) *faultyDisk {
	t.Helper()
	_, err := os.Stat("/dev/fuse")
	needs(t, "a FUSE file system", err)
	d := &faultyDisk{mount: t.TempDir()}
	c := startChild(t, "faults", d.mount)
	d.out, d.in = gob.NewEncoder(c.in), gob.NewDecoder(c.out)
	needs(t, "mounting a FUSE file system", d.in.Decode(&image{}))
	return d
}

// next gives the disk a plan, and returns what is on it.
func (d *faultyDisk) next(t *testing.T, p plan) image {
	t.Helper()
	var i image
	if err := errors.Join(d.out.Encode(p), d.in.Decode(&i)); err != nil {
		t.Fatal(err)
	}
	return i
}

// restore writes what a power cut would leave to a file elsewhere.
func (i image) restore(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "t.db")
	if err := errors.Join(os.WriteFile(path, i.Bytes, 0o600), os.Truncate(path, i.Size)); err != nil {
		t.Fatal(err)
	}
	return path
}
