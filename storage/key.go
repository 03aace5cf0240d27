package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Key is an order-preserving key: comparing two keys byte by byte compares
// their components one by one, strings as bytes, numbers and times by value.
// Keys that are compared have the same kinds of components in the same places.
//
// A Key is never changed after it was made: each method returns a new one.
type Key []byte

// Escapes inside a string component. A NUL becomes nul nulEscaped, the end is
// nul strEnd; as strEnd is lower than every byte that can follow a NUL, a
// string sorts before all longer ones that begin with it.
const (
	nul        = 0x00
	nulEscaped = 0xFF
	strEnd     = 0x01
)

// numBytes is the width of a number or a time in a key.
const numBytes = 8

// signBit, flipped, makes signed numbers sort as unsigned ones.
const signBit = 1 << 63

// K starts the key of a record in table.
func K(table string) Key { return Key(nil).Str(table) }

// Str returns k with the component s behind it; s may hold any bytes.
func (k Key) Str(s string) Key {
	return Key(append(make(Builder, 0, len(k)+len(s)+strings.Count(s, "\x00")+2), k...).Str(s))
}

// Num returns k with the component n behind it.
func (k Key) Num(n uint64) Key {
	return Key(append(make(Builder, 0, len(k)+numBytes), k...).Num(n))
}

// Builder puts a key of several components together in one piece of memory. Each method
// uses up what it was called on, and Key ends it.
type Builder []byte

// builderRoom is enough for most keys.
const builderRoom = 80

// Build begins the key of a record in table.
func Build(table string) Builder { return make(Builder, 0, builderRoom).Str(table) }

// Str adds the component s.
func (b Builder) Str(s string) Builder {
	if strings.IndexByte(s, nul) < 0 {
		return append(append(b, s...), nul, strEnd)
	}
	for i := range len(s) {
		b = append(b, s[i])
		if s[i] == nul {
			b = append(b, nulEscaped)
		}
	}
	return append(b, nul, strEnd)
}

// Num adds the component n.
func (b Builder) Num(n uint64) Builder { return binary.BigEndian.AppendUint64(b, n) }

// Key returns what was built.
func (b Builder) Key() Key { return Key(b) }

// Time returns k with the component t behind it, as UTC nanoseconds since
// 1970. Times that do not fit 64 bits (before September 1677, the zero time
// among them, and after April 2262) become the earliest or latest that does.
func (k Key) Time(t time.Time) Key {
	return k.Num(uint64(unixNano(t)) ^ signBit)
}

func unixNano(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64)):
		return math.MinInt64
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

// End returns the first key behind all keys that begin with k, so that a scan
// from k to k.End() meets exactly those; nil where no key is behind them.
func (k Key) End() Key {
	for i, b := range slices.Backward(k) {
		if b < 0xFF {
			end := slices.Clone(k[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}

// String shows k for a log or an error, components divided by slashes. As a
// key does not say of what kind its components are, it is a good guess.
func (k Key) String() string {
	var parts []string
	for len(k) > 0 {
		r := ReadKey(k)
		s := r.Str()
		switch {
		case r.Err() == nil && printable(s):
			parts, k = append(parts, s), r.rest
		case len(k) >= numBytes:
			n := binary.BigEndian.Uint64(k)
			parts, k = append(parts, strconv.FormatUint(n, 10)), k[numBytes:]
		default:
			parts, k = append(parts, strconv.Quote(string(k))), nil
		}
	}
	return strings.Join(parts, "/")
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// errBadKey says that a key does not hold the component that was asked for.
var errBadKey = errors.New("storage: key does not hold this component")

// KeyReader takes a key apart. After an error every method answers the zero
// value, so the error needs to be looked at once, at the end.
type KeyReader struct {
	rest []byte
	err  error
}

// ReadKey reads the components of k in order, the table's name first.
func ReadKey(k []byte) *KeyReader { return &KeyReader{rest: k} }

// Str reads a string component.
func (r *KeyReader) Str() string {
	if r.err != nil {
		return ""
	}
	if i := bytes.IndexByte(r.rest, nul); i >= 0 && i+1 < len(r.rest) && r.rest[i+1] == strEnd {
		s := string(r.rest[:i])
		r.rest = r.rest[i+2:]
		return s
	}
	var s []byte
	for i := 0; i+1 < len(r.rest); i++ {
		switch b := r.rest[i]; {
		case b != nul:
			s = append(s, b)
		case r.rest[i+1] == nulEscaped:
			s = append(s, nul)
			i++
		case r.rest[i+1] == strEnd:
			r.rest = r.rest[i+2:]
			return string(s)
		default:
			r.err = errBadKey
			return ""
		}
	}
	r.err = errBadKey
	return ""
}

// Num reads a number component.
func (r *KeyReader) Num() uint64 {
	if r.err == nil && len(r.rest) < numBytes {
		r.err = errBadKey
	}
	if r.err != nil {
		return 0
	}
	n := binary.BigEndian.Uint64(r.rest)
	r.rest = r.rest[numBytes:]
	return n
}

// Time reads a time component, in UTC.
func (r *KeyReader) Time() time.Time {
	n := r.Num()
	if r.err != nil {
		return time.Time{}
	}
	return time.Unix(0, int64(n^signBit)).UTC()
}

// More reports whether components are left.
func (r *KeyReader) More() bool { return r.err == nil && len(r.rest) > 0 }

// Err returns the first error met.
func (r *KeyReader) Err() error { return r.err }
