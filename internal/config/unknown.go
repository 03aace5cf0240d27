package config

import (
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// keys are the keys of a section's struct, in order.
func keys(t reflect.Type) []string {
	var all []string
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("toml"); key != "" {
			all = append(all, key)
		}
	}
	return all
}

// unknown reports a key or section that does not exist, with the most likely
// one that does.
func (d *decoder) unknown(e *entry, s section, t reflect.Type) {
	at := &spot{place: e.place, section: s, key: e.key}
	name := shown(e.key, "", false)
	isTable := e.value.kind == unstable.Table || e.value.kind == unstable.ArrayTable
	switch {
	case s.path == "" && isTable:
		d.mistake(at, problem{"unknown section " + name, nearestLabel(e.key, t)})
	case s.path == "":
		d.mistake(at, problem{"unknown key " + name + " before the first section", elsewhere(e.key)})
	default:
		d.mistake(at, problem{"unknown key " + name + " in " + s.label, d.keyHint(e.key, t)})
	}
}

func (d *decoder) keyHint(key string, t reflect.Type) string {
	if near := closest(key, keys(t)); near != "" {
		return "did you mean " + near + "?"
	}
	if there := elsewhere(key); there != "" {
		return there
	}
	return nearest(key, keys(t))
}

// nearestLabel is the hint for a mistyped section.
func nearestLabel(key string, t reflect.Type) string {
	near := closest(key, keys(t))
	if near == "" {
		return elsewhere(key)
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("toml") == near && isList(f.Type) {
			return "did you mean [[" + near + "]]?"
		}
	}
	return "did you mean [" + near + "]?"
}

// elsewhere is the hint for a key that exists in other sections only.
func elsewhere(key string) string {
	var labels []string
	walk(reflect.TypeFor[Config](), section{}, func(s section, f reflect.StructField) {
		if f.Tag.Get("toml") == key && s.path != "" {
			labels = append(labels, s.label)
		}
	})
	if len(labels) == 0 {
		return ""
	}
	return "it belongs under " + strings.Join(labels, " or ")
}

// walk visits every key of a section and of the sections in it.
func walk(t reflect.Type, s section, visit func(section, reflect.StructField)) {
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("toml")
		if key == "" {
			continue
		}
		visit(s, f)
		path := s.in(key)
		switch {
		case isSection(f.Type):
			walk(f.Type, section{path, "[" + path + "]"}, visit)
		case isList(f.Type):
			walk(f.Type.Elem(), section{path, "[[" + path + "]]"}, visit)
		}
	}
}
