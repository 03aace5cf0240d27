package boltdb

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// A record of the log is one group's writes between a head and a tail, low byte first: the
// length of the writes (4 bytes), the commit's number (8) and the life it belongs to (8);
// and the checksum of all that (CRC-32C, 4), which is last, so that a write broken off
// leaves none. A write is its key's length, its key, and its value's length plus one, or 0
// where it deletes, and its value; lengths are varints.

const (
	seqOffset  = 4
	lifeOffset = seqOffset + 8
	headBytes  = lifeOffset + 8
	tailBytes  = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// life tells the logs of one stretch of a store's life from those of others: it is
// random, and the tree says which one goes on where it ends.
type life uint64

// beginRecord makes room for the head in front of the writes.
func beginRecord(paper []byte) []byte { return append(paper[:0], make([]byte, headBytes)...) }

func appendWrite(rec []byte, w write) []byte {
	rec = binary.AppendUvarint(rec, uint64(len(w.key)))
	rec = append(rec, w.key...)
	if w.value == nil {
		return append(rec, 0)
	}
	rec = binary.AppendUvarint(rec, uint64(len(w.value))+1)
	return append(rec, w.value...)
}

// endRecord fills in the head and adds the tail.
func endRecord(rec []byte, seq uint64, l life) []byte {
	binary.LittleEndian.PutUint32(rec, uint32(len(rec)-headBytes))
	binary.LittleEndian.PutUint64(rec[seqOffset:], seq)
	binary.LittleEndian.PutUint64(rec[lifeOffset:], uint64(l))
	return binary.LittleEndian.AppendUint32(rec, crc32.Checksum(rec, castagnoli))
}

// record is one as it was read.
type record struct {
	seq    uint64
	writes []write
	size   int // bytes in the log
}

// readRecord reads the record at the beginning of b, if a whole one of life l is there.
func readRecord(b []byte, l life) (r record, ok bool) {
	if len(b) < headBytes || life(binary.LittleEndian.Uint64(b[lifeOffset:])) != l {
		return r, false
	}
	end := headBytes + int(binary.LittleEndian.Uint32(b))
	if r.size = end + tailBytes; r.size > len(b) || binary.LittleEndian.Uint32(b[end:]) != crc32.Checksum(b[:end], castagnoli) {
		return r, false
	}
	r.seq = binary.LittleEndian.Uint64(b[seqOffset:])
	for rest := b[headBytes:end]; len(rest) > 0; {
		var w write
		if w, rest, ok = readWrite(rest); !ok {
			return r, false
		}
		r.writes = append(r.writes, w)
	}
	return r, true
}

func readWrite(b []byte) (w write, rest []byte, ok bool) {
	key, b, ok := readBytes(b, 0)
	if !ok {
		return w, nil, false
	}
	if len(b) > 0 && b[0] == 0 {
		return write{key: key}, b[1:], true
	}
	value, b, ok := readBytes(b, 1)
	return write{key, value}, b, ok
}

// readBytes reads bytes behind their length, which is written with more added to it.
func readBytes(b []byte, more uint64) (part, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n < more || n-more > uint64(len(b)-size) {
		return nil, nil, false
	}
	end := size + int(n-more)
	return append([]byte{}, b[size:end]...), b[end:], true
}

// readLog returns the records at the beginning of a log, and where they end: those of
// life l, numbered one after another. What follows the last is what a crash broke off, or
// older: in the tree, up to commit applied. A whole record behind it that is newer says
// that one between was lost, which is an error.
func readLog(b []byte, l life, applied uint64) (records []record, end int, err error) {
	last := applied
	for {
		r, ok := readRecord(b[end:], l)
		if !ok || len(records) > 0 && r.seq != records[len(records)-1].seq+1 {
			break
		}
		records = append(records, r)
		last = max(last, r.seq)
		end += r.size
	}
	return records, end, lost(b[end:], l, last)
}

// lost looks for a record newer than last in b.
func lost(b []byte, l life, last uint64) error {
	mark := binary.LittleEndian.AppendUint64(nil, uint64(l))
	for from := lifeOffset; from < len(b); {
		i := bytes.Index(b[from:], mark)
		if i < 0 {
			return nil
		}
		head := from + i - lifeOffset
		if r, ok := readRecord(b[head:], l); ok && r.seq > last {
			return fmt.Errorf("commit %d is there and one between it and %d is not", r.seq, last)
		}
		from += i + 1
	}
	return nil
}
