//go:build !linux

package storagetest

import "testing"

// Dir is a folder for the store of one test that has no use for a disk's flushes.
func Dir(t testing.TB) string {
	t.Helper()
	return t.TempDir()
}
