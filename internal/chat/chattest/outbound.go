package chattest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

// longestCall is when at the latest a call without an answer has ended.
const longestCall = 15 * time.Second

func arrive(s *suite) {
	sender := s.Connect(s.Transport, plainly)
	root, err := sender.Post(s.Context(), delivery(s.Channel, 1))
	if err != nil || root == "" {
		s.Fatalf("root %q, %v", root, err)
	}
	second, err := sender.Post(s.Context(), delivery(s.Channel, 2))
	if err != nil || second == root {
		s.Fatalf("second root %q, first %q, %v", second, root, err)
	}
	if s.Abilities.Thread {
		if _, err := sender.Post(s.Context(), reply(root, s.Channel, 3)); err != nil {
			s.Fatal(err)
		}
	}
	if s.Abilities.Edit {
		d := delivery(s.Channel, 4)
		d.Root = root
		if err := sender.Edit(s.Context(), d); err != nil {
			s.Fatal(err)
		}
	}
	s.arrived(root, s.Seen(s.Channel))
}

// arrived checks what arrive sent: two roots, a reply, and the first root edited.
func (s *suite) arrived(root chat.PostID, posts []Post) {
	want := map[int]string{0: "version 1", 1: "version 2"}
	if s.Abilities.Edit {
		want[0] = "version 4"
	}
	if s.Abilities.Thread {
		want[2] = "version 3"
	}
	if len(posts) != len(want) || posts[0].ID != root {
		s.Fatalf("the channel has %+v", posts)
	}
	for i, text := range want {
		if !strings.Contains(posts[i].Text, text) || len(posts[i].Faults) > 0 {
			s.Errorf("post %d is %+v, want %q", i, posts[i], text)
		}
	}
	if s.Abilities.Thread && posts[2].Root != root {
		s.Errorf("the reply's root is %q, want %q", posts[2].Root, root)
	}
}

// try sends once and checks that it was one call, that took not too long, and
// that its error shows neither a secret nor what was said.
func (s *suite) try(x *trouble, sender chat.Sender) *chat.SendError {
	s.Helper()
	begun := time.Now()
	id, err := sender.Post(s.Context(), delivery(s.Channel, 1))
	if took := time.Since(begun); took > longestCall {
		s.Errorf("took %v", took)
	}
	if x.count() != 1 {
		s.Errorf("%d calls for one send", x.count())
	}
	if err == nil || id != "" {
		s.Fatalf("id %q, error %v", id, err)
	}
	s.shows(err.Error())
	if strings.Contains(err.Error(), said) {
		s.Errorf("the error repeats the post: %v", err)
	}
	var e *chat.SendError
	if !errors.As(err, &e) {
		s.Fatalf("%T is no *chat.SendError", err)
	}
	return e
}

func statuses(s *suite) {
	x := s.trouble()
	sender := s.Connect(x, plainly)
	for status := 201; status < 600; status++ {
		if s.Mute && status == http.StatusAccepted {
			continue
		}
		x.set(instead(status, http.Header{"Retry-After": {"7"}, "Location": {"http://elsewhere.example/"}}, "<html>no</html>"))
		e := s.try(x, sender)
		switch {
		case status == http.StatusTooManyRequests:
			if e.Outcome != chat.NotSent || !e.Limited || e.After != 7*time.Second {
				s.Errorf("429: %+v", e)
			}
		case status >= 500 || status == http.StatusRequestTimeout || status < 400:
			if e.Outcome != chat.Unknown || e.Limited {
				s.Errorf("%d: %+v", status, e)
			}
		case e.Outcome == chat.Unknown || e.Limited:
			s.Errorf("%d: %+v", status, e)
		}
	}
	if len(x.hosts) != 1 {
		s.Errorf("calls went to %v", x.hosts)
	}
	x.set(instead(http.StatusTooManyRequests, nil, ""))
	if e := s.try(x, sender); !e.Limited || e.After != 0 {
		s.Errorf("429 without Retry-After: %+v", e)
	}
}

func noAnswers(s *suite) {
	x := s.trouble()
	sender := s.Connect(x, plainly)
	for _, tc := range []struct {
		name string
		do   func(*http.Request) (*http.Response, error)
		want chat.Outcome
	}{
		{"no connection", noConnection, chat.NotSent},
		{"no such host", noName, chat.NotSent},
		{"reset", reset, chat.Unknown},
		{"cut off", cutOff, chat.Unknown},
		{"hangs", hang, chat.Unknown},
		{"a strange error", strange, chat.Unknown},
		{"sent, then cut off", x.after(cutOff), chat.Unknown},
		{"sent, then 503", x.after(instead(http.StatusServiceUnavailable, nil, "")), chat.Unknown},
	} {
		x.set(tc.do)
		if e := s.try(x, sender); e.Outcome != tc.want || e.Limited {
			s.Errorf("%s: %+v, want %s", tc.name, e, tc.want)
		}
	}
	s.cancelled(x, sender)
}

// cancelled: whoever stops waiting does not know how it ended.
func (s *suite) cancelled(x *trouble, sender chat.Sender) {
	x.set(hang)
	ctx, cancel := context.WithTimeout(s.Context(), time.Second)
	defer cancel()
	_, err := sender.Post(ctx, delivery(s.Channel, 1))
	var e *chat.SendError
	if errors.As(err, &e) && e.Outcome != chat.Unknown || err == nil {
		s.Errorf("cancelled: %v", err)
	}
}

// strangeAnswers are none; a platform that says nothing cannot say it strangely.
func strangeAnswers(s *suite) {
	if s.Mute {
		return
	}
	x := s.trouble()
	sender := s.Connect(x, plainly)
	for name, do := range map[string]func(*http.Request) (*http.Response, error){
		"nothing":      instead(http.StatusOK, nil, ""),
		"a page":       instead(http.StatusOK, nil, "<html>Welcome</html>"),
		"an empty one": instead(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, "{}"),
		"null":         instead(http.StatusOK, nil, "null"),
		"a list":       instead(http.StatusOK, nil, "[1]"),
		"half":         halfAnswer,
		"endless":      instead(http.StatusOK, nil, strings.Repeat(" ", 20<<20)),
	} {
		x.set(do)
		if e := s.try(x, sender); e.Outcome != chat.Unknown {
			s.Errorf("%s: %+v", name, e)
		}
	}
}

func foundAgain(s *suite) {
	if !s.Abilities.LookUp {
		return
	}
	x := s.trouble()
	sender := s.Connect(x, plainly)
	since := time.Now()
	x.set(x.after(cutOff))
	_, err := sender.Post(s.Context(), delivery(s.Channel, 3))
	x.set(nil)
	if err == nil {
		s.Fatal("the answer was lost, and yet there was one")
	}
	sought := chat.Sought{Channel: s.Channel, Subject: delivery(s.Channel, 3).Subject, Since: since.Add(-time.Minute)}
	posts, found := s.Seen(s.Channel), s.find(sender, sought)
	if len(posts) != 1 || len(found) != 1 || found[0].ID != posts[0].ID || found[0].N != 3 {
		s.Fatalf("found %+v of %+v", found, posts)
	}
	if age := found[0].At.Sub(since); age < -time.Second || age > time.Minute {
		s.Errorf("found at %v, sent at %v", found[0].At, since)
	}
	if s.Abilities.Thread {
		s.repliesFound(sender, sought, posts[0].ID)
	}
}

// repliesFound: replies are found in their thread only, roots outside only.
func (s *suite) repliesFound(sender chat.Sender, sought chat.Sought, root chat.PostID) {
	for n := 4; n <= 5; n++ {
		d := reply(root, s.Channel, n)
		d.Broadcast = n == 5
		if _, err := sender.Post(s.Context(), d); err != nil {
			s.Fatal(err)
		}
	}
	if roots := s.find(sender, sought); len(roots) != 1 || roots[0].ID != root {
		s.Errorf("roots: %+v", roots)
	}
	sought.Root = root
	if replies := s.find(sender, sought); len(replies) != 2 || replies[0].N != 4 || replies[1].N != 5 {
		s.Errorf("replies: %+v", replies)
	}
	sought.Root = s.LostRoot
	if none := s.find(sender, sought); len(none) != 0 {
		s.Errorf("replies to no root: %+v", none)
	}
}

func (s *suite) find(sender chat.Sender, sought chat.Sought) []chat.Found {
	s.Helper()
	found, err := sender.Find(s.Context(), sought)
	if err != nil {
		s.Fatal(err)
	}
	return found
}

// nothingElse: among a day's talk, more than a page of any platform's history, a
// look-up finds the subject's posts alone, the oldest and the newest.
func nothingElse(s *suite) {
	if !s.Abilities.LookUp {
		return
	}
	sender := s.Connect(s.Transport, plainly)
	post := func(d chat.Delivery) chat.PostID {
		id, err := sender.Post(s.Context(), d)
		if err != nil {
			s.Fatal(err)
		}
		time.Sleep(time.Second)
		return id
	}
	tooOld := post(delivery(s.Channel, 1))
	time.Sleep(time.Hour)
	since := time.Now()
	first := post(delivery(s.Channel, 2))
	for range 450 {
		s.Chatter(s.Channel, "INC-7 again?")
	}
	other := delivery(s.Channel, 9)
	other.Subject.Number = 70
	post(other)
	last := post(delivery(s.Channel, 3))
	found := s.find(sender, chat.Sought{Channel: s.Channel, Subject: delivery(s.Channel, 1).Subject, Since: since})
	ids := make([]chat.PostID, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	if !slices.Equal(ids, []chat.PostID{first, last}) {
		s.Errorf("found %v, want %v and %v, not %v", ids, first, last, tooOld)
	}
}

func closed(s *suite) {
	sender := s.Connect(s.Transport, plainly)
	refused := map[string]error{"post": second(sender.Post(s.Context(), delivery(s.Closed, 1)))}
	if !s.Mute {
		refused["reach"] = sender.Reach(s.Context(), s.Closed)
	}
	for name, err := range refused {
		var e *chat.SendError
		if !errors.As(err, &e) || e.Outcome != chat.Gone || e.Reason == "" {
			s.Errorf("%s: %v", name, err)
		}
	}
	for _, ch := range []desk.Channel{s.Channel, {Connection: s.Channel.Connection}} {
		if err := sender.Reach(s.Context(), ch); err != nil {
			s.Errorf("reach %q: %v", ch.ID, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func lostRoot(s *suite) {
	if !s.Abilities.Edit {
		return
	}
	sender := s.Connect(s.Transport, plainly)
	d := delivery(s.Channel, 2)
	d.Root = s.LostRoot
	for n := range s.Doubted + 1 {
		want := chat.NotSent
		if n == s.Doubted {
			want = chat.RootGone
		}
		err := sender.Edit(s.Context(), d)
		var e *chat.SendError
		if !errors.As(err, &e) || e.Outcome != want {
			s.Errorf("edit, try %d: %v", n, err)
		}
	}
}

func manyAtOnce(s *suite) {
	words := func(d chat.Delivery) chat.Message {
		return chat.Message{Summary: chat.Plain(fmt.Sprintf("Version %d.", d.N))}
	}
	sender := s.Connect(s.Transport, words)
	var wg sync.WaitGroup
	for _, ch := range append(slices.Clone(s.Others), s.Channel) {
		wg.Go(func() {
			for n := 1; n <= 5; n++ {
				if _, err := sender.Post(s.Context(), delivery(ch, n)); err != nil {
					s.Errorf("%s: %v", ch, err)
				}
			}
		})
	}
	wg.Wait()
	for _, ch := range s.Others {
		for i, p := range s.Seen(ch) {
			if want := fmt.Sprintf("Version %d.", i+1); !strings.Contains(p.Text, want) {
				s.Errorf("%s: post %d reads %q", ch, i, p.Text)
			}
		}
	}
}
