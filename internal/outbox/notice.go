package outbox

import (
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// Notify tells ops channels, or the one channel n.To, one thing and returns the
// notice's subject. n gets its number. A channel that cannot be reached now hears it
// later, unless it is amended before.
func (b *Book) Notify(tx storage.Tx, n desk.Notice) (desk.Subject, error) {
	a, err := b.notify(tx, n)
	return a.Subject, err
}

// notify announces a notice: four writes.
func (b *Book) notify(tx storage.Tx, n desk.Notice) (desk.Announcement, error) {
	number, _, err := noticeTable().Get(tx, noticeTable().Key())
	if err != nil {
		return desk.Announcement{}, err
	}
	n.Number = number + 1
	if err := noticeTable().Put(tx, noticeTable().Key(), n.Number); err != nil {
		return desk.Announcement{}, err
	}
	s := desk.Subject{Kind: desk.NoticeSubject, Number: n.Number}
	a := desk.Announcement{Subject: s, At: n.At, Reach: desk.ReachChannel, Text: n.Text, Snapshot: desk.Snapshot{Notice: &n}}
	return b.Announce(tx, a, Release{Now: n.At})
}

// Amend announces a new version of the notice s: nothing is said, its posts are
// edited, and where it was not posted yet it is not posted any more. n.At is when it
// was amended; who is told stays as it was.
func (b *Book) Amend(tx storage.Tx, s desk.Subject, n desk.Notice) error {
	out, found, err := outTable().Get(tx, outKey(s))
	if err != nil || !found || out.forgotten() {
		return err
	}
	was, _, err := annTable().Get(tx, annKey(s, out.N))
	if err != nil || was.Snapshot.Notice == nil {
		return err
	}
	n.Number, n.To, n.Only = s.Number, out.To, was.Snapshot.Notice.Only
	a := desk.Announcement{Subject: s, At: n.At, Reach: desk.ReachEdit, Text: n.Text, Snapshot: desk.Snapshot{Notice: &n}}
	_, err = b.Announce(tx, a, Release{Now: n.At})
	return err
}

// Reached reports whether s was posted in the channel.
func (b *Book) Reached(tx storage.Tx, s desk.Subject, ch desk.Channel) (bool, error) {
	p, _, err := postTable().Get(tx, postKey(s, ch))
	return p.made(), err
}

// amended reports whether version n of the subject is the newer one of a notice: it
// is no news to who has not got the first.
func (s *subject) amended(n int) bool { return n > 1 && s.at(n).Snapshot.Notice != nil }
