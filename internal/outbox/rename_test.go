package outbox

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
	"github.com/umassonline/belltower/storage/boltdb"
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

// What a connection is to be called can be forgotten unless somebody subscribed under it.
func TestRoomForARenaming(t *testing.T) {
	r := desk.Renaming{From: "amherst", To: "umass"}
	one := desk.Subject{Kind: desk.IncidentSubject, Number: 1}
	ops := desk.Channel{Connection: "umass", ID: "COPS"}
	then := time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)
	for subscribes, want := range map[bool]error{false: nil, true: ErrTaken} {
		db, err := boltdb.Open(filepath.Join(t.TempDir(), "t.db"), boltdb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), func(tx storage.Tx) error {
			err := errors.Join(
				fanTable().Put(tx, fanKey("amherst", one), fanRecord{N: 1}), fanTable().Put(tx, fanKey("umass", one), fanRecord{N: 1}),
				postTable().Put(tx, postKey(one, ops), Post{Root: "1", Told: 1}),
				postTable().Put(tx, postKey(one, desk.Channel{Connection: "amherst", ID: "COPS"}), Post{Root: "0", Told: 1}))
			if subscribes {
				err = errors.Join(err, NewBook().Subscribe(tx, desk.Subscription{Channel: ops, Target: desk.All()}, then))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		posts, err := MakeRoom(t.Context(), db, r)
		if !errors.Is(err, want) || (err == nil) != (posts == 1) {
			t.Errorf("subscribes %v: %d posts are forgotten, %v", subscribes, posts, err)
		}
		var known []desk.ConnectionName
		err = db.View(t.Context(), func(tx storage.Tx) (err error) {
			known, err = Connections(tx)
			return err
		})
		if err != nil || slices.Contains(known, "umass") != subscribes || !slices.Contains(known, "amherst") {
			t.Errorf("subscribes %v: of %v is something kept, %v", subscribes, known, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
