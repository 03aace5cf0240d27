package intake_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/umassonline/belltower/internal/desk"
)

func FuzzPingdom(f *testing.F)      { fuzz(f, "pingdom") }
func FuzzAlertSite(f *testing.F)    { fuzz(f, "alertsite") }
func FuzzAlertmanager(f *testing.F) { fuzz(f, "alertmanager") }
func FuzzGeneric(f *testing.F)      { fuzz(f, "generic") }
func FuzzGenericMap(f *testing.F)   { fuzz(f, "zabbix") }

// fuzz sends whatever body to a source: never a panic, a status of the contract, and
// what is handed on is whole and clean.
func fuzz(f *testing.F, source string) {
	files, _ := filepath.Glob("testdata/" + source + "/*.json")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	for _, body := range []string{"", "{", "[[", "null", `{"a":1e999}`, `{"check_id":"\ud800","current_state":"DOWN"}`, "{\"check\":\"\xff\",\"state\":\"up\"}"} {
		f.Add(body)
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, body string) {
		w.t = t
		rec := w.post(source, body)
		w.logs.forget()
		reports, unmapped := w.takeHeard()
		if !slices.Contains([]int{200, 202, 400, 413}, rec.Code) || (rec.Code == 202) != (len(unmapped) > 0) {
			t.Errorf("%d, unmapped %v", rec.Code, unmapped)
		}
		if rec.Code >= 400 && len(reports)+len(unmapped) > 0 || len(reports) > 0 && !json.Valid([]byte(strings.TrimPrefix(body, "\ufeff"))) {
			t.Errorf("%d, and heard %v %v", rec.Code, reports, unmapped)
		}
		for _, r := range reports {
			checkReport(t, r)
		}
		for _, u := range unmapped {
			if u.Check == "" || u.State == "" || !clean(u.Check) || !clean(u.Called) {
				t.Errorf("%+v", u)
			}
		}
	})
}

func checkReport(t *testing.T, r desk.Report) {
	t.Helper()
	known := slices.Contains([]desk.ServiceID{"learn", "library"}, r.Service) &&
		(r.State == desk.Failing || r.State == desk.Passing) && (r.Expectation == desk.Availability || r.Expectation == desk.Performance)
	if !known || r.Witness.Check == "" || r.Called == "" || r.Since.After(r.At) || !r.Since.IsZero() && r.Since.Year() < 2000 {
		t.Errorf("%+v", r)
	}
	for _, s := range append([]string{r.Witness.Check, r.Called, r.Detail, r.Step, r.Link}, r.Places...) {
		if !clean(s) {
			t.Errorf("%q in %+v", s, r)
		}
	}
	if utf8.RuneCountInString(r.Detail) > desk.DetailMax || utf8.RuneCountInString(r.Called) > desk.CalledMax {
		t.Errorf("too long: %+v", r)
	}
}

// clean reports whether a text is one plain line.
func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) })
}
