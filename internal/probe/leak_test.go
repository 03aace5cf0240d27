package probe

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
)

// TestNoConnectionIsLeftOpen tries pages over HTTP/1.1 and HTTP/2 and waits until the server
// sees every connection closed.
func TestNoConnectionIsLeftOpen(t *testing.T) {
	for _, two := range []bool{false, true} {
		t.Run(fmt.Sprint("HTTP/2 ", two), func(t *testing.T) {
			var mu sync.Mutex
			open, all := map[net.Conn]bool{}, 0
			closed := make(chan struct{}, 100)
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if (r.ProtoMajor == 2) != two {
					t.Error(r.Proto)
				}
				if r.URL.Path == "/broken" {
					w.WriteHeader(http.StatusInternalServerError)
				}
				fmt.Fprint(w, "Log in")
			}))
			s.EnableHTTP2 = two
			s.Config.ConnState = func(c net.Conn, state http.ConnState) {
				mu.Lock()
				defer mu.Unlock()
				switch state {
				case http.StateNew:
					open[c], all = true, all+1
				case http.StateClosed, http.StateHijacked:
					delete(open, c)
					closed <- struct{}{}
				}
			}
			s.StartTLS()
			defer s.Close()
			roots := x509.NewCertPool()
			roots.AddCert(s.Certificate())
			for k := range 10 {
				r := tryOnce(t, httpProbe(s.URL+[]string{"/good", "/broken"}[k%2]), func(s *Settings) { s.Roots = roots })
				if (r.Outcome == desk.Passed) != (k%2 == 0) {
					t.Fatalf("%+v", r)
				}
			}
			for range 10 {
				<-closed
			}
			mu.Lock()
			defer mu.Unlock()
			if len(open) != 0 || all != 10 {
				t.Errorf("%d of %d connections are open", len(open), all)
			}
		})
	}
}
