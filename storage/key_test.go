package storage_test

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/umassonline/belltower/storage"
)

// parts are the components of a key, of the kinds that a record might have.
type parts struct {
	name string
	at   time.Time
	n    uint64
	last string
}

func (p parts) key() storage.Key {
	return storage.K("t").Str(p.name).Time(p.at).Num(p.n).Str(p.last)
}

func (p parts) compare(q parts) int {
	return cmp.Or(cmp.Compare(p.name, q.name), p.at.Compare(q.at), cmp.Compare(p.n, q.n), cmp.Compare(p.last, q.last))
}

func readParts(k []byte) (p parts, table string, err error) {
	r := storage.ReadKey(k)
	table = r.Str()
	p = parts{r.Str(), r.Time(), r.Num(), r.Str()}
	return p, table, r.Err()
}

// drawParts draws few different values, the awkward ones among them, so that
// beginnings are often equal.
func drawParts(t *rapid.T) parts {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("\x00\x01\x02aé\U0010FFFF")), 0, 3, -1)
	nanos := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, -1, 0, 1, math.MaxInt64}))
	number := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 2), rapid.Just(uint64(math.MaxUint64)))
	return parts{
		text.Draw(t, "name"),
		time.Unix(0, nanos.Draw(t, "at")).UTC(),
		number.Draw(t, "n"),
		text.Draw(t, "last"),
	}
}

func TestKeysSortAsTheirComponents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q := drawParts(t), drawParts(t)
		if got, want := bytes.Compare(p.key(), q.key()), p.compare(q); got != want {
			t.Errorf("compared as keys %d, as components %d:\n%+v\n%+v", got, want, p, q)
		}
	})
}

func FuzzKeyRoundTrip(f *testing.F) {
	f.Add("learn", int64(0), uint64(42), "")
	f.Add("\x00\xff", int64(math.MinInt64), uint64(math.MaxUint64), "a\x00\x01b")
	f.Fuzz(func(t *testing.T, name string, nanos int64, n uint64, last string) {
		want := parts{name, time.Unix(0, nanos).UTC(), n, last}
		got, table, err := readParts(want.key())
		if err != nil || table != "t" || got != want {
			t.Errorf("read back %q, %+v, %v; want %+v", table, got, err, want)
		}
	})
}

// FuzzReadKey reads bytes that nobody encoded: what is accepted must be the only
// way to write those components.
func FuzzReadKey(f *testing.F) {
	f.Add([]byte(parts{"learn", time.Unix(0, 1), 42, "x\x00y"}.key()))
	f.Add([]byte("t\x00\x01a\x00\x02"))
	f.Fuzz(func(t *testing.T, k []byte) {
		_ = storage.Key(k).String()
		p, table, err := readParts(k)
		if err != nil {
			return
		}
		again := storage.K(table).Str(p.name).Time(p.at).Num(p.n).Str(p.last)
		if !bytes.HasPrefix(k, again) {
			t.Errorf("%q was read as %+v, which is written %q", k, p, again)
		}
	})
}

func TestKeyReaderReportsTheFirstError(t *testing.T) {
	whole := parts{"learn", time.Unix(7, 0).UTC(), 42, "end"}.key()
	for n := range len(whole) {
		p, _, err := readParts(whole[:n])
		if err == nil || p.last != "" {
			t.Errorf("the first %d bytes of %q were read as %+v without an error", n, whole, p)
		}
	}
	for name, k := range map[string]storage.Key{
		"a number for a string": storage.Key(nil).Num(0x0002_0000_0000_0000),
		"nothing":               nil,
	} {
		r := storage.ReadKey(k)
		if s := r.Str(); s != "" || r.Err() == nil {
			t.Errorf("%s: Str = %q, %v; want an error", name, s, r.Err())
		}
	}
}

func TestKeyTimesOutsideTheRange(t *testing.T) {
	earliest, latest := time.Unix(0, math.MinInt64).UTC(), time.Unix(0, math.MaxInt64).UTC()
	for _, c := range []struct{ at, want time.Time }{
		{time.Time{}, earliest},
		{earliest.Add(-1), earliest},
		{earliest, earliest},
		{latest.Add(1), latest},
		{time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), latest},
		{time.Date(2026, 12, 5, 22, 0, 0, 0, time.FixedZone("EST", -5*3600)), time.Date(2026, 12, 6, 3, 0, 0, 0, time.UTC)},
	} {
		if got := storage.ReadKey(storage.Key(nil).Time(c.at)).Time(); !got.Equal(c.want) || got.Location() != time.UTC {
			t.Errorf("%v is read back as %v, want %v", c.at, got, c.want)
		}
	}
}

func TestKeyEnd(t *testing.T) {
	for begin, want := range map[string]string{
		"a": "b", "a\xff": "b", "a\xff\xff": "b", "\x00": "\x01",
		"a\x7f": "a\x80", "a\x80": "a\x81", "a\xc8": "a\xc9", "a\xfe": "a\xff", // not text, bytes
		"": "", "\xff": "",
	} {
		if got := storage.Key(begin).End(); string(got) != want || (got == nil) != (want == "") {
			t.Errorf("End of %q = %q, want %q", begin, []byte(got), want)
		}
	}
}

func TestKeyEndIsBehindAllThatBeginWithIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a', 0xFE, 0xFF}), 0, 4)
		begin, other := storage.Key(text.Draw(t, "begin")), text.Draw(t, "other")
		within := bytes.Compare(other, begin) >= 0 && (begin.End() == nil || bytes.Compare(other, begin.End()) < 0)
		if within != bytes.HasPrefix(other, begin) {
			t.Errorf("%q is between %q and %q: %v", other, []byte(begin), []byte(begin.End()), within)
		}
	})
}

func TestKeysShareNoMemory(t *testing.T) {
	base := storage.K("t").Str("learn")
	before := slices.Clone(base)
	a, b := base.Num(1), base.Num(2)
	base.Str("x")
	base.End()[0] = 'X'
	if !bytes.Equal(base, before) || bytes.Equal(a, b) {
		t.Errorf("deriving keys changed their beginning or each other: %q, %q, %q", base, a, b)
	}
}

// A key that was built has room behind it, which keys derived from it must not share.
func TestABuiltKeyIsAsAnyOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawParts(t)
		built := storage.Build("t").Str(p.name).Num(p.n).Key()
		if want := storage.K("t").Str(p.name).Num(p.n); !bytes.Equal(built, want) {
			t.Errorf("built %q, want %q", []byte(built), []byte(want))
		}
		one := built.Str(p.last)
		before := slices.Clone(one)
		built.Num(p.n)
		built.Time(p.at)
		if built.Str("another"); !bytes.Equal(one, before) {
			t.Errorf("a key became %q, was %q", []byte(one), []byte(before))
		}
	})
}

func TestKeyString(t *testing.T) {
	for _, c := range []struct {
		key  storage.Key
		want string
	}{
		{storage.K("incident").Num(42), "incident/42"},
		{storage.K("post").Str("INC-42").Str("amherst/C0123"), "post/INC-42/amherst/C0123"},
		{storage.K("seen").Time(time.Unix(0, 5)), "seen/9223372036854775813"},
		{storage.Key("odd"), `"odd"`},
		{nil, ""},
	} {
		if got := c.key.String(); got != c.want {
			t.Errorf("%q is shown as %s, want %s", []byte(c.key), got, c.want)
		}
	}
}
