package slack_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/umassonline/belltower/internal/chat/slack"
)

// Whoever moves what is remembered of a connection moves every table.
func TestTablesListsEveryTable(t *testing.T) {
	source, err := os.ReadFile("memory.go")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range regexp.MustCompile(`\t[a-z]+Table += "(\w+)"`).FindAllSubmatch(source, -1) {
		want = append(want, string(m[1]))
	}
	if got := slack.Tables(); len(want) < 4 || !slices.Equal(got, want) {
		t.Errorf("Tables lists %v of %v", got, want)
	}
}
