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
