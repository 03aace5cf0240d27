package intake

import (
	"slices"
	"testing"

	"github.com/tidwall/gjson"
)

// FuzzWalk walks through any sound JSON: it reads the texts that gjson reads, passes by as
// much as gjson does, and of fields that come twice it takes the first. Of broken JSON it
// says something, and ends.
func FuzzWalk(f *testing.F) {
	for _, json := range []string{
		`{"a":"b","a":null,"c":{"x":"]"},"d":[1,"}"],"e":-1.5e3,"f":true}`, `[ 5 , null,true , [],{},"a\"b\\" , "\ud83d\ude00\u00e9" ]`,
		`{"a\"b":{"c\\":"}"},"":" "}`, `[[[["["]]],{"]":"["}]`, `"\\"`, `{"a":[{"b":"c"},{"b":1}],"b":2}`, `{"a":"b`, `[1,`, `"\`,
	} {
		f.Add(json)
	}
	f.Fuzz(func(t *testing.T, json string) {
		if !gjson.Valid(json) {
			(&walk{json: json}).labels()
			(&walk{json: json}).text()
			return
		}
		sameAs(t, gjson.Parse(json))
	})
}

func sameAs(t *testing.T, r gjson.Result) {
	t.Helper()
	w := walk{json: r.Raw + ",1"}
	if got := w.text(); got != text(r) || w.text() != "1" {
		t.Errorf("%s is %q, then %q", r.Raw, got, w.json[w.at:])
	}
	if !r.IsObject() && !r.IsArray() {
		return
	}
	var names, values []string
	r.ForEach(func(name, value gjson.Result) bool {
		if r.IsObject() && !slices.Contains(names, name.Str) {
			names, values = append(names, name.Str), append(values, text(value))
		}
		sameAs(t, value)
		return true
	})
	if len(names) > 32 {
		return
	}
	var got []string
	w = walk{json: r.Raw}
	w.fields(names, func(k int) {
		got = append(got, names[k])
		w.pass()
	})
	if !slices.Equal(got, names) {
		t.Errorf("%s has %q, not %q", r.Raw, got, names)
	}
	labels, is := (&walk{json: r.Raw}).labels()
	if is != r.IsObject() {
		t.Errorf("%s is an object: %v", r.Raw, is)
	}
	for k, name := range names {
		first := slices.IndexFunc(labels, func(l label) bool { return l.name == name })
		if values[k] != "" && (first < 0 || labels[first].value != values[k]) {
			t.Errorf("%s: %s is %v", r.Raw, name, labels)
		}
	}
}
