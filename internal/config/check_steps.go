package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
)

// Ways to extract a variable from an answer, as they stand before the colon.
const (
	ByCSS    = "css"
	ByJSON   = "json"
	ByRegexp = "regexp"
	ByHeader = "header"
)

// VariablePattern finds {{name}} in the texts of steps; the name is its first group.
var VariablePattern = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

var variableName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// extractForm checks how a variable is read from an answer.
func extractForm(text string) *problem {
	by, what, found := strings.Cut(text, ":")
	if !found || what == "" {
		return &problem{"does not say how", `write it as in "css:input[name=token]", "json:data.id", "regexp:id=(\d+)" or "header:Location"`}
	}
	switch by {
	case ByCSS:
		if _, err := cascadia.ParseGroup(what); err != nil {
			return &problem{"is no CSS selector", "write it as in css:input[name=token]"}
		}
	case ByJSON:
		return jsonPathForm(what)
	case ByRegexp:
		if _, err := regexp.Compile(what); err != nil {
			return &problem{"is no regular expression", "write it as Go does, as in regexp:id=(\\d+)"}
		}
	case ByHeader:
		if headerForm(what+": x") != nil {
			return &problem{"names no header", "write it as in header:Location"}
		}
	default:
		return &problem{"begins with no way to extract", nearest(by, []string{ByCSS, ByJSON, ByRegexp, ByHeader})}
	}
	return nil
}

// jsonPathForm refuses what is no path of gjson (https://github.com/tidwall/gjson/blob/master/SYNTAX.md),
// which never fails and finds just nothing there: JSONPath's $ and [0], a query that is
// not closed, and its ways to change and build values.
func jsonPathForm(path string) *problem {
	const hint = "write names and numbers with dots between them, as in alerts.0.id; a dot in a name is \\."
	names := strings.ReplaceAll(path, "#(", "")
	switch {
	case lineForm(path) != nil:
		return lineForm(path)
	case strings.HasPrefix(path, "$") || strings.HasPrefix(path, ".") || strings.HasSuffix(path, ".") || strings.Contains(path, "..") || strings.Contains(names, "["):
		return &problem{"is no path in JSON", hint}
	case strings.ContainsAny(path, "@!|{}"):
		return &problem{"is no plain path in JSON", "modifiers are not supported; " + hint}
	case strings.Count(path, "(") != strings.Count(path, "#(") || strings.Count(path, ")") != strings.Count(path, "#("):
		return &problem{"is a path in JSON with a query that does not end", `write it as in items.#(name=="learn").id`}
	}
	return nil
}

// probeSteps checks a transaction's variables and steps.
func (k *checker) probeSteps(p *Probe) {
	if k.broken(&p.Kind) {
		return
	}
	work := slices.ContainsFunc(p.Steps, func(s Step) bool { return !s.Always })
	switch {
	case p.Kind == "transaction" && !work:
		k.lacks(p, "steps", problem{"no steps in [[probes]] of kind transaction", "write [[probes.steps]] with a name and a url"})
	case p.Kind != "transaction" && len(p.Steps) > 0:
		k.lacks(&p.Steps[0], "name", problem{"[[probes.steps]] says nothing to a " + p.Kind + " probe", "it is for transaction"})
		return
	}
	known := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(p.Variables)) {
		k.variable(mapKey{&p.Variables, name}, name)
		known[name] = true
	}
	for i := range p.Steps {
		k.step(&p.Steps[i], known)
	}
}

// variable checks the name of a variable.
func (k *checker) variable(part any, name string) {
	if k.given(part) && !variableName.MatchString(name) {
		s := k.spots[part]
		k.mistake(s, problem{s.key + " in " + s.section.label + ": a variable cannot be called so", "use lowercase letters, digits and underscores"})
	}
}

// step checks one step, and adds to the variables known what it extracts.
func (k *checker) step(s *Step, known map[string]bool) {
	if len(s.Form) > 0 && s.JSON.IsSet() {
		k.conflict(&s.JSON, &s.Form, "form and json in [[probes.steps]] are both given", "a request has one body")
	}
	if s.JSON.IsSet() && (s.Method == "GET" || s.Method == "HEAD") {
		k.conflict(&s.JSON, &s.Method, "json in [[probes.steps]] goes with no "+s.Method, "leave method out, or write POST")
	}
	if k.given(&s.URL) && !strings.Contains(s.URL, "{{") && strings.Contains(s.URL, "://") {
		if wrong := urlForm(s.URL); wrong != nil {
			k.refuse(&s.URL, *wrong)
		}
	}
	k.stepUses(s, known)
	for _, name := range slices.Sorted(maps.Keys(s.Headers)) {
		if part := (mapKey{&s.Headers, name}); k.given(part) && headerForm(name+": x") != nil {
			k.mistake(k.spots[part], problem{"headers in [[probes.steps]] has a name that no header has", "write it as in { Accept = \"application/json\" }"})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(s.ExpectJSON)) {
		if wrong := jsonPathForm(path); wrong != nil && k.given(mapKey{&s.ExpectJSON, path}) {
			k.mistake(k.spots[mapKey{&s.ExpectJSON, path}], problem{"expect_json in [[probes.steps]]: a path " + wrong.what, wrong.hint})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Extract)) {
		k.variable(mapKey{&s.Extract, name}, name)
		known[name] = true
	}
}

// stepUses checks that each {{name}} is known where it is used.
func (k *checker) stepUses(s *Step, known map[string]bool) {
	k.uses(&s.URL, s.URL, known)
	k.uses(&s.JSON, s.JSON.Reveal(), known)
	k.uses(&s.ExpectBody, s.ExpectBody, known)
	for _, secrets := range []*map[string]Secret{&s.Headers, &s.Form} {
		for name, value := range *secrets {
			k.uses(mapKey{secrets, name}, value.Reveal(), known)
		}
	}
	for _, texts := range []*map[string]string{&s.ExpectJSON, &s.ExpectHeader} {
		for name, value := range *texts {
			k.uses(mapKey{texts, name}, value, known)
		}
	}
}

// uses reports a variable of a text that nothing sets before. The name is said only
// where it looks like one: the text may be secret.
func (k *checker) uses(part any, text string, known map[string]bool) {
	for _, found := range VariablePattern.FindAllStringSubmatch(text, -1) {
		if known[found[1]] || !k.given(part) {
			continue
		}
		what := "uses a variable that nothing sets before"
		if variableName.MatchString(found[1]) {
			what = "uses {{" + found[1] + "}}, which nothing sets before"
		}
		s := k.spots[part]
		k.mistake(s, problem{s.key + " in " + s.section.label + " " + what, "give it in variables of the probe, or in extract of an earlier step"})
		return
	}
}
