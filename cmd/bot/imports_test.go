package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/umassonline/belltower/"

// mayImport is the direction of imports: what of ours each package may use.
// Tests may use more. A package that is not here fails the test.
var mayImport = map[string]string{
	"storage":                                       "",
	"storage/boltdb":                                "storage",
	"storage/storagetest":                           "storage",
	"internal/desk":                                 "",
	"internal/config":                               "internal/desk",
	"internal/chat":                                 "internal/desk",
	"internal/chat/chattest":                        "internal/desk internal/chat",
	"internal/chat/slack":                           "internal/desk internal/chat internal/config",
	"internal/chat/slack/slacktest":                 "internal/desk internal/chat internal/chat/chattest/faulty internal/chat/chattest/inprocess",
	"internal/chat/discord":                         "internal/desk internal/chat internal/config",
	"internal/chat/discord/discordtest":             "internal/chat/chattest/faulty",
	"internal/chat/discord/native":                  "internal/desk internal/chat internal/config internal/wording commands",
	"internal/chat/discord/gateway":                 "internal/desk internal/chat internal/config",
	"internal/chat/discord/discordtest/gatewaytest": "internal/chat/chattest/inprocess",
	"internal/chat/web":                             "internal/desk internal/chat internal/config",
	"internal/chat/web/webchat":                     "internal/desk internal/chat internal/chat/web internal/config",
	"internal/chat/chattest/faulty":                 "",
	"internal/chat/chattest/inprocess":              "",
	"internal/chat/teams":                           "internal/desk internal/chat internal/chat/teams/card internal/config",
	"internal/chat/teams/card":                      "internal/desk internal/chat",
	"internal/chat/teams/outgoing":                  "internal/desk internal/chat internal/chat/teams/card internal/config",
	"internal/chat/teams/pack":                      "",
	"internal/chat/teams/teamstest":                 "internal/chat/chattest/faulty internal/chat/chattest/inprocess",
	"internal/chat/teams/workflow":                  "internal/desk internal/chat internal/chat/teams/card internal/config",
	"internal/wording":                              "internal/desk internal/chat",
	"internal/outbox":                               "internal/desk internal/chat storage",
	"internal/journal":                              "internal/desk internal/outbox storage",
	"internal/probe":                                "internal/desk internal/config",
	"internal/journal/journaltest":                  "internal/desk internal/journal",
	"internal/schedule":                             "",
	"internal/statuspage":                           "internal/desk internal/chat internal/journal internal/wording",
	"internal/escalate":                             "internal/desk internal/config internal/wording internal/journal",
	"internal/intake":                               "internal/desk internal/config",
	"commands":                                      "internal/desk internal/chat internal/journal internal/outbox internal/wording storage",
}

func TestImportsPointOneWay(t *testing.T) {
	for _, file := range sources(t, "../..") {
		dir := filepath.ToSlash(filepath.Dir(file))
		if dir == "cmd/bot" {
			continue
		}
		allowed, known := mayImport[dir]
		if !known {
			t.Errorf("%s: say in this test what package %s may import", file, dir)
			continue
		}
		for _, path := range importsOf(t, filepath.Join("../..", file)) {
			ours, isOurs := strings.CutPrefix(path, module)
			if isOurs && !slices.Contains(strings.Fields(allowed), ours) {
				t.Errorf("%s imports %s; %s may import only: %s", file, ours, dir, allowed)
			}
		}
	}
}

// sources lists the files that are no tests, relative to root.
func sources(t *testing.T, root string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || (strings.HasPrefix(d.Name(), ".") && path != root)) {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			rel, err := filepath.Rel(root, path)
			files = append(files, rel)
			return err
		}
		return nil
	})
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

func importsOf(t *testing.T, file string) (paths []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}
