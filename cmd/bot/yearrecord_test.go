package main

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/umassonline/belltower/internal/chat/slack/slacktest"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/storage"
)

// record is all that was ever to be told, by subject and number.
type record struct {
	told map[desk.Subject]map[int]desk.Announcement
}

// harvest takes down what was announced, before the bot forgets it.
func (y *year) harvest() {
	if y.life == nil {
		y.in(time.Hour, y.harvest)
		return
	}
	table := storage.TableOf[desk.Announcement]("ann")
	err := y.life.db.View(y.t.Context(), func(tx storage.Tx) error {
		return table.Scan(tx, nil, nil, 0, func(_ storage.Key, a desk.Announcement) (bool, error) {
			if y.record.told == nil {
				y.record.told = map[desk.Subject]map[int]desk.Announcement{}
			}
			if y.record.told[a.Subject] == nil {
				y.record.told[a.Subject] = map[int]desk.Announcement{}
			}
			y.record.told[a.Subject][a.N] = a
			return true, nil
		})
	})
	if err != nil {
		y.wrong("read what was announced: %v", err)
	}
}

// about lists what was to be told about a subject, in order.
func (r record) about(s desk.Subject) (all []desk.Announcement) {
	for _, n := range slices.Sorted(maps.Keys(r.told[s])) {
		all = append(all, r.told[s][n])
	}
	return all
}

// wentOn is how work began to be told of as an incident; nil: it never was.
func (r record) wentOn(s desk.Subject) *desk.Announcement {
	for into, course := range r.told {
		if i := course[1].Snapshot.Incident; into.Kind == desk.IncidentSubject && s.Kind == desk.WindowSubject && i != nil && i.Window == s.Number {
			first := course[1]
			return &first
		}
	}
	return nil
}

// post is what the bot said in a channel.
type post struct {
	slacktest.Message
	about desk.Subject
	n     int
}

func (p post) isRoot() bool { return p.ThreadTS == "" }

// said lists what the bot said in a channel, in order.
func (y *year) said(id slacktest.ChannelID) (all []post) {
	for _, m := range y.slack.Messages(id) {
		var meta struct {
			Payload struct {
				S string `json:"s"`
				N int    `json:"n"`
			} `json:"event_payload"`
		}
		if m.Bot == "" || m.To != "" || len(m.Metadata) == 0 || json.Unmarshal(m.Metadata, &meta) != nil {
			continue
		}
		about, err := desk.ParseSubject(meta.Payload.S)
		if err != nil {
			y.wrong("a post in %s: %v", id, err)
		}
		all = append(all, post{m, about, meta.Payload.N})
	}
	return all
}
