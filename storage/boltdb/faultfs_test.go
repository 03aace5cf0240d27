package boltdb_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	writeKept    fault = "a write fails and yet all arrived"
	syncLost     fault = "a sync fails and what it should keep is lost"
	syncKept     fault = "a sync fails and yet all arrived"
	syncTorn     fault = "a sync fails and a part arrived"
)

// plan is what the disk shall do from now on: Count operations fail, after the
// First that do not. A write fault counts writes, a sync fault syncs.
type plan struct {
	Fault        fault
	First, Count int
	Of           string // the end of the name of the only file whose operations fail; "": any
	Cut          int    // the power is cut in this operation of any kind; 0: never
	Ask          bool   // go on as planned, and say only whether the power is cut
}

func (p *plan) fails(end string, write bool) bool {
	if p.Of != "" && p.Of != end {
		return false
	}
	if write != (p.Fault == writeRefused || p.Fault == writeTorn || p.Fault == writeKept) {
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
	Gone          map[string]kept // removed, which is not on the disk yet
	Writes, Syncs int
	Roused        int  // syncs of the lock's file
	Dead          bool // the power was cut, and nothing was done from then on
}

// kept is what is on the disk of a file.
type kept struct {
	Bytes []byte // without what was never written,
	Size  int64  // which belongs to it, as zeros
	Named bool   // the folder that names it was synced

	Dirty []unsynced // what may be there too, sector by sector
	Grown int64      // what its size may be
}

// unsynced is what was written at an offset.
type unsynced struct {
	At   int
	Data []byte
}

// sector is what a disk writes as a whole, in bytes.
const sector = 512

// write writes u to b, its sectors if they arrive.
func (u unsynced) write(b []byte, arrives func() bool) []byte {
	for from, end := u.At, u.At+len(u.Data); from < end; from = (from/sector + 1) * sector {
		to := min((from/sector+1)*sector, end)
		if !arrives() {
			continue
		}
		if grown := to - len(b); grown > 0 {
			b = append(b, make([]byte, grown)...)
		}
		copy(b[from:to], u.Data[from-u.At:])
	}
	return b
}

// disk is what holds the newest store's files.
type disk struct {
	mu    sync.Mutex
	plan  plan
	image image
	files map[string]*file
}

// dies says whether the power is cut. It is asked of each operation.
func (d *disk) dies() bool {
	if d.plan.Cut > 0 {
		d.plan.Cut--
		d.image.Dead = d.plan.Cut == 0
	}
	return d.image.Dead
}

// follow takes a new plan, and returns what was under the old one.
func (d *disk) follow(p plan) image {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p.Ask {
		return image{Dead: d.image.Dead}
	}
	i := d.image
	i.Files, i.Gone = maps.Clone(i.Files), maps.Clone(i.Gone)
	for name, k := range i.Files {
		f := d.files[name]
		k.Bytes, k.Dirty, k.Grown = bytes.Clone(k.Bytes), slices.Clone(f.dirty), int64(len(f.Data))
		i.Files[name] = k
	}
	d.plan, d.image.Writes, d.image.Syncs, d.image.Roused, d.image.Dead = p, 0, 0, 0, false
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
	var node fs.InodeEmbedder = &lockFile{fs.MemRegularFile{Attr: attr}, f.disk}
	if end := filepath.Ext(name); end != ".lock" {
		opened := &file{fs.MemRegularFile{Attr: attr}, f.disk, end, nil}
		f.disk.mu.Lock()
		defer f.disk.mu.Unlock()
		if f.disk.dies() {
			return nil, nil, 0, syscall.EIO
		}
		if end == ".db" {
			f.disk.image.Files, f.disk.image.Gone, f.disk.files = make(map[string]kept), make(map[string]kept), make(map[string]*file)
		}
		f.disk.image.Files[end], f.disk.files[end] = kept{}, opened
		node = opened
	}
	out.Attr = attr
	return f.NewPersistentInode(ctx, node, fs.StableAttr{Mode: fuse.S_IFREG}), nil, 0, fs.OK
}

// Unlink implements fs.NodeUnlinker.
func (f *folder) Unlink(_ context.Context, name string) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dies() {
		return syscall.EIO
	}
	end := filepath.Ext(name)
	if k := f.disk.image.Files[end]; k.Named {
		f.disk.image.Gone[end] = k
	}
	delete(f.disk.image.Files, end)
	return fs.OK
}

// Fsync implements fs.NodeFsyncer.
func (f *folder) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dies() {
		return syscall.EIO
	}
	for end, k := range f.disk.image.Files {
		k.Named = true
		f.disk.image.Files[end] = k
	}
	clear(f.disk.image.Gone)
	return fs.OK
}

// lockFile is always on the disk. Its syncs fail under the plan for it.
type lockFile struct {
	fs.MemRegularFile
	disk *disk
}

// Fsync implements fs.NodeFsyncer.
func (f *lockFile) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.image.Roused++
	if f.disk.plan.fails(".lock", false) {
		return syscall.EIO
	}
	return fs.OK
}

type file struct {
	fs.MemRegularFile
	disk  *disk
	end   string // of its name
	dirty []unsynced
}

// keep moves what is dirty to the disk, its sectors if they arrive.
func (f *file) keep(arrives func() bool) {
	k := f.disk.image.Files[f.end]
	k.Size = int64(len(f.Data))
	for _, u := range f.dirty {
		k.Bytes = u.write(k.Bytes, arrives)
	}
	if _, there := f.disk.image.Files[f.end]; there {
		f.disk.image.Files[f.end] = k
	}
}

func always() bool { return true }

func maybe() bool { return rand.IntN(2) == 0 }

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
	if was := f.disk.image.Dead; f.disk.dies() {
		if !was { // then some of it may arrive; later writes were never made
			f.dirty = append(f.dirty, unsynced{int(off), bytes.Clone(data)})
		}
		return 0, syscall.EIO
	}
	f.disk.image.Writes++
	fails := f.disk.plan.fails(f.end, true)
	if fails && f.disk.plan.Fault == writeRefused {
		return 0, syscall.ENOSPC
	}
	if fails && f.disk.plan.Fault == writeTorn {
		data = data[:len(data)/2]
	}
	f.dirty = append(f.dirty, unsynced{int(off), bytes.Clone(data)})
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
	if d.dies() {
		return syscall.EIO
	}
	d.image.Syncs++
	fails := d.plan.fails(f.end, false)
	switch {
	case !fails || d.plan.Fault == syncKept:
		f.keep(always)
	case d.plan.Fault == syncTorn:
		f.keep(maybe)
	}
	f.dirty = nil
	if fails {
		return syscall.EIO
	}
	return fs.OK
}

// serveFaults serves the file system at mount, and takes plans and answers images.
func serveFaults(mount string) (err error) {
	root := &folder{disk: &disk{files: make(map[string]*file)}}
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
