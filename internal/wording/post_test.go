package wording

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/umassonline/belltower/internal/chat"
	"github.com/umassonline/belltower/internal/desk"
)

func TestPosts(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		for name, s := range stories(t, in) {
			t.Run(name, func(t *testing.T) { golden(t, in, name, s.forms(1)) })
		}
	})
}

func TestWhatWasMissedIsOneReply(t *testing.T) { inEach(t, missedIsOneReply) }

func missedIsOneReply(t *testing.T, in Context) {
	s := beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "A disk is full.").
		at("4:20").update("", "Two things are wrong:\n1. a disk is full\n2. the spare did not start")
	s.at("4:25").take(s.inc.SetImpact(desk.Critical, s.act()))
	s.at("4:26").take(s.inc.SetTitle(s.typed("Login and courses fail"), s.act()))
	golden(t, in, "folded open", s.forms(4))
	golden(t, in, "folded over", s.at("4:31").resolve("There is room on the disk again.").forms(5))
}

func TestALongSilenceFitsOneReply(t *testing.T) {
	s := begin(t).loginFails()
	for n := range 72 {
		s.now = s.now.Add(20 * time.Minute)
		s.update("", fmt.Sprintf("%02d ", n)+strings.Repeat("word ", (n%4)*100)+"end")
	}
	d := chat.Delivery{Subject: s.inc.Subject(), N: len(s.said), Said: s.said, Root: "root"}
	m := campus().Post(d)
	checkLimits(t, m)
	text := transcript(m)
	if !strings.Contains(text, "Not shown here: 65 older messages.") || !strings.Contains(text, "71 word") || strings.Contains(text, "63 word") {
		t.Errorf("the newest are not there, or the older are not counted:\n%s", text)
	}
}

func TestAMissedRetractionIsSaidAlone(t *testing.T) { inEach(t, missedRetraction) }

func missedRetraction(t *testing.T, in Context) {
	s := beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "A disk is full.")
	s.at("4:13").take(s.inc.Retract(s.typed("It was the test system."), s.act()))
	golden(t, in, "folded retracted", s.forms(2))
}

func TestBegunAndEndedMeanwhileIsOnePostInThePast(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		s := beginIn(t, in).loginFails().at("4:31").resolve("There is room on the disk again.")
		golden(t, in, "meanwhile", s.forms(3))
	})
}

func TestTheCardThatWaitsNamesWhatIsDoubtful(t *testing.T) { inEach(t, cardThatWaits) }

func cardThatWaits(t *testing.T, in Context) {
	s := beginIn(t, in).loginFails()
	snap := &s.newest().Snapshot
	snap.Held = &desk.Held{Until: s.now.Add(10 * time.Second), Channels: 143}
	snap.Doubts = []string{"The title looks like it names a host: db7.example.edu."}
	if in.Language != nil {
		snap.Doubts = desk.Doubts(in.Catalog, s.inc.Services, "", "db7.inner.example.edu")
	}
	golden(t, in, "held", s.forms(1))
	s.at("4:12").update(desk.Identified, "A disk is full.")
	s.newest().Snapshot.Held = &desk.Held{Until: s.now.Add(10 * time.Second), Channels: 1}
	golden(t, in, "held update", s.forms(1))
	s.at("4:31").resolve("")
	s.newest().Snapshot.Held = &desk.Held{Until: s.now.Add(10 * time.Second), Channels: 143}
	golden(t, in, "held end", s.forms(1))
}

func TestASecondTryNamesItsSubject(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		s := beginIn(t, in).learnDown()
		d := chat.Delivery{Subject: s.inc.Subject(), N: 1, Snapshot: &s.newest().Snapshot, Reference: true}
		golden(t, in, "reference", transcript(in.Post(d)))
	})
}

// A post that goes on with one that cannot be changed any more says so, in all its states;
// the end is told as one who has read of the beginning needs it. A reply says nothing of it.
func TestAPostThatContinuesAnother(t *testing.T) {
	inEach(t, func(t *testing.T, in Context) {
		s := beginIn(t, in).loginFails().at("4:12").update(desk.Identified, "A disk is full.")
		w := learnWork(t, in)
		var b strings.Builder
		post := func(a *desk.Announcement, ops bool) {
			d := chat.Delivery{Subject: a.Subject, N: a.N, Snapshot: &a.Snapshot, Ops: ops, Continues: "earlier"}
			m := in.Post(d)
			checkLimits(t, m)
			fmt.Fprintln(&b, transcript(m))
			if d.Root = "root"; transcript(in.Post(d)) != transcript(m) {
				t.Errorf("its edit reads %s", transcript(in.Post(d)))
			}
			d.Said = []*desk.Announcement{a}
			reply := in.Post(d)
			if d.Continues = ""; transcript(in.Post(d)) != transcript(reply) {
				t.Errorf("a reply reads %s", transcript(reply))
			}
		}
		post(s.newest(), false)
		post(s.newest(), true)
		s.at("4:31").resolve("There is room on the disk again.")
		post(s.newest(), false)
		post(w.said[0], false)
		golden(t, in, "continued", b.String())
	})
}

func TestWithoutAPageThereIsNoLink(t *testing.T) {
	c := campus()
	c.StatusURL = ""
	s := begin(t).learnDown()
	for _, text := range texts(c.Post(chat.Delivery{Subject: s.inc.Subject(), N: 1, Snapshot: &s.newest().Snapshot})) {
		for _, span := range text {
			if span.Link.URL != "" {
				t.Errorf("links to %q", span.Link.URL)
			}
		}
	}
}

func TestANoticeOfSeveralLinesBeginsWithItsSentence(t *testing.T) {
	d := chat.Delivery{Ops: true, Snapshot: &desk.Snapshot{Notice: &desk.Notice{Text: "Two things:\none\n\ntwo"}}}
	if diff := cmp.Diff("[info] Two things:\n    one\n    two\n", transcript(campus().Post(d))); diff != "" {
		t.Error(diff)
	}
}

// What a channel was not told of in its quiet hours: one thing is the sentence itself,
// more of them are a list.
func TestWhatQuietHoursKeptBack(t *testing.T) { inEach(t, keptBack) }

func keptBack(t *testing.T, in Context) {
	over := beginIn(t, in).loginFails().at("4:31").resolve("It works.").inc
	wrong := beginIn(t, in).learnDown().at("4:05")
	wrong.take(wrong.inc.Retract("", wrong.act()))
	open := beginIn(t, in).declare(desk.Declaration{Services: affected("portal"), Impact: desk.Minor}).inc
	at := begin(t).at("7:00").now
	post := func(missed ...desk.Incident) string {
		return transcript(in.Post(chat.Delivery{Snapshot: &desk.Snapshot{Notice: &desk.Notice{Number: 7, At: at, To: desk.Channel{Connection: "amherst", ID: "C1"}, Missed: missed}}}))
	}
	many := make([]desk.Incident, maxMissed+3)
	for k := range many {
		many[k] = over
	}
	golden(t, in, "missed", post(over)+"\n"+post(open)+"\n"+post(wrong.inc)+"\n"+post(over, open, wrong.inc)+"\n"+post(many...))
}

// awayOverWork is an absence from 4:12 to 4:19 over every kind of moment of planned work.
func awayOverWork(t *testing.T) Absence {
	at := func(hm string) time.Time { return begin(t).at(hm).now }
	window := func(number int, from, to string) desk.Window {
		return desk.Window{Number: number, Status: desk.InProgress, StartedAt: at(from), Planned: desk.Period{From: at(from), To: at(to)}}
	}
	held := window(4, "4:00", "4:15")
	held.Status, held.StartedAt, held.HeldAt = desk.Scheduled, time.Time{}, at("4:00")
	late, silent := window(3, "4:00", "4:05"), window(5, "4:00", "4:10")
	late.NextNewsBy, late.Missed, silent.Missed = at("4:30"), 1, 3
	missed := late
	missed.Number, missed.NextNewsBy = 6, at("4:15")
	a := Absence{
		From: at("4:12"), To: at("4:19"),
		Work:  []desk.Window{window(1, "4:00", "4:15"), window(2, "4:00", "4:25"), late, held, silent, missed},
		Began: []desk.Window{window(7, "4:15", "5:15"), window(8, "4:13", "4:18")},
	}
	for n := range 12 {
		a.Owed = append(a.Owed, desk.Subject{Kind: desk.WindowSubject, Number: n + 1})
	}
	return a
}

func TestNotices(t *testing.T) { inEach(t, notices) }

func notices(t *testing.T, c Context) {
	ch := desk.Channel{Connection: "boston", ID: "C0LIBRARY"}
	inc42 := desk.Subject{Kind: desk.IncidentSubject, Number: 42}
	at := func(hm string) time.Time { return begin(t).at(hm).now }
	open := begin(t).loginFails()
	texts := []string{
		c.ChannelGone(ch, "is_archived"),
		c.PostFailed(ch, inc42, "invalid_blocks"),
		c.EditFailed(ch, inc42, "edit_window_closed"),
		c.ConnectionRefused("boston", "token_revoked"),
		c.Deaf("amherst", "Slack refuses app_token (invalid_auth): make a new App-Level Token with the scope connections:write"),
		c.HeardAgain("amherst"),
		c.Away(Absence{From: at("4:12"), To: at("4:19"), Open: []desk.Incident{open.inc}, Owed: []desk.Subject{open.inc.Subject(), {Kind: desk.NoticeSubject, Number: 3}}}),
		c.Away(Absence{From: at("23:58"), To: at("23:59").AddDate(0, 0, 1)}),
		c.Away(Absence{From: at("4:10"), To: at("4:12"), Open: []desk.Incident{open.inc, begin(t).learnDown().inc}}),
		c.Away(awayOverWork(t)),
		c.Restored(Absence{From: at("3:00"), To: at("4:19"), Open: []desk.Incident{open.inc}, Owed: []desk.Subject{open.inc.Subject(), {Kind: desk.NoticeSubject, Number: 3}}}),
		c.Restored(Absence{To: at("4:19")}),
	}
	var b strings.Builder
	for k, text := range texts {
		d := chat.Delivery{Subject: desk.Subject{Kind: desk.NoticeSubject, Number: k + 1}, Ops: true,
			Snapshot: &desk.Snapshot{Notice: &desk.Notice{Number: k + 1, Text: text}}}
		b.WriteString(transcript(c.Post(d)))
	}
	golden(t, c, "notices", b.String())
}
