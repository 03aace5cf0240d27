package chattest

import (
	"errors"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// goesOn: a root that continues an earlier one is a root like any other: it is found as
// one, edited, and answered. Where old posts take no more edits that is said.
func goesOn(s *suite) {
	sender := s.Connect(s.Transport, plainly)
	post := func(d chat.Delivery) chat.PostID {
		s.Helper()
		id, err := sender.Post(s.Context(), d)
		if err != nil {
			s.Fatal(err)
		}
		return id
	}
	old := post(delivery(s.Channel, 1))
	time.Sleep(2 * time.Hour)
	s.takesNoEdit(sender, old)
	since := time.Now()
	d := delivery(s.Channel, 2)
	d.Continues = old
	fresh := post(d)
	sought := chat.Sought{Channel: s.Channel, Subject: d.Subject, Continues: old, Since: since.Add(-time.Minute)}
	s.findsOne(sender, sought, fresh)
	if s.Abilities.Thread {
		answer := post(reply(fresh, s.Channel, 3))
		sought.Root, sought.Continues = fresh, ""
		s.findsOne(sender, sought, answer)
	}
	if d.Root = fresh; s.Abilities.Edit {
		if err := sender.Edit(s.Context(), d); err != nil {
			s.Error(err)
		}
	}
}

// prepared: what was rendered ahead, for no channel yet, is not worded again for its post.
// What has the same number and says something else, as the first was never stored, is.
func prepared(s *suite) {
	worded := 0
	sender := s.Connect(s.Transport, func(d chat.Delivery) chat.Message {
		worded++
		return plainly(d)
	})
	p, can := sender.(chat.Preparer)
	if !can {
		return
	}
	d := delivery(desk.Channel{}, 1)
	p.Prepare(d)
	d.Channel = s.Channel
	for i, d := range []chat.Delivery{d, delivery(s.Channel, 1)} {
		if _, err := sender.Post(s.Context(), d); err != nil || worded != i+1 {
			s.Errorf("post %d: worded %d times, %v", i, worded, err)
		}
	}
}

// findsOne: a look-up, where there is one, finds this message alone.
func (s *suite) findsOne(sender chat.Sender, sought chat.Sought, id chat.PostID) {
	s.Helper()
	if !s.Abilities.LookUp {
		return
	}
	if found := s.find(sender, sought); len(found) != 1 || found[0].ID != id {
		s.Errorf("found %+v, want %s", found, id)
	}
}

// takesNoEdit: what is no error of the channel or the root is told as such.
func (s *suite) takesNoEdit(sender chat.Sender, old chat.PostID) {
	s.Helper()
	if s.SpendEdits == nil {
		return
	}
	s.SpendEdits(s.Channel)
	d := delivery(s.Channel, 2)
	d.Root = old
	err := sender.Edit(s.Context(), d)
	var e *chat.SendError
	if !errors.As(err, &e) || e.Outcome != chat.EditsSpent || e.Reason == "" {
		s.Errorf("an edit of an old post: %v", err)
	}
}
