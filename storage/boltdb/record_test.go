package boltdb

import (
	"bytes"
	"testing"
)

// FuzzReadLog reads whatever may be in a log. What is read writes the same log again.
func FuzzReadLog(f *testing.F) {
	rec := func(seq uint64, writes ...write) []byte {
		b := beginRecord(nil)
		for _, w := range writes {
			b = appendWrite(b, w)
		}
		return endRecord(b, seq, 7)
	}
	one := rec(1, write{[]byte("a"), []byte("1")}, write{[]byte("b"), nil})
	two := rec(2, write{[]byte("c"), []byte{}})
	f.Add([]byte{}, uint64(0))
	f.Add(bytes.Join([][]byte{one, two, make([]byte, 100)}, nil), uint64(1))
	f.Add(bytes.Join([][]byte{two, one}, nil), uint64(0))
	f.Add(bytes.Join([][]byte{one[:20], two}, nil), uint64(0))
	f.Fuzz(func(t *testing.T, b []byte, applied uint64) {
		records, end, err := readLog(b, 7, applied)
		if err != nil {
			return
		}
		var again []byte
		for i, r := range records {
			if i > 0 && r.seq != records[i-1].seq+1 {
				t.Fatalf("commit %d behind %d", r.seq, records[i-1].seq)
			}
			again = append(again, rec(r.seq, r.writes...)...)
		}
		if len(again) != end && len(records) > 0 && bytes.HasPrefix(b, again) {
			t.Fatalf("%d bytes were read as %d", end, len(again))
		}
	})
}
