package boltdb

import "fmt"

// Hold keeps every process from opening the store at path until release is
// called, so that its file can be replaced. It answers with the same sentence as
// Open when a process has it open. The store need not be sound, nor there.
func Hold(path string) (release func() error, err error) {
	l, err := takeLock(path)
	if err != nil {
		return nil, fmt.Errorf("hold the store: %w", err)
	}
	return l.release, nil
}
