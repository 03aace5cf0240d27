package intake_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkAlert is what one alert costs the processor from request to answer, storing
// apart: of a call of Pingdom's, and of one of Alertmanager's with 50 alerts; beside it the
// bare decoding of the latter by encoding/json.
func BenchmarkAlert(b *testing.B) {
	down, err := os.ReadFile("testdata/pingdom/down.json")
	if err != nil {
		b.Fatal(err)
	}
	for _, call := range []struct {
		source, body string
		alerts       int
	}{
		{"pingdom", string(down), 1},
		{"alertmanager", alertmanagerCall(), 50},
	} {
		b.Run(call.source, func(b *testing.B) {
			w := newWorld(b)
			b.ReportAllocs()
			began := processor(b)
			for range b.N {
				if rec := w.send(request(http.MethodPost, call.source, strings.NewReader(call.body))); rec.Code != 200 {
					b.Fatal(rec.Code, rec.Body)
				}
				w.takeHeard()
				w.logs.forget()
			}
			b.ReportMetric(float64(processor(b)-began)/float64(b.N*call.alerts), "cpu-ns/alert")
		})
	}
	b.Run("bare", func(b *testing.B) {
		body := []byte(alertmanagerCall())
		began := processor(b)
		for range b.N {
			var bare struct {
				Alerts []struct {
					Status, Fingerprint, GeneratorURL string
					Labels, Annotations               map[string]string
					StartsAt, EndsAt                  time.Time
				}
			}
			if err := json.Unmarshal(body, &bare); err != nil || len(bare.Alerts) != 50 {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(processor(b)-began)/float64(b.N*50), "cpu-ns/alert")
	})
}

// processor is the time that the processor spent on this process so far.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// alertmanagerCall is a call with 50 alerts.
func alertmanagerCall() string {
	alerts := make([]string, 50)
	for i := range alerts {
		alerts[i] = fmt.Sprintf(`{"status":"firing","labels":{"alertname":"LearnDown","instance":"learn%d.example.edu:443","job":"blackbox","severity":"critical","service":"learn","cluster":"main"},`+
			`"annotations":{"summary":"Learn answers no request","description":"HTTP 503 for 3 minutes"},"startsAt":"2026-11-22T06:00:01.123Z","endsAt":"0001-01-01T00:00:00Z",`+
			`"generatorURL":"http://prometheus.example.edu:9090/graph?g0.expr=probe_success","fingerprint":"%016x"}`, i, i)
	}
	return `{"version":"4","groupKey":"g","status":"firing","receiver":"belltower","truncatedAlerts":0,"alerts":[` + strings.Join(alerts, ",") + `]}`
}
