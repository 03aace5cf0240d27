package config

import (
	"bytes"
	"errors"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// place is where something stands in the file. Lines and columns count from 1.
type place struct{ line, column int }

// node is a value of the file with its place. go-toml decodes into Go values
// without places, stops at the first wrong type and takes NAME for name; so the
// document is kept as a tree, and decode.go fills a Config from it.
type node struct {
	place
	kind    unstable.Kind // Table and ArrayTable also stand for inline ones
	text    string        // of a scalar: its content, for others than String as written
	entries []*entry      // of a Table, in the order of the file
	index   map[string]*entry
	list    []*node // of an Array and an ArrayTable
}

// entry is a key of a table and its value.
type entry struct {
	place
	key   string
	value *node
}

// find is the entry of exactly that key, or nil.
func (n *node) find(key string) *entry { return n.index[key] }

// put is the entry of that key, made if there is none.
func (n *node) put(key string, at place) *entry {
	e := n.find(key)
	if e == nil {
		e = &entry{place: at, key: key}
		n.entries = append(n.entries, e)
		if n.index == nil {
			n.index = map[string]*entry{}
		}
		n.index[key] = e
	}
	return e
}

// document reads a TOML text. What is wrong with its syntax, a key given twice
// included, is one Mistake without a file; the rest of such a text cannot be judged.
func document(data []byte) (*node, *Mistake) {
	var valid map[string]any // what the parser alone accepts: keys given twice, impossible dates
	if err := toml.Unmarshal(data, &valid); err != nil {
		return nil, syntaxMistake(data, err)
	}
	r := treeReader{lines: lineStarts(data), data: data}
	r.parser.Reset(data)
	root := &node{place: place{1, 1}, kind: unstable.Table}
	current := root
	for r.parser.NextExpression() {
		e := r.parser.Expression()
		if e.Kind == unstable.KeyValue {
			r.keyValue(current, e)
			continue
		}
		current = r.header(root, e)
	}
	if err := r.parser.Error(); err != nil {
		return nil, syntaxMistake(data, err)
	}
	return root, nil
}

// syntaxMistake says what go-toml found. Its sentences name characters and
// keys, never values.
func syntaxMistake(data []byte, err error) *Mistake {
	m := &Mistake{Line: 1, Column: 1, Message: "this is not TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		m.Line, m.Column = decode.Position()
	}
	switch {
	case !utf8.Valid(data):
		m.Hint = "the file must be UTF-8"
	case bytes.ContainsAny(lineOf(data, m.Line), "“”‘’„"):
		m.Hint = "write straight quotes"
	}
	return m
}

// lineOf is a line of a text; lines count from 1.
func lineOf(data []byte, line int) []byte {
	starts := append(lineStarts(data), len(data))
	if line < 1 || line >= len(starts) {
		return nil
	}
	return data[starts[line-1]:starts[line]]
}

type treeReader struct {
	parser unstable.Parser
	data   []byte
	lines  []int // the offset of each line's first byte
}

func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, b := range data {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

func (r *treeReader) at(n *unstable.Node) place {
	offset := int(n.Raw.Offset)
	line := sort.SearchInts(r.lines, offset+1)
	return place{line, 1 + utf8.RuneCount(r.data[r.lines[line-1]:offset])}
}

// header finds or makes the table that [a.b] or [[a.b]] begins.
func (r *treeReader) header(root *node, e *unstable.Node) *node {
	table := root
	for keys := e.Key(); keys.Next(); {
		key := keys.Node()
		kind := unstable.Table
		if keys.IsLast() {
			kind = e.Kind
		}
		table = r.step(table, key, kind)
	}
	return table
}

// step goes from a table to the one under a key: a new one of a list for
// ArrayTable, else the one there is or the last of its list.
func (r *treeReader) step(table *node, key *unstable.Node, kind unstable.Kind) *node {
	at := r.at(key)
	e := table.put(string(key.Data), at)
	if e.value == nil {
		e.value = &node{place: at, kind: kind}
	}
	if kind == unstable.ArrayTable {
		e.value.list = append(e.value.list, &node{place: at, kind: unstable.Table})
	}
	if n := len(e.value.list); n > 0 {
		return e.value.list[n-1]
	}
	return e.value
}

// keyValue puts a key = value, whose key may have dots, under a table.
func (r *treeReader) keyValue(table *node, e *unstable.Node) {
	for keys := e.Key(); keys.Next(); {
		key := keys.Node()
		if !keys.IsLast() {
			table = r.step(table, key, unstable.Table)
			continue
		}
		at := r.at(key)
		table.put(string(key.Data), at).value = r.value(e.Value(), at)
	}
}

// value copies a value of the document. Arrays carry no place of their own and
// take their key's.
func (r *treeReader) value(v *unstable.Node, at place) *node {
	if v.Kind != unstable.Array {
		at = r.at(v)
	}
	n := &node{place: at, kind: v.Kind, text: string(v.Data)}
	switch v.Kind {
	case unstable.Array:
		for items := v.Children(); items.Next(); {
			n.list = append(n.list, r.value(items.Node(), at))
		}
	case unstable.InlineTable:
		n.kind, n.text = unstable.Table, ""
		for items := v.Children(); items.Next(); {
			r.keyValue(n, items.Node())
		}
	}
	return n
}
