package config

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// section is a part of the file: its path, "teams.workflows", and how it is
// written there, "[[teams.workflows]]".
type section struct{ path, label string }

// in is the path of one of its keys.
func (s section) in(key string) string {
	if s.path == "" {
		return key
	}
	return s.path + "." + key
}

// spot is where a part of the Config was given, by the pointer to that part.
type spot struct {
	place
	section section
	key     string // "" for a section itself
	shown   string // the value as it may be printed
	wrong   bool   // a mistake was reported here
}

// decoder fills a Config from a document and gathers what is wrong.
type decoder struct {
	file     string
	env      func(string) (string, bool)
	mistakes Mistakes
	spots    map[any]*spot
	literal  bool     // a secret stands in the file itself
	unbuilt  []string // sections and keys that are given and not built yet
}

// mistake reports that something about a key is wrong, once for each spot.
func (d *decoder) mistake(s *spot, p problem) {
	if s.wrong {
		return
	}
	s.wrong = true
	d.mistakes = append(d.mistakes, Mistake{d.file, s.line, s.column, s.section.in(s.key), p.what, p.hint})
}

// value reports a wrong value: "key in [section]: value is not a thing: hint".
func (d *decoder) value(s *spot, p problem) {
	p.what = s.key + " in " + s.section.label + ": " + s.shown + " " + p.what
	d.mistake(s, p)
}

// isSection reports whether values of a type are tables with keys of our own.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t.NumField() > 0 && t.Field(0).Tag.Get("toml") != ""
}

// isList reports whether a type is a list of sections.
func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice && isSection(t.Elem()) }

// table fills a struct from a table. What is not there gets its default; what
// is there and unknown is a mistake.
func (d *decoder) table(n *node, v reflect.Value, s section) {
	d.spots[v.Addr().Interface()] = &spot{place: n.place, section: s}
	known := keys(v.Type())
	for _, e := range n.entries {
		if !slices.Contains(known, e.key) {
			d.unknown(e, s, v.Type())
		}
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		key := field.Tag.Get("toml")
		if key == "" {
			continue
		}
		if e := n.find(key); e != nil {
			d.noteUnbuilt(s.in(key), e.value)
			d.field(e, v.Field(i), given{key, field.Tag, s})
			continue
		}
		d.absent(n, v.Field(i), given{key, field.Tag, s})
	}
}

// given is which field is being filled.
type given struct {
	key     string
	tag     reflect.StructTag
	section section
}

// field fills one field from its entry.
func (d *decoder) field(e *entry, v reflect.Value, g given) {
	sub := section{g.section.in(g.key), "[" + g.section.in(g.key) + "]"}
	switch {
	case isSection(v.Type()):
		if e.value.kind != unstable.Table {
			d.misshaped(e, g, "write "+sub.label)
			return
		}
		d.table(e.value, v, sub)
	case isList(v.Type()):
		sub.label = "[" + sub.label + "]"
		if e.value.kind != unstable.ArrayTable && !tables(e.value) {
			d.misshaped(e, g, "it is a list, so write "+sub.label)
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(e.value.list), len(e.value.list)))
		for i, item := range e.value.list {
			d.table(item, v.Index(i), sub)
		}
	case v.Kind() == reflect.Slice:
		d.array(e, v, g)
	case v.Kind() == reflect.Map:
		d.mapping(e, v, g)
	default:
		d.scalar(e.value, v, g, d.spotOf(e, v, g))
	}
}

// tables reports whether a value is an array of inline tables.
func tables(n *node) bool {
	for _, item := range n.list {
		if item.kind != unstable.Table {
			return false
		}
	}
	return n.kind == unstable.Array
}

func (d *decoder) misshaped(e *entry, g given, hint string) {
	d.mistake(&spot{place: e.place, section: g.section, key: g.key},
		problem{g.key + " is written the wrong way", hint})
}

// spotOf remembers where a field was given.
func (d *decoder) spotOf(e *entry, v reflect.Value, g given) *spot {
	s := &spot{place: e.value.place, section: g.section, key: g.key}
	d.spots[v.Addr().Interface()] = s
	return s
}

// array fills a list of plain values; each item has its own spot.
func (d *decoder) array(e *entry, v reflect.Value, g given) {
	s := d.spotOf(e, v, g)
	if e.value.kind != unstable.Array {
		d.mistake(s, problem{g.key + " in " + g.section.label + " must be a list, not " + kindWords(e.value.kind), "put it into square brackets: [ ... ]"})
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(e.value.list), len(e.value.list)))
	for i, item := range e.value.list {
		at := &spot{place: item.place, section: g.section, key: g.key}
		d.spots[v.Index(i).Addr().Interface()] = at
		d.scalar(item, v.Index(i), given{g.key, withoutDefault(g.tag), g.section}, at)
	}
	if len(e.value.list) == 0 && g.tag.Get("empty") == "" && (g.tag.Get("need") != "" || g.tag.Get("default") != "") {
		d.mistake(s, problem{g.key + " in " + g.section.label + " is empty", hintNeed(g.tag)})
	}
}

// mapKey is the spot of one item of a map.
type mapKey struct {
	of  any // the pointer to the map
	key string
}

// mapping fills a table of texts whose keys are the installer's own.
func (d *decoder) mapping(e *entry, v reflect.Value, g given) {
	s := d.spotOf(e, v, g)
	if e.value.kind != unstable.Table {
		d.mistake(s, problem{g.key + " in " + g.section.label + " must be a table, not " + kindWords(e.value.kind), "write it as in " + g.tag.Get("like")})
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, item := range e.value.entries {
		at := &spot{place: item.value.place, section: g.section, key: g.key}
		d.spots[mapKey{v.Addr().Interface(), item.key}] = at
		value := reflect.New(v.Type().Elem()).Elem()
		d.scalar(item.value, value, given{g.key, withoutDefault(g.tag), g.section}, at)
		v.SetMapIndex(reflect.ValueOf(item.key), value)
	}
}

// withoutDefault keeps of a list's tag what its items must obey: an item may
// not be empty just because the list may.
func withoutDefault(tag reflect.StructTag) reflect.StructTag {
	var kept []string
	for _, name := range []string{"form", "oneof", "limits"} {
		if value := tag.Get(name); value != "" {
			kept = append(kept, name+`:"`+value+`"`)
		}
	}
	return reflect.StructTag(strings.Join(kept, " "))
}

// absent gives a field its default, or says that it is needed.
func (d *decoder) absent(n *node, v reflect.Value, g given) {
	if isSection(v.Type()) {
		d.table(&node{place: n.place, kind: unstable.Table}, v, section{g.section.in(g.key), "[" + g.section.in(g.key) + "]"})
		return
	}
	if need := g.tag.Get("need"); need != "" {
		d.mistake(&spot{place: n.place, section: g.section, key: g.key},
			problem{"no " + g.key + " in " + g.section.label, hintNeed(g.tag)})
		d.spots[v.Addr().Interface()] = &spot{place: n.place, section: g.section, key: g.key, wrong: true}
		return
	}
	if text := g.tag.Get("default"); text != "" {
		setDefault(v, text, g.tag)
	}
}

func hintNeed(tag reflect.StructTag) string {
	if need := tag.Get("need"); need != "" {
		return "give " + need
	}
	return ""
}

// scalar fills one value and remembers how it may be shown.
func (d *decoder) scalar(n *node, v reflect.Value, g given, at *spot) {
	if want, hint := wanted(v, n.kind); want != "" {
		d.mistake(at, problem{g.key + " in " + g.section.label + " must be " + want + ", not " + kindWords(n.kind), hint})
		return
	}
	text, from := n.text, ""
	if n.kind == unstable.String {
		var p *problem
		if text, from, p = d.resolve(n.text); p != nil {
			d.mistake(at, problem{g.key + " in " + g.section.label + ": " + p.what, p.hint})
			return
		}
	}
	_, secret := v.Interface().(Secret)
	at.shown = shown(text, from, secret)
	if n.kind != unstable.String {
		at.shown = text
	}
	d.literal = d.literal || secret && text != "" && from == ""
	if text == "" {
		d.empty(g, at)
		return
	}
	if p := set(v, text, g.tag); p != nil {
		d.value(at, *p)
	}
}

// empty judges the text "".
func (d *decoder) empty(g given, at *spot) {
	standard, has := g.tag.Lookup("default")
	if has && standard == "" || g.tag.Get("empty") != "" {
		return
	}
	d.mistake(at, problem{g.key + " in " + g.section.label + " is empty", hintNeed(g.tag)})
}

// urlPassword finds an address with what may be a password before its host: any character
// may be in one that is mistyped.
var urlPassword = regexp.MustCompile(`://.*@`)

// shown is a text as a message may repeat it: a reference instead of what it
// leads to, nothing of a secret or of what looks like one, and not too long.
func shown(text, from string, secret bool) string {
	switch {
	case from != "":
		return `"` + from + `"`
	case secret || strings.HasPrefix(text, "xox") || strings.HasPrefix(text, "xapp-") || urlPassword.MatchString(text):
		return "the value"
	case utf8.RuneCountInString(text) > 60:
		return `"` + string([]rune(text)[:57]) + `..."`
	}
	return `"` + strings.Map(visible, text) + `"`
}
