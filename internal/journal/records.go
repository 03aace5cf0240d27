package journal

import (
	"math"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// What the journal keeps, by table:
//
//	incident/^number    desk.Incident, newest first
//	entry/subject/seq   desk.Entry, the timeline of an incident or an alert
//	seq/kind            the last number given, but to a window
//	ongoing/number/...  what is open, drills too: whether it is one, and its services
//	ann+seq             the last number given to a window
//	ann+window/^number  desk.Window, newest first
//	ann+window/^number/seq  desk.Entry, its timeline
//	cal/0          how often a window was planned for another time
//	cal/1/number   the windows at work
//	cal/2/time/number  the windows that are over, by the last time that calendars show
//	cal/place/...  what is to come: see calendar.go
//	series/number/...   the series that are not over, and their services
//	repeats/service/number/rule   the same by service, with their rules
//	made/number/slot    the number of the window that is a slot's of a series
//	marks               what the marks of windows depend on, as it was when they were set
//	asked/subject/n     asked: a question to ops about the subject, as notice n
//	question/n          what notice n asks about
//	call/subject        Call: those beyond ops are to be called
//	alert/^number       desk.Alert, newest first
//	raised/service/expectation  the number of the newest alert about it
//	sighting/service/expectation/witness  desk.Report: what a check said last
//	judging/n           judging: alerts that the clock is to look at anew
//	heard/time/...      desk.Report: what was heard, but repetitions
//	mute/service        Mute
//	unmapped/source/check  what maps to no service
//	gate                the gates that are closed or kept open by hand, by service
//	audit/time/request  AuditEntry
//	seen/hour/request   what the request was answered with
//	result minute/time/service/run/name  what probes came to, by the time first: see results.go
//	result hour, result day              their sums
//	summed/resolution   up to when these are made
//	alive               when the bot was last known to run
//	room                nothing, as large as what a command writes
//
// What a command writes costs a page of the store for each place it goes to, and those that
// lead there. So what is written together has keys that are near to each other: windows,
// newest first, are right behind the announcements, of which those about the newest window
// are the last (outbox keeps them as ann/subject/n), and their timelines among them.
const (
	seenName    = "seen"
	windowName  = "ann+window"
	windowsName = "ann+seq"
)

func windowTable() storage.Table[desk.Window]     { return storage.TableOf[desk.Window](windowName) }
func madeTable() storage.Table[int]               { return storage.TableOf[int]("made") }
func dueTable() storage.Table[struct{}]           { return storage.TableOf[struct{}](calendarName) }
func seenTable() storage.Table[struct{}]          { return storage.TableOf[struct{}](seenName) }
func incidentTable() storage.Table[desk.Incident] { return storage.TableOf[desk.Incident]("incident") }
func entryTable() storage.Table[desk.Entry]       { return storage.TableOf[desk.Entry]("entry") }
func seqTable() storage.Table[int]                { return storage.TableOf[int]("seq") }
func ongoingTable() storage.Table[struct{}]       { return storage.TableOf[struct{}]("ongoing") }
func auditTable() storage.Table[AuditEntry]       { return storage.TableOf[AuditEntry]("audit") }

// AuditEntry is one change: who, when, from where, before and after.
type AuditEntry struct {
	At      time.Time
	By      desk.Person
	Name    string       `json:",omitempty"`
	From    desk.Channel `json:",omitzero"`
	Request string       `json:",omitempty"`
	// Did is what was done: an entry's kind, "subscribe", "hold".
	Did string
	// About is what it was done to: "INC-42", a channel, a connection.
	About  string
	Before string `json:",omitempty"`
	After  string `json:",omitempty"`
	Reason string `json:",omitempty"`
}

func incidentKey(n int) storage.Key {
	return incidentTable().Key().Num(math.MaxUint64 - uint64(n))
}

func entryKey(s desk.Subject, seq int) storage.Key {
	return timelineKey(s).Num(uint64(seq))
}

// timelineTable has the entries about a kind of subjects: those of a window stand behind it,
// so that who scans windows has to go from one to the next.
func timelineTable(k desk.SubjectKind) storage.Table[desk.Entry] {
	if k == desk.WindowSubject {
		return storage.TableOf[desk.Entry](windowName)
	}
	return entryTable()
}

// timelineKey is the beginning of the keys of a subject's entries.
func timelineKey(s desk.Subject) storage.Key {
	if s.Kind == desk.WindowSubject {
		return windowKey(s.Number)
	}
	return entryTable().Key().Str(s.String())
}

func putEntry(tx storage.Tx, s desk.Subject, e desk.Entry) error {
	return putRecord(tx, entryKey(s, e.Seq), smallRecord+len(e.Text)+len(e.Before)+len(e.After), func(w *encoder) { w.entry(&e) })
}

// numberTable counts the subjects of a kind, at its key.
func numberTable(k desk.SubjectKind) (storage.Table[int], storage.Key) {
	if k == desk.WindowSubject {
		t := storage.TableOf[int](windowsName)
		return t, t.Key()
	}
	return seqTable(), seqTable().Key().Str(string(k))
}

// lastNumber is the last that was given.
func lastNumber(tx storage.Tx, k desk.SubjectKind) (int, error) {
	t, key := numberTable(k)
	n, _, err := t.Get(tx, key)
	return n, err
}

func windowKey(n int) storage.Key {
	return windowTable().Key().Num(math.MaxUint64 - uint64(n))
}

func getWindow(tx storage.Tx, n int) (desk.Window, error) {
	w, ok, err := windowTable().Get(tx, windowKey(n))
	if err != nil {
		return w, err
	}
	if !ok {
		return w, noWindow(n)
	}
	return w, nil
}

func noWindow(n int) error {
	return desk.Refuse(desk.Unknown, "There is no WIN-%d.", n).WithHint("window list shows what there is.")
}

// moveMark moves the mark of when the clock has to look at a subject.
func moveMark(tx storage.Tx, s desk.Subject, was, is time.Time) error {
	if was.Equal(is) {
		return nil
	}
	if !was.IsZero() {
		if err := dueTable().Delete(tx, dueKey(was, s)); err != nil {
			return err
		}
	}
	if is.IsZero() {
		return nil
	}
	return dueTable().Put(tx, dueKey(is, s), struct{}{})
}

func getIncident(tx storage.Tx, n int) (desk.Incident, error) {
	i, ok, err := incidentTable().Get(tx, incidentKey(n))
	if err != nil {
		return i, err
	}
	if !ok {
		return i, desk.Refuse(desk.Unknown, "There is no INC-%d.", n).WithHint("incident list shows what there is.")
	}
	return i, nil
}

func putIncident(tx storage.Tx, i *desk.Incident) error {
	return putRecord(tx, incidentKey(i.Number), largeRecord, func(w *encoder) { w.incident(i) })
}

func nextNumber(tx storage.Tx, kind desk.SubjectKind) (int, error) {
	n, err := lastNumber(tx, kind)
	if err != nil {
		return 0, err
	}
	n++
	t, k := numberTable(kind)
	return n, t.Put(tx, k, n)
}

func audit(tx storage.Tx, by By, e AuditEntry) error {
	e.At, e.By, e.Name, e.From, e.Request = by.At.UTC(), by.Person, by.Name, by.From, by.Request
	if e.Reason == "" {
		e.Reason = by.Reason
	}
	k := auditTable().Key().Time(e.At).Str(e.Request).Str(e.Did).Str(e.About)
	return putRecord(tx, k, smallRecord+len(e.Before)+len(e.After), func(w *encoder) { w.audit(&e) })
}
