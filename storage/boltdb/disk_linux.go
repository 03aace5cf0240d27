package boltdb

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncData waits until what was written to f is on disk, and what is needed to read it,
// but not when it was written.
func syncData(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

// openDirect opens the file at path for reading and writing past the kernel's cache, or
// returns nil where that cannot be.
func openDirect(path string) *os.File {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_DIRECT, 0)
	if err != nil {
		return nil
	}
	return f
}
