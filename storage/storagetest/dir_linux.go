package storagetest

import (
	"os"
	"syscall"
	"testing"
)

// inMemory is a file system in memory, as Linux has it.
const inMemory = "/dev/shm"

// roomy is what must be free there, in bytes: containers may have 64 MiB in all.
const roomy = 256 << 20

// Dir is a folder for the store of one test that has no use for a disk's flushes: in
// memory where there is room, so that weeks of fake time, with a commit each half
// minute, pass in a second. What survives a killed process survives there too.
func Dir(t testing.TB) string {
	t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(inMemory, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < roomy {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(inMemory, "belltower-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}
