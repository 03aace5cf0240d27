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
	for _, clause := range slices.Concat(clausesOfNames(), clausesOfOutbox(t), terms(), doubts(), reasonsOf(), reasonsInCode(t)) {
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

// reasonsInCode are those that adapters give for what failed, with %s for what differs and
// without a code behind, and the words of Discord's own that are said most often.
func reasonsInCode(t *testing.T) (all []string) {
	add := func(list ...ast.Expr) {
		for _, e := range list {
			s := pattern(e)
			if own := strings.Trim(strings.ReplaceAll(s, "%s", ""), " :()"); own != "HTTP" && strings.Contains(own, " ") {
				all = append(all, s)
			}
		}
	}
	for _, folder := range []string{"../chat", "../chat/discord", "../chat/discord/gateway", "../chat/slack", "../chat/teams", "../chat/teams/workflow", "../chat/web"} {
		for _, f := range sources(t, folder) {
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CompositeLit:
					for _, part := range n.Elts {
						if kv, ok := part.(*ast.KeyValueExpr); ok && slices.Contains([]string{"SendError.Reason", "ending.sentence", "noSocketError.sentence"}, last(n.Type)+"."+last(kv.Key)) {
							add(kv.Value)
						}
					}
				case *ast.AssignStmt:
					for k, to := range n.Lhs {
						if s, ok := to.(*ast.SelectorExpr); ok && s.Sel.Name == "Reason" && k < len(n.Rhs) {
							add(n.Rhs[k])
						}
					}
				case *ast.FuncDecl:
					if slices.Contains([]string{"refusalText", "fatalClose", "needs", "closed", "reason"}, n.Name.Name) {
						add(returned(n)...)
					}
				}
				return true
			})
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d reasons were found", len(all))
	}
	return append(all, "Discord refuses bot_token: make a new one (Developer Portal, Bot, Reset Token)", "the socket was not greeted by Slack", "the socket was closed", "no token",
		"Unknown Channel", "Missing Access", "Missing Permissions", "Cannot send messages to this user", "Cannot send messages in a non-text channel", "Thread is archived", "401: Unauthorized")
}

// pattern is a text that is put together, with %s for what is not written here.
func pattern(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, _ := sentence(e)
		return s
	case *ast.BinaryExpr:
		return pattern(e.X) + pattern(e.Y)
	case *ast.CallExpr:
		if called(e) == "Sprintf" {
			return regexp.MustCompile("%[a-z]").ReplaceAllString(strings.TrimSuffix(pattern(e.Args[0]), " (%d)"), "%s")
		}
	}
	return "%s"
}

// last is the last name of a selector, a type or a key.
func last(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// returned are the values that a function returns, or keeps for that in a variable "why".
func returned(f *ast.FuncDecl) (all []ast.Expr) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			all = append(all, n.Results...)
		case *ast.AssignStmt:
			if last(n.Lhs[0]) == "why" {
				all = append(all, n.Rhs...)
			}
		}
		return true
	})
	return all
}

// Whatever an adapter says of what failed is read in Spanish, its parts and codes too.
func TestReasonsAreRetold(t *testing.T) {
	c := campusIn(Spanish())
	for _, english := range reasonsInCode(t) {
		whole := strings.ReplaceAll(english, "%s", "A-7")
		for _, code := range []string{"", " (50013)"} {
			got := c.reason(whole + code)
			if got == whole+code || strings.Contains(english, "%s") && !strings.Contains(got, "A-7") || strings.Contains(got, "EXTRA") || !strings.HasSuffix(got, code) {
				t.Errorf("%q is said %q", whole+code, got)
			}
			if got := campus().reason(whole + code); got != whole+code {
				t.Errorf("in English %q is said %q", whole+code, got)
			}
		}
	}
	for _, word := range []string{"is_archived", "HTTP 502", "", "Some new error (99)"} {
		if got := c.reason(word); got != word {
			t.Errorf("the platform's %q is said %q", word, got)
		}
	}
	ch := desk.Channel{Connection: "lowell", ID: "1"}
	for says, want := range map[string]string{
		c.ChannelGone(ch, "Missing Permissions (50013)"):                              "(faltan permisos (50013))",
		c.PostFailed(ch, desk.Subject{Kind: "INC", Number: 4}, "no answer"):           "(ninguna respuesta)",
		c.EditFailed(ch, desk.Subject{Kind: "INC", Number: 4}, "too large for Teams"): "(demasiado grande para Teams)",
		c.ConnectionRefused("lowell", "401: Unauthorized"):                            "(401: no autorizado)",
		c.Deaf("lowell", "Discord's gateway answers 503 Service Unavailable"):         "El gateway de Discord responde 503 Service Unavailable.",
	} {
		if !strings.Contains(says, want) {
			t.Errorf("%q lacks %q", says, want)
		}
	}
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
