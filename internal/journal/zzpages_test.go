package journal_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sort"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
)

type pg struct {
	depth int
	label string
	over  int
}

func walkFile(path string) (map[uint64]pg, int) {
	f, _ := os.ReadFile(path)
	const ps = 4096
	u64 := func(o int) uint64 { return binary.LittleEndian.Uint64(f[o:]) }
	u32 := func(o int) int { return int(binary.LittleEndian.Uint32(f[o:])) }
	u16 := func(o int) int { return int(binary.LittleEndian.Uint16(f[o:])) }
	// meta: header 16; magic4 version4 pagesize4 flags4 root(pgid8 seq8) freelist8 pgid8 txid8
	best := 0
	if u64(ps+16+16+16+8+8) > u64(16+16+16+8+8) {
		best = ps
	}
	root := u64(best + 16 + 16)
	out := map[uint64]pg{}
	maxd := 0
	var walk func(id uint64, depth int)
	walk = func(id uint64, depth int) {
		o := int(id) * ps
		flags, n, over := u16(o+8), u16(o+10), u32(o+12)
		if depth > maxd {
			maxd = depth
		}
		key := func(i int) string {
			e := o + 16 + i*16
			if flags&1 != 0 {
				return string(f[e+u32(e) : e+u32(e)+u32(e+4)])
			}
			return string(f[e+u32(e+4) : e+u32(e+4)+u32(e+8)])
		}
		if flags&1 != 0 {
			out[id] = pg{depth, "branch " + label(key(0)) + ".." + label(key(n-1)), over}
			for i := 0; i < n; i++ {
				walk(u64(o+16+i*16+8), depth+1)
			}
			return
		}
		a, b := label(key(0)), label(key(n-1))
		if a != b {
			a += ".." + b
		}
		out[id] = pg{depth, a, over}
	}
	// the root bucket's leaf
	o := int(root) * ps
	out[root] = pg{0, "ROOTBUCKETS", 0}
	for i := 0; i < u16(o+10); i++ {
		e := o + 16 + i*16
		k := string(f[e+u32(e+4) : e+u32(e+4)+u32(e+8)])
		if k == "records" {
			walk(u64(e+u32(e+4)+u32(e+8)), 1)
		}
	}
	return out, maxd
}

func label(k string) string {
	r := storage.ReadKey([]byte(k))
	return r.Str()
}

func TestZZPages(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	for k, windows := range []int{0, manyWindows} {
		path := filepath.Join(t.TempDir(), "belltower.db")
		db, err := boltdb.Open(path, boltdb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		j := journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{Ops: []desk.Channel{ops}})
		if windows > 0 {
			fill(t, db)
		}
		hist := map[string]int{}
		total, samples, depth, runs := 0, 0, 0, 0
		for n := range 1000 {
			var before map[uint64]pg
			sample := n%10 == 5
			if sample {
				before, _ = walkFile(path)
			}
			from := four.AddDate(2, 0, n/20).Add(time.Duration(n%20) * time.Hour)
			_, err := j.Schedule(t.Context(), request(n), desk.Plan{
				Services: []desk.Affected{service(n)}, Title: "Work", Planned: desk.Period{From: from, To: from.Add(time.Minute)},
			}, urgent)
			if err != nil {
				t.Fatal(err)
			}
			if sample {
				after, d := walkFile(path)
				depth = d
				samples++
				var ids []int
				for id := range after {
					if _, was := before[id]; !was {
						ids = append(ids, int(id))
					}
				}
				sort.Ints(ids)
				for i, id := range ids {
					if i == 0 || ids[i-1]+1+after[uint64(ids[i-1])].over != id {
						runs++
					}
				}
				if n%100 == 55 {
					fmt.Println(ids)
				}
				for id, p := range after {
					if _, was := before[id]; !was {
						total += 1 + p.over
						hist[p.label] += 1 + p.over
					}
				}
			}
		}
		fmt.Printf("== store %d: %.2f pages a commit (without meta), depth %d, runs %.2f\n", k, float64(total)/float64(samples), depth, float64(runs)/float64(samples))
		var all []string
		for l := range hist {
			all = append(all, l)
		}
		sort.Slice(all, func(a, b int) bool { return hist[all[a]] > hist[all[b]] })
		for _, l := range all {
			if hist[l]*50 > samples {
				fmt.Printf("   %5.2f %s\n", float64(hist[l])/float64(samples), l)
			}
		}
		db.Close()
	}
}

func TestZZCPU(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	windows := manyWindows
	if os.Getenv("ZZ") == "none" {
		windows = 0
	}
	path := filepath.Join(t.TempDir(), "belltower.db")
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	j := journal.New(db, outbox.NewBook(), func(...desk.Subject) {}, journal.Settings{Ops: []desk.Channel{ops}})
	if windows > 0 {
		fill(t, db)
	}
	f, _ := os.Create(os.Getenv("PROF"))
	pprof.StartCPUProfile(f)
	began := time.Now()
	for n := range 4000 {
		from := four.AddDate(2, 0, n/20).Add(time.Duration(n%20) * time.Hour)
		_, err := j.Schedule(t.Context(), request(n), desk.Plan{
			Services: []desk.Affected{service(n)}, Title: "Work", Planned: desk.Period{From: from, To: from.Add(time.Minute)},
		}, urgent)
		if err != nil {
			t.Fatal(err)
		}
	}
	pprof.StopCPUProfile()
	s, _ := db.Stats()
	fmt.Println(time.Since(began)/4000, s)
	f.Close()
	db.Close()
}
