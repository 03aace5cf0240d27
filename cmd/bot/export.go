package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/umassonline/belltower/internal/config"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
	"github.com/umassonline/belltower/internal/outbox"
	"github.com/umassonline/belltower/storage"
)

// What an export holds, one JSON object a line; docs/export.md says what each field
// means. Notes, drills and the names of people are in none of them.

// exportVersion changes when a field changes its meaning or goes.
const exportVersion = 1

type exportedHead struct {
	Type         string    `json:"type"` // "export"
	Version      int       `json:"version"`
	At           time.Time `json:"at"`
	Organization string    `json:"organization"`
}

type exportedIncident struct {
	Type         string            `json:"type"` // "incident"
	ID           string            `json:"id"`
	Title        string            `json:"title"`
	Services     []exportedService `json:"services"`
	Impact       desk.Impact       `json:"impact"`
	Peak         desk.Impact       `json:"peak"`
	Status       string            `json:"status"`
	DeclaredAt   time.Time         `json:"declared_at"`
	BeganAt      time.Time         `json:"began_at"`
	EndedAt      time.Time         `json:"ended_at,omitzero"`
	RetractedAt  time.Time         `json:"retracted_at,omitzero"`
	RetractedWhy string            `json:"retracted_why,omitempty"`
	MergedInto   string            `json:"merged_into,omitempty"`
	ReopenedAt   time.Time         `json:"reopened_at,omitzero"`
	NextUpdateBy time.Time         `json:"next_update_by,omitzero"`
	CorrectedAt  time.Time         `json:"corrected_at,omitzero"`
	Verified     bool              `json:"verified,omitempty"`
	Untested     bool              `json:"untested,omitempty"`
}

type exportedService struct {
	ID     desk.ServiceID     `json:"id"`
	Name   string             `json:"name"`
	Status desk.ServiceStatus `json:"status,omitempty"`
}

type exportedWindow struct {
	Type        string            `json:"type"` // "window"
	ID          string            `json:"id"`
	Title       string            `json:"title"`
	Details     string            `json:"details,omitempty"`
	Services    []exportedService `json:"services"`
	Effect      desk.Effect       `json:"effect"`
	Status      desk.WindowStatus `json:"status"`
	PlannedFrom time.Time         `json:"planned_from"`
	PlannedTo   time.Time         `json:"planned_to"`
	StartedAt   time.Time         `json:"started_at,omitzero"`
	EndedAt     time.Time         `json:"ended_at,omitzero"`
	ScheduledAt time.Time         `json:"scheduled_at"`
	Rule        string            `json:"rule,omitempty"`
	Zone        string            `json:"zone,omitempty"`
	Without     []time.Time       `json:"without,omitempty"`
	Series      string            `json:"series,omitempty"`
	Slot        time.Time         `json:"slot,omitzero"`
	Verified    bool              `json:"verified,omitempty"`
	Remark      string            `json:"remark,omitempty"`
	Why         string            `json:"cancelled_why,omitempty"`
	Became      string            `json:"became,omitempty"`
	NextNewsBy  time.Time         `json:"next_news_by,omitzero"`
}

type exportedEntry struct {
	Type        string              `json:"type"` // "entry"
	Incident    string              `json:"incident,omitempty"`
	Window      string              `json:"window,omitempty"`
	Seq         int                 `json:"seq"`
	At          time.Time           `json:"at"`
	Kind        desk.EntryKind      `json:"kind"`
	Update      int                 `json:"update,omitempty"`
	Status      desk.IncidentStatus `json:"status,omitempty"`
	Impact      desk.Impact         `json:"impact,omitempty"`
	Text        string              `json:"text,omitempty"`
	Before      string              `json:"before,omitempty"`
	After       string              `json:"after,omitempty"`
	CorrectedAt time.Time           `json:"corrected_at,omitzero"`
	WasFrom     time.Time           `json:"was_from,omitzero"`
	WasTo       time.Time           `json:"was_to,omitzero"`
}

type exportedSubscription struct {
	Type    string       `json:"type"` // "subscription"
	Channel string       `json:"channel"`
	Target  string       `json:"target"`
	Topics  []desk.Topic `json:"topics"`
	Least   desk.Impact  `json:"least,omitempty"`
	Manner  string       `json:"manner"`
	Hours   *quietHours  `json:"quiet_hours,omitempty"`
	SetAt   time.Time    `json:"set_at"`
}

type quietHours struct {
	From  desk.DayTime `json:"from"`
	To    desk.DayTime `json:"to"`
	Least desk.Impact  `json:"least"`
}

// export writes the record for people to take with them.
type export struct {
	organization string
	now          time.Time
}

// write writes it to w: incidents, then windows, each followed by its timeline, then alerts,
// what our checks came to, and subscriptions.
func (e export) write(ctx context.Context, db storage.DB, w io.Writer) error {
	book := outbox.NewBook()
	j := journal.New(db, book, func(...desk.Subject) {}, journal.Settings{})
	out := bufio.NewWriterSize(w, 64<<10)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(exportedHead{"export", exportVersion, e.now.UTC(), e.organization}); err != nil {
		return err
	}
	err := j.Volumes(ctx, func(v journal.Volume) error { return exportVolume(lines, v) })
	if err != nil {
		return err
	}
	if err := j.WindowVolumes(ctx, func(v journal.WindowVolume) error { return exportWindow(lines, v) }); err != nil {
		return err
	}
	if err := j.Alerts(ctx, func(a desk.Alert) error { return exportAlert(lines, a) }); err != nil {
		return err
	}
	if err := j.Days(ctx, func(b desk.TimedBucket) error { return exportDay(lines, b) }); err != nil {
		return err
	}
	err = book.EverySubscription(ctx, db, func(s desk.Subscription) error {
		topics := s.Topics
		if len(topics) == 0 {
			topics = []desk.Topic{desk.TopicIncidents, desk.TopicWindows}
		}
		return lines.Encode(exportedSubscription{"subscription", s.Channel.String(), s.Target.String(), topics, s.Least, s.Manner.String(), (*quietHours)(s.Hours), s.SetAt.UTC()})
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func exportVolume(lines *json.Encoder, v journal.Volume) error {
	i := v.Incident
	if i.Drill {
		return nil
	}
	x := exportedIncident{
		Type: "incident", ID: i.Subject().String(), Title: i.Title, Impact: i.Impact, Peak: i.Peak, Status: string(i.Status),
		DeclaredAt: i.DeclaredAt, BeganAt: i.BeganAt, EndedAt: i.EndedAt, RetractedAt: i.RetractedAt, RetractedWhy: i.RetractedWhy,
		ReopenedAt: i.ReopenedAt, NextUpdateBy: i.NextUpdateBy, CorrectedAt: i.CorrectedAt,
		Verified: i.Verified, Untested: i.Untested,
	}
	if i.MergedInto != 0 {
		x.MergedInto = desk.Subject{Kind: desk.IncidentSubject, Number: i.MergedInto}.String()
	}
	for _, a := range i.Services {
		x.Services = append(x.Services, exportedService{a.Service, a.Name, i.StatusOf(a.Service)})
	}
	if err := lines.Encode(x); err != nil {
		return err
	}
	for _, e := range v.Entries {
		if err := exportEntry(lines, i.Subject(), e); err != nil {
			return err
		}
	}
	return nil
}

func exportWindow(lines *json.Encoder, v journal.WindowVolume) error {
	w := v.Window
	x := exportedWindow{
		Type: "window", ID: w.Subject().String(), Title: w.Title, Details: w.Details, Effect: w.Effect, Status: w.Status,
		PlannedFrom: w.Planned.From, PlannedTo: w.Planned.To, StartedAt: w.StartedAt, EndedAt: w.EndedAt, ScheduledAt: w.ScheduledAt,
		Slot: w.Slot, Verified: w.Verified, Remark: w.Remark, Why: w.Why, NextNewsBy: w.NextNewsBy,
	}
	if w.Rule != nil {
		x.Rule, x.Zone, x.Without = w.Rule.RRule(), w.Rule.Zone, w.Rule.Excepted()
	}
	if w.Of != 0 {
		x.Series = desk.Subject{Kind: desk.WindowSubject, Number: w.Of}.String()
	}
	if w.Became != 0 {
		x.Became = desk.Subject{Kind: desk.IncidentSubject, Number: w.Became}.String()
	}
	for _, a := range w.Services {
		x.Services = append(x.Services, exportedService{ID: a.Service, Name: a.Name})
	}
	if err := lines.Encode(x); err != nil {
		return err
	}
	for _, e := range v.Entries {
		if err := exportEntry(lines, w.Subject(), e); err != nil {
			return err
		}
	}
	return nil
}

// exportEntry leaves out what is for staff only: notes, who leads, reasons, tests that
// fail.
func exportEntry(lines *json.Encoder, about desk.Subject, e desk.Entry) error {
	switch e.Kind {
	case desk.Noted, desk.Led, desk.WindowNotPassed, desk.Testing, desk.TestsFail, desk.TestsStopped:
		return nil
	}
	x := exportedEntry{
		Type: "entry", Seq: e.Seq, At: e.At, Kind: e.Kind, Update: e.Update, Status: e.Status,
		Impact: e.Impact, Before: e.Before, After: e.After, CorrectedAt: e.CorrectedAt, WasFrom: e.Was.From, WasTo: e.Was.To,
	}
	if about.Kind == desk.WindowSubject {
		x.Window, x.Text = about.String(), e.Text // all that is said of a window is public
	} else {
		x.Incident = about.String()
	}
	if e.Public() {
		x.Text = e.Text
	}
	return lines.Encode(x)
}

// exportPath is where the local socket hands out an export.
const exportPath = "/export"

func (b *bot) export(ctx context.Context, db storage.DB, w io.Writer) error {
	return export{b.cfg.Organization.Name, b.out.now()}.write(ctx, db, w)
}

type exportCommand struct{}

// Run prints the export of the bot that serves, or of the file of one that does
// not.
func (exportCommand) Run(b bound) error {
	cfg, err := config.Outline(b.config, b.p.env)
	if err != nil {
		return err
	}
	return b.fromRecord(exportPath, b.p.stdout, export{cfg.Organization.Name, b.p.now()}.write)
}
