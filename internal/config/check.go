package config

import (
	"fmt"
	"slices"
)

// checker looks at a whole Config for what no single key shows: names given
// twice, names defined nowhere, keys that do not go together.
type checker struct {
	*decoder
	c *Config
}

// all runs every check. A value that is already reported is not reported again.
func (k *checker) all() {
	k.connections()
	k.campuses()
	k.services()
	k.advices()
	k.dependencies()
	k.access()
	k.slack()
	k.teams()
	k.discord()
	k.probes()
	k.sources()
	k.planned()
	k.contacts()
	k.mail()
	k.listeners()
}

// given reports whether a part of the Config stands in the file and could be read.
func (k *checker) given(part any) bool {
	s := k.spots[part]
	return s != nil && !s.wrong
}

// broken reports whether a mistake was reported of a part already.
func (k *checker) broken(part any) bool {
	s := k.spots[part]
	return s != nil && s.wrong
}

// refuse reports the value of a part that is given: "key in [section]: value what: hint".
func (k *checker) refuse(part any, p problem) { k.value(k.spots[part], p) }

// lacks reports that a section misses something, beside any other mistake of it.
func (k *checker) lacks(part any, key string, p problem) {
	s := *k.spots[part]
	s.key, s.wrong = key, false
	k.mistake(&s, p)
}

// unique remembers the names given so far, by the line of each.
type unique map[string]int

// once reports a name that was given before, and remembers it.
func (k *checker) once(seen unique, part any, name, what string) {
	if !k.given(part) {
		return
	}
	if line, found := seen[name]; found {
		k.refuse(part, problem{"is " + what + " already", fmt.Sprintf("see line %d", line)})
		return
	}
	seen[name] = k.spots[part].line
}

// reference reports a name that is not among those defined.
func reference[T ~string](k *checker, part *T, what string, known []string) {
	if k.given(part) && !slices.Contains(known, string(*part)) {
		k.unknownName(part, string(*part), "is no "+what, known)
	}
}

func references[T ~string](k *checker, list []T, what string, known []string) {
	for i := range list {
		reference(k, &list[i], what, known)
	}
}

// unknownName reports a name that no section defines, with the nearest that one does.
func (k *checker) unknownName(part any, name, what string, known []string) {
	known = slices.DeleteFunc(slices.Clone(known), func(one string) bool { return one == "" })
	hint := nearest(name, known)
	if len(known) == 0 {
		hint = "none is defined"
	}
	k.refuse(part, problem{what, hint})
}

func (k *checker) serviceIDs() []string {
	ids := make([]string, 0, len(k.c.Services))
	for _, s := range k.c.Services {
		ids = append(ids, string(s.ID))
	}
	return ids
}
