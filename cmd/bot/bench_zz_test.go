package main
import ("testing";"path/filepath";"time";"context";"fmt";"github.com/umassonline/belltower/storage";"github.com/umassonline/belltower/storage/boltdb";"runtime";"strings")
var t0 time.Time
var on bool
type spy struct{ storage.DB }
func where() string { pc:=make([]uintptr,30); n:=runtime.Callers(3,pc); fr:=runtime.CallersFrames(pc[:n]); var o []string; for { f,more:=fr.Next(); if strings.Contains(f.Function,"umassonline") { o=append(o,f.Function[strings.LastIndex(f.Function,"/")+1:]) }; if !more||len(o)>3 {break} }; return strings.Join(o," < ") }
func (s spy) do(k string, f func() error) error { if !on {return f()}; a:=time.Since(t0); err:=f(); z:=time.Since(t0); fmt.Printf("  %8.0f..%8.0f us %s %s\n", float64(a.Nanoseconds())/1e3,float64(z.Nanoseconds())/1e3,k,where()); return err }
func (s spy) View(c context.Context, fn func(storage.Tx) error) error { return s.do("View",func() error{return s.DB.View(c,fn)}) }
func (s spy) Update(c context.Context, fn func(storage.Tx) error) error { return s.do("Update",func() error{return s.DB.Update(c,fn)}) }
func (s spy) Background(c context.Context, fn func(storage.Tx) error) error { return s.do("Background",func() error{return s.DB.Background(c,fn)}) }
var _ = boltdb.Open
func BenchmarkZZ(b *testing.B) {
	m := measure(b, newCampusOf(b), filepath.Join(b.TempDir(), "t.db"), withGrace)
	m.subscribe(3)
	for i:=range 60 { 
		if i==57 {on=true}
		t0=time.Now()
		took:=m.say(declare,"is open")
		if on {fmt.Println("declare took",took)}
		m.say("/incident retract","INC-"); if on {fmt.Println("--retracted", time.Since(t0))}; m.settled()
		if on {fmt.Println("--settled", time.Since(t0))}
		time.Sleep(5*time.Millisecond)
	}
}
