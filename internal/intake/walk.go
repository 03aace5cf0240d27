package intake

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// walk goes through JSON once, from its begin to its end. The JSON must be sound, as parse
// finds out; of any other it says something, and ends.
type walk struct {
	json string
	at   int
}

// next is the first byte of the value, name or bracket that comes next; 0: it is over.
func (w *walk) next() byte {
	for ; w.at < len(w.json); w.at++ {
		if c := w.json[w.at]; c > ' ' && c != ',' && c != ':' {
			return c
		}
	}
	return 0
}

// enter goes into an object or a list by its bracket; where something else comes next it
// passes that by, and answers false.
func (w *walk) enter(bracket byte) bool {
	if w.next() != bracket {
		w.pass()
		return false
	}
	w.at++
	return true
}

// more reports whether a list goes on, and leaves it where it does not.
func (w *walk) more() bool {
	switch w.next() {
	case 0:
		return false
	case ']', '}':
		w.at++
		return false
	}
	return true
}

// field is the name of what comes next in an object; false: that is over, and is left.
func (w *walk) field() (name string, more bool) {
	if !w.more() {
		return "", false
	}
	return w.text(), true
}

// fields goes through an object. Of the first field of each of the names it has take go
// through the value, by the place of the name. What is no object is passed by.
func (w *walk) fields(names []string, take func(k int)) {
	if !w.enter('{') {
		return
	}
	taken := 0
	for name, more := w.field(); more; name, more = w.field() {
		k := slices.Index(names, name)
		if k < 0 || taken>>k&1 != 0 {
			w.pass()
			continue
		}
		taken |= 1 << k
		take(k)
	}
}

// labels are the pairs of an object whose values are no objects or lists; false: it is none.
func (w *walk) labels() (labels []label, is bool) {
	if !w.enter('{') {
		return nil, false
	}
	labels = make([]label, 0, 8)
	for name, more := w.field(); more; name, more = w.field() {
		if value := w.text(); value != "" {
			labels = append(labels, label{name, value})
		}
	}
	return labels, true
}

// text is what text makes of the value that comes next.
func (w *walk) text() string {
	c, from := w.next(), w.at
	w.pass()
	value := w.json[from:w.at]
	switch {
	case c == '"' && strings.IndexByte(value, '\\') < 0 && len(value) > 1:
		return value[1 : len(value)-1]
	case c == '"':
		return gjson.Parse(value).Str
	case c == '{', c == '[', c == 'n':
		return ""
	}
	return value
}

// pass passes by the value that comes next.
func (w *walk) pass() {
	switch w.next() {
	case 0:
	case '"':
		w.at = min(w.at+textLength(w.json[w.at+1:])+2, len(w.json))
	case '{', '[':
		w.passAll()
	default:
		w.at++
		for w.at < len(w.json) && strings.IndexByte(",]}: \t\r\n", w.json[w.at]) < 0 {
			w.at++
		}
	}
}

// passAll passes by an object or a list.
func (w *walk) passAll() {
	for depth := 0; w.at < len(w.json); w.at++ {
		switch w.json[w.at] {
		case '"':
			w.at = min(w.at+textLength(w.json[w.at+1:])+1, len(w.json)-1)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				w.at++
				return
			}
		}
	}
}
