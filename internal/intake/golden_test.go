package intake_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCalls sends each file of testdata to the source that its folder is named after
// ("performance" ones to that address), and compares all that comes of it with the golden
// file beside it.
func TestCalls(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(strings.TrimPrefix(file, "testdata/"), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t)
			address := filepath.Base(filepath.Dir(file))
			if strings.HasPrefix(filepath.Base(file), "performance") {
				address += "/performance"
			}
			golden(t, strings.TrimSuffix(file, ".json")+".golden", w.shown(w.post(address, string(body))))
		})
	}
}
