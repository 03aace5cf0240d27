// Package outbox tells channels what was announced: never lost, not repeated,
// in order, each at the pace that its platform allows. It has two halves.
//
// The Book is the stored side: functions that work inside somebody's
// transaction. The journal calls them so that a change and its announcement are
// one commit. It writes one announcement and raises one number per command,
// however many channels will hear.
//
// The Engine is the working side. Its clerk ends graces, notes what is settled
// and collects what is old. Each connection has a line, one goroutine that owns
// all that is known of the connection: it expands announcements in chunks with
// one intent each (fan.go), subject by subject as their turns come, ops channels
// first, of whose intents only a few may be open at once (circle.go); asks the
// lane of each channel what it does next by a pure function (next.go), makes the
// calls whose turn it is (dispatch.go, call.go, pace.go), and commits receipts in
// groups (receipt.go).
//
// Deliveries are not stored. Per subject and channel there is one Post record
// with two numbers: told (everything up to this announcement has been said
// here) and shown (the version that the root's text shows). What is owed is a
// difference.
//
// The rules that keep the promises:
//
//   - Nothing is posted unless an intent or a row of this process, with an
//     announcement above told, is on disk. What people changed while that was written is
//     read before the call. What they change while it is under way comes too late: a
//     channel whose post a retraction meets so hears that, once.
//   - An announcement writes the intents of ops channels itself where nothing is under way
//     there, so that the post need not wait for a further commit (ahead.go). It does so only
//     for the process that runs and has not begun to end, not past a hold, and not where an
//     ops channel is gone: all that it reads guarded. So the store is never in a state in
//     which the line's own step could not have left it, and a line makes no step of a
//     subject of which it has not taken in what came so. Who ends writes that first, and
//     takes in the rest behind it.
//   - What is opened so for the first post of an alert is rendered, read and planned while it
//     is committed, and sent when it is on disk; where it is not, it is forgotten (foresee.go).
//   - What a stop left in rows of ops channels is told behind what the next start itself has
//     to say there, in its order.
//   - What is sent is the newest that the channel may be told, folded into one.
//   - What may have been sent and has no receipt is in doubt. It is looked up 15 s
//     later, twice, then adopted in the version found, or sent again. After a
//     crash the 15 s count from the start of the process that followed the one
//     that may have sent (recover.go).
//   - An edit needs no intent: it carries the whole state and is found again as
//     shown < want (edits.go). None goes out while an older one may yet take effect.
//   - A root that takes no more edits is gone on with by a fresh root, at once, or by the
//     reply in the channel itself that said what it could not show (spent.go).
//   - How a channel wants to hear is read again before each call. To a quiet one
//     nothing is said; its post is edited. What quiet hours keep back counts as told
//     where there is a post, which is edited; it is written down as missed, and told in
//     one post at their end, as things stand then, by a notice with a row (missed.go).
//     What goes on and has no post is opened then, as for who has just subscribed.
//     Where the channel is gone at their end both wait until it is back; what is over
//     then and has no post is no news any more.
//     What is said meanwhile, as it got worse, is missed no more.
//   - Of a subject that was restored from a backup posts may be unknown: a channel
//     without one is looked through before it is told (lost, in records.go).
//   - What ended long ago is marked as forgotten before it is deleted, so that an
//     incident that is opened again meanwhile goes on behind it (collect.go).
//   - A window that waits has not ended, but nothing is kept of it that a start, a
//     command or a newcomer would read, once all have heard: its next announcement
//     goes round anew (shelf.go).
//   - An incident that a window became goes on with its posts: its record names the
//     window, and each post of that counts as one in which nothing was told. What is in
//     doubt of the window in a channel is found out before (continue.go).
//   - What is for one channel alone has a circle of that channel. A notice that was
//     amended before it was posted is not posted any more (notice.go).
//   - What stays in trouble gets a row of its own, so that its chunk does not wait
//     (trouble.go); a channel that is gone waits for its return (gone.go).
//
// It imports desk, chat and storage.
package outbox
