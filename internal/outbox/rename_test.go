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

// What a connection is to be called can be forgotten unless somebody would lose something:
// who subscribed under it, or who has not heard of the end of what was begun.
func TestRoomForARenaming(t *testing.T) {
	r := desk.Renaming{From: "amherst", To: "umass"}
	one := desk.Subject{Kind: desk.IncidentSubject, Number: 1}
	ops := desk.Channel{Connection: "umass", ID: "COPS"}
	then := time.Date(2026, 12, 7, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		out        outRecord
		subscribes bool
		want       error
	}{
		"it goes on":           {outRecord{N: 3, Rel: 3, Settled: 3}, false, nil},
		"it ended before":      {outRecord{N: 1, Rel: 1, Settled: 1, EndedAt: then}, false, nil},
		"it ended meanwhile":   {outRecord{N: 2, Rel: 2, Settled: 2, EndedAt: then}, false, ErrTaken},
		"a channel subscribes": {outRecord{N: 1, Rel: 1, Settled: 1}, true, ErrTaken},
	} {
		db, err := boltdb.Open(filepath.Join(t.TempDir(), "t.db"), boltdb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(t.Context(), func(tx storage.Tx) error {
			err := errors.Join(
				outTable().Put(tx, outKey(one), c.out), list(tx, one, c.out),
				fanTable().Put(tx, fanKey("amherst", one), fanRecord{N: 1, OpsN: 1, Settled: 1}),
				fanTable().Put(tx, fanKey("umass", one), fanRecord{N: c.out.N, Settled: c.out.N}),
				postTable().Put(tx, postKey(one, ops), Post{Root: "1", Told: c.out.N}),
				postTable().Put(tx, postKey(one, desk.Channel{Connection: "amherst", ID: "COPS"}), Post{Root: "0", Told: 1}))
			if c.subscribes {
				err = errors.Join(err, NewBook().Subscribe(tx, desk.Subscription{Channel: ops, Target: desk.All()}, then))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		posts, err := MakeRoom(t.Context(), db, r)
		if !errors.Is(err, c.want) || (err == nil) != (posts == 1) {
			t.Errorf("%s: %d posts are forgotten, %v", name, posts, err)
		}
		var known []desk.ConnectionName
		err = db.View(t.Context(), func(tx storage.Tx) (err error) {
			known, err = Connections(tx)
			return err
		})
		if err != nil || slices.Contains(known, "umass") != (c.want != nil) {
			t.Errorf("%s: of %v is something kept, %v", name, known, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
