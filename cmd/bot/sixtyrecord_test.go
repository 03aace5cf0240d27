package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// performance is what the script left behind, in words that are the same wherever it was
// played: people and channels by their names in the script.
type performance struct {
	answers []string
	// host are the answers as they are compared with those on the host.
	host []string
	stored
}

// stored is what a store holds.
type stored struct {
	Export, State, Audit, Announcements, Deliveries []string
}

// reads reads all that the store holds.
func (s *stage) reads() (r stored) {
	s.t.Helper()
	ctx := s.t.Context()
	var out bytes.Buffer
	err := export{"Example University", four}.write(ctx, s.db, &out)
	r.Export = strings.Split(strings.TrimSpace(out.String()), "\n")
	var subjects []desk.Subject
	// What an export leaves out: notes, drills, reasons, names.
	err = firstError(err,
		s.bot.journal.Volumes(ctx, func(v journal.Volume) error {
			subjects = append(subjects, v.Incident.Subject())
			r.State = append(r.State, s.line(v))
			return nil
		}),
		s.bot.journal.WindowVolumes(ctx, func(v journal.WindowVolume) error {
			subjects = append(subjects, v.Window.Subject())
			r.State = append(r.State, s.line(v))
			return nil
		}),
		s.bot.book.EverySubscription(ctx, s.db, func(sub desk.Subscription) error {
			r.State = append(r.State, s.line(sub))
			return nil
		}))
	seen, seenErr := s.alarms(ctx)
	for _, a := range seen.alerts {
		subjects = append(subjects, a.Subject())
	}
	r.State = append(r.State, s.line(seen.gates), s.line(seen.mutes), s.line(seen.alerts))
	audit, auditErr := s.bot.journal.Audit(ctx, time.Now(), 10_000)
	for _, e := range slices.Backward(audit) {
		r.Audit = append(r.Audit, s.line(e))
	}
	err = firstError(err, seenErr, auditErr, s.db.View(ctx, func(tx storage.Tx) error {
		return storage.TableOf[desk.Announcement]("ann").Scan(tx, nil, nil, 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			r.Announcements = append(r.Announcements, s.line(a))
			return true, nil
		})
	}))
	for _, about := range subjects {
		d, readErr := s.bot.journal.Deliveries(ctx, about)
		err = firstError(err, readErr)
		r.Deliveries = append(r.Deliveries, s.told(d)...)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// alarms is what checks saw, and what was said about it.
type alarms struct {
	alerts []desk.Alert
	mutes  []journal.Mute
	gates  map[desk.ServiceID]desk.Gate
}

func (s *stage) alarms(ctx context.Context) (all alarms, err error) {
	for {
		a, err := s.bot.journal.Alert(ctx, len(all.alerts)+1)
		var refusal *desk.Refusal
		if errors.As(err, &refusal) {
			break
		}
		if err != nil {
			return all, err
		}
		all.alerts = append(all.alerts, a)
	}
	if len(all.alerts) < 2 {
		s.t.Errorf("there are %d alerts", len(all.alerts))
	}
	mutes, err := s.bot.journal.Mutes(ctx, four)
	gates, gatesErr := s.bot.journal.Gates(ctx)
	all.mutes, all.gates = mutes, gates
	return all, firstError(err, gatesErr)
}

// kept is every byte that a command could store, by where it is.
func (s *stage) kept() []string {
	s.t.Helper()
	var all []string
	err := s.db.View(s.t.Context(), func(tx storage.Tx) error {
		all = nil
		for _, table := range []string{"incident", "entry", "seq", "ann+seq", "ann+window", "cal", "asked", "audit", "seen", "ann", "out", "sub", "hold", "alert", "sighting", "raised", "heard", "mute", "gate"} {
			k := storage.TableOf[struct{}](table).Key()
			err := tx.Scan(k, k.End(), 0, func(key, value []byte) (bool, error) {
				all = append(all, fmt.Sprintf("%q %s", key, value))
				return true, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// told is how each channel stands. When it was told is not in it: that depends on how
// fast its platform lets us post.
func (s *stage) told(d outbox.Deliveries) (out []string) {
	for _, ch := range d.Channels {
		ch.At = time.Time{}
		out = append(out, d.Subject.String()+" "+s.line(ch))
	}
	return out
}

func (s *stage) line(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}

// ids are the ids of requests, and of the log lines of one.
var ids = regexp.MustCompile(`"(Request|Trace)": "[^"]*"`)

// zoneTold says in which zone who asks reads: Discord and the host do not tell it.
var zoneTold = regexp.MustCompile(`(?m)^Your zone: .*\n`)

// as takes what is the platform's own out of what was read: the addresses of people and
// channels, its name, the ids of requests.
func (s *stage) as(text string) string {
	var pairs []string
	for _, name := range cast() {
		pairs = append(pairs, s.h.person(name).String(), "<"+name+">", string(desk.Local)+"/"+name, "<"+name+">")
	}
	for _, name := range rooms() {
		pairs = append(pairs, s.h.address(name), "#"+name)
	}
	pairs = append(pairs, string(s.h.connection), "<connection>")
	text = zoneTold.ReplaceAllString(text, "")
	return ids.ReplaceAllString(strings.NewReplacer(pairs...).Replace(text), `"$1": "<id>"`)
}

func (s *stage) asAll(lines []string) (out []string) {
	for _, l := range lines {
		out = append(out, s.as(l))
	}
	return out
}

// neutral is a record in the words of the script.
func (s *stage) neutral(r stored) stored {
	return stored{s.asAll(r.Export), s.asAll(r.State), s.asAll(r.Audit), s.asAll(r.Announcements), s.asAll(r.Deliveries)}
}

// where are the fields that say in which channel something was typed: none on the host.
var where = regexp.MustCompile(` *"(From|DeclaredIn|ScheduledIn)": "[^"]*",?\n`)

// withoutPlaces takes out where things were typed.
func (r stored) withoutPlaces() stored {
	for _, part := range []*[]string{&r.State, &r.Audit, &r.Announcements} {
		var out []string
		for _, l := range *part {
			out = append(out, where.ReplaceAllString(l, ""))
		}
		*part = out
	}
	return r
}
