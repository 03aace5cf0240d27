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
	// became are the incidents that work became.
	became map[desk.Subject]desk.Subject
	// payloads are those of each channel's posts, as far as they were read.
	payloads map[slacktest.ChannelID][]payload
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
			y.record.add(a)
			return true, nil
		})
	})
	if err != nil {
		y.wrong("read what was announced: %v", err)
	}
}

func (r *record) made() {
	if r.told == nil {
		r.told = map[desk.Subject]map[int]desk.Announcement{}
		r.became = map[desk.Subject]desk.Subject{}
		r.payloads = map[slacktest.ChannelID][]payload{}
	}
}

func (r *record) add(a desk.Announcement) {
	if r.told[a.Subject] == nil {
		r.told[a.Subject] = map[int]desk.Announcement{}
	}
	r.told[a.Subject][a.N] = a
	if i := a.Snapshot.Incident; i != nil && i.Window != 0 {
		r.became[desk.Subject{Kind: desk.WindowSubject, Number: i.Window}] = a.Subject
	}
}

// about lists what was to be told about a subject, in order.
func (r record) about(s desk.Subject) (all []desk.Announcement) {
	for _, n := range slices.Sorted(maps.Keys(r.told[s])) {
		all = append(all, r.told[s][n])
	}
	return all
}

// newest is what a post about a subject shows, in ops channels or in others.
func (r record) newest(s desk.Subject, ops bool) (newest desk.Announcement, any bool) {
	for n, a := range r.told[s] {
		if n > newest.N && (ops || a.Reach != desk.ReachOps) {
			newest, any = a, true
		}
	}
	return newest, any
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
	known := y.record.payloads[id]
	for _, m := range y.slack.Messages(id) {
		if m.Bot == "" || m.To != "" || len(m.Metadata) == 0 {
			continue
		}
		if len(known) == len(all) {
			known = append(known, y.payload(m))
		}
		k := known[len(all)]
		all = append(all, post{m, k.about, k.n})
	}
	y.record.payloads[id] = known
	return all
}

// payload is what a post says of itself to programs.
type payload struct {
	about desk.Subject
	n     int
}

func (y *year) payload(m slacktest.Message) payload {
	var meta struct {
		Payload struct {
			S desk.Subject `json:"s"`
			N int          `json:"n"`
		} `json:"event_payload"`
	}
	if err := json.Unmarshal(m.Metadata, &meta); err != nil {
		y.wrong("a post in %s: %v", m.Channel, err)
	}
	return payload{meta.Payload.S, meta.Payload.N}
}
