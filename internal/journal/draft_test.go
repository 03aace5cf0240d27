package journal_test

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/storage"
)

// slowStore begins to commit only when it is let, and then fails with err, if that is set.
type slowStore struct {
	storage.DB
	let chan struct{}
	err error
}

func (s *slowStore) Update(ctx context.Context, fn func(storage.Tx) error) error {
	return s.DB.Update(ctx, func(tx storage.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		<-s.let
		return s.err
	})
}

// A draft is made while the disk is at work, not behind it; where nothing is stored it
// was for nothing.
func TestADraftIsMadeWhileItsChangeIsStored(t *testing.T) {
	full := errors.New("the disk is full")
	for _, fails := range []error{nil, full} {
		o := newOffice(t)
		db := &slowStore{DB: o.db, let: make(chan struct{}), err: fails}
		j := journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
		var drafted journal.Applied
		by := o.by(0)
		by.Draft = func(a journal.Applied) {
			drafted = a
			close(db.let)
		}
		done, err := j.Declare(t.Context(), by, learnDown(), false)
		if !errors.Is(err, fails) {
			t.Fatal(err)
		}
		if want := 1; drafted.Incident.Number != want {
			t.Errorf("drafted INC-%d, want INC-%d", drafted.Incident.Number, want)
		}
		if fails == nil && !reflect.DeepEqual(drafted, done) {
			t.Errorf("drafted %+v, done %+v", drafted, done)
		}
	}
}

// Where a change is tried again, as something else came between, so is its draft.
func TestADraftIsMadeAgain(t *testing.T) {
	o := newOffice(t)
	db := &hopeful{DB: o.db, meanwhile: func() { o.declare(0) }}
	j := journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
	var numbers []int
	by := o.by(1)
	by.Draft = func(a journal.Applied) { numbers = append(numbers, a.Incident.Number) }
	if _, err := j.Declare(t.Context(), by, learnDown(), true); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(numbers, []int{1, 2}) {
		t.Errorf("drafted INC-%v, want INC-1, and INC-2 behind it", numbers)
	}
}

// Where the same request came twice, and the other was done meanwhile, the draft is of what
// that came to: the answer is the same.
func TestADraftIsOfWhatTheSameRequestCameToMeanwhile(t *testing.T) {
	o := newOffice(t)
	by := o.by(1)
	db := &hopeful{DB: o.db, meanwhile: func() {
		o.declare(0)
		if _, err := o.Declare(t.Context(), by, learnDown(), true); err != nil {
			t.Error(err)
		}
	}}
	j := journal.New(db, o.book, func(...desk.Subject) {}, journal.Settings{})
	var drafted journal.Applied
	twice := by
	twice.Draft = func(a journal.Applied) { drafted = a }
	done, err := j.Declare(t.Context(), twice, learnDown(), true)
	if err != nil || done.Incident.Number != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	if !reflect.DeepEqual(drafted, done) {
		t.Errorf("drafted INC-%d, done INC-%d", drafted.Incident.Number, done.Incident.Number)
	}
}
