package wording

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
)

// said are the functions that say a sentence, and which of their arguments are one:
// those of this package, then those of refusals and of the adapters.
func said() map[string][]int {
	return map[string][]int{"word": {0}, "say": {0}, "plural": {1, 2}, "none": {1, 2, 3}, "fromTo": {0},
		"Refuse": {1}, "WithHint": {0}, "unknownWord": {0}, "Term": {0}, "own": {0}, "refuse": {0}, "checkTyped": {0}}
}

// sources are the files of a package, by name.
func sources(t *testing.T, folder string) map[string]*ast.File {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = f
	}
	return files
}

// sentence is the text of a literal.
func sentence(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// called is the name of the function that a call is of.
func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

// sentencesInCode are all English sentences that are said here, in refusals, by
// adapters and on pages.
func sentencesInCode(t *testing.T) map[string]bool {
	all := map[string]bool{}
	for _, folder := range []string{".", "../desk", "../journal", "../../commands", "../chat/slack", "../chat/discord", "../chat/teams", "../chat/teams/card", "../chat/teams/outgoing", "../chat/teams/workflow", "../statuspage"} {
		for _, f := range sources(t, folder) {
			ast.Inspect(f, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					collect(all, call)
				}
				return true
			})
		}
	}
	delete(all, "%s")
	return all
}

// collect adds the sentences of a call.
func collect(all map[string]bool, call *ast.CallExpr) {
	for _, k := range said()[called(call)] {
		if k >= len(call.Args) {
			continue
		}
		if s, ok := sentence(call.Args[k]); ok {
			all[s] = true
		}
	}
}

// endsInText finds the usage of what ends in what a channel or colleagues read.
var endsInText = regexp.MustCompile(`<(message|text|title)>|\[(why|message)\]|down\] \[title\]`)

// sentencesElsewhere are those that are said by their value, not as they stand in
// a call: help, terms, and the outbox's clauses.
func sentencesElsewhere(t *testing.T) map[string]bool {
	all := map[string]bool{}
	for _, h := range AllHelp() {
		all[h.About], all[h.More] = true, true
		if endsInText.MatchString(h.Usage) {
			all[h.Example] = true
		}
	}
	delete(all, "")
	for _, clause := range slices.Concat(clausesOfNames(), clausesOfOutbox(t), terms(), doubts()) {
		all[clause] = true
	}
	return all
}

// terms are those of refusals that are made where they are used.
func terms() []string {
	all := []string{"belltower command", "incident command", "a length of time", "a time", "a reason in quotes"}
	for _, d := range []desk.Deed{desk.Read, desk.ReadStaff, desk.Respond, desk.Follow, desk.FollowProbes, desk.FollowElsewhere, desk.Administer} {
		all = append(all, string(d))
	}
	for m := time.January; m <= time.December; m++ {
		all = append(all, m.String())
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		all = append(all, d.String())
	}
	return append(all, "guests", "members of this workspace", "responders", "admins")
}

// clausesOfOutbox are the clauses for why that the outbox has and that hold no name:
// what a channel's standing says, and what its functions for that return.
func clausesOfOutbox(t *testing.T) (all []string) {
	add := func(e ast.Expr) {
		if s, ok := sentence(e); ok && strings.Contains(strings.Trim(s, " "), " ") && !slices.ContainsFunc(clausesOfNames(), func(c string) bool { return strings.HasPrefix(c, s) }) {
			all = append(all, s)
		}
	}
	for _, f := range []*ast.File{sources(t, "../outbox")["../outbox/read.go"]} {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ReturnStmt:
				for _, e := range n.Results {
					add(e)
				}
			case *ast.AssignStmt:
				for _, e := range n.Rhs {
					add(e)
				}
			}
			return true
		})
	}
	if len(all) < 7 { // as many as there are: else it looks in the wrong place
		t.Fatalf("only %d clauses of the outbox were found", len(all))
	}
	return all
}

// What the desk doubts is said in Spanish too.
func TestDoubtsAreRetold(t *testing.T) {
	c := campusIn(Spanish())
	text := "write to ann@example.edu, number 12345678, on db7.inner.example.edu or 10.1.2.3"
	passing := []desk.ProbeStanding{{Probe: desk.ProbeID{Service: "mail"}, Last: &desk.TryResult{Outcome: desk.Passed}}}
	found := append(desk.Doubts(c.Catalog, affected("mail"), "Blackboard fails", text), desk.DoubtsOf(affected("mail"), passing)...)
	if len(found) != len(doubts()) {
		t.Fatalf("%d doubts: %q", len(found), found)
	}
	for _, english := range found {
		if own := c.doubt(english).Text.PlainText(eastern); !strings.HasPrefix(own, "El ") && !strings.HasPrefix(own, "Todas ") {
			t.Errorf("%q is said %q", english, own)
		}
	}
}

func TestEverySentenceExistsInEveryLanguage(t *testing.T) {
	code := sentencesInCode(t)
	maps.Copy(code, sentencesElsewhere(t))
	if len(code) < 200 {
		t.Fatalf("only %d sentences were found", len(code))
	}
	for _, l := range []*Language{Spanish()} {
		for english := range code {
			if l.texts[english] == "" {
				t.Errorf("%s has no %q", l.Code, english)
			}
		}
		for english, own := range l.texts {
			if !code[english] {
				t.Errorf("%s says what English does not: %q", l.Code, english)
			}
			if a, b := parts(english), parts(own); !slices.Equal(a, b) {
				t.Errorf("%s has parts %v for %v: %q", l.Code, b, a, own)
			}
			if a, b := edges(english), edges(own); a != b {
				t.Errorf("%s begins or ends otherwise: %q", l.Code, own)
			}
		}
	}
}

// A sentence that stood in two lists would be said in one of two ways.
func TestEverySentenceIsSaidInOneWay(t *testing.T) {
	all := map[string]bool{}
	for _, part := range spanishTexts() {
		for english := range part {
			if all[english] {
				t.Errorf("two lists have %q", english)
			}
			all[english] = true
		}
	}
}

// parts are the places for parts of a sentence.
func parts(s string) []string {
	all := regexp.MustCompile(`%(\[\d\])?([0-9]*[a-zA-Z])`).FindAllStringSubmatch(s, -1)
	verbs := make([]string, len(all))
	for k, part := range all {
		verbs[k] = part[2]
	}
	slices.Sort(verbs)
	return verbs
}

// edges are the marks that a sentence begins and ends with, which others join to.
func edges(s string) string {
	const marks = " ,.:\n"
	return s[:len(s)-len(strings.TrimLeft(s, marks))] + "…" + s[len(strings.TrimRight(s, marks)):]
}

// twoWords finds what is read, beside names of fields and the like.
var twoWords = regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,}|^[ ,]+[a-z]{2,}|[a-z]{2,}[.:]? $`)

// Words that no language is asked for would be English everywhere. What is typed is
// the same in every language; what the app says of itself (install.go) is read by who
// installs it.
func TestNoSentenceIsSaidInEnglishAlone(t *testing.T) {
	known := sentencesInCode(t)
	maps.Copy(known, sentencesElsewhere(t))
	line := regexp.MustCompile(`^(/?(incident|window|probe|service|belltower) .*| me|not told)$`)
	for path, f := range sources(t, ".") {
		if strings.HasPrefix(path, "spanish") || slices.Contains([]string{"answerhelp.go", "install.go", "english.go"}, path) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			if s, ok := sentence(lit); ok && !known[s] && twoWords.MatchString(s) && !line.MatchString(s) {
				t.Errorf("%s: no language but English says %q", path, s)
			}
			return true
		})
	}
}

func TestLanguagesAreFoundByTheirCode(t *testing.T) {
	for code, want := range map[string]string{"en": "en", "en-US": "en", "es": "es", "es-PR": "es"} {
		if l, ok := LanguageOf(code); !ok || l.code() != want {
			t.Errorf("%s: %v, %v", code, l.code(), ok)
		}
	}
	if _, ok := LanguageOf("fr"); ok {
		t.Error("speaks French")
	}
}
