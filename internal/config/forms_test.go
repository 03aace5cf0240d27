package config

import (
	"reflect"
	"testing"
)

// TestEveryFormExists keeps struct tags from naming a form that is none.
func TestEveryFormExists(t *testing.T) {
	walk(reflect.TypeFor[Config](), section{}, func(s section, f reflect.StructField) {
		if name := f.Tag.Get("form"); name != "" && forms()[name] == nil {
			t.Errorf("%s wants the form %q", s.in(f.Tag.Get("toml")), name)
		}
	})
}
