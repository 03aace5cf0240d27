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
//	entry/subject/seq   desk.Entry, the timeline
//	seq/kind            the last number given
//	ongoing/number/...  what is open, drills too: whether it is one, and its services
//	audit/time/request  AuditEntry
//	seen/hour/request   what the request was answered with
//	alive               when the bot was last known to run
//	room                nothing, as large as what a command writes
const seenName = "seen"

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
	return entryTable().Key().Str(s.String()).Num(uint64(seq))
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

func nextNumber(tx storage.Tx, kind desk.SubjectKind) (int, error) {
	k := seqTable().Key().Str(string(kind))
	n, _, err := seqTable().Get(tx, k)
	if err != nil {
		return 0, err
	}
	n++
	return n, seqTable().Put(tx, k, n)
}

func audit(tx storage.Tx, by By, e AuditEntry) error {
	e.At, e.By, e.Name, e.From, e.Request = by.At.UTC(), by.Person, by.Name, by.From, by.Request
	if e.Reason == "" {
		e.Reason = by.Reason
	}
	k := auditTable().Key().Time(e.At).Str(e.Request).Str(e.Did).Str(e.About)
	return auditTable().Put(tx, k, e)
}
