package statuspage_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/statuspage"
)

// nowhere drops what is written.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}

// BenchmarkReader is what a reader costs beside HTTP itself.
func BenchmarkReader(b *testing.B) {
	c := oneOpen(b)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	r.Header.Set("Accept-Language", "es-US,es;q=0.9,en-US;q=0.8,en;q=0.7")
	h := c.pages.Home()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(nowhere{http.Header{}}, r)
	}
}

// BenchmarkChange is what the first reader after a change costs: the snapshot and its
// home page, of a campus with 200 services and a bad month of 150 incidents.
func BenchmarkChange(b *testing.B) {
	c := twoHundred(b)
	for n := range 150 {
		number := c.declare(desk.Minor, "Printing is slow", "Jobs wait some minutes.", fmt.Sprintf("s%03d", n))
		for range 8 {
			c.update(number, desk.Identified, "The print server has too much to do; we are adding another.")
		}
		c.resolve(number, "Printing is working again.")
	}
	h := c.pages.Home()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for b.Loop() {
		c.wait(time.Second)
		c.pages.Changed()
		h.ServeHTTP(nowhere{http.Header{}}, r)
	}
}

// BenchmarkGate is what a balancer costs that asks whether people are let through.
func BenchmarkGate(b *testing.B) {
	c := closed(oneOpen)(b)
	req := httptest.NewRequest(http.MethodGet, "/gate/learn", nil)
	req.SetPathValue("service", "learn")
	gate := c.pages.Gate()
	for b.Loop() {
		gate.ServeHTTP(nowhere{http.Header{}}, req)
	}
}

// BenchmarkFeed is what the first reader of a feed after a change costs, of a campus with a
// bad season of 450 incidents.
func BenchmarkFeed(b *testing.B) {
	c := twoHundred(b)
	for n := range 450 {
		number := c.declare(desk.Minor, "Printing is slow", "Jobs wait some minutes.", fmt.Sprintf("s%03d", n%200))
		for range 8 {
			c.update(number, desk.Identified, "The print server has too much to do; we are adding another.")
		}
		c.resolve(number, "Printing is working again.")
	}
	h := c.pages.Feed(statuspage.Atom)
	r := httptest.NewRequest(http.MethodGet, "/feed.atom", nil)
	for b.Loop() {
		c.wait(10 * time.Second)
		c.pages.Changed()
		h.ServeHTTP(nowhere{http.Header{}}, r)
	}
}
