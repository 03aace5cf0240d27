package boltdb_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
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

// image is what a power cut at this moment would leave of the store's files, by the ends of
// their names, and how often they were written and synced since the last plan.
type image struct {
	Files         map[string]kept
	Writes, Syncs int
}

// kept is what is on the disk of a file.
type kept struct {
	Bytes []byte // without what was never written,
	Size  int64  // which belongs to it, as zeros
}

// disk is what holds the newest store's files.
type disk struct {
	mu    sync.Mutex
	plan  plan
	image image
}

// span is a range of bytes that was written and not synced.
type span struct{ from, to int }

// follow takes a new plan, and returns what was under the old one.
func (d *disk) follow(p plan) image {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.image
	i.Files = maps.Clone(i.Files)
	for name, k := range i.Files {
		i.Files[name] = kept{bytes.Clone(k.Bytes), k.Size}
	}
	d.plan, d.image.Writes, d.image.Syncs = p, 0, 0
	return i
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
	if end := filepath.Ext(name); end != ".lock" {
		node = &file{fs.MemRegularFile{Attr: attr}, f.disk, end, nil}
		f.disk.mu.Lock()
		if end == ".db" {
			f.disk.image.Files = make(map[string]kept)
		}
		f.disk.image.Files[end] = kept{}
		f.disk.mu.Unlock()
	}
	out.Attr = attr
	return f.NewPersistentInode(ctx, node, fs.StableAttr{Mode: fuse.S_IFREG}), nil, 0, fs.OK
}

// Unlink implements fs.NodeUnlinker.
func (f *folder) Unlink(_ context.Context, name string) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	delete(f.disk.image.Files, filepath.Ext(name))
	return fs.OK
}

type file struct {
	fs.MemRegularFile
	disk  *disk
	end   string // of its name
	dirty []span
}

// keep moves what is dirty to the disk.
func (f *file) keep() {
	k := kept{f.disk.image.Files[f.end].Bytes, int64(len(f.Data))}
	for _, s := range f.dirty {
		if grown := s.to - len(k.Bytes); grown > 0 {
			k.Bytes = append(k.Bytes, make([]byte, grown)...)
		}
		copy(k.Bytes[s.from:], f.Data[s.from:s.to])
	}
	f.disk.image.Files[f.end] = k
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
	f.disk.image.Writes++
	fails := f.disk.plan.fails(true)
	if fails && f.disk.plan.Fault == writeRefused {
		return 0, syscall.ENOSPC
	}
	if fails {
		data = data[:len(data)/2]
	}
	f.dirty = append(f.dirty, span{int(off), int(off) + len(data)})
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
	d.image.Syncs++
	fails := d.plan.fails(false)
	if !fails || d.plan.Fault == syncKept {
		f.keep()
	}
	f.dirty = nil
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

// restore writes what a power cut would leave to files elsewhere.
func (i image) restore(t *testing.T) (path string) {
	t.Helper()
	base := filepath.Join(t.TempDir(), "t")
	for end, k := range i.Files {
		if end != ".db" {
			end = ".db" + end
		}
		if err := errors.Join(os.WriteFile(base+end, k.Bytes, 0o600), os.Truncate(base+end, k.Size)); err != nil {
			t.Fatal(err)
		}
	}
	return base + ".db"
}
