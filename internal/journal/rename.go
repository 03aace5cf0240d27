package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// Rename gives all that the record keeps of a connection to its new name: what
// outbox.Rename does, and its people and channels in incidents and timelines. What
// people typed and the audit stay as they are; the renaming is a new entry of it.
// It is for a store that nobody uses. Interrupted, it is run again.
func (j *Journal) Rename(ctx context.Context, by By, r desk.Renaming) (n outbox.Renamed, err error) {
	if n, err = outbox.Rename(ctx, j.db, r); err != nil {
		return n, err
	}
	for _, step := range []func(context.Context, desk.Renaming) error{j.renameIncidents, j.renameWindows, j.renameAlerts, j.renameMutes, j.renameAsked, j.renameEntries, j.renameSeen} {
		if err := step(ctx, r); err != nil {
			return n, fmt.Errorf("rename the connection %s to %s: %w", r.From, r.To, err)
		}
	}
	return n, j.Remark(ctx, by, AuditEntry{Did: "connection renamed", About: string(r.From), After: string(r.To)})
}

func (j *Journal) renameIncidents(ctx context.Context, r desk.Renaming) error {
	_, err := incidentTable().Rewrite(ctx, j.db, func(k storage.Key, i *desk.Incident) storage.Key {
		was := *i
		*i = r.Incident(was)
		if i.DeclaredBy == was.DeclaredBy && i.DeclaredIn == was.DeclaredIn && i.Lead == was.Lead && i.Verify == nil {
			return nil
		}
		return k
	})
	return err
}

// renameWindows renames in windows and their timelines.
func (j *Journal) renameWindows(ctx context.Context, r desk.Renaming) error {
	of := windowKey(0)
	_, err := storage.Rewrite(ctx, j.db, windowTable().Key(), func(k storage.Key, v []byte) (storage.Key, []byte, error) {
		if len(k) > len(of) {
			return rewritten(k, v, func(e *desk.Entry) bool { return renameEntry(e, r) })
		}
		return rewritten(k, v, func(w *desk.Window) bool {
			was := *w
			*w = r.Window(was)
			return w.ScheduledBy != was.ScheduledBy || w.ScheduledIn != was.ScheduledIn
		})
	})
	return err
}

// rewritten is a record where change changes it, else nil.
func rewritten[T any](k storage.Key, b []byte, change func(v *T) bool) (storage.Key, []byte, error) {
	var v T
	if err := json.Unmarshal(b, &v); err != nil || !change(&v) {
		return nil, nil, err
	}
	b, err := json.Marshal(v)
	return k, b, err
}

func (j *Journal) renameAlerts(ctx context.Context, r desk.Renaming) error {
	_, err := alertTable().Rewrite(ctx, j.db, func(k storage.Key, a *desk.Alert) storage.Key {
		was := a.AckedBy
		if *a = r.Alert(*a); a.AckedBy == was {
			return nil
		}
		return k
	})
	return err
}

func (j *Journal) renameMutes(ctx context.Context, r desk.Renaming) error {
	_, err := muteTable().Rewrite(ctx, j.db, func(k storage.Key, m *Mute) storage.Key {
		was := m.By
		if m.By = r.Person(was); m.By == was {
			return nil
		}
		return k
	})
	return err
}

func (j *Journal) renameAsked(ctx context.Context, r desk.Renaming) error {
	_, err := askedTable().Rewrite(ctx, j.db, func(k storage.Key, a *asked) storage.Key {
		was := *a
		a.Question, a.To, a.Next = r.Question(a.Question), r.Channel(a.To), slices.Clone(a.Next)
		for n, ch := range a.Next {
			a.Next[n] = r.Channel(ch)
		}
		if reflect.DeepEqual(*a, was) {
			return nil
		}
		return k
	})
	return err
}

func (j *Journal) renameEntries(ctx context.Context, r desk.Renaming) error {
	_, err := entryTable().Rewrite(ctx, j.db, func(k storage.Key, e *desk.Entry) storage.Key {
		if !renameEntry(e, r) {
			return nil
		}
		return k
	})
	return err
}

// renameEntry reports whether it changes the entry.
func renameEntry(e *desk.Entry, r desk.Renaming) bool {
	was := *e
	*e = r.Entry(was)
	return *e != was
}

// renameSeen has requests that come again under the new name be known: their ids
// begin with the connection.
func (j *Journal) renameSeen(ctx context.Context, r desk.Renaming) error {
	_, err := storage.Rewrite(ctx, j.db, seenTable().Key(), func(k storage.Key, v []byte) (storage.Key, []byte, error) {
		read := storage.ReadKey(k)
		read.Str()
		hour := read.Num()
		rest, ours := strings.CutPrefix(read.Str(), string(r.From)+"/")
		if !ours || read.Err() != nil {
			return nil, nil, read.Err()
		}
		return seenTable().Key().Num(hour).Str(string(r.To) + "/" + rest), v, nil
	})
	return err
}
