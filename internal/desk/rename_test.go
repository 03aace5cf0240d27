package desk_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
)

// fill sets everything in v that names a connection, and one of each list and pointer.
func fill(v reflect.Value, old desk.ConnectionName) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), old)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), old)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), old)
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[desk.ConnectionName]() {
			v.SetString(string(old))
		}
	}
}

// names lists the paths in v at which a connection has a name.
func names(v reflect.Value, name desk.ConnectionName, at string) (found []string) {
	switch v.Kind() {
	case reflect.Pointer:
		return names(v.Elem(), name, at)
	case reflect.Slice:
		return names(v.Index(0), name, at)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				found = append(found, names(v.Field(i), name, at+"."+v.Type().Field(i).Name)...)
			}
		}
	case reflect.String:
		if v.String() == string(name) {
			found = append(found, at)
		}
	}
	return found
}

// A renaming reaches every name of a connection, also in fields that come later, and
// changes nothing of what it was given.
func TestARenamingReachesEveryField(t *testing.T) {
	r := desk.Renaming{From: "amherst", To: "umass"}
	a, i, e := desk.Announcement{}, desk.Incident{}, desk.Entry{}
	for _, v := range []any{&a, &i, &e} {
		fill(reflect.ValueOf(v).Elem(), r.From)
	}
	for _, v := range []any{r.Announcement(a), r.Incident(i), r.Entry(e)} {
		if left := names(reflect.ValueOf(v), r.From, reflect.TypeOf(v).Name()); len(left) > 0 {
			t.Errorf("the old name stays in %s", strings.Join(left, ", "))
		}
	}
	if renamed := names(reflect.ValueOf(a), r.To, "Announcement"); len(renamed) > 0 {
		t.Errorf("what it was given has changed in %s", strings.Join(renamed, ", "))
	}
	for _, text := range []string{"amherst/UANN", "amherst", "boston/UBOB", ""} {
		want := strings.Replace(text, "amherst/", "umass/", 1)
		if got := r.Entry(desk.Entry{Kind: desk.Led, After: text}).After; got != want {
			t.Errorf("who leads is %q, want %q", got, want)
		}
		if got := r.Entry(desk.Entry{Kind: desk.Noted, After: text}).After; got != text {
			t.Errorf("a text has become %q", got)
		}
	}
}
