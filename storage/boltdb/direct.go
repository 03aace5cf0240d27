package boltdb

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A log is written past the kernel's cache where the file system lets it: on a disk at rest
// such a write and its sync take two thirds of the time. It is refused unless it is of whole
// blocks, at whole blocks, from memory that begins at one. So the block in which a record
// begins is written again with what it held, and the one in which it ends is filled up with
// zeros; the kernel writes no less of its cache.

// blockBytes is a multiple of all that is asked for: 512 or 4096.
const blockBytes = 4096

func wholeBlocks(n int) int { return (n + blockBytes - 1) &^ (blockBytes - 1) }

// goOn has the log go on behind the records that were read of it.
func (l *log) goOn(records []byte) {
	l.end = int64(len(records))
	l.keep(records[len(records)&^(blockBytes-1):])
}

// write writes rec behind the records. It is not one of them yet.
func (l *log) write(rec []byte) error {
	if l.direct != nil {
		err := l.writeBlocks(rec)
		if !errors.Is(err, unix.EINVAL) {
			return err
		}
		l.direct.Close()
		l.direct = nil
	}
	_, err := l.file.WriteAt(rec, l.end)
	return err
}

func (l *log) writeBlocks(rec []byte) error {
	from := int(l.end % blockBytes)
	to := from + len(rec)
	if tail := l.blocks; len(tail) < to {
		l.blocks = newBlocks(to)
		copy(l.blocks, tail[:from])
	}
	copy(l.blocks[from:], rec)
	all := l.blocks[:wholeBlocks(to)]
	clear(all[to:])
	n, err := l.direct.WriteAt(all, l.end-int64(from))
	if n >= to { // of the zeros some had no room
		return nil
	}
	return err
}

// add makes the n bytes that were written behind the records the last of them.
func (l *log) add(n int) {
	to := int(l.end%blockBytes) + n
	l.end += int64(n)
	if l.direct != nil {
		l.keep(l.blocks[to&^(blockBytes-1) : to])
	}
}

// keep keeps the beginning of the block in which the next record begins.
func (l *log) keep(tail []byte) {
	if len(l.blocks) < blockBytes || len(l.blocks) > maxPaper {
		l.blocks = newBlocks(blockBytes)
	}
	copy(l.blocks, tail)
}

// newBlocks returns blocks for n bytes.
func newBlocks(n int) []byte {
	b := make([]byte, wholeBlocks(n)+blockBytes)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (blockBytes - 1)
	return b[skip : skip+wholeBlocks(n)]
}
