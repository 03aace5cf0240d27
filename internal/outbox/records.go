package outbox

import (
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// What the outbox keeps, by table; s is a subject, k a connection, c a channel:
//
//	ann/s/n        desk.Announcement: what is told, and what a root at version n shows
//	out/s          outRecord: how far it may be told
//	live/s         a mark of each subject that goes on or is not settled
//	past/s         a mark of each window that is over and may be collected in time
//	notices        the number of the last notice
//	sub/k/c/target desk.Subscription
//	subs/k         how often subscriptions of a connection have changed
//	new/k/c        a channel that may be owed what is live: it subscribed, or came back
//	fan/k/s        fanRecord: the cursor that goes round the audience
//	int/k/s/chunk  intentRecord: a chunk of channels that may be sent to
//	post/s/k/c     Post: what a channel was told and shows
//	row/k/c/s      rowRecord: a channel in trouble, or to be told by itself
//	missed/k/c/s   missedRecord: what a channel was not told of in its quiet hours
//	gone/k/c       goneRecord: a channel that cannot be reached
//	hold/k         Hold
//	lastboot       the number of the newest process
//	ended          the number of the newest process that has begun to end
//	boot/b         when process b started
//
// int and row begin with the connection, so that a dead platform is one range.
func annTable() storage.Table[desk.Announcement] { return storage.TableOf[desk.Announcement]("ann") }
func outTable() storage.Table[outRecord]         { return storage.TableOf[outRecord]("out") }
func liveTable() storage.Table[struct{}]         { return storage.TableOf[struct{}]("live") }
func pastTable() storage.Table[struct{}]         { return storage.TableOf[struct{}]("past") }
func noticeTable() storage.Table[int]            { return storage.TableOf[int]("notices") }
func subTable() storage.Table[desk.Subscription] { return storage.TableOf[desk.Subscription]("sub") }
func subsTable() storage.Table[int]              { return storage.TableOf[int]("subs") }
func newTable() storage.Table[newcomer]          { return storage.TableOf[newcomer]("new") }
func fanTable() storage.Table[fanRecord]         { return storage.TableOf[fanRecord]("fan") }
func intentTable() storage.Table[intentRecord]   { return storage.TableOf[intentRecord]("int") }
func postTable() storage.Table[Post]             { return storage.TableOf[Post]("post") }
func rowTable() storage.Table[rowRecord]         { return storage.TableOf[rowRecord]("row") }
func missedTable() storage.Table[missedRecord]   { return storage.TableOf[missedRecord]("missed") }
func goneTable() storage.Table[goneRecord]       { return storage.TableOf[goneRecord]("gone") }
func holdTable() storage.Table[Hold]             { return storage.TableOf[Hold]("hold") }
func lastBootTable() storage.Table[boot]         { return storage.TableOf[boot]("lastboot") }
func endedTable() storage.Table[boot]            { return storage.TableOf[boot]("ended") }
func bootTable() storage.Table[time.Time]        { return storage.TableOf[time.Time]("boot") }

// boot numbers the processes that ever sent, from 1.
type boot int

// outRecord is how far a subject may be told. What only ops channels are told
// raises N but not Rel.
type outRecord struct {
	N   int // the newest announcement
	Rel int // the newest that others than ops may be told
	// ReleaseAt is when Rel becomes N; zero: nothing is held back.
	ReleaseAt time.Time `json:",omitzero"`
	// HeldSince is when the grace began that ReleaseAt ends.
	HeldSince time.Time `json:",omitzero"`
	// Hesitates: somebody is changing what is held back, so that it may last longer.
	Hesitates bool `json:",omitempty"`
	// Void: it was taken back in its first grace, so that nobody but ops heard of it.
	Void    bool      `json:",omitempty"`
	EndedAt time.Time `json:",omitzero"`
	// Settled is the N up to which all work was found done.
	Settled int
	// OwedSince is the time of the first announcement after Settled.
	OwedSince time.Time `json:",omitzero"`
	// Forgotten is the N up to which announcements and posts were collected: numbers go
	// on behind it, as posts that stand hold those before.
	Forgotten int `json:",omitempty"`
	// Collecting: some of that may still be there.
	Collecting bool `json:",omitempty"`
	// To is the one channel that is told, by a row; zero: there may be more.
	To desk.Channel `json:",omitzero"`
	// Lost is there where the record was restored from a backup.
	Lost lost `json:",omitzero"`
	// Ahead is the newest announcement that wrote intents itself; 0: none did.
	Ahead int `json:",omitempty"`
	// Waits: nothing is expected before something is announced.
	Waits bool `json:",omitempty"`
	// Shelved is the N up to which all circles had gone round when it was shelved, which
	// took away where they stood.
	Shelved int `json:",omitempty"`
	// From is the subject whose posts this one goes on with, Into the one that goes on
	// with those of this; zero: none.
	From desk.Subject `json:",omitzero"`
	Into desk.Subject `json:",omitzero"`
}

// concerns reports whether the connection has to do with the subject.
func (o outRecord) concerns(k desk.ConnectionName) bool { return o.To.IsZero() || o.To.Connection == k }

// forgotten reports whether nothing is known of who was told.
func (o outRecord) forgotten() bool { return o.Forgotten == o.N }

func (o outRecord) held() bool    { return !o.ReleaseAt.IsZero() }
func (o outRecord) settled() bool { return o.Settled == o.N }

// graceOver reports whether what is held back may be told. No grace ends later
// than graceAtMost from now, or HesitateFor: then the clock was set back.
func (o outRecord) graceOver(now time.Time) bool {
	left, most := o.ReleaseAt.Sub(now), graceAtMost
	if o.Hesitates {
		most = HesitateFor
	}
	return left <= 0 || left > most
}

// live reports whether the subject belongs on the list of live ones. One that waits
// does only while it is owed to somebody: ten thousand that wait cost nothing.
func (o outRecord) live() bool { return o.N > 0 && (o.expects() || !o.settled()) }

// expects reports whether it goes on: whoever comes by is told of it.
func (o outRecord) expects() bool { return o.EndedAt.IsZero() && !o.Waits && !o.gaveWay() }

// want is the newest announcement that a channel may be told.
func (o outRecord) want(ops bool) int {
	if ops {
		return o.N
	}
	return o.Rel
}

// lost is what a restored record does not know: posts of the gap, which may be about
// announcements that were lost with them. N is the newest that was not.
type lost struct {
	N int
	Gap
}

// newcomer marks a channel that is to be looked at by itself.
type newcomer struct {
	At time.Time
	// Returned: it was gone, so it may also be owed what has ended since.
	Returned bool `json:",omitempty"`
	// Missed are windows that wait of which its quiet hours kept back what was told.
	Missed []desk.Subject `json:",omitempty"`
}

// fanRecord is a circle round the audience of a subject on one connection.
type fanRecord struct {
	N    int // the circle tells up to this announcement
	OpsN int // ops channels were told up to this
	// Pos is the last channel looked at, Stop where the circle began.
	Pos, Stop string `json:",omitempty"`
	Wrapped   bool   `json:",omitempty"`
	Done      bool   `json:",omitempty"`
	Chunks    int    // how many intents were ever written: numbers the next
	// Settled is the newest announcement up to which this connection owes nothing.
	Settled int `json:",omitempty"`
}

// intentRecord allows sends of announcements up to N to its channels.
type intentRecord struct {
	N        int
	Boot     boot
	At       time.Time
	Channels []string
}

// Post is the message about a subject in one channel.
type Post struct {
	Root chat.PostID
	// Told: everything up to this announcement has been said here.
	Told int
	// Shown is the version that the root's text shows.
	Shown int
	At    time.Time // when it was last told something
	// Unsure: a routine reply may be missing; the root's text makes up for it.
	Unsure bool `json:",omitempty"`
	// Before is the post that this one goes on with, as the platform takes no more edits of
	// that. Without a Root it is owed: see owed.
	Before chat.PostID `json:",omitempty"`
	// Cried is the newest reply that stands in the channel itself.
	Cried cry `json:",omitzero"`
	// Queued: the platform queued what was last told, and says no more.
	Queued bool `json:",omitempty"`
	// Ops: it was made as an ops post.
	Ops bool `json:",omitempty"`
	// Manner is that of the channel's subscription, for when it has none any more.
	Manner desk.Manner `json:",omitempty"`
}

// cry is a reply in the channel itself, which told everything up to N.
type cry struct {
	ID chat.PostID
	N  int
}

// rowRecord is a channel that waits or failed by itself.
type rowRecord struct {
	State rowState
	N     int
	Boot  boot      // marked: the process that may have sent
	Since time.Time // of its oldest intent
	First time.Time // of the first try
	Next  time.Time `json:",omitzero"` // not before
	Tries int       `json:",omitempty"`
	// Copies is how often it was sent again although nobody could look it up.
	Copies int    `json:",omitempty"`
	Why    string `json:",omitempty"`
}

// rowState is what is known of a row's send.
type rowState string

const (
	due    rowState = "due"    // surely not sent
	marked rowState = "marked" // may have been sent
	failed rowState = "failed" // given up; a later announcement revives it
)

// goneRecord is a channel that cannot be reached until somebody changes something.
type goneRecord struct {
	Since time.Time
	Why   string
	Next  time.Time // of the harmless read that looks whether it is back
}

// missedRecord is what a channel is told of, or shown, at the end of its quiet hours.
type missedRecord struct {
	Until time.Time // their end
	// Away: the channel was gone then, so it is told when it is back.
	Away bool `json:",omitempty"`
}

// Hold stops all sends of a connection.
type Hold struct {
	Since time.Time
	By    desk.Person
	Why   string `json:",omitempty"`
}

func withSubject(k storage.Key, s desk.Subject) storage.Key {
	return k.Str(string(s.Kind)).Num(uint64(s.Number))
}

// about adds a subject to a key.
func about(b storage.Builder, s desk.Subject) storage.Builder {
	return b.Str(string(s.Kind)).Num(uint64(s.Number))
}

// at adds a channel to a key.
func at(b storage.Builder, ch desk.Channel) storage.Builder {
	return b.Str(string(ch.Connection)).Str(ch.ID)
}

func annKey(s desk.Subject, n int) storage.Key {
	return about(annTable().Build(), s).Num(uint64(n)).Key()
}

func outKey(s desk.Subject) storage.Key { return about(outTable().Build(), s).Key() }

func subKey(ch desk.Channel) storage.Key { return at(subTable().Build(), ch).Key() }

func subsKey(k desk.ConnectionName) storage.Key { return subsTable().Key().Str(string(k)) }

func newKey(ch desk.Channel) storage.Key { return at(newTable().Build(), ch).Key() }

func fanKey(k desk.ConnectionName, s desk.Subject) storage.Key {
	return about(fanTable().Build().Str(string(k)), s).Key()
}

func intentKey(k desk.ConnectionName, s desk.Subject, chunk int) storage.Key {
	return about(intentTable().Build().Str(string(k)), s).Num(uint64(chunk)).Key()
}

func postKey(s desk.Subject, ch desk.Channel) storage.Key {
	return at(about(postTable().Build(), s), ch).Key()
}

func rowKey(ch desk.Channel, s desk.Subject) storage.Key {
	return about(at(rowTable().Build(), ch), s).Key()
}

func goneKey(ch desk.Channel) storage.Key { return at(goneTable().Build(), ch).Key() }

func missedKey(ch desk.Channel, s desk.Subject) storage.Key {
	return about(at(missedTable().Build(), ch), s).Key()
}

func holdKey(k desk.ConnectionName) storage.Key { return holdTable().Key().Str(string(k)) }

func bootKey(b boot) storage.Key { return bootTable().Key().Num(uint64(b)) }

func readSubject(r *storage.KeyReader) desk.Subject {
	return desk.Subject{Kind: desk.SubjectKind(r.Str()), Number: int(r.Num())}
}

func liveKey(s desk.Subject) storage.Key { return withSubject(liveTable().Key(), s) }
func pastKey(s desk.Subject) storage.Key { return withSubject(pastTable().Key(), s) }

// list brings s into or out of the list of live subjects. It is a record for each,
// so that a command costs the same however many there are.
func list(tx storage.Tx, s desk.Subject, out outRecord) error {
	if out.live() {
		return liveTable().Put(tx, liveKey(s), struct{}{})
	}
	if s.Kind == desk.WindowSubject && !out.EndedAt.IsZero() {
		if err := pastTable().Put(tx, pastKey(s), struct{}{}); err != nil {
			return err
		}
	}
	return liveTable().Delete(tx, liveKey(s))
}

// liveSubjects lists the live subjects.
func liveSubjects(tx storage.Tx) (all []desk.Subject, err error) {
	err = tx.Scan(liveTable().Key(), liveTable().Key().End(), 0, func(k, _ []byte) (bool, error) {
		r := storage.ReadKey(k)
		r.Str()
		all = append(all, readSubject(r))
		return true, r.Err()
	})
	return all, err
}
