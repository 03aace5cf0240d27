package outbox

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// A table with a connection in its keys is renamed, too; the list of tables in
// records.go says which those are.
func TestEveryTableOfConnectionsIsRenamed(t *testing.T) {
	source, err := os.ReadFile("records.go")
	if err != nil {
		t.Fatal(err)
	}
	want := []storage.Key{}
	for _, m := range regexp.MustCompile(`(?m)^//\t(\w+)/k\b`).FindAllSubmatch(source, -1) {
		want = append(want, storage.K(string(m[1])))
	}
	same := slices.EqualFunc(want, connectionTables(), func(a, b storage.Key) bool { return string(a) == string(b) })
	if len(want) < 8 || !same {
		t.Errorf("connectionTables lists %v of %v", connectionTables(), want)
	}
}

// Of the records whose values name no connection only the keys are renamed.
func TestWhichRecordsNameAConnection(t *testing.T) {
	for _, record := range []any{newcomer{}, fanRecord{}, intentRecord{}, Post{}, rowRecord{}, missedRecord{}, goneRecord{}} {
		if namesConnection(reflect.TypeOf(record)) {
			t.Errorf("%T names a connection, and a renaming does not reach it", record)
		}
	}
	for _, record := range []any{outRecord{}, Hold{}, desk.Subscription{}, desk.Announcement{}} {
		if !namesConnection(reflect.TypeOf(record)) {
			t.Errorf("%T names no connection any more", record)
		}
	}
	for typ, want := range map[reflect.Type]int{reflect.TypeFor[outRecord](): 1, reflect.TypeFor[Hold](): 1, reflect.TypeFor[desk.Subscription](): 2} {
		n := 0
		for i := range typ.NumField() {
			if namesConnection(typ.Field(i).Type) {
				n++
			}
		}
		if n != want {
			t.Errorf("%v names a connection in %d fields; a renaming knows of %d", typ, n, want)
		}
	}
}

func namesConnection(typ reflect.Type) bool {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		return namesConnection(typ.Elem())
	case reflect.Struct:
		for i := range typ.NumField() {
			if namesConnection(typ.Field(i).Type) {
				return true
			}
		}
	}
	return typ == reflect.TypeFor[desk.ConnectionName]()
}
