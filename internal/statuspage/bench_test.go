package statuspage_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
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
